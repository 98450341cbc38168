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
	c.Text = Rounded(&f.Value, places(f))
	return c
}

// Dash is a cell without a value.
func Dash(p ui.Page, s ledger.State) Cell {
	return Cell{State: s, Word: p.T("figure.state." + string(s))}
}

// places is how many digits people see behind the point.
func places(f ledger.Figure) int32 {
	switch f.Measure {
	case ledger.Rate:
		v, err := f.Value.Float64()
		switch {
		case err != nil || v == 0 || v >= 1:
			return 1
		case v >= 0.1:
			return 2
		}
		return 3
	case ledger.Hours, ledger.CreditHours:
		return 1
	}
	return 0
}

var rounding = apd.Context{Precision: 60, MaxExponent: 60, MinExponent: -60, Rounding: apd.RoundHalfUp}

// Rounded prints d with n digits behind the point, grouped, with a real minus.
func Rounded(d *apd.Decimal, n int32) string {
	var r apd.Decimal
	if _, err := rounding.Quantize(&r, d, -n); err != nil {
		return d.Text('f')
	}
	s := r.Text('f')
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	whole, frac, _ := strings.Cut(s, ".")
	if strings.Trim(whole+frac, "0") == "" {
		sign = "" // nothing is left of it
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if n > 0 {
		whole += "." + frac
	}
	return sign + whole
}

// Change shows now − before, in percentage points where both are rates; it is
// not computable unless both are values.
func Change(p ui.Page, now, before ledger.Figure) Cell {
	if now.State != ledger.Value || before.State != ledger.Value {
		return Dash(p, ledger.NotComputable)
	}
	var d apd.Decimal
	if _, err := rounding.Sub(&d, &now.Value, &before.Value); err != nil {
		return Dash(p, ledger.NotComputable)
	}
	text := Rounded(&d, max(places(now), places(before)))
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
