package formula_test

import (
	"math/big"
	"os"
	"regexp"
	"strings"
	"testing"

	"xuedu/internal/formula"
	"xuedu/internal/i18n"
)

// docsEnv has the figures that docs/formula.md tells: city, district, three
// communities.
func docsEnv() *env {
	e := &env{parent: []int{-1, 0, 1, 1, 1}, level: []string{"city", "district", "community", "community", "community"}, cols: map[formula.Ref]formula.Loaded{}}
	put := func(r formula.Ref, values ...int64) {
		cells := make([]cell, 5)
		for i := range cells {
			cells[i] = known(big.NewRat(values[min(i, len(values)-1)], 1))
		}
		e.cols[r] = column(cells...)
	}
	put(formula.Ref{Code: "participants"}, 1200, 300, 150, 100, 50)
	put(formula.Ref{Code: "participants", Filter: "age=60+"}, 500, 120)
	put(formula.Ref{Code: "participants", Filter: "age=60+,sex=f"}, 500, 70)
	put(formula.Ref{Code: "participants", Filter: "sex=f"}, 700, 180)
	put(formula.Ref{Code: "participants", Filter: "sex=m"}, 500, 120)
	put(formula.Ref{Code: "participants", Back: 1}, 1000, 240)
	put(formula.Ref{Code: "population"}, 50000, 12000)
	put(formula.Ref{Code: "population", Filter: "age=60+"}, 9000, 3000)
	put(formula.Ref{Code: "population", Back: 1}, 50000, 12000)
	put(formula.Ref{Code: "attendances"}, 9000, 1500)
	put(formula.Ref{Code: "attendances", Op: formula.YTD}, 20000, 2700)
	put(formula.Ref{Code: "paid"}, 90000, 50000)
	put(formula.Ref{Code: "budget"}, 90000, 80000)
	put(formula.Ref{Code: "D01", Op: formula.Target}, 3)
	none := cell{state: formula.Nil}
	e.cols[formula.Ref{Code: "hours"}] = column(none, none, none, none, none)
	owed := cell{covered: true, expected: 3}
	e.cols[formula.Ref{Code: "donations"}] = column(owed, owed, owed, owed, owed)
	some := func(n int64, reported, expected int32) cell {
		return cell{state: formula.Value, value: big.NewRat(n, 1), covered: true, reported: reported, expected: expected}
	}
	e.cols[formula.Ref{Code: "rooms"}] = column(some(14, 2, 3), some(14, 2, 3), some(8, 1, 1), some(6, 1, 1), cell{covered: true, expected: 1})
	return e
}

// docsCatalogue has the measures of the examples.
func docsCatalogue() symbols {
	s := symbols{}
	for code, sym := range catalogue {
		s[code] = sym
	}
	pop := s["population"]
	pop.Dims = []formula.Dim{age}
	s["population"] = pop
	s["donations"] = formula.Symbol{Unit: "yuan", Area: formula.Sum, Time: formula.Sum}
	s["rooms"] = formula.Symbol{Unit: "", Area: formula.Sum, Time: formula.Last}
	s["hours"] = formula.Symbol{Unit: "", Area: formula.Sum, Time: formula.Sum}
	return s
}

// row is a line of a table whose first cell is a formula.
var row = regexp.MustCompile("(?m)^\\| `([^`]*)` \\| (.*) \\|$")

// Every example in the documentation is true.
func TestDocs(t *testing.T) {
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for file, lang := range map[string]string{"formula.md": i18n.ZH, "formula.en.md": i18n.EN} {
		text, err := os.ReadFile("../../docs/" + file)
		if err != nil {
			t.Fatal(err)
		}
		rows := row.FindAllStringSubmatch(string(text), -1)
		if len(rows) < 45 {
			t.Errorf("%s has %d examples", file, len(rows))
		}
		for _, m := range rows {
			cells := strings.Split(m[2], " | ")
			switch {
			case len(cells) == 1:
				docsProblem(t, b, lang, m[1], cells[0])
			case strings.HasPrefix(cells[1], "`"):
				for i, p := range []formula.Missing{{}, {Policy: formula.RequireShare, Share: "0.6"}, {Policy: formula.TreatAsZero}} {
					docsResult(t, m[1], strings.Trim(cells[i], "`"), p)
				}
			default:
				docsResult(t, m[1], strings.Trim(cells[0], "`"), formula.Missing{})
			}
		}
		for fn := range map[string]bool{"if": true, "coalesce": true, "min": true, "max": true, "abs": true, "round": true, "missing": true,
			"reported": true, "prev": true, "ytd": true, "target": true, "share": true, "count_units": true} {
			if !regexp.MustCompile("(?m)^\\| `" + fn + "\\(").Match(text) {
				t.Errorf("%s has no example of %s", file, fn)
			}
		}
	}
}

func docsResult(t *testing.T, src, want string, m formula.Missing) {
	t.Helper()
	p, problems := formula.Compile(src, docsCatalogue())
	if problems != nil {
		t.Errorf("%s: %v", src, show(src, problems))
		return
	}
	res, err := p.Eval(docsEnv(), m)
	if err != nil {
		t.Errorf("%s: %v", src, err)
		return
	}
	const district = 1
	got := res.State[district].String()
	switch r := res.Rat(district); {
	case res.State[district] == formula.NotComputable:
		got += ": " + res.Cause[district].String()
	case r == nil:
	case p.Type == formula.Truth:
		got = map[bool]string{true: "true", false: "false"}[res.True(district)]
	default:
		w, ok := new(big.Rat).SetString(want)
		if got = r.RatString(); ok && w.Cmp(r) == 0 {
			got = want
		}
	}
	if got != want {
		t.Errorf("%s with %+v is %s, not %s", src, m, got, want)
	}
}

func docsProblem(t *testing.T, b *i18n.Bundle, lang, src, want string) {
	t.Helper()
	_, problems := formula.Compile(src, docsCatalogue())
	if len(problems) == 0 {
		t.Errorf("%s has no problem", src)
		return
	}
	if got := b.T(lang, problems[0].Key, problems[0].Args...); got != want {
		t.Errorf("%s:\n%s\nnot\n%s", src, got, want)
	}
}
