package callhttp

import (
	"net/http"

	"xuedu/internal/accredit"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// callRow is a call in a list.
type callRow struct {
	Href, Title, Code, State, Tag, Line string
}

// callGroup are the calls that a reader looks for together.
type callGroup struct {
	Title string
	Rows  []callRow
}

type listPage struct {
	page
	Groups []callGroup
	Any    bool
}

// list shows the calls: those that take applications first.
func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	calls, err := h.Service.Calls(r.Context())
	if err != nil {
		return err
	}
	p := listPage{page: h.page(r, ui.Public, "call.list")}
	p.Groups = []callGroup{{Title: p.T("call.open")}, {Title: p.T("call.running")}, {Title: p.T("call.ended")}}
	for _, c := range calls {
		if !c.Public() {
			continue
		}
		at := 1
		switch {
		case c.Ended():
			at = 2
		case c.State == "open":
			at = 0
		}
		p.Groups[at].Rows = append(p.Groups[at].Rows, p.row(c, "/calls/"+c.Code))
		p.Any = true
	}
	return web.Render(w, r, http.StatusOK, listView, p)
}

func (p page) row(c accredit.Call, href string) callRow {
	row := callRow{Href: href, Title: c.Title.In(p.Lang), Code: c.Code, State: p.stateName(c, c.State), Tag: tag(c)}
	if c.Due != "" && !c.Ended() {
		row.Line = p.T("call.until", "Day", p.DayOf(c.Due), "Left", p.DueIn(c.Due))
	}
	return row
}

type questionRow struct {
	ID, Text, Answer, Asked, Answered string
}

type funnelRow struct {
	Name string
	N    int
}

type showPage struct {
	page
	C          accredit.Call
	Name       string
	State, Tag string
	Due, In    string
	Legal      []Link // name and text of each part of the authorisation
	Applicants []string
	Gates      []Link
	Stages     []stageRow
	Groups     []groupRow
	Scoring    []string
	Funnel     []funnelRow
	Questions  []questionRow
	MayAsk     bool
	MayApply   bool
	Text       string
	Links      []ui.Link
}

// show is the public page of a call.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	return h.showWith(w, r, http.StatusOK, nil)
}

func (h *handler) showWith(w http.ResponseWriter, r *http.Request, status int, cause error) error {
	c, err := h.published(r)
	if err != nil {
		return err
	}
	p := showPage{page: h.page(r, ui.Public, "call.one"), C: c, Text: r.PostFormValue("text")}
	p.Title, p.Name = c.Title.In(p.Lang), c.Rules.Programme.Name.In(p.Lang)
	if cause != nil {
		if status, err = p.refuse(cause); err != nil {
			return err
		}
	}
	p.fill(r)
	if p.Questions, err = p.questions(r, c.ID); err != nil {
		return err
	}
	if p.Funnel, err = p.funnel(r, c.ID); err != nil && errs.KindOf(err) != errs.Forbidden {
		return err
	}
	if p.Links, err = p.links(r, c); err != nil {
		return err
	}
	return web.Render(w, r, status, showView, p)
}

// published is the call of the request's code; a draft does not exist here.
func (h *handler) published(r *http.Request) (accredit.Call, error) {
	c, err := h.Service.CallByCode(r.Context(), r.PathValue("code"))
	if err == nil && !c.Public() {
		return c, errs.New(errs.NotFound, "accredit.no_call")
	}
	return c, err
}

func (p *showPage) fill(r *http.Request) {
	a := p.C.Rules.Programme
	p.State, p.Tag = p.stateName(p.C, p.C.State), tag(p.C)
	if !p.C.Ended() {
		p.Due, p.In = p.DayOf(p.C.Due), p.DueIn(p.C.Due)
	}
	p.Legal, p.Applicants, p.Stages, p.Groups, p.Scoring = p.legal(p.C), p.applicants(a), p.stages(p.C), p.rubric(a), p.scoring(a)
	for _, g := range a.Gates {
		p.Gates = append(p.Gates, Link{Text: g.Name.In(p.Lang), Href: g.Basis.In(p.Lang)})
	}
	p.MayApply = p.C.State == "open" && p.Can(r, accredit.PermApply)
	p.MayAsk = p.MayApply
}

// legal are the parts of an authorisation: Href names, Text says.
func (p page) legal(c accredit.Call) []Link {
	a := c.Rules.Programme.Authorisation
	list := []Link{{p.T("call.legal.organ"), a.Organ.In(p.Lang)}, {p.T("call.legal.document"), a.Document.In(p.Lang)}, {p.T("call.legal.number"), a.Number},
		{p.T("call.legal.item"), a.Item.In(p.Lang)}}
	if a.Level != "" {
		list = append(list, Link{p.T("call.legal.level"), p.T("call.level." + a.Level)})
	}
	if a.From != "" {
		list = append(list, Link{p.T("call.legal.from"), p.DayOf(a.From)})
	}
	return list
}

func (p page) questions(r *http.Request, callID string) ([]questionRow, error) {
	list, err := p.h.Service.Questions(r.Context(), callID)
	if err != nil {
		return nil, err
	}
	var rows []questionRow
	for _, q := range list {
		row := questionRow{ID: q.ID, Text: q.Text, Answer: q.Answer, Asked: p.DateTime(q.AskedAt)}
		if !q.AnsweredAt.IsZero() {
			row.Answered = p.DateTime(q.AnsweredAt)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (p page) funnel(r *http.Request, callID string) ([]funnelRow, error) {
	list, err := p.h.Service.Funnel(r.Context(), callID)
	if err != nil {
		return nil, err
	}
	var rows []funnelRow
	for _, f := range list {
		rows = append(rows, funnelRow{p.T("call.funnel." + f.Step), f.N})
	}
	return rows, nil
}

// rules sends the frozen rules byte for byte, so that their hash can be checked.
func (h *handler) rules(w http.ResponseWriter, r *http.Request) error {
	c, err := h.published(r)
	if err != nil {
		return err
	}
	text, err := h.Service.RulesText(r.Context(), c.ID)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+c.Code+`.json"`)
	_, err = w.Write([]byte(text))
	return err
}

// ask takes a question of an applicant.
func (h *handler) ask(w http.ResponseWriter, r *http.Request) error {
	c, err := h.published(r)
	if err != nil {
		return err
	}
	if _, err := h.Service.Ask(r.Context(), c.ID, r.PostFormValue("text")); err != nil {
		return h.showWith(w, r, http.StatusOK, err)
	}
	http.Redirect(w, r, "/calls/"+c.Code+"#questions", http.StatusSeeOther)
	return nil
}
