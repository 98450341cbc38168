package accredithttp

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/ui"
	"xuedu/internal/web"
	"xuedu/internal/workflow"
)

var showView = view("show", "")

// showPage is an application: what is to be done, how far it is, what was
// decided and why, where it stands in the call.
type showPage struct {
	appPage
	Done    accredit.Completeness
	Missing []task
	Moves   []move
	Says    []say
	Events  []eventLine
	Stages  []stage
	Gates   []gate
	Counts  bool // the reader may have the figures counted again
	Checks  bool // the reader may open the formal check
	Leaves  []leafComments
	Links   []ui.Link
}

// move is a step that the reader may take.
type move struct {
	Code, Name, Why string
	Reason, Main    bool
}

// say is a decision that the applicant has to know, with its reason.
type say struct {
	Title, Text, Note string
	Act               bool
}

// eventLine is a step in the life of an application.
type eventLine struct {
	What, When, By, Reason string
	Last                   bool
}

// stage is a stage of the call.
type stage struct {
	Name, Days   string
	Past, IsHere bool
}

// leafComments are the experts' comments on a leaf.
type leafComments struct {
	Name  string
	Texts []string
}

// show shows an application to whoever may read it.
func (h *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return h.showWith(w, r, nil)
}

// showWith shows an application, with what stands against an act.
func (h *Pages) showWith(w http.ResponseWriter, r *http.Request, cause error) error {
	a, err := h.app(r, "apply.app")
	if err != nil {
		return err
	}
	p := &showPage{appPage: a}
	status := http.StatusOK
	if cause != nil {
		if status, err = p.refuse(cause, ""); err != nil {
			return err
		}
	}
	if err := h.fillShow(r.Context(), p); err != nil {
		return err
	}
	if h.Links != nil {
		if p.Links, err = h.Links(r, p.Page, p.A, p.Own); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, showView, p)
}

// refresh counts our figures again, until the application is submitted.
func (h *Pages) refresh(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if err := h.Service.RefreshFigures(r.Context(), id); err != nil {
		return h.showWith(w, r, err)
	}
	http.Redirect(w, r, "/desk/applications/"+id, http.StatusSeeOther)
	return nil
}

func (h *Pages) fillShow(ctx context.Context, p *showPage) error {
	p.Back, p.BackText = "/desk/applications", p.T("apply.back")
	p.Counts = p.Writes && p.A.Submitted.IsZero()
	p.Checks = p.Mine && p.A.Desk == "technical"
	var err error
	if p.Done, err = h.Service.Completeness(ctx, p.A.ID); err != nil {
		return err
	}
	p.Missing = p.missing(p.Done)
	open, err := h.Service.ApplicationMoves(ctx, p.A.ID)
	if err != nil {
		return err
	}
	events, err := h.Service.ApplicationEvents(ctx, p.A.ID)
	if err != nil {
		return err
	}
	if p.page, err = p.knowing(ctx, actorsOf(events, p.D.Gates)...); err != nil {
		return err
	}
	p.Moves = p.moves(open)
	p.Events, p.Says = p.events(events), p.says(events)
	p.Stages, p.Gates = p.stages(), p.gates(p.D.Rules, p.D.Gates)
	p.Leaves, err = h.comments(ctx, p.appPage)
	return err
}

// missing lists what is still to be written, each with the page to write it on.
func (p appPage) missing(c accredit.Completeness) []task {
	var list []task
	for _, m := range c.Missing {
		t := task{Text: m.Name.In(p.Lang), Note: p.T("apply.missing." + m.Kind)}
		switch m.Kind {
		case accredit.MissingText:
			t.Href = p.Base + "/content#f-" + m.Code
		case accredit.MissingClaim:
			t.Text, t.Href = m.Leaf+" "+t.Text, p.Base+"/leaf/"+m.Leaf
		default:
			t.Text, t.Href = m.Leaf+" "+t.Text, p.Base+"/leaf/"+m.Leaf+"#slot-"+m.Code
		}
		list = append(list, t)
	}
	return list
}

