package assign_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/accredit/assign"
)

// TestOracle compares feasibility and every part of the objective with an
// integer program that glpsol (GLPK) solves.
func TestOracle(t *testing.T) {
	bin, err := exec.LookPath("glpsol")
	if err != nil {
		t.Fatal("glpsol is missing: install glpk-utils (scripts/test.sh does)")
	}
	dir := t.TempDir()
	feasible := 0
	for i := range 200 {
		p := rapid.Custom(func(t *rapid.T) assign.Problem { return small(t, 6, 6) }).Example(i)
		lp := program{p: p, bin: bin, dir: dir, t: t}
		plan, lack := assign.Solve(p)
		want, ok := lp.best()
		switch {
		case ok != (lack == nil):
			t.Fatalf("case %d: feasible is %v, but lack is %+v\n%+v", i, ok, lack, p)
		case !ok:
			continue
		case !plan.Exact:
			t.Fatalf("case %d: not proved", i)
		case want != [3]int{plan.Moved, plan.Floor, int(plan.Cost)}:
			t.Fatalf("case %d: moved, floor, cost are %v, want %v\n%+v", i, []any{plan.Moved, plan.Floor, plan.Cost}, want, p)
		}
		feasible++
	}
	if feasible < 60 || feasible > 180 {
		t.Fatalf("%d of 200 are feasible: the cases say too little", feasible)
	}
}

// small draws a small problem.
func small(t *rapid.T, experts, applications int) assign.Problem {
	p := assign.Problem{Each: rapid.IntRange(1, 3).Draw(t, "each"), Seed: rapid.Uint64().Draw(t, "seed")}
	grouped := rapid.IntRange(0, 3).Draw(t, "grouped") == 0
	for range rapid.IntRange(1, experts).Draw(t, "experts") {
		e := assign.Expert{Load: rapid.IntRange(1, applications).Draw(t, "load")}
		for _, c := range []string{"a", "b"} {
			if rapid.Bool().Draw(t, c) {
				e.Categories = append(e.Categories, c)
			}
		}
		if grouped {
			e.Panel = rapid.IntRange(1, 2).Draw(t, "panel")
		}
		p.Experts = append(p.Experts, e)
	}
	for range rapid.IntRange(1, applications).Draw(t, "applications") {
		a := assign.Application{}
		if grouped {
			a = assign.Application{Panel: rapid.IntRange(1, 2).Draw(t, "of"), Anchor: rapid.Bool().Draw(t, "anchor")}
		}
		p.Applications = append(p.Applications, a)
	}
	for _, c := range []string{"a", "b"} {
		if n := rapid.IntRange(0, 2).Draw(t, "least"); n > 0 && rapid.Bool().Draw(t, "bound") {
			p.Categories = append(p.Categories, assign.Bound{Category: c, Least: n})
		}
	}
	ties(t, &p)
	return p
}

