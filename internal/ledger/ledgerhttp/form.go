package ledgerhttp

import (
	"net/url"
	"strconv"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ui"
)

// form is the question as fields.
type form struct {
	Area, Name string // code and name of the place
	Place      string // what was typed
	Path       []link
	Found      []link // places the typed text may mean
	Measures   []option
	Levels     []option
	Years      []years
	By         []option
	Themes     []option
	Ages       []option
	Sexes      []option
	Modes      []option
	Problem    string
	Field      string // that the problem is about
}

type option struct {
	Value, Text string
	On          bool
}

// years groups the periods of one year.
type years struct {
	Year string
	List []option
}

type link struct{ Text, Href, Note string }

const mostFound = 20

// resolve turns a typed place into the address with its code, where the text
// means one place only; else "".
func (h *handler) resolve(v url.Values) string {
	t := h.City.Tree()
	typed := v.Get("place")
	if typed == "" || h.isNamed(v.Get("area"), typed) {
		return ""
	}
	var code string
	if n, ok := t.ByCode(typed); ok {
		code = t.At(n).Code
	} else if found := t.Search(typed, 2); len(found) == 1 || len(found) == 2 && t.At(found[0]).Name == typed && t.At(found[1]).Name != typed {
		code = t.At(found[0]).Code
	}
	if code == "" {
		return ""
	}
	return "/figures?" + with(v, "area", code).Encode()
}

// isNamed reports whether code is the place that is called name.
func (h *handler) isNamed(code, name string) bool {
	t := h.City.Tree()
	n, ok := t.ByCode(code)
	return ok && (t.At(n).Name == name || t.At(n).NameEN == name)
}

// with is v with one field changed, without the typed place, the page and
// empty fields.
func with(v url.Values, name, value string) url.Values {
	out := url.Values{}
	for k := range v {
		if k != "place" && k != "page" && v.Get(k) != "" {
			out.Set(k, v.Get(k))
		}
	}
	out.Set(name, value)
	return out
}

func (h *handler) form(p ui.Page, q ledger.Query, v url.Values) form {
	f := form{Area: q.Area}
	t := h.City.Tree()
	if n, ok := t.ByCode(q.Area); ok {
		f.Name = t.At(n).In(p.Lang)
		for _, i := range t.Path(n) {
			f.Path = append(f.Path, link{Text: t.At(i).In(p.Lang), Href: "/figures?" + with(v, "area", t.At(i).Code).Encode()})
		}
		f.Levels = levels(p, t, n, q.Level)
	}
	f.Place = f.Name
	if typed := v.Get("place"); typed != "" && !h.isNamed(q.Area, typed) {
		f.Place = typed
		h.suggest(&f, p, v)
	}
	for _, m := range figureview.Measures {
		f.Measures = append(f.Measures, option{string(m), figureview.Name(p, m) + p.T("figure.bracket", "Text", figureview.Unit(p, m)), m == q.Measure})
	}
	f.Years = h.periods(p, q.Period)
	f.By = []option{{"home", p.T("figure.by.home"), q.By != ledger.ByPlace}, {"place", p.T("figure.by.place"), q.By == ledger.ByPlace}}
	f.filters(p, h.City, q.Filter)
	return f
}

// suggest lists the places that the typed text may mean.
func (h *handler) suggest(f *form, p ui.Page, v url.Values) {
	t := h.City.Tree()
	for _, n := range t.Search(f.Place, mostFound) {
		note := ""
		for _, i := range t.Path(t.Parent(n)) {
			note += t.At(i).In(p.Lang) + " › "
		}
		f.Found = append(f.Found, link{Text: t.At(n).In(p.Lang), Href: "/figures?" + with(v, "area", t.At(n).Code).Encode(), Note: note})
	}
	if len(f.Found) == 0 {
		f.Problem, f.Field = p.T("explore.no_place", "Text", f.Place), "place"
	}
}

func levels(p ui.Page, t *area.Tree, n int, now area.Level) []option {
	has := map[area.Level]bool{}
	for i := n + 1; i < t.Last(n); i++ {
		has[t.At(i).Level] = true
	}
	out := []option{{"", p.T("explore.level.parts"), now == ""}}
	for _, l := range figureview.Levels {
		if has[l] {
			out = append(out, option{string(l), p.T("explore.level.all", "Level", figureview.LevelName(p, l)), l == now})
		}
	}
	return out
}

func (f *form) filters(p ui.Page, c *figureview.City, on ledger.Filter) {
	all := func(now string) option { return option{"", p.T("explore.all"), now == ""} }
	f.Themes, f.Ages = []option{all(on.Theme)}, []option{all(on.Age)}
	for _, t := range c.Pack().Themes {
		f.Themes = append(f.Themes, option{t.Code, t.Name.In(p.Lang), t.Code == on.Theme})
	}
	known := on.Age == ""
	for _, b := range c.Pack().AgeBands {
		known = known || b.Code == on.Age
		f.Ages = append(f.Ages, option{b.Code, b.Name.In(p.Lang), b.Code == on.Age})
	}
	if !known {
		f.Ages = append(f.Ages, option{on.Age, on.Age, true})
	}
	f.Sexes = []option{all(on.Sex), {"f", p.T("figure.sex.f"), on.Sex == "f"}, {"m", p.T("figure.sex.m"), on.Sex == "m"}}
	f.Modes = []option{all(on.Mode), {"onsite", p.T("figure.mode.onsite"), on.Mode == "onsite"}, {"online", p.T("figure.mode.online"), on.Mode == "online"}}
}

// periods offers every year, quarter and month with records, the latest first.
func (h *handler) periods(p ui.Page, now ledger.Period) []years {
	from, to, ok := h.City.Figures.Span()
	if !ok {
		from, to = h.City.Today(), h.City.Today()
	}
	var out []years
	known := false
	for y := to.Year(); y >= from.Year(); y-- {
		whole, err := ledger.ParsePeriod(strconv.Itoa(y))
		if err != nil {
			continue
		}
		list := []ledger.Period{whole}
		list = append(list, whole.Parts()...)
		for _, quarter := range whole.Parts() {
			list = append(list, quarter.Parts()...)
		}
		g := years{Year: figureview.PeriodName(p, whole)}
		for _, d := range list {
			if d.From <= to && d.To >= from {
				known = known || d.Name == now.Name
				g.List = append(g.List, option{d.Name, figureview.PeriodName(p, d), d.Name == now.Name})
			}
		}
		out = append(out, g)
	}
	if !known && now.Name != "" {
		out = append([]years{{Year: p.T("explore.own_period"), List: []option{{now.Name, figureview.PeriodName(p, now), true}}}}, out...)
	}
	return out
}

// refuse keeps the problem of a question beside its field; an error that is
// not about the question leaves Problem empty.
func (f *form) refuse(p ui.Page, err error) {
	if e, ok := err.(*errs.Error); ok && e.Kind == errs.Invalid {
		f.Problem, f.Field = p.T(e.Key, e.Args...), e.Field
	}
}
