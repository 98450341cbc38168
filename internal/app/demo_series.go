package app

import (
	"context"
	"encoding/csv"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/measure"
	"xuedu/internal/sheet"
)

// demoShare is an invented pair of figures that other bodies publish once a
// year: something, and a part of it.
type demoShare struct {
	whole, part string
	from        float64 // whole: of so many residents one …
	fixed       int64   // … or so many in every district
	low, high   int64   // the part, percent of the whole
	written     bool    // the whole was written with another part
}

// demoShares stand for the survey of residents, the ratings of learners, the
// statistics of employers and the list of facilities.
var demoShares = []demoShare{
	{whole: "survey.satisfaction_answers", part: "survey.satisfied", fixed: 600, low: 82, high: 93},
	{whole: "survey.answers", part: "survey.aware", fixed: 640, low: 82, high: 93},
	{whole: "survey.answers", part: "survey.agrees", fixed: 640, low: 70, high: 88, written: true},
	{whole: "ratings.asked", part: "ratings.answers", fixed: 900, low: 21, high: 38},
	{whole: "workers.employed", part: "workers.trained", from: 2.1, low: 34, high: 56},
	{whole: "training.spent", part: "training.frontline", from: 0.02, low: 55, high: 72},
	{whole: "professionals", part: "professionals.on_hours", from: 9, low: 62, high: 88},
	{whole: "facilities", part: "facilities.open", from: 14_000, low: 48, high: 81},
	{whole: "population", part: "residents.near", from: 1, low: 57, high: 90, written: true},
}

// makeDemoSeries imports two years of invented figures of other bodies, and
// returns how many.
func (a *App) makeDemoSeries(ctx context.Context, today time.Time) (int64, error) {
	var b strings.Builder
	out := csv.NewWriter(&b)
	rows := [][]string{{"code", "area", "period", "value", "source", "vintage"}}
	last := today.Year() - 1
	for year := last - 1; year <= last; year++ {
		rows = append(rows, a.demoSeries(year, last)...)
	}
	if err := out.WriteAll(rows); err != nil {
		return 0, err
	}
	src, err := sheet.NewBytes([]byte(b.String()))
	if err != nil {
		return 0, err
	}
	r, err := a.Series.Import(ctx, src, measure.ImportOptions{Name: "demo-series.csv", Strict: true})
	if err == nil && r.Refused > 0 {
		err = fmt.Errorf("demo series: line %d: %w", r.Problems[0].Line, r.Problems[0].Err)
	}
	return int64(r.Added), err
}

// demoSeries are the figures of a year for every district, and their sums for
// the city.
func (a *App) demoSeries(year, last int) (rows [][]string) {
	tree := a.Areas.Tree()
	top, _ := tree.ByCode(a.Packs.Pack().RootArea)
	add := func(code string, n int, v int64) {
		rows = append(rows, []string{code, tree.At(n).Code, strconv.Itoa(year), strconv.FormatInt(v, 10), "演示 | Sample", strconv.Itoa(year+1) + "-02-20"})
	}
	for _, s := range demoShares {
		var whole, part int64
		for _, n := range tree.Below(top, area.District) {
			w, p := s.of(a.residents(tree.At(n).ID, year), tree.At(n).Code, last-year)
			whole, part = whole+w, part+p
			if !s.written {
				add(s.whole, n, w)
			}
			add(s.part, n, p)
			if s.part == "ratings.answers" {
				add("ratings.points", n, p*45/10)
			}
		}
		if !s.written {
			add(s.whole, top, whole)
		}
		add(s.part, top, part)
		if s.part == "ratings.answers" {
			add("ratings.points", top, part*45/10)
		}
	}
	return rows
}

// of invents the figures of a district; each year before was two percent worse.
func (s demoShare) of(residents int64, district string, before int) (whole, part int64) {
	whole = s.fixed
	if s.from > 0 {
		whole = int64(float64(residents) / s.from)
	}
	h := fnv.New32a()
	h.Write([]byte(s.part + district))
	share := s.low + int64(h.Sum32())%(s.high-s.low+1) - int64(2*before)
	return whole, whole * share / 100
}

// residents is how many live in an area at the end of a year.
func (a *App) residents(id int64, year int) int64 {
	n, _, _, _, _ := a.Areas.Populations().At(id, strconv.Itoa(year)+"-12-31")
	return n
}
