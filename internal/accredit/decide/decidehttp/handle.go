package decidehttp

import (
	"net/http"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/ui"
	"xuedu/internal/web"
	"xuedu/internal/workflow"
)

// objectionsPage is the desk of who handles objections.
type objectionsPage struct {
	page
	List    []objectionRow
	Notices []noticeRow // that take objections today
}

type objectionRow struct {
	decide.Objection
	About string // what it objects to
	Words string // its state
}

func (h *handler) objections(w http.ResponseWriter, r *http.Request) error {
	return h.showObjections(w, r, nil)
}

func (h *handler) showObjections(w http.ResponseWriter, r *http.Request, fault error) error {
	p := objectionsPage{page: h.page(r, ui.Desk, "decide.objections", fault)}
	p.Page = p.Page.In("nav.objections")
	list, err := h.Decisions.Objections(r.Context())
	if err != nil {
		return err
	}
	notices, err := h.Decisions.Notices(r.Context())
	if err != nil {
		return err
	}
	title := map[string]string{}
	for _, n := range notices {
		x, err := h.noticeRow(r, n)
		if err != nil {
			return err
		}
		if x.Open {
			p.Notices = append(p.Notices, x)
		}
		for _, l := range n.Lines {
			title[l.ApplicationID] = l.Title
		}
	}
	for _, o := range list {
		p.List = append(p.List, objectionRow{o, title[o.ApplicationID], h.stateOf(r, p.page, o)})
	}
	return web.Render(w, r, code(fault), objectionsView, p)
}

// stateOf names the state of an objection as its call's workflow does.
func (h *handler) stateOf(r *http.Request, p page, o decide.Objection) string {
	c, err := h.Calls.Call(public(r).Context(), o.CallID)
	if err != nil {
		return o.State
	}
	for _, s := range c.Rules.Workflows["objection"].States {
		if s.Code == o.State {
			return name(s.Name, p.Lang)
		}
	}
	return o.State
}

func name(t map[string]string, lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	return t["zh-CN"]
}

// enter takes an objection that came by letter or telephone.
func (h *handler) enter(w http.ResponseWriter, r *http.Request) error {
	n, err := h.read(w, r)
	if err != nil {
		return h.showObjections(w, r, err)
	}
	n.NoticeID = form(r, "notice")
	return act(w, r, func() error {
		_, err := h.Decisions.Object(r.Context(), n)
		return err
	}, "/desk/objections", func(err error) error { return h.showObjections(w, r, err) })
}

// objectionPage is one objection for its handler.
type objectionPage struct {
	page
	objectionRow
	Call   accredit.Call
	Moves  []workflow.Open
	Reason string
}

// Move is the name of a move on its button.
func (p objectionPage) Move(m workflow.Open) string { return name(m.Name, p.Lang) }

func (h *handler) objection(w http.ResponseWriter, r *http.Request) error {
	return h.showObjection(w, r, nil)
}

func (h *handler) showObjection(w http.ResponseWriter, r *http.Request, fault error) error {
	ctx := r.Context()
	p := &objectionPage{page: h.page(r, ui.Desk, "decide.objection", fault), Reason: form(r, "reason")}
	p.Page = p.Page.In("nav.objections")
	o, err := h.Decisions.Objection(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	if p.Call, err = h.Calls.Call(public(r).Context(), o.CallID); err != nil {
		return err
	}
	n, err := h.Decisions.Notice(ctx, o.NoticeID)
	if err != nil {
		return err
	}
	p.objectionRow = objectionRow{o, titleOf(n, o.ApplicationID), h.stateOf(r, p.page, o)}
	if p.Moves, err = h.Decisions.Moves(ctx, o.ID); err != nil {
		return err
	}
	return web.Render(w, r, code(fault), objectionView, p)
}

func (h *handler) handle(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func() error {
		return h.Decisions.Handle(r.Context(), r.PathValue("id"), form(r, "move"), form(r, "reason"))
	}, r.URL.Path, func(err error) error { return h.showObjection(w, r, err) })
}

// evidence sends the file that came with an objection.
func (h *handler) evidence(w http.ResponseWriter, r *http.Request) error {
	o, err := h.Decisions.Objection(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if o.Digest == "" {
		return notFound()
	}
	content, media, err := h.File(r.Context(), o.Digest)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", "attachment")
	_, err = w.Write(content)
	return err
}
