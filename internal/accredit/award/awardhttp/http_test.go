package awardhttp_test

import (
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit/award/awardhttp"
	"xuedu/internal/accredit/award/awardtest"
	"xuedu/internal/area"
	"xuedu/internal/chart"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
	"xuedu/internal/pdf"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

type site struct {
	*awardtest.World
	t *testing.T
	h http.Handler
}

func newSite(t *testing.T) *site {
	w := awardtest.New(t, dbtest.SQLite(t))
	w.To("2026-03-02")
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	can := func(ctx context.Context, perm string) bool { return account.From(ctx).Can(perm) }
	mux := web.Mux(web.Config{Log: slog.New(slog.DiscardHandler), ErrorPage: ui.ErrorPage,
		Can:      func(ctx context.Context, p web.Perm) bool { return can(ctx, string(p)) },
		SignedIn: func(ctx context.Context) bool { return account.From(ctx).SignedIn() }},
		awardhttp.Routes(awardhttp.Deps{Awards: w.Service, Tree: func() *area.Tree { return w.Tree }, Pack: func() *pack.Pack { return w.Pack },
			Map: func() *chart.Outlines { return nil }, Printer: pdf.New(""),
			Experts: func(context.Context) ([]awardhttp.Option, error) {
				return []awardhttp.Option{{Value: "e1", Text: "专家甲"}}, nil
			}})...)
	env := &ui.Env{Bundle: b, City: func(string) string { return "城" }, Owners: func(string) []string { return []string{"示例市教委"} },
		PackLine: func(string) string { return "" }, Synthetic: func() bool { return false },
		User: func(ctx context.Context, _ string) (string, string) { return account.From(ctx).Name, "" }, Can: can, Zone: time.UTC}
	return &site{World: w, t: t, h: ui.Middleware(env, mux)}
}

// do asks for a page as a role, with a form where there is one.
func (s *site) do(ctx context.Context, method, path string, form url.Values) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	s.h.ServeHTTP(rec, r)
	return rec
}

func (s *site) get(path string) *httptest.ResponseRecorder {
	return s.do(s.t.Context(), http.MethodGet, path, nil)
}

func (s *site) wants(rec *httptest.ResponseRecorder, code int, words ...string) {
	s.t.Helper()
	if rec.Code != code {
		s.t.Fatalf("answers %d, want %d: %.300s", rec.Code, code, rec.Body)
	}
	for _, w := range words {
		if !strings.Contains(rec.Body.String(), w) {
			s.t.Errorf("lacks %q", w)
		}
	}
}

func TestPublic(t *testing.T) {
	s := newSite(t)
	s.wants(s.get("/awards"), 200, "还没有认定")
	a := s.Granted(t, awardtest.District, awardtest.District2)[0]
	s.wants(s.get("/awards"), 200, a.Holder, a.Number, "共 2 项")
	s.wants(s.get("/awards?q=nobody"), 200, "没有符合条件的认定")
	s.wants(s.get("/awards?area=none"), 404)
	s.wants(s.get("/awards?page=9"), 422)
	s.wants(s.get("/awards/"+a.Number), 200, "统筹有力", "京学组〔2026〕5号", "发文认定")
	s.wants(s.get("/awards/"+a.Number+"/certificate"), 200, "<svg", a.Number, a.Holder, "/awards/"+a.Number+"/certificate.pdf")
	s.wants(s.get("/awards/verify?number=+sf2026-001"), 200, "证书有效")
	s.wants(s.get("/awards/verify?number=SF2026-009"), 200, "没有这个编号")
	if got := s.get("/v/" + a.Number); got.Code != 303 || got.Header().Get("Location") != "/awards/verify?number="+a.Number {
		t.Errorf("short address: %d %s", got.Code, got.Header().Get("Location"))
	}
	s.wants(s.get("/awards/data.csv?area=D1"), 200, "number,programme", a.Number)
	var all struct{ Awards []awardhttp.Entry }
	if err := json.Unmarshal(s.get("/awards/data.json").Body.Bytes(), &all); err != nil || len(all.Awards) != 2 || !all.Awards[0].InForce {
		t.Errorf("json: %+v, %v", all, err)
	}
}

// The code on a certificate leads to where it is verified, as a phone reads it.
func TestCode(t *testing.T) {
	s := newSite(t)
	a := s.Granted(t, awardtest.District)[0]
	rec := s.get("/awards/" + a.Number + "/qr")
	s.wants(rec, 200, "<svg")
	file := filepath.Join(t.TempDir(), "qr.png")
	draw(t, rec.Body.String(), file)
	out, err := exec.Command("zbarimg", "--quiet", "--raw", file).Output() // scripts/test.sh asks for it
	if got := strings.TrimSpace(string(out)); err != nil || got != "http://example.com/v/"+a.Number {
		t.Errorf("a reader sees %q, %v", got, err)
	}
}

