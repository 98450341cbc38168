package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"xuedu/internal/draw"
)

// manifests is how many draws are verified.
const manifests = 1000

// newDraw invents a draw of experts: two groups with bounds, every third one
// weighted.
func newDraw(n int) (draw.Manifest, error) {
	at := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	d := dice(n)
	var entries []draw.Entry
	for i := range 20 + d.below(180) {
		e := draw.Entry{Token: draw.Token(fmt.Sprint("salt", n), fmt.Sprint(i)), Weight: 1, Groups: []string{[]string{"practice", "research"}[i%2]}}
		if n%3 == 0 {
			e.Weight = int64(1 + d.below(9))
		}
		entries = append(entries, e)
	}
	secret := []byte(fmt.Sprintf("a secret of many letters %d", n))
	m, err := draw.Freeze(draw.Head{ID: fmt.Sprint("draw-", n), Purpose: "experts", Title: "draw", Seats: 10, Rule: "the value of the day", At: at,
		Groups: []draw.Group{{Code: "practice", Least: 3, Most: 7}, {Code: "research", Least: 2}}}, entries, secret)
	if err != nil {
		return m, err
	}
	return draw.Draw(m, secret, fmt.Sprint("value of the day ", n), at.AddDate(0, 0, 1))
}

// measureDraws compares our verification with the one that readers run in their
// browsers, here in Node. Every tenth manifest was changed; both must say so of
// the same ones. The time is that of reading and verifying, without the start.
func measureDraws(ctx context.Context, o options, r *awardsReport) error {
	dir := filepath.Join(o.dir, "draws")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	files := make([][]byte, manifests)
	for i := range files {
		m, err := newDraw(i)
		if err != nil {
			return err
		}
		if i%10 == 0 {
			slices.Reverse(m.Taken)
		}
		files[i] = m.Encode()
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.json", i)), files[i], 0o600); err != nil {
			return err
		}
	}
	c := contest{what: fmt.Sprintf("verification of %s draws of 20 to 199 entries", grouped(manifests)), peer: "our JavaScript for readers, in Node"}
	var ours []bool
	var err error
	if c.ours, err = median(3, func() (err error) { ours, err = verifyAll(files); return err }); err != nil {
		return err
	}
	s, err := runProgram(exec.CommandContext(ctx, "node", "peers/draws.mjs", "../internal/ui/static/draw.js", dir))
	if err != nil {
		return err
	}
	var theirs struct {
		MS float64
		OK []bool
	}
	if err := json.Unmarshal([]byte(s.out), &theirs); err != nil {
		return fmt.Errorf("%w: %s", err, s.out)
	}
	bad := strings.Count(fmt.Sprint(ours), "false")
	if !slices.Equal(ours, theirs.OK) || bad != manifests/10 {
		return fmt.Errorf("the verdicts differ; ours finds %d wrong", bad)
	}
	c.theirs, c.note = theirs.MS, fmt.Sprintf("same verdicts; %d had been changed and were found", bad)
	r.add(c)
	return nil
}

func verifyAll(files [][]byte) ([]bool, error) {
	ok := make([]bool, len(files))
	for i, f := range files {
		m, err := draw.Parse(f)
		if err != nil {
			return nil, err
		}
		ok[i] = len(draw.Verify(m)) == 0
	}
	return ok, nil
}
