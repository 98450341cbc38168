package figureview

import (
	"xuedu/internal/ledger"
	"xuedu/internal/ui"
)

// Num is a figure with its signature: it never stands alone.
type Num struct {
	ID    string
	Lead  bool
	Page  bool // the lead of a page that is about one figure
	Label string
	Cell  Cell
	Unit  string
	Note  string // beside the unit
	Sig   []Line
	EN    bool
}

// Line is one line of a signature.
type Line struct{ Term, Text, Href string }

// Num shows figure f, which answers q.
func (c *City) Num(p ui.Page, id string, q ledger.Query, f ledger.Figure) Num {
	n := Num{ID: id, Label: Name(p, q.Measure), Cell: NewCell(p, f), Unit: Unit(p, q.Measure), EN: p.Lang == "en"}
	rule := c.Rule(p, q)
	if q.Measure == ledger.Rate {
		rule += p.T("figure.stop") + Base(p, f)
	}
	n.Sig = []Line{
		{Term: p.T("figure.sig.period"), Text: c.PeriodDays(p, q.Period)},
		{Term: p.T("figure.sig.rule"), Text: rule},
		{Term: p.T("figure.sig.source"), Text: p.T("figure.sig.ledger"), Href: Address("/figures/sessions", q)},
	}
	return n
}

// NumOf asks q and shows the answer.
func (c *City) NumOf(p ui.Page, id string, q ledger.Query, f ledger.Figure) Num {
	n := c.Num(p, id, q, f)
	n.Sig[2] = Line{Term: p.T("figure.sig.source"), Text: p.T("figure.sig.open"), Href: Address("/figures", q)}
	return n
}
