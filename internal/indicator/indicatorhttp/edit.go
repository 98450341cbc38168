package indicatorhttp

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/indicator"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// editPage is where an analyst writes a definition: no programming is needed.
type editPage struct {
	ui.Page
	Def        pack.Indicator
	Base       int64
	Reason     string
	Error      string // of saving
	Field      string // that Error is about
	Groups     []option
	Units      []option
	Directions []option
	Policies   []option
	Periods    []option
	Levels     []option
	By         []option
	Tags       []option
	Clauses    string
	Measures   []measureRow
	Preview    preview
}

// measureRow is one measure that a formula may use.
type measureRow struct{ Code, Name, Note, Unit, Dims string }

// preview says what a definition would do.
type preview struct {
	Asked    bool
	Problems []found
	Words    string
	Period   string
	Cells    []tried
}

// found is a problem with its place in the formula.
type found struct {
	Field, Text          string
	Before, Wrong, After string // the formula around the place
}

// tried is the value in one area.
type tried struct {
	Area string
	Cell cell
}

func (h *Pages) newForm(w http.ResponseWriter, r *http.Request) error {
	d := pack.Indicator{Direction: "up", Periods: []string{"year"}, From: h.Today().String(), Unit: "percent", Places: 1}
	return h.edit(w, r, editPage{Def: d}, http.StatusOK)
}

func (h *Pages) editForm(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Indicators.Get(r.Context(), r.PathValue("code"), "")
	if err != nil {
		return err
	}
	page := editPage{Def: d.Indicator, Base: d.Version}
	page.Def.From = h.Today().String()
	if page.Preview, err = h.try(r, ui.NewPage(r, ui.Desk, "indicators.edit"), d.Indicator); err != nil {
		return err
	}
	return h.edit(w, r, page, http.StatusOK)
}

// edit shows the form.
func (h *Pages) edit(w http.ResponseWriter, r *http.Request, page editPage, status int) error {
	page.Page = ui.NewPage(r, ui.Desk, "indicators.edit").In("nav.indicators")
	h.choices(&page)
	decls, err := h.Measures(r.Context())
	if err != nil {
		return err
	}
	for _, d := range decls {
		page.Measures = append(page.Measures, h.measureRow(page.Page, d))
	}
	v := editView
	if web.Partial(r) {
		v = previewView
	}
	return web.Render(w, r, status, v, page)
}

func (h *Pages) measureRow(p ui.Page, d measure.Decl) measureRow {
	var dims []string
	for _, x := range d.Dims {
		dims = append(dims, x.Name)
	}
	return measureRow{d.Code, d.Name.In(p.Lang), d.Note.In(p.Lang), string(d.Unit), strings.Join(dims, " ")}
}

// choices fills in what can be chosen.
func (h *Pages) choices(p *editPage) {
	all := h.Pack().Indicators
	p.Groups = boxes(all.Groups, p.Lang, []string{p.Def.Group})
	for _, u := range all.Units {
		p.Units = append(p.Units, option{u.Code, u.Name.In(p.Lang), u.Code == p.Def.Unit})
	}
	p.Directions = words(p.Page, "indicators.direction.", []string{"up", "down", "context"}, []string{p.Def.Direction})
	for _, code := range []string{"all", "share", "zero"} {
		p.Policies = append(p.Policies, option{code, p.T("indicators.policy." + code), code == p.Def.Missing.Policy})
	}
	p.Periods = words(p.Page, "indicators.period.", []string{"year", "quarter", "month"}, p.Def.Periods)
	for _, l := range []area.Level{area.City, area.District, area.Street, area.Community} {
		p.Levels = append(p.Levels, option{string(l), figureview.LevelName(p.Page, l), slices.Contains(p.Def.Levels, string(l))})
	}
	p.By = words(p.Page, "indicators.by.", []string{"theme", "age", "sex", "mode"}, p.Def.By)
	for _, l := range all.Tags {
		for _, t := range l.Tags {
			code := l.Code + ":" + t.Code
			p.Tags = append(p.Tags, option{code, l.Name.In(p.Lang) + " " + t.Code + " " + t.Name.In(p.Lang), slices.Contains(p.Def.Tags, code)})
		}
	}
	p.Clauses = strings.Join(p.Def.Clauses, " ")
}

func words(p ui.Page, prefix string, list, on []string) []option {
	var out []option
	for _, s := range list {
		out = append(out, option{s, p.T(prefix + s), slices.Contains(on, s)})
	}
	return out
}

