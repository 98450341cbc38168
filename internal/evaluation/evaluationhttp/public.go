package evaluationhttp

import (
	"net/http"
	"strconv"

	"xuedu/internal/errs"
	"xuedu/internal/evaluation"
	"xuedu/internal/web"
)

// publicList is every published evaluation.
type publicList struct {
	page
	Rows   []publicRow
	Method bool
}

type publicRow struct{ period, Href, When, Published, Version string }

func (h *handler) public(w http.ResponseWriter, r *http.Request) error {
	p := publicList{page: sitePage(r)}
	list, err := h.Evaluations.Rounds(r.Context())
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.Public() && (len(p.Rows) == 0 || p.Rows[len(p.Rows)-1].period != x.Period) { // the newest edition alone
			p.Rows = append(p.Rows, publicRow{x.Period, "/evaluations/" + x.Period, p.period(x.Period), p.DateTime(x.PublishedAt), x.Version})
		}
	}
	all, err := h.Evaluations.Methods(r.Context())
	if err != nil {
		return err
	}
	p.Method = len(all) > 0
	return web.Render(w, r, http.StatusOK, publicView, p)
}

// openPage is one published evaluation: every district beside its own
// yardstick, in the order of the city's list, never by rank.
type openPage struct {
	page
	When, Published string
	Source          string
	SourceHref      string
	Version         string
	edition
	Rows          []openRow
	League        bool
	Reason        string
	Contests      int
	Actions, Done int
	Late          int
}

type openRow struct {
	Name, Href string
	Count      counts
	Best       string // what improved most, "" = nothing
	Worst      string // what is furthest behind, "" = nothing
}

func (h *handler) found(r *http.Request) (evaluation.Round, evaluation.Method, error) {
	n := 0 // the newest
	if s := r.FormValue("edition"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil || n < 1 {
			return evaluation.Round{}, evaluation.Method{}, errs.New(errs.NotFound, "evaluation.not_found")
		}
	}
	x, err := h.Evaluations.Find(r.Context(), r.PathValue("period"), n)
	if err != nil {
		return x, evaluation.Method{}, err
	}
	m, err := h.Evaluations.MethodOf(r.Context(), x)
	return x, m, err
}

func (h *handler) open(w http.ResponseWriter, r *http.Request) error {
	x, m, err := h.found(r)
	if err != nil {
		return err
	}
	p := openPage{page: sitePage(r), Version: m.Version, League: x.League}
	p.When, p.Published, p.Reason = p.period(x.Period), p.DateTime(x.PublishedAt), x.LeagueReason.In(p.Lang)
	p.Title = p.T("evaluation.of", "Period", p.When)
	if p.edition, err = h.edition(r, p.page, x); err != nil {
		return err
	}
	p.Source, p.SourceHref = p.source(x)
	list, err := h.Evaluations.Profiles(r.Context(), x)
	if err != nil {
		return err
	}
	for _, y := range list {
		one := p.profile(x, m, y)
		row := openRow{Name: one.Name, Href: p.Base + "/" + one.Area + p.Query, Count: one.Count}
		if len(one.Strengths) > 0 {
			row.Best = one.Strengths[0].Name
		}
		if len(one.Warnings) > 0 {
			row.Worst = one.Warnings[0].Name
		}
		p.Rows = append(p.Rows, row)
	}
	if err := h.sums(r, x, &p); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, openView, p)
}

// sums counts what was contested and what is being done.
func (h *handler) sums(r *http.Request, x evaluation.Round, p *openPage) error {
	notes, err := h.Evaluations.Notes(r.Context(), x)
	if err != nil {
		return err
	}
	for _, n := range notes {
		if n.Kind == evaluation.Contest {
			p.Contests++
		}
	}
	list, err := h.Evaluations.Actions(r.Context(), x)
	for _, a := range list {
		p.Actions++
		if a.State == evaluation.ActDone {
			p.Done++
		}
		if a.Late(h.Evaluations.Today()) {
			p.Late++
		}
	}
	return err
}

// areaPage is one district in public.
type areaPage struct {
	page
	When, Published string
	edition
	P        profile
	Contests []noteRow
	Actions  []actionRow
}

