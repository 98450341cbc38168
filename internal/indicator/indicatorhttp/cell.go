package indicatorhttp

import (
	"net/url"

	"xuedu/internal/formula"
	"xuedu/internal/indicator"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ui"
)

// cell is one value in a table: a number, or the word of its state with the
// cause, and how many units stand behind it.
type cell struct {
	figureview.Cell
	Cause    string // why it is not computable, "" if it is
	Coverage string // 14/16, "" where nothing can be missing
	Href     string // opens the figure
	number   float64
	known    bool
}

func newCell(p ui.Page, c indicator.Cell, places int32) cell {
	out := cell{Cell: figureview.Dash(p, ledger.State(c.State.String()))}
	if c.State.Known() {
		out.Cell = figureview.Cell{State: ledger.Value, Text: ledger.Rounded(&c.Value, places), Exact: c.Exact}
		out.number, _ = c.Value.Float64() // only where to draw it
		out.known = true
	}
	if c.State == formula.NotComputable && c.Cause != formula.NoCause {
		out.Cause = p.T("indicators.cause." + c.Cause.String())
	}
	if c.Reported < c.Expected {
		out.Coverage = p.T("indicators.coverage", "Reported", p.Num(int64(c.Reported)), "Expected", p.Num(int64(c.Expected)))
	}
	return out
}

// openHref is the page that opens a cell.
func openHref(code, areaCode, period string) string {
	return "/indicators/" + url.PathEscape(code) + "/open?" + url.Values{"area": {areaCode}, "period": {period}}.Encode()
}

// cellOf shows a cell with the link that opens it.
func (h *Pages) cellOf(p ui.Page, c indicator.Cell, d indicator.Definition) cell {
	out := newCell(p, c, d.Places)
	if c.Slice == "" {
		out.Href = openHref(c.Code, h.Tree().At(c.Nr).Code, c.Period.Name)
	}
	return out
}
