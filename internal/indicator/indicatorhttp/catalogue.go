package indicatorhttp

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"xuedu/internal/indicator"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// cataloguePage lists the indicators by group, with the city's latest value.
type cataloguePage struct {
	ui.Page
	Text, View string // what was asked
	Views      []option
	Groups     []group
	Shown, All string
	CanDefine  bool
}

type group struct {
	Code, Name string
	Rows       []row
}

type row struct {
	head
	Href   string
	Period string
	Cell   cell
	Up     string // what is better
	Tags   string
}

func (h *Pages) catalogue(w http.ResponseWriter, r *http.Request) error {
	defs, err := h.Indicators.Definitions(r.Context(), "")
	if err != nil {
		return err
	}
	v := r.URL.Query()
	p := cataloguePage{Page: ui.NewPage(r, ui.Public, "indicators.title").In("nav.indicators"), Text: strings.TrimSpace(v.Get("q")), View: v.Get("view")}
	p.All = p.Num(int64(len(defs)))
	p.Views = h.views(p.Page, p.View)
	p.CanDefine = p.Can(r, string(permDefine))
	shown := slices.DeleteFunc(slices.Clone(defs), func(d indicator.Definition) bool { return !matches(d, p.Text, p.View) })
	p.Shown = p.Num(int64(len(shown)))
	p.Groups, err = h.groups(r, p.Page, shown)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, catalogueView, p)
}

// views are the heads under which the catalogue can be seen.
func (h *Pages) views(p ui.Page, view string) []option {
	out := []option{{"", p.T("indicators.view.all"), view == ""}, {"core", p.T("indicators.view.core"), view == "core"}}
	for _, l := range h.Pack().Indicators.Tags {
		for _, t := range l.Tags {
			code := l.Code + ":" + t.Code
			out = append(out, option{code, l.Name.In(p.Lang) + " " + t.Code + " " + t.Name.In(p.Lang), view == code})
		}
	}
	for _, pl := range h.Pack().Plans {
		for _, c := range pl.Clauses() {
			code := "plan:" + c.Code
			out = append(out, option{code, p.T("indicators.view.clause", "Code", c.Code), view == code})
		}
	}
	return out
}

// matches reports whether a definition is among those asked for.
func matches(d indicator.Definition, text, view string) bool {
	if clause, ok := strings.CutPrefix(view, "plan:"); ok && !slices.Contains(d.Clauses, clause) {
		return false
	} else if !ok && view == "core" && !d.Core {
		return false
	} else if !ok && view != "" && view != "core" && !slices.Contains(d.Tags, view) {
		return false
	}
	if text == "" {
		return true
	}
	text = strings.ToLower(text)
	for _, s := range []string{d.Code, d.Name.In("zh-CN"), d.Name.In("en"), d.Note.In("zh-CN"), d.Note.In("en"), d.Formula} {
		if strings.Contains(strings.ToLower(s), text) {
			return true
		}
	}
	return false
}

// groups shows the definitions with the city's value of their usual period.
func (h *Pages) groups(r *http.Request, p ui.Page, defs []indicator.Definition) ([]group, error) {
	cells, err := h.usualCells(r, defs)
	if err != nil {
		return nil, err
	}
	var out []group
	for _, g := range h.Pack().Indicators.Groups {
		rows := []row{}
		for _, d := range defs {
			if d.Group == g.Code {
				rows = append(rows, h.row(p, d, cells[d.Code]))
			}
		}
		if len(rows) > 0 {
			out = append(out, group{g.Code, g.Name.In(p.Lang), rows})
		}
	}
	return out, nil
}

// usualCells computes the city's value of every definition in its usual period.
func (h *Pages) usualCells(r *http.Request, defs []indicator.Definition) (map[string]indicator.Cell, error) {
	byPeriod := map[period.Period][]string{}
	for _, d := range defs {
		at := h.usual(d.Indicator)
		byPeriod[at] = append(byPeriod[at], d.Code)
	}
	out := map[string]indicator.Cell{}
	for at, codes := range byPeriod {
		cells, err := h.Indicators.Eval(r.Context(), indicator.Query{Codes: codes, Area: h.root(), Periods: []period.Period{at}})
		if err != nil {
			return nil, err
		}
		for _, c := range cells {
			out[c.Code] = c
		}
	}
	return out, nil
}

func (h *Pages) row(p ui.Page, d indicator.Definition, c indicator.Cell) row {
	out := row{head: h.head(p, d.Indicator), Href: "/indicators/" + url.PathEscape(d.Code), Up: p.T("indicators.direction." + d.Direction),
		Tags: strings.Join(d.Clauses, " ")}
	if c.Code != "" {
		out.Period = figureview.PeriodName(p, c.Period)
		out.Cell = h.cellOf(p, c, d)
	}
	return out
}

// boxes makes the options of a list of codes, those of on ticked.
func boxes(list []pack.Coded, lang string, on []string) []option {
	var out []option
	for _, c := range list {
		out = append(out, option{c.Code, c.Name.In(lang), slices.Contains(on, c.Code)})
	}
	return out
}
