package awardhttp

import (
	"net/http"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/award"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// deskPage is what is due of the awards that the reader has to do with.
type deskPage struct {
	ui.Page
	Due     []duty
	Rest    []duty
	Again   []again // by programme
	May     bool    // begin a re-evaluation
	Problem *problem
	Done    string
}

// duty is an award with what it waits for.
type duty struct {
	row
	What, By string
	Late     bool
}

// again are the awards of a programme that may be re-evaluated.
type again struct {
	Programme, Name string
	List            []choice
}

func (h *handler) desk(w http.ResponseWriter, r *http.Request) error {
	return h.deskPage(w, r, nil, http.StatusOK)
}

func (h *handler) deskPage(w http.ResponseWriter, r *http.Request, bad *problem, status int) error {
	p := deskPage{Page: ui.NewPage(r, ui.Desk, "award.desk").In("nav.awards"), Problem: bad}
	p.May = p.Can(r, award.PermManage)
	if !p.May && !p.Can(r, award.PermGuide) && !p.Can(r, accredit.PermDecide) { // who only holds awards
		p.Title = p.T("nav.our_awards")
	}
	if r.URL.Query().Get("done") != "" {
		p.Done = p.T("award.saved")
	}
	list, err := h.Awards.List(r.Context(), award.Filter{})
	if err != nil {
		return err
	}
	for _, a := range list {
		if !h.Awards.Sees(r.Context(), a) {
			continue
		}
		d, due, err := h.duty(r, p.Page, a)
		switch {
		case err != nil:
			return err
		case due:
			p.Due = append(p.Due, d)
		default:
			p.Rest = append(p.Rest, d)
		}
	}
	if p.May {
		if err := h.again(r, &p); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, deskView, p)
}

// duty says what an award waits for, if anything.
func (h *handler) duty(r *http.Request, p ui.Page, a award.Award) (duty, bool, error) {
	line, err := h.row(r, p, a)
	if err != nil {
		return duty{}, false, err
	}
	line.Href = "/desk/awards/" + a.ID
	d, today := duty{row: line}, h.Awards.Today()
	if a.Desk != "" && !a.Final {
		d.What, d.By, d.Late = p.T("award.due.state", "State", line.State.Text), day(p, a.Due), a.Due != "" && today > a.Due
		return d, true, nil
	}
	checks, err := h.Awards.Checks(r.Context(), a)
	for _, c := range checks {
		switch c.State {
		case award.CheckOpen:
			d.What, d.By, d.Late = p.T("award.due.check", "Year", c.Year), day(p, c.Due), c.Overdue(today)
			return d, true, err
		case award.CheckAnswered:
			d.What = p.T("award.due.answered", "Year", c.Year)
			return d, true, err
		}
	}
	return d, false, err
}

func (h *handler) again(r *http.Request, p *deskPage) error {
	list, err := h.Awards.DueAgain(r.Context(), "")
	if err != nil {
		return err
	}
	for _, a := range list {
		i := slices.IndexFunc(p.Again, func(g again) bool { return g.Programme == a.Programme })
		if i < 0 {
			p.Again = append(p.Again, again{Programme: a.Programme, Name: h.programme(a.Programme, p.Lang)})
			i = len(p.Again) - 1
		}
		text := p.T("award.again.line", "Holder", a.Holder, "Number", a.Number, "Day", day(p.Page, a.Term))
		if a.Term == "" {
			text = p.T("award.again.open", "Holder", a.Holder, "Number", a.Number)
		}
		p.Again[i].List = append(p.Again[i].List, choice{a.ID, text, true})
	}
	return nil
}

// reevaluate begins a re-evaluation of the awards that were ticked, and drafts
// its call.
func (h *handler) reevaluate(w http.ResponseWriter, r *http.Request) error {
	p := ui.NewPage(r, ui.Desk, "award.desk")
	if err := r.ParseForm(); err != nil {
		return err
	}
	ids := r.PostForm["award"]
	err := h.Awards.Reevaluate(r.Context(), ids, r.PostFormValue("reason"))
	if err != nil {
		bad, status, err := wrong(p, err)
		if err != nil {
			return err
		}
		return h.deskPage(w, r, bad, status)
	}
	to := "/desk/awards?done=1"
	if h.Draft != nil {
		if to, err = h.Draft(r.Context(), r.PostFormValue("programme"), len(ids)); err != nil {
			return err
		}
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// keepPage is the desk page of one award.
type keepPage struct {
	ui.Page
	A              award.Award
	Row            row
	Due            string
	Late, Failed   bool
	Cause          string
	Moves          []move
	Kinds          []choice
	Causes         []choice
	Records        []record
	Checks         []check
	Events         []event
	Extend, Holder bool
	Links          []ui.Link
	Problem        *problem
	Done           string
}

type move struct {
	Code, Name, Why string
	Reason, Cause   bool
}

type record struct{ Day, Kind, Text string }

type check struct {
	ID, Title, State, Due, Note string
	Late, Open, Answered        bool
	Findings                    []finding
}

type finding struct{ Kind, Text, Source, Answer string }

func (h *handler) keep(w http.ResponseWriter, r *http.Request) error {
	return h.keepPage(w, r, nil, http.StatusOK)
}

func (h *handler) keepPage(w http.ResponseWriter, r *http.Request, bad *problem, status int) error {
	p := keepPage{Page: ui.NewPage(r, ui.Desk, "award.desk").In("nav.awards"), Problem: bad}
	ctx := r.Context()
	a, err := h.Awards.Get(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	records, err := h.Awards.Records(ctx, a)
	if err != nil {
		return err
	}
	for _, x := range records {
		p.Records = append(p.Records, record{day(p.Page, x.Day), p.T("award.record." + x.Kind), x.Text})
	}
	p.A, p.Title, p.Due = a, a.Holder, day(p.Page, a.Due)
	p.Late = a.Due != "" && h.Awards.Today() > a.Due && !a.Final
	if a.Cause != "" {
		p.Cause = p.T("award.cause." + a.Cause)
	}
	if r.URL.Query().Get("done") != "" {
		p.Done = p.T("award.saved")
	}
	if p.Row, err = h.row(r, p.Page, a); err != nil {
		return err
	}
	if err := h.movesOf(r, &p, a); err != nil {
		return err
	}
	for _, k := range h.Awards.RecordKinds(ctx, a) {
		p.Kinds = append(p.Kinds, choice{Value: k, Text: p.T("award.record." + k)})
	}
	for _, c := range award.Causes {
		p.Causes = append(p.Causes, choice{Value: c, Text: p.T("award.cause." + c)})
	}
	if err := h.checksOf(r, &p, a); err != nil {
		return err
	}
	if p.Events, err = h.events(r, p.Page, a); err != nil {
		return err
	}
	if h.Around != nil {
		if p.Links, err = h.Around(r, p.Page, a); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, keepView, p)
}

func (h *handler) movesOf(r *http.Request, p *keepPage, a award.Award) error {
	list, err := h.Awards.Moves(r.Context(), a)
	for _, m := range list {
		out := move{Code: m.Code, Name: pack.Text(m.Name).In(p.Lang), Reason: m.Reason, Cause: slices.Contains(m.Does, "hear")}
		if m.Why != "" {
			out.Why = p.T(m.Why)
		}
		p.Moves = append(p.Moves, out)
	}
	p.Extend = a.State == "rectifying" && p.Can(r, award.PermManage)
	return err
}

func (h *handler) checksOf(r *http.Request, p *keepPage, a award.Award) error {
	list, err := h.Awards.Checks(r.Context(), a)
	for _, c := range list {
		out := check{ID: c.ID, Title: p.T("award.check.title", "Year", c.Year), State: p.T("award.check." + c.State), Due: day(p.Page, c.Due), Note: c.Note,
			Late: c.Overdue(h.Awards.Today()), Open: c.State == award.CheckOpen, Answered: c.State == award.CheckAnswered && p.Can(r, award.PermManage)}
		for i, f := range c.Findings {
			line := finding{Kind: p.T("award.finding." + f.Kind), Text: f.Text, Source: f.Source}
			if i < len(c.Answers) {
				line.Answer = c.Answers[i]
			}
			out.Findings = append(out.Findings, line)
		}
		p.Checks = append(p.Checks, out)
	}
	return err
}

// after redirects to the page of an award, or shows it with what went wrong.
func (h *handler) after(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil {
		http.Redirect(w, r, "/desk/awards/"+r.PathValue("id")+"?done=1", http.StatusSeeOther)
		return nil
	}
	bad, status, err := wrong(ui.NewPage(r, ui.Desk, "award.desk"), err)
	if err != nil {
		return err
	}
	return h.keepPage(w, r, bad, status)
}

func (h *handler) move(w http.ResponseWriter, r *http.Request) error {
	return h.after(w, r, h.Awards.Move(r.Context(), r.PathValue("id"), r.PostFormValue("move"),
		award.In{Reason: r.PostFormValue("reason"), Cause: r.PostFormValue("cause")}))
}

func (h *handler) extend(w http.ResponseWriter, r *http.Request) error {
	return h.after(w, r, h.Awards.Extend(r.Context(), r.PathValue("id"), r.PostFormValue("day"), r.PostFormValue("reason")))
}

func (h *handler) record(w http.ResponseWriter, r *http.Request) error {
	return h.after(w, r, h.Awards.Record(r.Context(), r.PathValue("id"), r.PostFormValue("kind"), r.PostFormValue("text")))
}

func (h *handler) check(w http.ResponseWriter, r *http.Request) error {
	id, note := r.PostFormValue("check"), r.PostFormValue("note")
	var err error
	switch r.PostFormValue("act") {
	case "unchanged":
		err = h.Awards.Unchanged(r.Context(), id)
	case "accept":
		err = h.Awards.Accept(r.Context(), id, note)
	case "return":
		err = h.Awards.ReturnCheck(r.Context(), id, note)
	default:
		err = h.Awards.Answer(r.Context(), id, r.PostForm["answer"])
	}
	return h.after(w, r, err)
}
