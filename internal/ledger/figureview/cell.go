package figureview

import (
	"strings"

	"github.com/cockroachdb/apd/v3"

	"xuedu/internal/ledger"
	"xuedu/internal/ui"
)

// Cell is one figure in a table or a sentence. Its text is rounded for people,
// Exact is not.
type Cell struct {
	State       ledger.State
	Text, Exact string
	Word        string // the state's word, where it is not a value
}

// NewCell shows f.
func NewCell(p ui.Page, f ledger.Figure) Cell {
	c := Cell{State: f.State}
	if f.State != ledger.Value {
		c.Word = p.T("figure.state." + string(f.State))
		return c
	}
	c.Exact = f.Value.Text('f')
	c.Text = ledger.Rounded(&f.Value, ledger.Places(&f.Value, f.Measure))
	return c
}

// Dash is a cell without a value.
func Dash(p ui.Page, s ledger.State) Cell {
	return Cell{State: s, Word: p.T("figure.state." + string(s))}
}

// Change shows now − before, in percentage points where both are rates; it is
// not computable unless both are values.
func Change(p ui.Page, now, before ledger.Figure) Cell {
	if now.State != ledger.Value || before.State != ledger.Value {
		return Dash(p, ledger.NotComputable)
	}
	var d apd.Decimal
	if _, err := ledger.Rounding.Sub(&d, &now.Value, &before.Value); err != nil {
		return Dash(p, ledger.NotComputable)
	}
	text := ledger.Rounded(&d, max(ledger.Places(&now.Value, now.Measure), ledger.Places(&before.Value, before.Measure)))
	if d.Sign() > 0 && strings.Trim(text, "0.") != "" {
		text = "+" + text
	}
	return Cell{State: ledger.Value, Text: text, Exact: d.Text('f')}
}

// number returns a figure's value for drawing.
func number(f ledger.Figure) (float64, bool) {
	if f.State != ledger.Value {
		return 0, f.State == ledger.Nil
	}
	v, err := f.Value.Float64()
	return v, err == nil
}
