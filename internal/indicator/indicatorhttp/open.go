package indicatorhttp

import (
	"net/http"

	"xuedu/internal/indicator"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// shownParts is how many parts of a measure the page lists.
const shownParts = 20

// openPage opens one figure: definition, formula, measures, units, records.
type openPage struct {
	ui.Page
	Head    head
	Area    string
	Period  string
	Cell    cell
	Exact   string
	Words   string
	Formula string
	Version string
	Refs    []ref
	Back    string
	Command string
}

// ref is one measure of the formula with its value and what it is made of.
type ref struct {
	Name, Note, Code, Filter, Period string
	Cell                             cell
	Parts                            []part
	More                             int
}

type part struct{ Name, Value, Href string }

func (h *Pages) open(w http.ResponseWriter, r *http.Request) error {
	v := r.URL.Query()
	at, err := period.Parse(v.Get("period"))
	if err != nil {
		return err
	}
	areaCode := v.Get("area")
	if areaCode == "" {
		areaCode = h.root()
	}
	p := openPage{Page: ui.NewPage(r, ui.Public, "indicators.open").In("nav.indicators"), Period: figureview.PeriodName(ui.NewPage(r, ui.Public, "indicators.open"), at)}
	l, err := h.Indicators.Open(r.Context(), r.PathValue("code"), areaCode, at, p.Lang, shownParts)
	if err != nil {
		return err
	}
	h.fillOpen(&p, l, at)
	return web.Render(w, r, http.StatusOK, openView, p)
}

func (h *Pages) fillOpen(p *openPage, l indicator.Lineage, at period.Period) {
	p.Head = h.head(p.Page, l.Def.Indicator)
	a := h.Tree().At(l.Cell.Nr)
	p.Area = a.In(p.Lang)
	p.Title = p.T("indicators.open.title", "Area", p.Area, "Period", p.Period, "Name", p.Head.Name)
	p.Cell, p.Exact = newCell(p.Page, l.Cell, l.Def.Places), l.Cell.Exact
	p.Words, p.Formula, p.Version = l.Words, l.Def.Formula, p.Num(l.Def.Version)
	p.Back = "/indicators/" + l.Def.Code
	p.Command = "xuedu indicator eval --code " + l.Def.Code + " --area " + a.Code + " --period " + at.Name
	for _, x := range l.Refs {
		p.Refs = append(p.Refs, h.ref(p.Page, x))
	}
}

func (h *Pages) ref(p ui.Page, x indicator.RefValue) ref {
	c := indicator.Cell{State: x.State, Cause: x.Cause, Value: x.Value, Coverage: x.Coverage}
	out := ref{Name: x.Decl.Name.In(p.Lang), Note: x.Decl.Note.In(p.Lang), Code: x.Ref.Code, Filter: h.filterWords(p, x.Ref.Filter),
		Period: figureview.PeriodName(p, x.At), Cell: newCell(p, c, int32(x.Decl.Scale)), More: x.Total - len(x.Parts)}
	if out.Name == "" {
		out.Name = x.Ref.Code
	}
	for _, part := range x.Parts {
		out.Parts = append(out.Parts, h.part(p, part, x.Decl))
	}
	return out
}

func (h *Pages) part(p ui.Page, x measure.Part, d measure.Decl) part {
	out := part{Name: x.Name.In(p.Lang), Href: x.Href, Value: figureview.Dash(p, ledger.State(x.State.String())).Word}
	if x.State.Known() {
		out.Value = ledger.Rounded(decimal(x.Value, d.Scale), int32(d.Scale))
	}
	return out
}

// filterWords names a filter: 60岁及以上.
func (h *Pages) filterWords(p ui.Page, filter string) string {
	pk := h.Pack()
	words := ""
	for _, f := range filterOf(filter) {
		text := f[1]
		switch f[0] {
		case "theme":
			text = nameOf(pk.Themes, f[1], p.Lang)
		case "age":
			for _, b := range pk.AgeBands {
				if b.Code == f[1] {
					text = b.Name.In(p.Lang)
				}
			}
		case "sex", "mode":
			text = p.T("figure." + f[0] + "." + f[1])
		}
		if words != "" {
			words += p.T("indicators.and")
		}
		words += text
	}
	return words
}

func nameOf(list []pack.Coded, code, lang string) string {
	for _, c := range list {
		if c.Code == code {
			return c.Name.In(lang)
		}
	}
	return code
}
