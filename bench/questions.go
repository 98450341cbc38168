package main

import (
	"fmt"
	"slices"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/ledger/engine"
)

// question is one of the five of design 4.3, for the engine and as SQL. The
// engine always answers for all 7,901 areas. SQL answers for groups: each row
// is a month (0 = the question's only period), a level, an area and a count.
type question struct {
	name  string
	level area.Level // the areas asked for; "" = all
	asks  []engine.Ask
	sql   string
}

const (
	levelCity     = 0
	levelDistrict = 1
	levelStreet   = 2
	levelLeaf     = 3
)

func span(from, to int32, byPlace bool, theme int64) engine.Ask {
	return engine.Ask{From: from, To: to, ByPlace: byPlace, Theme: theme}
}

var questions = []question{
	{"by home, one year", "", []engine.Ask{span(20250101, 20251231, false, 0)},
		`SELECT 0, 1, a.district, count(DISTINCT t.person) FROM att t JOIN area a ON a.community = t.home WHERE t.day BETWEEN 20250101 AND 20251231 GROUP BY a.district`},
	{"by home, 24 months", "", eachMonth(),
		`SELECT t.month, 3, t.home, count(DISTINCT t.person) FROM att t GROUP BY t.month, t.home`},
	{"by home, one quarter, one theme", "", []engine.Ask{span(20250401, 20250630, false, 5)},
		`SELECT 0, 2, a.street, count(DISTINCT t.person) FROM att t JOIN area a ON a.community = t.home WHERE t.day BETWEEN 20250401 AND 20250630 AND t.theme = 5 GROUP BY a.street`},
	{"by place, 16 districts, one year", area.District, []engine.Ask{span(20250101, 20251231, true, 0)},
		`SELECT 0, 1, a.district, count(DISTINCT t.person) FROM att t JOIN area a ON a.community = t.place WHERE t.day BETWEEN 20250101 AND 20251231 GROUP BY a.district`},
	{"by place, all 7,901 areas, one year", "", []engine.Ask{span(20250101, 20251231, true, 0)},
		`SELECT 0, CASE WHEN a.community IS NOT NULL THEN 3 WHEN a.street IS NOT NULL THEN 2 WHEN a.district IS NOT NULL THEN 1 ELSE 0 END,
			COALESCE(a.community, a.street, a.district, 0), count(DISTINCT t.person) FROM att t JOIN area a ON a.community = t.place
			WHERE t.day BETWEEN 20250101 AND 20251231 GROUP BY GROUPING SETS ((a.district), (a.street), (a.community), ())`},
}

// areasOf lists the areas a question asks for; by home and without a level the
// engine answers for all in any case.
func (c *city) areasOf(q *question) []int {
	if q.level == "" {
		all := make([]int, c.tree.Len())
		for n := range all {
			all[n] = n
		}
		return all
	}
	return c.tree.Below(0, q.level)
}

func eachMonth() []engine.Ask {
	var out []engine.Ask
	for m := range months {
		first := time.Date(firstYear, time.Month(1+m), 1, 0, 0, 0, 0, time.UTC)
		ym := int32(first.Year()*10000 + int(first.Month())*100)
		out = append(out, span(ym+1, ym+int32(first.AddDate(0, 1, -1).Day()), false, 0))
	}
	return out
}

// cell is one row of an answer by SQL.
type cell struct{ month, level, area, count int64 }

type answer []cell

// compare holds SQL's answer against the engine's vectors: every count must be
// equal, and no area with persons may be missing.
func (c *city) compare(q *question, got answer, want [][]int64) error {
	seen := 0
	for _, x := range got {
		v := want[0]
		if x.month != 0 {
			i := slices.IndexFunc(q.asks, func(a engine.Ask) bool { return int64(a.From/100) == x.month })
			if i < 0 {
				return fmt.Errorf("month %d was not asked for", x.month)
			}
			v = want[i]
		}
		n, ok := c.number(x.level, x.area)
		if !ok || v[n] != x.count {
			return fmt.Errorf("level %d area %d month %d: SQL counts %d, the engine %d", x.level, x.area, x.month, x.count, v[n])
		}
		seen++
	}
	if levels := c.persons(got, want); levels != seen {
		return fmt.Errorf("SQL has %d areas with persons, the engine %d", seen, levels)
	}
	return nil
}

// persons counts the engine's areas with persons on the levels SQL answered.
func (c *city) persons(got answer, want [][]int64) int {
	asked := map[int64]bool{}
	for _, x := range got {
		asked[x.level] = true
	}
	n := 0
	for _, v := range want {
		for nr, count := range v {
			if count > 0 && asked[int64(len(c.tree.Path(nr))-1)] {
				n++
			}
		}
	}
	return n
}

func (c *city) number(level, id int64) (int, bool) {
	switch level {
	case levelCity:
		return 0, true
	case levelDistrict:
		return c.tree.ByID(10 + id)
	case levelStreet:
		return c.tree.ByID(100 + id)
	}
	return c.tree.ByID(leafID(int(id)))
}

// median runs f up to n times, less often if it is slow, and returns the
// median in milliseconds.
func median(n int, f func() error) (float64, error) {
	const enough = 20 * time.Second
	var ms []float64
	began := time.Now()
	for range n {
		at := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		ms = append(ms, float64(time.Since(at).Microseconds())/1000)
		if time.Since(began) > enough {
			break
		}
	}
	slices.Sort(ms)
	return ms[len(ms)/2], nil
}
