package planhttp

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// formPage is the form of a target: everything but its split.
type formPage struct {
	ui.Page
	New                   bool
	Action, Back          string
	Version               int64
	Problem               *problem
	In                    inputs
	Clauses, Measures     []optgroup
	Directions            []option
	Responsible, Supports []option
	Path                  []pathRow
	Preview               []sumRow // what the split makes with this path
}

type inputs struct {
	Code, NameZH, NameEN, UnitZH, UnitEN, Tolerance, Due, SetBy, Reason, BaseYear, BaseValue string
	About                                                                                    bool
}

// field is one labelled field of the form.
type field struct{ Name, Label, Hint, Value, Error, By string }

var hints = map[string]string{"code": "plan.code.hint", "name_en": "plan.optional", "unit_en": "plan.optional", "due": "plan.day.hint",
	"tolerance": "plan.tolerance.hint", "set_by": "plan.set_by.hint"}

// Field makes a field with its hint and what is wrong with it.
func (p formPage) Field(name, label, value string) field {
	f := field{Name: name, Label: p.T(label), Value: value, Error: p.Wrong(name)}
	var by []string
	if key, ok := hints[name]; ok {
		f.Hint = p.T(key)
		by = append(by, "f-"+name+"-hint")
	}
	if f.Error != "" {
		by = append(by, "f-"+name+"-error")
	}
	f.By = strings.Join(by, " ")
	return f
}

// Wrong is what is wrong with a field, "" = nothing.
func (p formPage) Wrong(field string) string {
	if p.Problem != nil && p.Problem.Field == field {
		return p.Problem.Text
	}
	return ""
}

// Chosen reports whether any option is on.
func (p formPage) Chosen(list []option) bool {
	return slices.ContainsFunc(list, func(o option) bool { return o.On })
}

type optgroup struct {
	Label   string
	Options []option
}

type pathRow struct {
	Year        int
	Name, Value string
}

func (h *handler) newForm(w http.ResponseWriter, r *http.Request) error {
	t := plan.Target{Direction: plan.Up, Clause: r.URL.Query().Get("clause")}
	if list := h.svc.Plans(); len(list) > 0 {
		t.Due, t.SetBy = list[0].To, cmp.Or(list[0].Number, list[0].Title.In("zh-CN"))
	}
	return h.renderForm(w, r, http.StatusOK, h.inputOf(t), true, nil)
}

func (h *handler) editForm(w http.ResponseWriter, r *http.Request) error {
	t, err := h.inForce(r)
	if err != nil {
		return err
	}
	return h.renderForm(w, r, http.StatusOK, h.inputOf(t), false, nil)
}

// inputOf is what the form shows of a target.
func (h *handler) inputOf(t plan.Target) plan.Input {
	in := plan.Input{Code: t.Code, Base: t.Version, Plan: t.Plan, Clause: t.Clause, Measure: t.Measure, Name: t.Name, Unit: t.Unit, Direction: t.Direction,
		Responsible: t.Responsible, Supporting: t.Supporting, About: t.About, Due: t.Due, SetBy: t.SetBy}
	if t.Tolerance != nil && t.Tolerance.Sign() > 0 {
		in.Tolerance = plan.Exact(t.Tolerance)
	}
	top := h.svc.Top()
	for _, n := range t.Numbers {
		if top != nil && n.Area == top.ID {
			in.Numbers = append(in.Numbers, plan.Entry{Year: n.Year, Kind: n.Kind, Value: plan.Exact(n.Value)})
		}
	}
	return in
}

func (h *handler) create(w http.ResponseWriter, r *http.Request) error { return h.save(w, r, true) }

func (h *handler) edit(w http.ResponseWriter, r *http.Request) error { return h.save(w, r, false) }

func (h *handler) save(w http.ResponseWriter, r *http.Request, isNew bool) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "plan.bad_form")
	}
	in := read(r)
	if !isNew {
		in.Code = r.PathValue("code")
	}
	for _, p := range h.svc.Plans() {
		for _, c := range p.Clauses() {
			if c.Code == in.Clause {
				in.Plan = p.Code
			}
		}
	}
	t, err := h.svc.Set(r.Context(), in)
	if e, ok := errors.AsType[*errs.Error](err); ok && (e.Kind == errs.Invalid || e.Kind == errs.Conflict) {
		return h.renderForm(w, r, web.Status(e), in, isNew, e)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/targets/"+t.Code+"?done=set", http.StatusSeeOther)
	return nil
}

// version64 is the version that the form was made from.
func version64(r *http.Request) int64 {
	n, _ := strconv.ParseInt(r.PostFormValue("version"), 10, 64) // none: a new target, or a conflict
	return n
}

func read(r *http.Request) plan.Input {
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	in := plan.Input{Code: get("code"), Base: version64(r), Clause: get("clause"), Measure: get("measure"), Name: text(get("name"), get("name_en")),
		Unit: text(get("unit"), get("unit_en")), Direction: plan.Direction(get("direction")), Responsible: r.PostForm["responsible"],
		Supporting: r.PostForm["supporting"], Tolerance: get("tolerance"), About: get("about") != "", Due: get("due"), SetBy: get("set_by"), Reason: get("reason")}
	for name := range r.PostForm {
		if y, ok := strings.CutPrefix(name, "path-"); ok && get(name) != "" {
			if year, err := strconv.Atoi(y); err == nil {
				in.Numbers = append(in.Numbers, plan.Entry{Year: year, Kind: plan.Path, Value: get(name)})
			}
		}
	}
	if year, err := strconv.Atoi(get("base_year")); err == nil && get("base_value") != "" {
		in.Numbers = append(in.Numbers, plan.Entry{Year: year, Kind: plan.Baseline, Value: get("base_value")})
	}
	return in
}