func (h *handler) area(w http.ResponseWriter, r *http.Request) error {
	x, m, err := h.found(r)
	if err != nil {
		return err
	}
	y, err := h.Evaluations.Profile(r.Context(), x, r.PathValue("area"))
	if err != nil {
		return err
	}
	p := areaPage{page: sitePage(r)}
	if p.edition, err = h.edition(r, p.page, x); err != nil {
		return err
	}
	p.When, p.Published, p.P = p.period(x.Period), p.DateTime(x.PublishedAt), p.profile(x, m, y)
	p.Title = p.T("evaluation.area_of", "Name", p.P.Name, "Period", p.When)
	notes, err := h.notes(r, p.page, x, y.Area)
	if err != nil {
		return err
	}
	for _, n := range notes { // an institution speaks: no person is named, whoever reads
		if n.By = ""; n.Contest {
			p.Contests = append(p.Contests, n)
		}
	}
	if p.Actions, err = h.actions(r, p.page, x, y.Area); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, areaView, p)
}

// methodPage is how districts are judged: every version, and what it changed.
type methodPage struct {
	page
	Versions []version
}

type version struct {
	evaluation.Method
	Title, Text, Used string
	Dims              []methodDim
	Missing           string
	Changes           []change
	Index             bool
	Red, Amber        int
	Shake, Runs       int
	Newest            bool
}

type methodDim struct {
	Name, Clause string
	Weight       int
	Rows         []methodRow
}

type methodRow struct{ Code, Name, Href, Worst, Best string }

type change struct{ What, Was, Is string }

func (h *handler) method(w http.ResponseWriter, r *http.Request) error {
	p := methodPage{page: sitePage(r)}
	p.Title = p.T("evaluation.method.title")
	all, err := h.Evaluations.Methods(r.Context())
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errs.New(errs.NotFound, "evaluation.no_method")
	}
	for i, m := range all {
		v := h.version(p.page, m)
		v.Newest = i == 0
		if i+1 < len(all) {
			for _, c := range evaluation.Differences(all[i+1].Evaluation, m.Evaluation) {
				v.Changes = append(v.Changes, change{h.what(p.page, m, c), c.Was, c.Is})
			}
		}
		p.Versions = append(p.Versions, v)
	}
	return web.Render(w, r, http.StatusOK, methodView, p)
}

func (h *handler) version(p page, m evaluation.Method) version {
	v := version{Method: m, Title: p.T("evaluation.method.version", "Version", m.Version), Red: m.Red, Amber: m.Amber, Index: m.Composite != nil}
	if !m.At.IsZero() {
		v.Used = p.DateTime(m.At)
	}
	for _, c := range m.Changes {
		if c.Version == m.Version {
			v.Text = c.Text.In(p.Lang)
		}
	}
	if m.Composite != nil {
		v.Missing, v.Shake, v.Runs = p.T("evaluation.missing."+m.Composite.Missing), m.Composite.Shake, m.Composite.Runs
	}
	for _, d := range m.Dimensions {
		x := methodDim{Name: d.Name.In(p.Lang), Clause: d.Clause, Weight: d.Weight}
		for _, code := range d.Codes {
			row := methodRow{Code: code, Name: h.nameOf(p, code), Href: "/indicators/" + code}
			if m.Composite != nil {
				g := m.Composite.Goalposts[code]
				row.Worst, row.Best = g.Worst, g.Best
			}
			x.Rows = append(x.Rows, row)
		}
		v.Dims = append(v.Dims, x)
	}
	return v
}

// nameOf is the name of an indicator, its code where the pack has it no more.
func (h *handler) nameOf(p page, code string) string {
	for _, d := range h.Pack().Indicators.Definitions {
		if d.Code == code {
			return d.Name.In(p.Lang)
		}
	}
	return code
}

// what names what a version changed.
func (h *handler) what(p page, m evaluation.Method, c evaluation.Change) string {
	s := p.T("evaluation.change." + c.What)
	if c.Of == "" {
		return s
	}
	for _, d := range m.Dimensions {
		if d.Code == c.Of {
			return s + " " + d.Name.In(p.Lang)
		}
	}
	return s + " " + h.nameOf(p, c.Of)
}