// read takes a definition from a form.
func read(r *http.Request) (pack.Indicator, error) {
	if err := r.ParseForm(); err != nil {
		return pack.Indicator{}, errs.New(errs.Invalid, "error.bad_request")
	}
	f := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	text := func(name string) pack.Text {
		t := pack.Text{}
		for _, lang := range []string{"zh-CN", "en"} {
			if s := f(name + "." + lang); s != "" {
				t[lang] = s
			}
		}
		return t
	}
	places, err := strconv.ParseInt(f("places"), 10, 32)
	if err != nil || places < 0 || places > 6 {
		places = 1
	}
	return pack.Indicator{
		Code: f("code"), Group: f("group"), Name: text("name"), Note: text("note"), Formula: f("formula"), Unit: f("unit"), Places: int32(places),
		Direction: f("direction"), Missing: pack.Missing{Policy: f("policy"), Share: f("share"), Why: text("why")},
		Periods: r.PostForm["periods"], Levels: r.PostForm["levels"], By: r.PostForm["by"], Tags: r.PostForm["tags"],
		Clauses: strings.Fields(f("clauses")), Core: f("core") != "", From: f("from"),
	}, nil
}

// check shows what a definition would do, without saving it.
func (h *Pages) check(w http.ResponseWriter, r *http.Request) error {
	page, err := h.typed(r)
	if err != nil {
		return err
	}
	return h.edit(w, r, page, http.StatusOK)
}

// typed is the page with what was typed and what it would do.
func (h *Pages) typed(r *http.Request) (editPage, error) {
	d, err := read(r)
	if err != nil {
		return editPage{}, err
	}
	base, err := strconv.ParseInt(r.PostFormValue("base"), 10, 64)
	if err != nil {
		base = 0
	}
	page := editPage{Def: d, Base: base, Reason: r.PostFormValue("reason")}
	p := ui.NewPage(r, ui.Desk, "indicators.edit")
	page.Preview, err = h.try(r, p, d)
	return page, err
}

// try checks a definition and computes it for the city and its districts over
// the last full period.
func (h *Pages) try(r *http.Request, p ui.Page, d pack.Indicator) (preview, error) {
	out := preview{Asked: true}
	problems, err := h.Indicators.Check(r.Context(), d)
	if err != nil {
		return out, err
	}
	for _, x := range problems {
		out.Problems = append(out.Problems, place(p, d.Formula, x))
	}
	if len(problems) > 0 {
		return out, nil
	}
	if out.Words, err = h.Indicators.Explain(r.Context(), d, p.Lang); err != nil {
		return out, err
	}
	at := h.usual(d)
	out.Period = figureview.PeriodName(p, at)
	for _, level := range []string{"", string(area.District)} {
		cells, err := h.Indicators.Preview(r.Context(), d, indicator.Query{Codes: []string{d.Code}, Area: h.root(), Level: level, Periods: []period.Period{at}})
		if errs.KindOf(err) == errs.Invalid && err != nil {
			continue // not made for this level
		}
		if err != nil {
			return out, err
		}
		for _, c := range cells {
			out.Cells = append(out.Cells, tried{h.Tree().At(c.Nr).In(p.Lang), newCell(p, c, d.Places)})
		}
	}
	return out, nil
}

// place cuts the formula where a problem is.
func place(p ui.Page, src string, x indicator.Problem) found {
	out := found{Field: x.Field, Text: p.T(x.Key, x.Args...)}
	if x.Field == "formula" && x.Offset <= len(src) && x.Offset+x.Length <= len(src) {
		out.Before, out.Wrong, out.After = src[:x.Offset], src[x.Offset:x.Offset+x.Length], src[x.Offset+x.Length:]
	}
	return out
}

func (h *Pages) save(w http.ResponseWriter, r *http.Request) error {
	page, err := h.typed(r)
	if err != nil {
		return err
	}
	if len(page.Preview.Problems) > 0 {
		return h.edit(w, r, page, http.StatusUnprocessableEntity)
	}
	d, err := h.Indicators.Save(r.Context(), page.Def, page.Base, page.Reason)
	if e, ok := errors.AsType[*errs.Error](err); ok && (e.Kind == errs.Invalid || e.Kind == errs.Conflict) {
		p := ui.NewPage(r, ui.Desk, "indicators.edit")
		page.Error, page.Field = p.T(e.Key, e.Args...), e.Field
		return h.edit(w, r, page, web.Status(err))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/indicators/"+d.Code, http.StatusSeeOther)
	return nil
}

// checks is a group of boxes, for the template.
type checks struct {
	Name, Legend string
	List         []option
}

// Checks returns the boxes of a name.
func (p editPage) Checks(name string) checks {
	list := map[string][]option{"periods": p.Periods, "levels": p.Levels, "by": p.By, "tags": p.Tags}[name]
	legend := map[string]string{"periods": "indicators.periods", "levels": "indicators.levels", "by": "indicators.axis.slice", "tags": "indicators.tags"}[name]
	return checks{name, p.T(legend), list}
}
