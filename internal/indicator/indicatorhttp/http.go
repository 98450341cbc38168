// Package indicatorhttp serves the indicators: the catalogue, each definition
// with its history, the board of area × period × indicator, what a figure is
// made of, and the desk where analysts define new ones (P1.8, P1.9).
package indicatorhttp

import (
	"context"
	"embed"
	"html/template"

	"xuedu/internal/area"
	"xuedu/internal/indicator"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

func view(name, fragment string) web.View {
	return web.View{Tmpl: figureview.Parse(files, "templates/part.html", "templates/"+name+".html"), Fragment: fragment}
}

var (
	catalogueView = view("catalogue", "")
	showView      = view("show", "")
	openView      = view("open", "")
	boardView     = view("board", "")
	editView      = view("edit", "")
	previewView   = view("edit", "preview")
)

// Service is what the pages need from package indicator.
type Service interface {
	Definitions(ctx context.Context, day string) ([]indicator.Definition, error)
	Get(ctx context.Context, code, day string) (indicator.Definition, error)
	History(ctx context.Context, code string) ([]indicator.Definition, error)
	Check(ctx context.Context, d pack.Indicator) ([]indicator.Problem, error)
	Explain(ctx context.Context, d pack.Indicator, lang string) (string, error)
	Preview(ctx context.Context, d pack.Indicator, q indicator.Query) ([]indicator.Cell, error)
	Save(ctx context.Context, d pack.Indicator, base int64, reason string) (indicator.Definition, error)
	Eval(ctx context.Context, q indicator.Query) ([]indicator.Cell, error)
	Open(ctx context.Context, code, area string, at period.Period, lang string, limit int) (indicator.Lineage, error)
}

// Pages serves the pages.
type Pages struct {
	Indicators Service
	Measures   func(ctx context.Context) ([]measure.Decl, error)
	Tree       func() *area.Tree
	Pack       func() *pack.Pack
	Today      func() ledger.Day
}

// Routes returns the routes of the pages.
func (h *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /indicators", Perm: web.Public, Handler: h.catalogue},
		{Pattern: "GET /indicators/board", Perm: web.Public, Handler: h.board},
		{Pattern: "GET /indicators/board.csv", Perm: web.Public, Handler: h.boardCSV},
		{Pattern: "GET /indicators/board.xlsx", Perm: web.Public, Handler: h.boardXLSX},
		{Pattern: "GET /indicators/{code}", Perm: web.Public, Handler: h.show},
		{Pattern: "GET /indicators/{code}/open", Perm: web.Public, Handler: h.open},
		{Pattern: "GET /desk/indicators/new", Perm: permDefine, Handler: h.newForm},
		{Pattern: "GET /desk/indicators/{code}", Perm: permDefine, Handler: h.editForm},
		{Pattern: "POST /desk/indicators/check", Perm: permDefine, Handler: h.check},
		{Pattern: "POST /desk/indicators", Perm: permDefine, Handler: h.save},
	}
}

const permDefine web.Perm = "indicator:define"

// root is the code of the whole city.
func (h *Pages) root() string { return h.Pack().RootArea }

// latest returns the last complete period of a kind.
func (h *Pages) latest(k period.Kind) period.Period {
	day := h.Today()
	switch k {
	case period.Quarter:
		return figureview.Complete(figureview.QuarterOf(day), day)
	case period.Month:
		return figureview.Complete(figureview.MonthOf(day), day)
	}
	return figureview.Complete(figureview.YearOf(day), day)
}

// usual is the period a definition is shown for where nobody asked: its
// shortest kind but months.
func (h *Pages) usual(d pack.Indicator) period.Period {
	kind := period.Year
	for _, k := range d.Periods {
		if period.Kind(k) == period.Quarter {
			kind = period.Quarter
		}
	}
	return h.latest(kind)
}

// option is one choice of a select or of boxes.
type option struct {
	Value, Text string
	On          bool
}

// head is what every page of a definition shows at its top.
type head struct {
	Code, Name, Note, Group, Unit string
}

func (h *Pages) head(p ui.Page, d pack.Indicator) head {
	return head{Code: d.Code, Name: d.Name.In(p.Lang), Note: d.Note.In(p.Lang), Group: h.groupName(p, d.Group), Unit: h.unitName(p, d.Unit)}
}

func (h *Pages) groupName(p ui.Page, code string) string {
	for _, g := range h.Pack().Indicators.Groups {
		if g.Code == code {
			return g.Name.In(p.Lang)
		}
	}
	return code
}

func (h *Pages) unitName(p ui.Page, code string) string {
	for _, u := range h.Pack().Indicators.Units {
		if u.Code == code {
			return u.Name.In(p.Lang)
		}
	}
	return code
}

// parsed makes the templates known to their test.
var parsed = []struct {
	tmpl *template.Template
	data any
}{
	{catalogueView.Tmpl, cataloguePage{}}, {showView.Tmpl, showPage{}}, {openView.Tmpl, openPage{}},
	{boardView.Tmpl, boardPage{}}, {editView.Tmpl, editPage{}},
}
