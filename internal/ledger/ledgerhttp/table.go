package ledgerhttp

import (
	"context"
	"net/url"
	"strconv"

	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ui"
)

// rowsPerPage keeps a page of areas short enough to read and to print.
const rowsPerPage = 200

// table shows one measure of many areas, with the same period a year before.
type table struct {
	Caption, Sub, Head, Unit, Label string
	HasBase, HasPast                bool
	Past                            string // name of the period a year before
	Rows                            []tableRow
	Total                           tableRow
	Note                            string
	Pager                           pager
	Words                           words
}

// words head the columns and name the pages.
type words struct{ Now, Base, Persons, Change, ChangeUnit, NoBase, More, Pages, Prev, Next, Range string }

func newWords(p ui.Page, q ledger.Query, g pager) words {
	w := words{Now: figureview.PeriodName(p, q.Period), Base: p.T("explore.base"), Persons: figureview.Unit(p, ledger.Participants),
		Change: p.T("place.change"), ChangeUnit: figureview.Unit(p, q.Measure), NoBase: p.T("explore.base.none"), More: p.T("explore.more"),
		Pages: p.T("explore.pages"), Prev: p.T("explore.prev"), Next: p.T("explore.next"), Range: p.T("explore.range", "From", g.From, "To", g.To, "Of", g.Of)}
	if q.Measure == ledger.Rate {
		w.ChangeUnit = p.T("place.points")
	}
	return w
}

type tableRow struct {
	Name, Href        string
	Cell, Was, Change figureview.Cell
	Base              string
}

// pager leads through the pages of a list.
type pager struct {
	From, To, Of string
	Prev, Next   string // addresses, "" at the ends
}

func page(v url.Values) int {
	n, err := strconv.Atoi(v.Get("page"))
	if err != nil || n < 1 || n > 1e6 {
		return 1
	}
	return n
}

// newPager is the pager of n things, size a page; it also returns the slice
// bounds of the page.
func newPager(p ui.Page, path string, v url.Values, n, size, page int) (g pager, from, to int) {
	page = min(page, max(1, (n+size-1)/size))
	from, to = (page-1)*size, min(page*size, n)
	g = pager{From: p.Num(int64(from + 1)), To: p.Num(int64(to)), Of: p.Num(int64(n))}
	at := func(i int) string { return path + "?" + with(v, "page", strconv.Itoa(i)).Encode() }
	if page > 1 {
		g.Prev = at(page - 1)
	}
	if to < n {
		g.Next = at(page + 1)
	}
	return g, from, to
}

// ask answers q for the areas the table shows: those of the level, or the
// parts of the area.
func (h *handler) ask(ctx context.Context, q ledger.Query) ([]ledger.Figure, error) {
	if q.Level == "" {
		return h.City.Children(ctx, q)
	}
	return h.City.Figures.Query(ctx, q)
}

// table fills the page's table and returns all its figures.
func (h *handler) table(ctx context.Context, p *explorePage, q ledger.Query, page int) ([]ledger.Figure, error) {
	now, err := h.ask(ctx, q)
	if err != nil || len(now) == 0 {
		return nil, err
	}
	t := &table{Head: figureview.LevelName(p.Page, now[0].Area.Level), Unit: figureview.Unit(p.Page, q.Measure), HasBase: q.Measure == ledger.Rate,
		Caption: figureview.Name(p.Page, q.Measure) + p.T("figure.comma") + figureview.PeriodName(p.Page, q.Period), Sub: p.T("place.parts.order")}
	t.Label, t.Note = t.Caption, addsUp(p.Page, q)
	was := map[string]ledger.Figure{}
	past, ok := figureview.YearBefore(q.Period)
	if from, _, has := h.City.Figures.Span(); ok && has && from <= past.From {
		before := q
		before.Period = past
		t.HasPast, t.Past = true, figureview.PeriodName(p.Page, past)
		fs, err := h.ask(ctx, before)
		if err != nil {
			return nil, err
		}
		for _, f := range fs {
			was[f.Area.Code] = f
		}
	}
	var from, to int
	t.Pager, from, to = newPager(p.Page, "/figures", q.Values(), len(now), rowsPerPage, page)
	t.Words = newWords(p.Page, q, t.Pager)
	for _, f := range now[from:to] {
		t.Rows = append(t.Rows, h.row(p.Page, q, f, was[f.Area.Code]))
	}
	p.Table = t
	return now, nil
}

func (h *handler) row(p ui.Page, q ledger.Query, f, was ledger.Figure) tableRow {
	q.Area, q.Level = f.Area.Code, ""
	r := tableRow{Name: f.Area.In(p.Lang), Href: figureview.Address("/figures", q), Cell: figureview.NewCell(p, f),
		Change: figureview.Change(p, f, was)}
	if was.State != "" {
		r.Was = figureview.NewCell(p, was)
	} else {
		r.Was = figureview.Dash(p, ledger.NotComputable)
	}
	if f.Base > 0 {
		r.Base = p.Num(f.Base)
	}
	return r
}

// addsUp says whether the parts add up to the whole.
func addsUp(p ui.Page, q ledger.Query) string {
	switch {
	case personsByPlace(q):
		return p.T("explore.note.by_place")
	case q.Measure == ledger.Rate:
		return p.T("explore.note.rate")
	}
	return p.T("explore.note.adds_up")
}
