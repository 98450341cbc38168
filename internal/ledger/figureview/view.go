// Package figureview turns figures into what people see: a number with its
// unit, period, rule and source, a table, a chart, a map, and the address that
// asks the same question again. It knows words and shapes, and counts nothing.
package figureview

import (
	"context"
	"embed"
	"html/template"
	"io/fs"
	"strconv"

	"xuedu/internal/area"
	"xuedu/internal/chart"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
)

//go:embed templates
var parts embed.FS

// Parse parses the layout, the pages of a feature and the parts of this
// package: "num", "cell", "bars", "trend", "map", "scale".
func Parse(feature fs.FS, pages ...string) *template.Template {
	return template.Must(ui.Parse(feature, pages...).ParseFS(parts, "templates/*.html"))
}

// Figures answers questions; *ledger.Figures does.
type Figures interface {
	Query(context.Context, ledger.Query) ([]ledger.Figure, error)
	Breakdown(context.Context, ledger.Query, ledger.Axis) ([]ledger.Slice, error)
	// Span is the first and the last day with a record; ok is false where there is none.
	Span() (from, to ledger.Day, ok bool)
	// Version is the number of the last record that is counted.
	Version() int64
}

// City is what the views need to know of the city.
type City struct {
	Figures Figures
	Tree    func() *area.Tree
	Pack    func() *pack.Pack
	Map     func() *chart.Outlines // returns nil where the pack has no map
	Today   func() ledger.Day      // in the city's time zone
}

// Root returns the area the pack calls the city, or the first of the tree; nil
// where the tree is empty.
func (c *City) Root() *area.Area {
	t := c.Tree()
	if n, ok := t.ByCode(c.Pack().RootArea); ok {
		return t.At(n)
	}
	if t.Len() == 0 {
		return nil
	}
	return t.At(0)
}

// One asks for the figure of the area itself.
func (c *City) One(ctx context.Context, q ledger.Query) (ledger.Figure, error) {
	q.Level = ""
	fs, err := c.Figures.Query(ctx, q)
	if err != nil || len(fs) == 0 {
		return ledger.Figure{Period: q.Period, Measure: q.Measure, State: ledger.NotComputable}, err
	}
	return fs[0], nil
}

// Children asks for the figures of the areas directly below q.Area, in the
// order of the tree; none where it has no parts.
func (c *City) Children(ctx context.Context, q ledger.Query) ([]ledger.Figure, error) {
	t := c.Tree()
	n, ok := t.ByCode(q.Area)
	if !ok {
		return nil, nil
	}
	var out []ledger.Figure
	seen := map[area.Level]bool{}
	for i := n + 1; i < t.Last(n); i = t.Last(i) {
		l := t.At(i).Level
		if seen[l] {
			continue
		}
		seen[l] = true
		q.Level = l
		fs, err := c.Figures.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, f := range fs {
			if i, ok := t.ByCode(f.Area.Code); ok && t.Parent(i) == n {
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// Version names the state of the ledger that figures are computed from.
func (c *City) Version() string { return strconv.FormatInt(c.Figures.Version(), 10) }

// Latest returns the last day that can be asked for: today, or the last day
// with a record if that is earlier.
func (c *City) Latest() (ledger.Day, bool) {
	_, to, ok := c.Figures.Span()
	return min(to, c.Today()), ok
}
