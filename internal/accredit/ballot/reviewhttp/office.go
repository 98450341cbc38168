package reviewhttp

import (
	"errors"
	"net/http"

	"xuedu/internal/accredit/ballot"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var officeView = view("office")

// officePage is how far the ballots of a call are, for the office: never what
// they say. The service refuses everybody else.
type officePage struct {
	page
	Base    string
	Rows    []ballot.Progress
	Talks   []talk
	Due     []due
	Problem string
}

// talk is a joint discussion as the office sees it.
type talk struct {
	ballot.Discussion
	Code string // of the application
	Open bool
}

// due is an application that has to be discussed.
type due struct{ ID, Code string }

func (h *handler) office(w http.ResponseWriter, r *http.Request) error {
	return h.showOffice(w, r, http.StatusOK, "")
}

func (h *handler) showOffice(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	ctx, id := r.Context(), r.PathValue("id")
	p := officePage{page: page{Page: ui.NewPage(r, ui.Desk, "review.office.title").In("nav.calls"), h: h}, Base: "/desk/calls/" + id, Problem: problem}
	var err error
	if p.Rows, err = h.Ballots.Progress(ctx, id); err != nil {
		return err
	}
	codes := map[string]string{}
	for _, x := range p.Rows {
		codes[x.ApplicationID] = x.Application
	}
	talks, err := h.Ballots.Discussions(ctx, id)
	if err != nil {
		return err
	}
	for _, d := range talks {
		p.Talks = append(p.Talks, talk{d, codes[d.ApplicationID], d.State == ballot.DiscussionOpen})
	}
	todo, err := h.Ballots.ToDiscuss(ctx, id)
	if err != nil {
		return err
	}
	for _, app := range todo {
		p.Due = append(p.Due, due{app, codes[app]})
	}
	return web.Render(w, r, status, officeView, p)
}

// officeAct opens or closes a discussion, or gives a ballot back.
func (h *handler) officeAct(w http.ResponseWriter, r *http.Request) error {
	ctx, id, of, why := r.Context(), r.PathValue("id"), r.PostFormValue("of"), r.PostFormValue("why")
	var err error
	switch r.PostFormValue("act") {
	case "open":
		err = h.Ballots.Discuss(ctx, id, of)
	case "close":
		err = h.Ballots.CloseDiscussion(ctx, of, why)
	case "reopen":
		err = h.Ballots.Reopen(ctx, id, of, why)
	default:
		err = errs.New(errs.NotFound, "ballot.no_need")
	}
	if e, ok := errors.AsType[*errs.Error](err); ok && (e.Kind == errs.Invalid || e.Kind == errs.Conflict) {
		return h.showOffice(w, r, web.Status(err), h.page(r, "review.office.title").T(e.Key, e.Args...))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/calls/"+id+"/ballots", http.StatusSeeOther)
	return nil
}
