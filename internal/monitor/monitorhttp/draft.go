package monitorhttp

import (
	"net/http"
	"net/url"
	"slices"

	"xuedu/internal/disclosure"
	"xuedu/internal/errs"
	"xuedu/internal/monitor"
	"xuedu/internal/pack"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// draftPage is a report that is being written: what is still to be done first.
type draftPage struct {
	page
	D        row
	May      bool // prepare
	Open     bool
	Moves    []moveRow
	Ticks    []tickRow
	Sections []sectionRow
	Notes    []noteRow
	Events   []eventRow
	Stages   []choice
	Reason   pack.Text
	Outcomes []choice
	Bad      int // problems in all texts
	Frozen   string
	Papers   []ui.Link // of the whole report, as it will be handed out
	Hidden   *hidden   // nil = not for the caller
}

// hidden is what is withheld to protect people, for those who prepare.
type hidden struct {
	disclosure.Report
	Groups []hiddenGroup
}

type hiddenGroup struct {
	Title string
	Keys  []string
}

type moveRow struct {
	Code, Name, Why string
	Reason          bool
}

type tickRow struct {
	Code, Name string
	On         bool
}

type sectionRow struct {
	monitor.Section
	Name, Href string
	Bad, Notes int
}

type noteRow struct {
	monitor.Note
	Section, By string
}

type eventRow struct {
	monitor.Event
	By, What string
}

func (h *handler) draft(w http.ResponseWriter, r *http.Request) error { return h.draftWith(w, r, nil) }

func (h *handler) draftWith(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx := r.Context()
	d, err := h.Reports.Draft(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	p := draftPage{page: newPage(r, "monitor.desk.title")}
	status, err := p.refuse(cause)
	if err != nil {
		return err
	}
	p.D, p.May, p.Frozen, p.Reason = h.row(p.page, d), p.Can(r, publish.PermPrepare), d.ReleaseID, d.Reason
	p.Title = p.D.Name + " " + p.D.When
	p.Open = d.ReleaseID == ""
	rep, _ := h.Pack().Report(d.Series)
	for _, lang := range rep.Languages {
		p.Papers = append(p.Papers, ui.Link{Href: "/desk/reports/" + d.ID + "/paper/" + lang, Text: p.T("monitor.lang." + lang)})
	}
	for _, s := range []string{release.Provisional, release.Final} {
		p.Stages = append(p.Stages, choice{Value: s, Text: p.T("publish.stage." + s), On: d.Stage == s})
	}
	if p.Open {
		if p.Hidden, err = h.hidden(r, p.page, d); err != nil {
			return err
		}
	}
	for _, o := range monitor.Outcomes {
		p.Outcomes = append(p.Outcomes, choice{Value: o, Text: p.T("monitor.outcome." + o)})
	}
	if err := h.fill(r, d, &p); err != nil {
		return err
	}
	return web.Render(w, r, status, draftView, p)
}

// fill reads what else stands on the page.
func (h *handler) fill(r *http.Request, d monitor.Draft, p *draftPage) error {
	ctx := r.Context()
	list, err := h.Reports.Sections(ctx, d)
	if err != nil {
		return err
	}
	notes, err := h.Reports.Notes(ctx, d)
	if err != nil {
		return err
	}
	var bad []monitor.Problem
	if p.Open {
		if _, bad, err = h.Reports.Compose(ctx, d); err != nil {
			return err
		}
	}
	p.Bad = len(bad)
	for _, s := range list {
		x := sectionRow{Section: s, Name: s.Title.In(p.Lang), Href: sectionHref(d.ID, s.Code, s.Area)}
		for _, b := range bad {
			x.Bad += one(b.Section == s.Code && b.Area == s.Area)
		}
		for _, n := range notes {
			x.Notes += one(n.Section == s.Code && n.Area == s.Area && n.Waits())
		}
		p.Sections = append(p.Sections, x)
	}
	if err := h.steps(r, d, p); err != nil {
		return err
	}
	return h.talk(r, d, p, notes)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func sectionHref(draft, code, area string) string {
	s := "/desk/reports/" + draft + "/sections/" + url.PathEscape(code)
	if area != "" {
		s += "?area=" + url.QueryEscape(area)
	}
	return s
}

// steps are the list to tick and the moves that may be made.
func (h *handler) steps(r *http.Request, d monitor.Draft, p *draftPage) error {
	ticks, err := h.Reports.Ticks(r.Context(), d)
	if err != nil {
		return err
	}
	rep, _ := h.Pack().Report(d.Series)
	for _, c := range rep.Checklist {
		on := slices.ContainsFunc(ticks, func(t monitor.Tick) bool { return t.Code == c.Code })
		p.Ticks = append(p.Ticks, tickRow{c.Code, c.Name.In(p.Lang), on})
	}
	moves, err := h.Reports.Moves(r.Context(), d)
	for _, m := range moves {
		x := moveRow{Code: m.Code, Name: pack.Text(m.Name).In(p.Lang), Reason: m.Reason}
		if m.Why != "" {
			x.Why = p.T(m.Why)
		}
		p.Moves = append(p.Moves, x)
	}
	return err
}

// talk are notes and what was done, with names.
func (h *handler) talk(r *http.Request, d monitor.Draft, p *draftPage, notes []monitor.Note) error {
	events, err := h.Reports.Events(r.Context(), d)
	if err != nil {
		return err
	}
	var ids []string
	for _, n := range notes {
		ids = append(ids, n.Author)
	}
	for _, e := range events {
		ids = append(ids, e.Actor)
	}
	names, err := h.Names(r.Context(), ids)
	for _, n := range notes {
		x := noteRow{Note: n, By: names[n.Author]}
		for _, s := range p.Sections {
			if s.Code == n.Section && s.Area == n.Area {
				x.Section = s.Name
			}
		}
		p.Notes = append(p.Notes, x)
	}
	for _, e := range events {
		p.Events = append(p.Events, eventRow{e, names[e.Actor], p.T("monitor.event." + e.Verb)})
	}
	return err
}

// act does something with a draft and shows it again, with what went wrong.
func (h *handler) act(w http.ResponseWriter, r *http.Request, do func(monitor.Draft) error) error {
	d, err := h.Reports.Draft(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := do(d); err != nil {
		return h.draftWith(w, r, err)
	}
	return back(w, r, "/desk/reports/"+d.ID)
}

func (h *handler) move(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, func(d monitor.Draft) error {
		return h.Reports.Move(r.Context(), d, r.FormValue("move"), r.FormValue("reason"))
	})
}

func (h *handler) ticks(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, func(d monitor.Draft) error {
		rep, ok := h.Pack().Report(d.Series)
		if !ok {
			return errs.New(errs.Unavailable, "monitor.no_report", "Code", d.Series)
		}
		have, err := h.Reports.Ticks(r.Context(), d)
		if err != nil {
			return err
		}
		for _, c := range rep.Checklist {
			was := slices.ContainsFunc(have, func(t monitor.Tick) bool { return t.Code == c.Code })
			if on := r.FormValue("tick_"+c.Code) != ""; on != was {
				if err := h.Reports.SetTick(r.Context(), d, c.Code, on); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (h *handler) head(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, func(d monitor.Draft) error {
		return h.Reports.SetHead(r.Context(), d, r.FormValue("stage"), h.both(r, d, "reason_"))
	})
}

// both reads a field in every language of a report.
func (h *handler) both(r *http.Request, d monitor.Draft, name string) pack.Text {
	rep, _ := h.Pack().Report(d.Series)
	out := pack.Text{}
	for _, lang := range rep.Languages {
		out[lang] = r.FormValue(name + lang)
	}
	return out
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, func(d monitor.Draft) error {
		return h.Reports.Answer(r.Context(), d, r.PathValue("note"), r.FormValue("outcome"), r.FormValue("answer"))
	})
}
