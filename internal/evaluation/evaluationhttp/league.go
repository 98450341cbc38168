package evaluationhttp

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"

	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/evaluation"
	"xuedu/internal/evaluation/score"
	"xuedu/internal/web"
)

// ranking is an index with how far its order can be trusted.
type ranking struct {
	Rows    []rankRow // by rank, then in the order of the tree
	Groups  []string  // that cannot be told apart, best first
	Dims    []string
	Chart   template.HTML
	Charted bool
	Seed    string
	Shake   int
	Runs    int
	Missing string
	None    int // areas without an index
}

type rankRow struct {
	Name, Index, Ranks string
	Rank               int
	Dims               []string
	Known, Of          int
}

func (p page) ranking(x evaluation.Round, m evaluation.Method, k score.Ranking) *ranking {
	c := m.Composite
	out := &ranking{Seed: x.Seed(), Shake: c.Shake, Runs: c.Runs, Missing: p.T("evaluation.missing." + c.Missing)}
	for _, d := range m.Dimensions {
		out.Dims = append(out.Dims, d.Name.In(p.Lang))
	}
	name := func(code string) string { a, _ := x.Figures.Area(code); return a.Name.In(p.Lang) }
	dots := chart.Intervals{Head: chart.Head{ID: "league", Title: p.T("evaluation.league.chart"), Desc: p.T("evaluation.league.chart.desc")}, Line: chart.Point{Missing: true}}
	rows := slices.Clone(k.Rows)
	slices.SortStableFunc(rows, func(a, b score.Index) int { return last(a) - last(b) })
	for _, r := range rows {
		row := rankRow{Name: name(r.Area), Rank: r.Rank, Known: r.Known, Of: r.Of}
		for _, d := range r.Dimensions {
			row.Dims = append(row.Dims, places(d, c.Places))
		}
		if r.Rank == 0 {
			out.None++
		} else {
			row.Index, row.Ranks = places(r.Value, c.Places), ranks(r)
			dots.Rows = append(dots.Rows, chart.Interval{Point: chart.Point{Label: row.Name, Value: float64(r.Rank), Text: row.Ranks}, Low: float64(r.Low), High: float64(r.High)})
		}
		out.Rows = append(out.Rows, row)
	}
	for _, g := range k.Groups {
		if len(g) < 2 {
			continue
		}
		s := ""
		for i, code := range g {
			if i > 0 {
				s += p.T("evaluation.league.and")
			}
			s += name(code)
		}
		out.Groups = append(out.Groups, s)
	}
	if len(dots.Rows) > 0 {
		out.Chart, out.Charted = chart.Dots(dots), true
	}
	return out
}

// last puts what has no rank last.
func last(r score.Index) int {
	if r.Rank == 0 {
		return 1 << 20
	}
	return r.Rank
}

func ranks(r score.Index) string {
	if r.Low == r.High {
		return strconv.Itoa(r.Rank)
	}
	return strconv.Itoa(r.Low) + "–" + strconv.Itoa(r.High)
}

// leaguePage is the ranking in public, where the city decided so and said why.
type leaguePage struct {
	page
	edition
	When, Reason string
	K            *ranking
}

func (h *handler) league(w http.ResponseWriter, r *http.Request) error {
	x, m, err := h.found(r)
	if err != nil {
		return err
	}
	if !x.League {
		return errs.New(errs.NotFound, "evaluation.league_off")
	}
	k, err := h.Evaluations.Ranking(r.Context(), x)
	if err != nil {
		return err
	}
	p := leaguePage{page: sitePage(r)}
	if p.edition, err = h.edition(r, p.page, x); err != nil {
		return err
	}
	p.When, p.Reason, p.K = p.period(x.Period), x.LeagueReason.In(p.Lang), p.ranking(x, m, k)
	p.Title = p.T("evaluation.league.of", "Period", p.When)
	return web.Render(w, r, http.StatusOK, leagueView, p)
}
