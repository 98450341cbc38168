package awardhttp

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"xuedu/internal/accredit/award"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// casesPage lists the cases of guidance that the reader has to do with.
type casesPage struct {
	ui.Page
	Cases      []caseRow
	May        bool
	Programmes []choice
	Experts    []choice
	Areas      []choice
	Problem    *problem
	Typed      map[string]string
}

type caseRow struct {
	Href, Whom, Programme, Expert, Since string
	Open                                 bool
}

func (h *handler) cases(w http.ResponseWriter, r *http.Request) error {
	return h.casesPage(w, r, nil, http.StatusOK)
}

func (h *handler) casesPage(w http.ResponseWriter, r *http.Request, bad *problem, status int) error {
	p := casesPage{Page: ui.NewPage(r, ui.Desk, "award.guidance").In("nav.guidance"), Problem: bad, Typed: map[string]string{"org": r.PostFormValue("org")}}
	list, err := h.Awards.Cases(r.Context())
	if err != nil {
		return err
	}
	for _, c := range list {
		p.Cases = append(p.Cases, caseRow{Href: "/desk/guidance/" + c.ID, Whom: h.whom(r.Context(), c.OrgID, c.AreaID, p.Lang),
			Programme: h.programme(c.Programme, p.Lang), Expert: h.expert(r.Context(), c.ExpertID), Since: day(p.Page, c.From), Open: c.To == ""})
	}
	if p.May = p.Can(r, award.PermGuide) && p.Can(r, string(pool)); p.May {
		if err := h.fillOpen(r, &p); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, casesView, p)
}

func (h *handler) fillOpen(r *http.Request, p *casesPage) error {
	for _, x := range h.Pack().Awards {
		if !x.Example {
			p.Programmes = append(p.Programmes, choice{x.Code, x.Name.In(p.Lang), x.Code == r.PostFormValue("programme")})
		}
	}
	for _, a := range h.districts() {
		p.Areas = append(p.Areas, choice{a.Code, a.In(p.Lang), a.Code == r.PostFormValue("area")})
	}
	if h.Experts == nil {
		return nil
	}
	list, err := h.Experts(r.Context())
	for _, o := range list {
		p.Experts = append(p.Experts, choice{o.Value, o.Text, o.Value == r.PostFormValue("expert")})
	}
	return err
}

// whom names what is guided: an institution or an area.
func (h *handler) whom(ctx context.Context, orgID string, areaID int64, lang string) string {
	if orgID != "" && h.OrgName != nil {
		return h.OrgName(ctx, orgID)
	}
	return h.place(areaID, lang)
}

func (h *handler) expert(ctx context.Context, id string) string {
	if h.ExpertName == nil {
		return id
	}
	return h.ExpertName(ctx, id)
}

func (h *handler) openCase(w http.ResponseWriter, r *http.Request) error {
	n := award.NewCase{ExpertID: r.PostFormValue("expert"), Programme: r.PostFormValue("programme")}
	err := h.subject(r, &n)
	var c award.Case
	if err == nil {
		c, err = h.Awards.OpenCase(r.Context(), n)
	}
	if err != nil {
		bad, status, err := wrong(ui.NewPage(r, ui.Desk, "award.guidance"), err)
		if err != nil {
			return err
		}
		return h.casesPage(w, r, bad, status)
	}
	http.Redirect(w, r, "/desk/guidance/"+c.ID, http.StatusSeeOther)
	return nil
}

// subject finds whom a case is about: an institution by its code, else an area.
func (h *handler) subject(r *http.Request, n *award.NewCase) error {
	if code := r.PostFormValue("org"); code != "" && h.FindOrg != nil {
		id, areaID, err := h.FindOrg(r.Context(), code)
		if errs.KindOf(err) == errs.NotFound {
			return errs.InvalidField("org", "award.no_org", "Code", code)
		}
		n.OrgID, n.AreaID = id, areaID
		return err
	}
	nr, ok := h.Tree().ByCode(r.PostFormValue("area"))
	if !ok {
		return errs.InvalidField("area", "award.no_area")
	}
	n.AreaID = h.Tree().At(nr).ID
	return nil
}

// casePage is the story of a case: from the first guidance to the award and on.
type casePage struct {
	ui.Page
	ID                            string
	Whom, Programme, Expert, From string
	Closed, CloseReason           string
	Guide, Answer, Open           bool
	Line                          []moment
	Items                         []item
	Contacts                      []choice
	Leaves                        []choice
	Kinds                         []choice
	Today                         string
	Problem                       *problem
}

// moment is one point of the timeline.
type moment struct {
	Sort, Day, What, Text, Reply string
	Contact                      string // id, where it may still be answered
	Href                         string
}

type item struct {
	ID, Leaf, Text, Due, State, Before, After, Reason string
	Open, Late                                        bool
	Steps                                             []step
}

type step struct {
	ID, Text, Due string
	Done          bool
}

func (h *handler) story(w http.ResponseWriter, r *http.Request) error {
	return h.casePage(w, r, nil, http.StatusOK)
}

