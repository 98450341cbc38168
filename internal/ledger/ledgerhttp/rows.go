package ledgerhttp

import (
	"net/http"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/sheet"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var rowsView = view("rows")

type rowsPage struct {
	ui.Page
	Question string
	Back     string
	CSV      string
	Totals   []total
	Lines    []rowRow
	Next     string
	First    string
}

type rowRow struct{ Person, Session, Day, Home, Place, Theme, Mode, Minutes, Born, Sex string }

// seesRows reports whether the caller may see the rows of an area.
func (h *handler) seesRows(r *http.Request, code string) bool {
	t := h.City.Tree()
	n, ok := t.ByCode(code)
	return ok && account.From(r.Context()).CoversArea(string(PermRows), t, t.At(n).ID)
}

// mayRows reads the question of r and fails with Forbidden outside the
// caller's area. The look is in the audit trail before anything is shown.
func (h *handler) mayRows(r *http.Request) (ledger.Query, error) {
	q, err := h.own(r.URL.Query())
	if err != nil {
		return q, err
	}
	t := h.City.Tree()
	n, ok := t.ByCode(q.Area)
	if !ok {
		return q, errs.InvalidField("area", "figures.bad_area", "Value", q.Area)
	}
	if !h.seesRows(r, q.Area) {
		return q, errs.New(errs.Forbidden, "lineage.not_yours")
	}
	return q, h.SawRows(r.Context(), t.At(n).ID, q.Values().Encode())
}

// rows shows the pseudonymous rows behind a figure to those who may see them.
func (h *handler) rows(w http.ResponseWriter, r *http.Request) error {
	q, err := h.mayRows(r)
	if err != nil {
		return err
	}
	o, err := h.Lineage.Origin(r.Context(), q)
	if err != nil {
		return err
	}
	cursor := r.URL.Query().Get("cursor")
	lines, next, err := h.Lineage.Rows(r.Context(), q, cursor, linesPerPage)
	if err != nil {
		return err
	}
	p := rowsPage{Page: ui.NewPage(r, ui.Public, "lineage.rows.title").In("nav.figures"), Back: figureview.Address("/figures/sessions", q), CSV: figureview.Address("/figures/rows.csv", q)}
	p.Question, p.Totals = h.sentence(p.Page, q), totals(p.Page, o)
	for _, l := range lines {
		p.Lines = append(p.Lines, h.rowRow(p.Page, l))
	}
	p.Next = nextPage("/figures/rows", q, next)
	if cursor != "" {
		p.First = figureview.Address("/figures/rows", q)
	}
	return web.Render(w, r, http.StatusOK, rowsView, p)
}

func (h *handler) rowRow(p ui.Page, l ledger.RowLine) rowRow {
	t := h.City.Tree()
	row := rowRow{Person: l.Person, Session: l.Session, Day: p.Date(l.Day.Time()), Home: place(t, l.Home, p.Lang), Place: place(t, l.Place, p.Lang),
		Theme: h.City.SliceName(p, ledger.AxisTheme, l.Theme), Mode: h.City.SliceName(p, ledger.AxisMode, mode(l)), Sex: h.City.SliceName(p, ledger.AxisSex, l.Sex)}
	if l.Person == "" { // heads have no sex, age or time of their own
		none := p.T("figure.state.not_applicable")
		row.Person, row.Home, row.Sex, row.Born, row.Minutes = p.T("figure.within", "Count", p.Num(l.Heads)), none, none, none, none
		return row
	}
	row.Minutes, row.Born = p.Num(l.Minutes), p.T("figure.slice.unknown")
	if l.BirthYear > 0 {
		row.Born = itoa(l.BirthYear)
	}
	return row
}

func mode(l ledger.RowLine) string {
	if l.Online {
		return "online"
	}
	return "onsite"
}

// rowsCSV writes every row behind a figure.
func (h *handler) rowsCSV(w http.ResponseWriter, r *http.Request) error {
	q, err := h.mayRows(r)
	if err != nil {
		return err
	}
	lines, next, err := h.Lineage.Rows(r.Context(), q, "", linesPerTurn)
	if err != nil {
		return err
	}
	attach(w, "text/csv; charset=utf-8", fileName(q, "rows.csv"))
	c := sheet.NewCSV(w)
	c.Write("row", "person", "session", "date", "home", "place", "theme", "mode", "minutes", "heads", "birth_year", "sex")
	for {
		for _, l := range lines {
			c.Write(record(l)...)
		}
		if next == "" || err != nil {
			break
		}
		lines, next, err = h.Lineage.Rows(r.Context(), q, next, linesPerTurn)
	}
	if err != nil {
		panic(http.ErrAbortHandler) // a file that ends early must not look whole
	}
	return c.Flush()
}

func record(l ledger.RowLine) []string {
	home, at, born := "", "", ""
	if l.Home != nil {
		home = l.Home.Code
	}
	if l.Place != nil {
		at = l.Place.Code
	}
	if l.BirthYear > 0 {
		born = itoa(l.BirthYear)
	}
	return []string{itoa(l.ID), l.Person, l.Session, l.Day.String(), home, at, l.Theme, mode(l), itoa(l.Minutes), itoa(l.Heads), born, l.Sex}
}
