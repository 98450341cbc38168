//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"xuedu/internal/db/dbtest"
	"xuedu/internal/draw"
	"xuedu/internal/draw/drawhttp"
	"xuedu/internal/draw/register"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// core runs the verifier of the pages without a page: a line is a file, the
// answer names the first check that fails.
const core = `
require(process.argv[1]);
const lines = require("fs").readFileSync(0, "utf8").split("\n");
(async () => {
  const out = [];
  for (const line of lines) {
    const checks = await globalThis.xueduDraw.verify(JSON.parse(line));
    out.push(checks.find((c) => !c.ok)?.field ?? "ok " + checks.length);
  }
  console.log(JSON.stringify(out));
})();`

// Two implementations that share no code agree on every draw and on every
// forgery (design 4.5).
func TestDrawInTwoLanguages(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node is not installed: run make test")
	}
	r := rand.New(rand.NewPCG(7, 11))
	var files []string
	var want []bool
	add := func(m draw.Manifest, file string) {
		again, err := draw.Parse([]byte(file))
		files, want = append(files, file), append(want, err == nil && len(draw.Verify(again)) == 0)
	}
	for i := range 60 {
		m := someDraw(t, r, i)
		file := m.Encode()
		add(m, string(file))
		for range 6 {
			bad := bytes.Clone(file)
			bad[r.IntN(len(bad))] ^= 1 << r.IntN(6)
			add(m, string(bad))
		}
		m.Order[0], m.Order[1] = m.Order[1], m.Order[0]
		add(m, string(m.Encode()))
	}
	var in [][]byte
	for _, f := range files {
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, b)
	}
	cmd := exec.Command(node, "-e", core, "../internal/ui/static/draw.js")
	cmd.Stdin = bytes.NewReader(bytes.Join(in, []byte("\n")))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	var got []string
	if err := json.Unmarshal(out, &got); err != nil || len(got) != len(want) {
		t.Fatalf("%v: %s", err, out)
	}
	for i := range want {
		if ok := got[i] == "ok 9"; ok != want[i] {
			t.Errorf("Go says %v, the page says %s: %s", want[i], got[i], files[i])
		}
	}
}

// someDraw is a draw with weights and overlapping groups that can be met.
func someDraw(t *testing.T, r *rand.Rand, i int) draw.Manifest {
	t.Helper()
	at := time.Date(2025, 3, 4, 0, 0, 0, 0, time.UTC)
	secret := fmt.Appendf(nil, "%032d", i)
	for {
		var all []draw.Entry
		for j := range 2 + r.IntN(20) {
			e := draw.Entry{Token: draw.Token(strconv.Itoa(i), strconv.Itoa(j)), Weight: 1}
			if i%3 > 0 {
				e.Weight += r.Int64N(9)
			}
			for _, g := range []string{"practice", "research", "类别三"} {
				if r.IntN(3) == 0 {
					e.Groups = append(e.Groups, g)
				}
			}
			all = append(all, e)
		}
		h := draw.Head{ID: "d" + strconv.Itoa(i), Purpose: "experts", Title: "评审专家“甲” <&> \\ 😀", Seats: 1 + r.IntN(8), Rule: "次日收盘指数", At: at,
			Groups: []draw.Group{{Code: "practice", Least: r.IntN(3)}, {Code: "research", Least: r.IntN(2), Most: 2}}}
		m, err := draw.Freeze(h, all, secret)
		if err != nil {
			continue // these bounds cannot be met
		}
		m, err = draw.Draw(m, secret, "3 248."+strconv.Itoa(i), at.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
}

// The page computes the draw again, and says so of its own file only.
func TestDrawPage(t *testing.T) {
	s := register.New(register.Deps{DB: dbtest.SQLite(t), Now: time.Now})
	n := register.NewDraw{Purpose: register.PurposeTie, Subject: "x", Title: pack.Text{"zh-CN": "同分排序"}, Seats: 1, Rule: "次日收盘指数",
		Entries: []register.Ticket{{Thing: "a"}, {Thing: "b", Weight: 3}, {Thing: "c"}}}
	id, err := s.Freeze(t.Context(), n)
	if err == nil {
		_, err = s.Draw(t.Context(), id, "3248.71")
	}
	if err != nil {
		t.Fatal(err)
	}
	routes := append((&drawhttp.Pages{Draws: s}).Routes(), web.Route{Pattern: "GET /static/", Perm: web.Public, Handler: ui.Static})
	srv := httptest.NewServer(web.Mux(web.Config{}, routes...))
	t.Cleanup(srv.Close)
	ctx := browser(t)
	do(t, ctx, "verify", width(360), chromedp.Navigate(srv.URL+"/draws/"+id), chromedp.Click(chromedp.CSS("#draw-verify button")),
		chromedp.WaitVisible(chromedp.CSS(`[data-say=agrees]:not([hidden])`)))
	if n := get(t, ctx, "checks", chromedp.Evaluate[int](`document.querySelectorAll("[data-check]:not([hidden]) [data-word=ok]:not([hidden])").length`)); n != 9 {
		t.Errorf("%d checks agree, want 9", n)
	}
	if over := get(t, ctx, "width", chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)); over > 0 {
		t.Errorf("%d px too wide on a phone", over)
	}
}