func (h *handler) casePage(w http.ResponseWriter, r *http.Request, bad *problem, status int) error {
	st, err := h.Awards.Story(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	p := casePage{Page: ui.NewPage(r, ui.Desk, "award.guidance").In("nav.guidance"), ID: st.ID, Problem: bad, Open: st.To == "",
		Guide: st.May.Guide && st.To == "", Answer: st.May.Answer && st.To == "", Today: h.Awards.Today()}
	p.Whom, p.Programme = h.whom(r.Context(), st.OrgID, st.AreaID, p.Lang), h.programme(st.Programme, p.Lang)
	p.Expert, p.From, p.Closed, p.CloseReason = h.expert(r.Context(), st.ExpertID), day(p.Page, st.From), day(p.Page, st.To), st.Reason
	p.Title = p.T("award.case.title", "Whom", p.Whom)
	for _, k := range award.ContactKinds {
		p.Kinds = append(p.Kinds, choice{Value: k, Text: p.T("award.contact." + k)})
	}
	for _, l := range st.Rubric {
		p.Leaves = append(p.Leaves, choice{Value: l.Code, Text: l.Code + " " + l.Name.In(p.Lang)})
	}
	p.items(st)
	if err := h.timeline(r, &p, st); err != nil {
		return err
	}
	return web.Render(w, r, status, caseView, p)
}

func (p *casePage) items(st award.Story) {
	for _, i := range st.Items {
		out := item{ID: i.ID, Text: i.Text, Due: day(p.Page, i.Due), State: p.T("award.item." + i.State), Before: i.Before, After: i.After, Reason: i.Reason,
			Open: i.State == award.ItemOpen && p.Open, Late: i.Overdue(p.Today)}
		if n := slices.IndexFunc(p.Leaves, func(c choice) bool { return c.Value == i.Leaf }); n >= 0 {
			out.Leaf = p.Leaves[n].Text
		}
		for _, m := range i.Milestones {
			out.Steps = append(out.Steps, step{m.ID, m.Text, day(p.Page, m.Due), !m.Done.IsZero()})
		}
		p.Items = append(p.Items, out)
	}
}

// timeline puts contacts, what was achieved and the awards into one order.
func (h *handler) timeline(r *http.Request, p *casePage, st award.Story) error {
	add := func(at string, m moment) {
		m.Sort, m.Day = at, day(p.Page, at)
		p.Line = append(p.Line, m)
	}
	add(st.From, moment{What: p.T("award.case.opened", "Expert", p.Expert)})
	for _, c := range st.Contacts {
		m := moment{What: p.T("award.contact." + c.Kind), Text: c.Text, Reply: c.Answer}
		if c.Answer == "" && p.Answer {
			m.Contact = c.ID
		}
		add(c.Day, m)
		p.Contacts = append(p.Contacts, choice{Value: c.ID, Text: day(p.Page, c.Day) + " " + p.T("award.contact."+c.Kind)})
	}
	for _, a := range st.Awards {
		list, err := h.Awards.Events(r.Context(), a.ID)
		if err != nil {
			return err
		}
		named, err := h.events(r, p.Page, a)
		if err != nil {
			return err
		}
		for i, e := range list {
			add(e.Day, moment{What: named[i].What + " " + a.Number, Text: e.Reason, Href: "/awards/" + a.Number})
		}
	}
	if st.To != "" {
		add(st.To, moment{What: p.T("award.case.closed"), Text: st.Reason})
	}
	slices.SortStableFunc(p.Line, func(a, b moment) int { return cmp.Compare(a.Sort, b.Sort) })
	return nil
}

// guidance does one act of a case.
func (h *handler) guidance(w http.ResponseWriter, r *http.Request) error {
	id, v, ctx := r.PathValue("id"), r.PostFormValue, r.Context()
	var err error
	switch r.PathValue("act") {
	case "contact":
		err = h.Awards.AddContact(ctx, id, award.Contact{Day: v("day"), Kind: v("kind"), Text: v("text")})
	case "answer":
		err = h.Awards.AnswerContact(ctx, id, v("contact"), v("text"))
	case "item":
		err = h.Awards.AddItem(ctx, id, award.Item{ContactID: v("contact"), Leaf: v("leaf"), Text: v("text"), Due: v("due"), Before: v("before")})
	case "finish":
		err = h.Awards.FinishItem(ctx, id, v("item"), v("state"), v("text"))
	case "milestone":
		err = h.Awards.AddMilestone(ctx, id, v("item"), v("text"), v("due"))
	case "reached":
		err = h.Awards.ReachMilestone(ctx, id, v("item"), v("milestone"))
	case "close":
		err = h.Awards.CloseCase(ctx, id, v("reason"))
	default:
		return errs.New(errs.NotFound, "award.not_found")
	}
	if err == nil {
		http.Redirect(w, r, "/desk/guidance/"+id, http.StatusSeeOther)
		return nil
	}
	bad, status, err := wrong(ui.NewPage(r, ui.Desk, "award.guidance"), err)
	if err != nil {
		return err
	}
	return h.casePage(w, r, bad, status)
}
