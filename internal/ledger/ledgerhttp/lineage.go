package ledgerhttp

import (
	"context"
	"net/url"
	"strconv"

	"xuedu/internal/area"
	"xuedu/internal/ledger"
	"xuedu/internal/ui"
)

// Lineage opens a figure; *ledger.Figures does.
type Lineage interface {
	Origin(context.Context, ledger.Query) (ledger.Origin, error)
	Sessions(ctx context.Context, q ledger.Query, cursor string, limit int) ([]ledger.SessionLine, string, error)
	Rows(ctx context.Context, q ledger.Query, cursor string, limit int) ([]ledger.RowLine, string, error)
}

const (
	linesPerPage = 100
	linesPerTurn = 2000 // of a file
)

// total is one sum behind a figure.
type total struct{ Name, Value, Unit string }

// totals shows an origin: what the lines below add up to.
func totals(p ui.Page, o ledger.Origin) []total {
	return []total{
		{p.T("lineage.sessions"), p.Num(o.Sessions), p.T("lineage.sessions.unit")},
		{p.T("lineage.persons"), p.Num(o.Persons), p.T("figure.unit.participants")},
		{p.T("lineage.rows"), p.Num(o.Rows), p.T("figure.unit.attendances")},
		{p.T("figure.measure.headcount"), p.Num(o.Heads), p.T("figure.unit.headcount")},
		{p.T("lineage.minutes"), p.Num(o.Minutes), p.T("lineage.minutes.unit")},
	}
}

// place names an area with the one above it.
func place(t *area.Tree, a *area.Area, lang string) string {
	if a == nil {
		return ""
	}
	n, ok := t.ByCode(a.Code)
	if up := -1; ok {
		if up = t.Parent(n); up >= 0 {
			return t.At(up).In(lang) + " " + a.In(lang)
		}
	}
	return a.In(lang)
}

// nextPage is the address of the lines behind a cursor.
func nextPage(path string, q ledger.Query, cursor string) string {
	if cursor == "" {
		return ""
	}
	v := q.Values()
	v.Set("cursor", cursor)
	return path + "?" + v.Encode()
}

// own is the question about the area itself: a figure has one origin.
func (h *handler) own(v url.Values) (ledger.Query, error) {
	q, err := h.City.Question(v)
	q.Level = ""
	return q, err
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
