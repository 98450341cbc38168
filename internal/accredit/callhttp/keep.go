package callhttp

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// moveRow is a move that the reader may make, with what is missing.
type moveRow struct {
	Code, Name, Why string
	Reason          bool
}

type eventRow struct{ What, When, By, Why string }

type keepPage struct {
	page
	C                             accredit.Call
	Name, State, Tag, Due, In, At string
	Moves                         []moveRow
	Legal                         []Link
	LegalWhy                      string // why the authorisation does not carry the call
	Facts                         []Link
	Stages                        []stageRow
	Funnel                        []funnelRow
	Questions                     []questionRow
	Events                        []eventRow
	Links                         []ui.Link
	Draft, Manages                bool
	Input                         input
	A                             pack.Authorisation
	Levels, NameLevels            []choice
}

// keep is the page of a call at the desk: what is next and what is missing.
func (h *handler) keep(w http.ResponseWriter, r *http.Request) error {
	return h.keepWith(w, r, nil)
}

func (h *handler) keepWith(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx, status := r.Context(), http.StatusOK
	c, err := h.Service.Call(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	p := keepPage{page: h.page(r, ui.Desk, "call.one"), C: c}
	if cause != nil {
		if status, err = p.refuse(cause); err != nil {
			return err
		}
	}
	p.fill(r)
	if err := p.read(r); err != nil {
		return err
	}
	if p.Links, err = p.links(r, c); err != nil {
		return err
	}
	return web.Render(w, r, status, keepView, p)
}

func (p *keepPage) fill(r *http.Request) {
	c := p.C
	p.Title, p.Name = c.Title.In(p.Lang), c.Rules.Programme.Name.In(p.Lang)
	p.State, p.Tag = p.stateName(c, c.State), tag(c)
	if !c.Ended() {
		p.Due, p.In = p.DayOf(c.Due), p.DueIn(c.Due)
	}
	p.Manages = p.Can(r, accredit.PermManage)
	p.Draft = !c.Public() && !c.Ended() && p.Manages
	p.Legal, p.Stages, p.A = p.legal(c), p.stages(c), c.Rules.Programme.Authorisation
	if why := accredit.AuthorisedOn(p.A, p.h.today()); why != "" {
		p.LegalWhy = p.T(why)
	}
	p.Facts = []Link{{p.T("call.places"), placesText(p.page, c)}, {p.T("call.period"), c.Period}, {p.T("call.kind"), p.T("call.kind." + c.Kind)}}
	p.Input = input{TitleZh: c.Title["zh-CN"], TitleEn: c.Title["en"], Places: strconv.Itoa(c.Places), Period: c.Period, Opens: c.Opens}
	for _, l := range pack.AwardLevels() {
		p.Levels = append(p.Levels, choice{Value: l, Text: p.T("call.level." + l), On: p.A.Level == l})
		p.NameLevels = append(p.NameLevels, choice{Value: l, Text: p.T("call.level." + l), On: p.A.Name == l})
	}
}

func placesText(p page, c accredit.Call) string {
	if c.Places == 0 {
		return p.T("call.no_limit")
	}
	return p.Num(int64(c.Places))
}

// read reads what else stands on the page.
func (p *keepPage) read(r *http.Request) error {
	ctx := r.Context()
	moves, err := p.h.Service.CallMoves(ctx, p.C)
	if err != nil {
		return err
	}
	for _, m := range moves {
		row := moveRow{Code: m.Code, Name: p.moveName(p.C, m.Code), Reason: m.Reason}
		if m.Why != "" {
			row.Why = p.T(m.Why)
		}
		p.Moves = append(p.Moves, row)
	}
	if p.Questions, err = p.questions(r, p.C.ID); err != nil {
		return err
	}
	if p.Manages && p.C.Public() {
		if p.Funnel, err = p.funnel(r, p.C.ID); err != nil {
			return err
		}
	}
	return p.events(ctx)
}

func (p *keepPage) events(ctx context.Context) error {
	list, err := p.h.Service.CallEvents(ctx, p.C.ID)
	if err != nil {
		return err
	}
	var ids []string
	for _, e := range list {
		ids = append(ids, e.Actor)
	}
	names, err := p.h.Names(ctx, ids)
	if err != nil {
		return err
	}
	for _, e := range list {
		p.Events = append(p.Events, eventRow{p.moveName(p.C, e.Move), p.DateTime(e.At), names[e.Actor], e.Reason})
	}
	return nil
}

// done goes back to the page, or shows what was wrong on it.
func (h *handler) done(w http.ResponseWriter, r *http.Request, err error) error {
	if err != nil {
		return h.keepWith(w, r, err)
	}
	http.Redirect(w, r, "/desk/calls/"+r.PathValue("id"), http.StatusSeeOther)
	return nil
}

func (h *handler) change(w http.ResponseWriter, r *http.Request) error {
	n, err := inputOf(r).call()
	if err == nil {
		err = h.Service.Change(r.Context(), r.PathValue("id"), n)
	}
	return h.done(w, r, err)
}

func (h *handler) authorise(w http.ResponseWriter, r *http.Request) error {
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	text := func(name string) pack.Text { return pack.Text{"zh-CN": get(name)} }
	a := pack.Authorisation{Organ: text("organ"), Document: text("document"), Number: get("number"), Item: text("item"), Level: get("level"),
		Name: get("name"), From: get("from"), To: get("to")}
	return h.done(w, r, h.Service.Authorise(r.Context(), r.PathValue("id"), a))
}

func (h *handler) move(w http.ResponseWriter, r *http.Request) error {
	move, reason := r.PostFormValue("move"), strings.TrimSpace(r.PostFormValue("reason"))
	return h.done(w, r, h.Service.MoveCall(r.Context(), r.PathValue("id"), move, reason))
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request) error {
	return h.done(w, r, h.Service.Answer(r.Context(), r.PathValue("question"), r.PostFormValue("text")))
}