func text(zh, en string) pack.Text {
	t := pack.Text{"zh-CN": zh}
	if en != "" {
		t["en"] = en
	}
	return t
}

func (h *handler) renderForm(w http.ResponseWriter, r *http.Request, status int, in plan.Input, isNew bool, wrong *errs.Error) error {
	p := formPage{Page: ui.NewPage(r, ui.Desk, "plan.new").In("nav.targets"), New: isNew, Action: "/desk/targets", Back: "/desk/targets", Version: in.Base}
	if !isNew {
		p.Title, p.Action = p.T("plan.edit.title", "Name", in.Name.In(p.Lang)), "/desk/targets/"+in.Code
		p.Back = p.Action
	}
	p.In = inputs{Code: in.Code, NameZH: in.Name["zh-CN"], NameEN: in.Name["en"], UnitZH: in.Unit["zh-CN"], UnitEN: in.Unit["en"],
		Tolerance: in.Tolerance, Due: in.Due, SetBy: in.SetBy, Reason: in.Reason, About: in.About}
	for _, d := range []plan.Direction{plan.Up, plan.Down} {
		p.Directions = append(p.Directions, option{Value: string(d), Text: p.T("plan.direction." + string(d)), On: d == in.Direction})
	}
	p.Responsible, p.Supports = h.bodies(p.Page, in.Responsible), h.bodies(p.Page, in.Supporting)
	p.Clauses = h.clauseOptions(p.Page, in.Clause)
	var err error
	if p.Measures, err = h.measureOptions(r.Context(), p.Page, in.Measure); err != nil {
		return err
	}
	h.path(&p, in)
	if !isNew {
		if t, err := h.inForce(r); err == nil {
			_, sums, _ := h.svc.Try(t, in.Numbers) // what cannot be read is said beside the form
			p.Preview = sumRows(p.Page, sums)
		}
	}
	if wrong != nil {
		p.Problem = &problem{Field: wrong.Field, Text: p.T(wrong.Key, wrong.Args...)}
		p.Title = p.T("plan.error_prefix", "Title", p.Title)
	}
	return web.Render(w, r, status, formView, p)
}

// path makes a row for each year: from the running year, or the first with a
// number, to the year it is due, and one more to be able to begin earlier.
func (h *handler) path(p *formPage, in plan.Input) {
	due, err := strconv.Atoi(in.Due[:min(4, len(in.Due))])
	if err != nil {
		due = h.svc.Today().Year()
	}
	first, last := min(h.svc.Today().Year(), due), due
	value := map[int]string{}
	for _, e := range in.Numbers {
		if e.Kind == plan.Baseline {
			p.In.BaseYear, p.In.BaseValue = strconv.Itoa(e.Year), e.Value
			continue
		}
		value[e.Year] = e.Value
		first, last = min(first, e.Year), max(last, e.Year)
	}
	for _, pl := range h.svc.Plans() {
		if year, err := strconv.Atoi(pl.From[:min(4, len(pl.From))]); err == nil && pl.Code == in.Plan {
			first = min(first, year)
		}
	}
	for y := max(first, last-mostGridYears+1); y <= last; y++ {
		p.Path = append(p.Path, pathRow{Year: y, Name: "path-" + strconv.Itoa(y), Value: value[y]})
	}
}

func (h *handler) bodies(p ui.Page, on []string) []option {
	var out []option
	for _, b := range h.svc.Pack().Bodies {
		out = append(out, option{Value: b.Code, Text: b.Name.In(p.Lang), On: slices.Contains(on, b.Code)})
	}
	return out
}

func (h *handler) clauseOptions(p ui.Page, on string) []optgroup {
	var out []optgroup
	for _, pl := range h.svc.Plans() {
		g := optgroup{Label: pl.Title.In(p.Lang)}
		for _, c := range pl.Clauses() {
			g.Options = append(g.Options, option{Value: c.Code, Text: c.Code + " " + short(c.Text.In(p.Lang)), On: c.Code == on})
		}
		out = append(out, g)
	}
	return out
}

// mostClause is how much of a clause an option shows.
const mostClause = 40

func short(s string) string {
	if r := []rune(s); len(r) > mostClause {
		return string(r[:mostClause]) + "…"
	}
	return s
}

func (h *handler) measureOptions(ctx context.Context, p ui.Page, on string) ([]optgroup, error) {
	codes, err := h.svc.Codes(ctx)
	if err != nil {
		return nil, err
	}
	groups := []optgroup{{Label: p.T("plan.codes.things")}, {Label: p.T("plan.codes.rates")}}
	for _, c := range codes {
		i := 0
		if !c.Things {
			i = 1
		}
		groups[i].Options = append(groups[i].Options, option{Value: c.Code, Text: c.Code + " " + c.Name.In(p.Lang), On: c.Code == on})
	}
	return slices.DeleteFunc(groups, func(g optgroup) bool { return len(g.Options) == 0 }), nil
}