// ties draws who may not, who does already, and who fits.
func ties(t *rapid.T, p *assign.Problem) {
	fits := rapid.Bool().Draw(t, "fits")
	for e := range p.Experts {
		var no []bool
		var fit []float64
		for a := range p.Applications {
			no = append(no, rapid.IntRange(0, 6).Draw(t, "no") == 0)
			fit = append(fit, float64(rapid.IntRange(0, 4).Draw(t, "fit"))/4)
			if !no[a] && rapid.IntRange(0, 7).Draw(t, "keep") == 0 {
				p.Keep = append(p.Keep, [2]int{e, a})
			}
		}
		p.Forbidden = append(p.Forbidden, no)
		if fits {
			p.Fit = append(p.Fit, fit)
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "apart") {
		x, y := rapid.IntRange(0, len(p.Experts)-1).Draw(t, "x"), rapid.IntRange(0, len(p.Experts)-1).Draw(t, "y")
		if x != y {
			p.Apart = append(p.Apart, [2]int{x, y})
		}
	}
}

// program is a problem as an integer program. It knows the rules of slots from
// their description, not from the code.
type program struct {
	p        assign.Problem
	bin, dir string
	t        *testing.T
}

// best finds the objective step by step: changes, then floor, then cost.
func (l program) best() (out [3]int, ok bool) {
	kept, ok := l.solve("Maximize", l.keeps(), 0, -1)
	if !ok {
		return out, false
	}
	floor := 0
	if l.p.Fit != nil {
		for f := 1; f <= assign.Steps; f++ {
			if n, ok := l.solve("Maximize", l.keeps(), f, -1); ok && n == kept {
				floor = f
			}
		}
	}
	cost, _ := l.solve("Minimize", l.cost(), floor, kept)
	for f := assign.Steps; l.p.Fit == nil && f > floor; f-- {
		floor = f
	}
	if l.p.Fit != nil && kept == l.all() {
		floor = assign.Steps
	}
	return [3]int{len(l.p.Keep) - kept, floor, cost}, true
}

// all is how many pairs a plan has.
func (l program) all() (n int) {
	for a := range l.p.Applications {
		for _, s := range l.slots(a) {
			n += s.n
		}
	}
	return n
}

func (l program) fit(e, a int) int {
	if l.p.Fit == nil {
		return assign.Steps
	}
	return int(l.p.Fit[e][a]*assign.Steps + 0.5)
}

type need struct {
	category string
	panel, n int
}

// slots: the categories; then what is left, of an anchor round the panels.
func (l program) slots(a int) (out []need) {
	free, panels := l.p.Each, 0
	for _, b := range l.p.Categories {
		out, free = append(out, need{b.Category, 0, b.Least}), free-b.Least
	}
	for _, e := range l.p.Experts {
		panels = max(panels, e.Panel)
	}
	x := l.p.Applications[a]
	if !x.Anchor || panels < 2 {
		return append(out, need{"", 0, max(free, 0)})
	}
	for i := range max(free, 0) {
		out = append(out, need{"", (x.Panel+i)%panels + 1, 1})
	}
	return out
}

func (l program) may(e, a int, s need) bool {
	x, y := l.p.Experts[e], l.p.Applications[a]
	switch {
	case l.p.Forbidden[e][a] || s.category != "" && !slices.Contains(x.Categories, s.category):
		return false
	case s.panel > 0:
		return x.Panel == s.panel
	}
	return y.Anchor || y.Panel == 0 || x.Panel == 0 || x.Panel == y.Panel
}

func (l program) isKept(e, a int) bool { return slices.Contains(l.p.Keep, [2]int{e, a}) }

func (l program) keeps() string {
	var b strings.Builder
	for _, k := range l.p.Keep {
		fmt.Fprintf(&b, " + x%d_%d", k[0], k[1])
	}
	return b.String() + " + 0 zero"
}

func (l program) cost() string {
	var b strings.Builder
	for e, x := range l.p.Experts {
		for a := range l.p.Applications {
			fmt.Fprintf(&b, " + %d x%d_%d", assign.Steps-l.fit(e, a), e, a)
		}
		for u := 1; u <= x.Load; u++ {
			fmt.Fprintf(&b, " + %d l%d_%d", assign.Balance*(2*u-1), e, u)
		}
	}
	return b.String()
}

// solve runs glpsol; kept < 0 leaves the number of kept pairs open.
func (l program) solve(sense, goal string, floor, kept int) (int, bool) {
	file, out := filepath.Join(l.dir, "p.lp"), filepath.Join(l.dir, "p.out")
	if err := os.WriteFile(file, l.text(sense, goal, floor, kept), 0o600); err != nil {
		l.t.Fatal(err)
	}
	if msg, err := exec.Command(l.bin, "--lp", file, "--write", out).CombinedOutput(); err != nil {
		l.t.Fatalf("glpsol: %v\n%s", err, msg)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		l.t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) { // s mip ROWS COLUMNS STATUS VALUE
		if f := strings.Fields(line); len(f) == 6 && f[0] == "s" && f[1] == "mip" {
			v, _ := strconv.ParseFloat(f[5], 64)
			return int(v + 0.5), f[4] == "o"
		}
	}
	l.t.Fatalf("glpsol wrote no result:\n%s", b)
	return 0, false
}

func (l program) text(sense, goal string, floor, kept int) []byte {
	var b, bin bytes.Buffer
	fmt.Fprintf(&b, "%s\n obj: %s\nSubject To\n fix: zero = 0\n", sense, goal)
	if kept >= 0 {
		fmt.Fprintf(&b, " kept: %s = %d\n", l.keeps(), kept)
	}
	for a := range l.p.Applications {
		for s, x := range l.slots(a) {
			fmt.Fprintf(&b, " s%d_%d: 0 zero", a, s)
			for e := range l.p.Experts {
				fmt.Fprintf(&b, " + z%d_%d_%d", e, a, s)
			}
			fmt.Fprintf(&b, " = %d\n", x.n)
		}
		for i, x := range l.p.Apart {
			fmt.Fprintf(&b, " ap%d_%d: x%d_%d + x%d_%d <= 1\n", i, a, x[0], a, x[1], a)
		}
	}
	for e, x := range l.p.Experts {
		fmt.Fprintf(&b, " ld%d: 0 zero", e)
		for a := range l.p.Applications {
			fmt.Fprintf(&b, " + x%d_%d", e, a)
		}
		for u := 1; u <= x.Load; u++ {
			fmt.Fprintf(&b, " - l%d_%d", e, u)
			fmt.Fprintf(&bin, " l%d_%d\n", e, u)
		}
		fmt.Fprintf(&b, " = 0\n")
		for a := range l.p.Applications {
			l.pair(&b, &bin, e, a, floor)
		}
	}
	fmt.Fprintf(&b, "Binary\n%sEnd\n", bin.String())
	return b.Bytes()
}

// pair writes one possible pair: it fills at most one slot that it may fill.
func (l program) pair(b, bin *bytes.Buffer, e, a, floor int) {
	fmt.Fprintf(b, " p%d_%d: x%d_%d", e, a, e, a)
	fmt.Fprintf(bin, " x%d_%d\n", e, a)
	for s := range l.slots(a) {
		fmt.Fprintf(b, " - z%d_%d_%d", e, a, s)
		fmt.Fprintf(bin, " z%d_%d_%d\n", e, a, s)
	}
	fmt.Fprintf(b, " = 0\n")
	for s, x := range l.slots(a) {
		if !l.may(e, a, x) || l.fit(e, a) < floor && !l.isKept(e, a) {
			fmt.Fprintf(b, " n%d_%d_%d: z%d_%d_%d = 0\n", e, a, s, e, a, s)
		}
	}
}