// moves puts what the reader may do into words. What is done on a page of its
// own is left to that page.
func (p appPage) moves(open []workflow.Open) []move {
	var list []move
	for _, o := range open {
		if o.Who == "district" && o.Perm == accredit.PermRecommend && o.Code != "reconsider" || o.Who == "technical" || o.Who == "street" {
			continue
		}
		list = append(list, p.move(o))
	}
	for i := range list {
		if list[i].Why == "" && !list[i].Reason {
			list[i].Main = true
			break
		}
	}
	return list
}

func (p page) move(o workflow.Open) move {
	m := move{Code: o.Code, Name: cmp.Or(o.Name[p.Lang], o.Name["zh-CN"]), Reason: o.Reason}
	if o.Why != "" {
		m.Why = p.T(o.Why)
	}
	return m
}

// events tells the life of an application, the latest last. Who did it is
// named to officers; applicants are told the desk.
func (p appPage) events(list []accredit.Event) []eventLine {
	var out []eventLine
	for _, e := range list {
		m, _ := moveOf(p.D.Rules, e.Move)
		by := p.DeskName(m.Who)
		if e.Move == beginMove {
			by = p.DeskName(applicant)
		}
		if name := p.Who(e.Actor); !p.Own || m.Who == applicant || e.Move == beginMove {
			by = joined(by, name)
		}
		out = append(out, eventLine{What: p.moveName(p.D.Rules, e.Move) + p.T("apply.event.to", "State", p.stateName(p.D.Rules, e.To)), When: p.DateTime(e.At), By: by, Reason: e.Reason})
	}
	now := eventLine{What: p.State, Last: true}
	if p.A.Desk != "" {
		now.When = p.T("apply.desk_since", "Desk", p.DeskName(p.A.Desk), "Time", p.DateTime(p.A.Since))
	}
	return append(out, now)
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " · " + b
}

// says are the decisions on the present state: what was asked for, how long
// there is, what the district said.
func (p appPage) says(events []accredit.Event) []say {
	var list []say
	if n := len(events); n > 0 && events[n-1].Reason != "" {
		e := events[n-1]
		m, _ := moveOf(p.D.Rules, e.Move)
		s := say{Title: p.moveName(p.D.Rules, e.Move), Text: e.Reason, Act: p.Mine || m.Who != applicant}
		if p.Own && p.A.Desk == applicant && p.A.Due != "" {
			s.Note = p.T("apply.say.until", "Day", p.DayOf(p.A.Due), "In", p.DueIn(p.A.Due))
		}
		list = append(list, s)
	}
	if rec := p.A.Recommendation; rec != nil {
		s := say{Title: p.T("apply.say.recommended", "N", rec.Place), Text: rec.Reason, Note: p.DateTime(rec.At)}
		if !rec.Yes {
			s.Title = p.T("apply.say.not_recommended")
		}
		if rec.Score != "" {
			s.Note = p.T("apply.say.score", "Score", rec.Score) + " · " + s.Note
		}
		if rec.Yes || len(list) == 0 || list[0].Text != rec.Reason {
			list = append(list, s)
		}
	}
	return list
}

// stages is the timeline of the call, with where it is today.
func (p appPage) stages() []stage {
	today := p.h.today().Format("2006-01-02")
	var list []stage
	for _, s := range p.C.Timeline {
		list = append(list, stage{Name: s.Name.In(p.Lang), Days: p.DayOf(s.From) + "—" + p.DayOf(s.To), Past: s.To < today, IsHere: s.From <= today && today <= s.To})
	}
	return list
}

// comments are what the experts wrote to the applicant, by leaf; nothing where
// nobody keeps them or nothing is decided.
func (h *Pages) comments(ctx context.Context, p appPage) ([]leafComments, error) {
	if h.Comments == nil {
		return nil, nil
	}
	all, err := h.Comments.Comments(ctx, p.A.ID)
	if err != nil {
		return nil, err
	}
	var list []leafComments
	for _, l := range leaves(p.C) {
		if texts := all[l.Code]; len(texts) > 0 {
			list = append(list, leafComments{Name: l.Code + " " + l.Name.In(p.Lang), Texts: texts})
		}
	}
	return list, nil
}

// actorsOf lists the accounts that a page names, each once.
func actorsOf(events []accredit.Event, gates []accredit.GateResult) []string {
	var ids []string
	for _, e := range events {
		ids = append(ids, e.Actor)
	}
	for _, g := range gates {
		if g.By != "" {
			ids = append(ids, g.By)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
