package ledgerhttp

import (
	"net/http"

	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/sheet"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var sessionsView = view("sessions")

type sessionsPage struct {
	ui.Page
	Question string
	Figure   figureview.Cell
	Unit     string
	Back     string
	CSV      string
	RowsHref string // "" = the reader may not see them
	Totals   []total
	Lines    []sessionRow
	Next     string
	First    string // "" = this is the first page
}

type sessionRow struct{ Key, Day, Place, Theme, Persons, Rows, Heads, Minutes string }

// sessions shows the class meetings behind a figure.
func (h *handler) sessions(w http.ResponseWriter, r *http.Request) error {
	q, err := h.own(r.URL.Query())
	if err != nil {
		return err
	}
	p := sessionsPage{Page: ui.NewPage(r, ui.Public, "lineage.title").In("nav.figures"), Back: figureview.Address("/figures", q),
		CSV: figureview.Address("/figures/sessions.csv", q), Unit: figureview.Unit(ui.NewPage(r, ui.Public, "lineage.title"), q.Measure)}
	f, err := h.City.One(r.Context(), q)
	if err != nil {
		return err
	}
	o, err := h.Lineage.Origin(r.Context(), q)
	if err != nil {
		return err
	}
	cursor := r.URL.Query().Get("cursor")
	lines, next, err := h.Lineage.Sessions(r.Context(), q, cursor, linesPerPage)
	if err != nil {
		return err
	}
	p.Question, p.Figure, p.Totals = h.sentence(p.Page, q), figureview.NewCell(p.Page, f), totals(p.Page, o)
	for _, l := range lines {
		p.Lines = append(p.Lines, h.sessionRow(p.Page, l))
	}
	p.Next = nextPage("/figures/sessions", q, next)
	if cursor != "" {
		p.First = figureview.Address("/figures/sessions", q)
	}
	if h.seesRows(r, q.Area) {
		p.RowsHref = figureview.Address("/figures/rows", q)
	}
	return web.Render(w, r, http.StatusOK, sessionsView, p)
}

// sentence says what was asked: measure, place, period and filter.
func (h *handler) sentence(p ui.Page, q ledger.Query) string {
	name := q.Area
	if n, ok := h.City.Tree().ByCode(q.Area); ok {
		name = h.City.Tree().At(n).In(p.Lang)
	}
	s := figureview.Name(p, q.Measure) + " · " + name + " · " + figureview.PeriodName(p, q.Period) + " · " + p.T("figure.by."+string(q.By))
	if only := h.City.Filters(p, q); only != "" {
		s += " · " + only
	}
	return s
}

func (h *handler) sessionRow(p ui.Page, l ledger.SessionLine) sessionRow {
	return sessionRow{Key: l.Key, Day: p.Date(l.Day.Time()), Place: place(h.City.Tree(), l.Place, p.Lang), Theme: h.City.SliceName(p, ledger.AxisTheme, l.Theme),
		Persons: p.Num(l.Persons), Rows: p.Num(l.Rows), Heads: p.Num(l.Heads), Minutes: p.Num(l.Minutes)}
}

// sessionsCSV writes every meeting behind a figure.
func (h *handler) sessionsCSV(w http.ResponseWriter, r *http.Request) error {
	q, err := h.own(r.URL.Query())
	if err != nil {
		return err
	}
	lines, next, err := h.Lineage.Sessions(r.Context(), q, "", linesPerTurn)
	if err != nil {
		return err
	}
	attach(w, "text/csv; charset=utf-8", fileName(q, "sessions.csv"))
	c := sheet.NewCSV(w)
	c.Write("session", "date", "place", "place_name", "theme", "persons", "attendances", "heads", "minutes")
	for {
		for _, l := range lines {
			code, name := "", ""
			if l.Place != nil {
				code, name = l.Place.Code, l.Place.Name
			}
			c.Write(l.Key, l.Day.String(), code, name, l.Theme, itoa(l.Persons), itoa(l.Rows), itoa(l.Heads), itoa(l.Minutes))
		}
		if next == "" || err != nil {
			break
		}
		lines, next, err = h.Lineage.Sessions(r.Context(), q, next, linesPerTurn)
	}
	if err != nil {
		panic(http.ErrAbortHandler) // a file that ends early must not look whole
	}
	return c.Flush()
}