// draw paints the modules of a code, eight pixels each.
func draw(t *testing.T, svg, file string) {
	t.Helper()
	side, err := strconv.Atoi(regexp.MustCompile(`viewBox="0 0 (\d+)`).FindStringSubmatch(svg)[1])
	if err != nil {
		t.Fatal(err)
	}
	const px = 8
	img := image.NewGray(image.Rect(0, 0, px*side, px*side))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h1`).FindAllStringSubmatch(svg, -1) {
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		for i := range px * px {
			img.SetGray(px*x+i%px, px*y+i/px, color.Gray{})
		}
	}
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
}

// P1.7: an award is revoked on the desk by those whose turn it is, and the
// register says so.
func TestDesk(t *testing.T) {
	s := newSite(t)
	a := s.Granted(t, awardtest.District)[0]
	city, leading := awardtest.As(t.Context(), account.RoleCity, 0), awardtest.As(t.Context(), account.RoleLeading, 0)
	holder, other := awardtest.As(t.Context(), account.RoleDistrict, awardtest.District), awardtest.As(t.Context(), account.RoleDistrict, awardtest.District2)
	page := "/desk/awards/" + a.ID
	s.wants(s.do(city, "GET", "/desk/awards", nil), 200, a.Holder, "没有待办事项")
	s.wants(s.do(other, "GET", page, nil), 403)
	s.wants(s.do(city, "POST", page+"/move", url.Values{"move": {"propose_revocation"}, "reason": {"数据造假"}}), 422, "请选择拟撤销的原因")
	s.wants(s.do(city, "POST", page+"/move", url.Values{"move": {"propose_revocation"}, "reason": {"数据造假"}, "cause": {"fraud"}}), 303)
	s.wants(s.do(holder, "GET", page, nil), 200, "书面陈述", "申请听证")
	s.wants(s.do(other, "POST", page+"/record", url.Values{"kind": {"waiver"}, "text": {"x"}}), 403)
	s.wants(s.do(holder, "POST", page+"/record", url.Values{"kind": {"waiver"}, "text": {"放弃"}}), 303)
	s.wants(s.do(leading, "POST", page+"/move", url.Values{"move": {"revoke"}, "reason": {"经核实，弄虚作假。"}}), 303)
	s.wants(s.get("/awards/"+a.Number), 200, "经核实，弄虚作假。", "已经失效")
	s.wants(s.get("/awards/verify?number="+a.Number), 200, "认定已失效：")
	s.wants(s.get("/awards/"+a.Number+"/certificate.pdf"), 409, "不能打印证书") // not even where it was printed before
	if got := s.get("/awards/" + a.Number + "/certificate").Body.String(); strings.Contains(got, "xd-cert") {
		t.Error("a revoked award has a certificate")
	}
	s.wants(s.get("/awards?state=over"), 200, a.Holder)
}

func TestGuidance(t *testing.T) {
	s := newSite(t)
	city, holder := awardtest.As(t.Context(), account.RoleCity, 0), awardtest.As(t.Context(), account.RoleDistrict, awardtest.District)
	rec := s.do(city, "POST", "/desk/guidance", url.Values{"expert": {"e1"}, "programme": {awardtest.Programme}, "area": {"D1"}})
	s.wants(rec, 303)
	page := rec.Header().Get("Location")
	s.wants(s.do(city, "POST", page+"/contact", url.Values{"day": {s.Today()}, "kind": {"visit"}, "text": {"查看场地"}}), 303)
	s.wants(s.do(city, "POST", page+"/contact", url.Values{"day": {"x"}, "kind": {"visit"}, "text": {"查看场地"}}), 422)
	s.wants(s.do(city, "POST", page+"/item", url.Values{"leaf": {"1.1"}, "text": {"建立联席会议"}, "due": {"2026-06-01"}, "before": {"尚无"}}), 303)
	s.wants(s.do(holder, "GET", page, nil), 200, "查看场地", "建立联席会议", "尚无", "提交反馈")
	s.wants(s.do(city, "POST", page+"/nothing", nil), 404)
	if len(s.Edges) != 2 {
		t.Errorf("ties %+v", s.Edges)
	}
	s.wants(s.do(holder, "GET", "/desk/guidance", nil), 200, page)
	s.wants(s.do(holder, "POST", "/desk/guidance", nil), 403)
	if _, err := s.Cases(holder); err != nil {
		t.Error(err)
	}
}
