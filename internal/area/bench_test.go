package area_test

import (
	"fmt"
	"strings"
	"testing"

	"xuedu/internal/area"
	"xuedu/internal/db/dbtest"
)

// nation is a file of the size of China's: 31 provinces, 341 cities, 2,945
// districts, 41,300 streets and 620,000 communities, told by codes alone.
func nation() string {
	var b strings.Builder
	b.WriteString("code,name\n")
	row := func(name string, parts ...int) {
		widths := []int{2, 2, 2, 3, 3}
		for i, w := range widths {
			n := 0
			if i < len(parts) {
				n = parts[i]
			}
			fmt.Fprintf(&b, "%0*d", w, n)
		}
		b.WriteString("," + name + "\n")
	}
	for p := 13; p < 44; p++ {
		if p == 31 { // a municipality has no cities below it
			continue
		}
		row("省", p)
		for c := 1; c <= 11; c++ {
			row("山阳市", p, c)
			for d := 1; d <= 9; d++ {
				row("临江区", p, c, d)
				for s := 1; s <= 14; s++ {
					row("新华街道", p, c, d, s)
					for k := 1; k <= 15; k++ {
						row("长乐社区居民委员会", p, c, d, s, k)
					}
				}
			}
		}
	}
	return b.String()
}

func BenchmarkImportNation(b *testing.B) {
	file := nation()
	for b.Loop() {
		s := newService(dbtest.SQLite(b))
		if r, err := s.Import(b.Context(), table(b, file), area.ImportOptions{}); err != nil {
			b.Fatal(err, r.Problems)
		}
	}
}

func BenchmarkSearchCity(b *testing.B) {
	s := newService(dbtest.SQLite(b))
	if _, err := s.Import(b.Context(), packFile(b, "beijing-2021", "data/areas.csv"), area.ImportOptions{}); err != nil {
		b.Fatal(err)
	}
	tree := s.Tree()
	for _, text := range []string{"hdq", "海淀 中关村", "社区"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				tree.Search(text, 10)
			}
		})
	}
}
