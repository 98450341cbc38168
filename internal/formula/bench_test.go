package formula_test

import (
	"strings"
	"testing"

	"xuedu/internal/formula"
)

// The longest formulas compile in no time.
func BenchmarkCompileLong(b *testing.B) {
	for name, src := range map[string]string{
		"sum":    strings.Repeat("a+", 900) + "a",
		"args":   strings.Repeat("max(a,b,c,d,a,b,c,d)*", 90) + "a",
		"deep":   strings.Repeat("(", 50) + "a" + strings.Repeat(")", 50),
		"minus":  strings.Repeat("-", 50) + "a",
		"ratios": strings.Repeat("a/b+", 400) + "a",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, problems := formula.Compile(src, plain); problems != nil {
					b.Fatal(problems)
				}
			}
		})
	}
}

// The whole city: 60 indicators, 7,901 areas, 20 quarters (issue 3, 5).
func BenchmarkCity(b *testing.B) {
	const areas, periods = 7901, 20
	e := &env{parent: make([]int, areas), cols: map[formula.Ref]formula.Loaded{}}
	for _, code := range oracleCodes {
		l := formula.Loaded{Column: formula.Column{State: make([]formula.State, areas), Num: make([]int64, areas)}}
		for i := range l.State {
			l.State[i], l.Num[i] = formula.Value, int64(1+i*7919%100000)
		}
		e.cols[formula.Ref{Code: code}], e.cols[formula.Ref{Code: code, Back: 4}] = l, l
	}
	var programs []*formula.Program
	for i := range 60 {
		src := []string{"100 * a / b", "a", "10000 * a / b", "a / b", "100 * (a - b) / c", "100 * a / b - prev(100 * a / b, 4)"}[i%6]
		p, problems := formula.Compile(src, plain)
		if problems != nil {
			b.Fatal(problems)
		}
		programs = append(programs, p)
	}
	b.Run("sequential", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for range periods {
				for _, p := range programs {
					if _, err := p.Eval(e, formula.Missing{}); err != nil {
						b.Fatal(err)
					}
				}
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(60*areas*periods), "ns/cell")
	})
	for _, src := range []string{"a", "100 * a / b", "a + b", "a / b + c / d", "if(a > b, a, b)", "max(a, b)", "round(a / b, 2)", "a > b and c > d"} {
		b.Run(strings.ReplaceAll(src, " ", ""), func(b *testing.B) {
			p, _ := formula.Compile(src, plain)
			for b.Loop() {
				if _, err := p.Eval(e, formula.Missing{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/areas, "ns/cell")
		})
	}
}
