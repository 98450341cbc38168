package reviewhttp

import (
	"errors"
	"net/http"
	"strconv"

	"xuedu/internal/accredit/ballot"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

var (
	discussionView = view("discussion")
	recuseView     = view("recuse")
)

// discussionPage is the joint discussion: all ballots side by side, what was
// said, and the way to change one's own.
type discussionPage struct {
	casePage
	D       *ballot.Discussion
	Rows    []side
	Posts   []said
	Leaves  []option
	Levels  []option
	IsOpen  bool
	Typed   string
	Reason  string
	Field   string
	Version int64
}

// side is an item with the levels of all seats.
type side struct {
	Code, Name string
	Cells      []sideCell
}

type sideCell struct {
	Level, First, Comment string
	Mine                  bool
}

type said struct {
	ballot.Post
	When string
}

// option is one of the choices of a field.
type option struct {
	Value, Text string
	On          bool
}

func (h *handler) discussion(w http.ResponseWriter, r *http.Request) error {
	return h.showDiscussion(w, r, nil)
}

func (h *handler) showDiscussion(w http.ResponseWriter, r *http.Request, cause *errs.Error) error {
	c, err := h.casePage(r, "review.discussion.title", "")
	if err != nil {
		return err
	}
	if c.S.Discussion == nil {
		return errs.New(errs.NotFound, "ballot.no_discussion")
	}
	p := discussionPage{casePage: c, D: c.S.Discussion, IsOpen: c.S.Discussion.State == ballot.DiscussionOpen,
		Typed: r.PostFormValue("text"), Reason: r.PostFormValue("reason")}
	a := c.S.Call.Rules.Programme
	for _, l := range a.Leaves() {
		p.Leaves = append(p.Leaves, option{l.Code, l.Code + " " + l.Name.In(p.Lang), l.Code == r.FormValue("leaf")})
		row := side{Code: l.Code, Name: l.Name.In(p.Lang)}
		for _, o := range p.D.Others {
			m := o.Marks[l.Code]
			row.Cells = append(row.Cells, sideCell{Level: p.levelName(a, m.Level), Comment: m.Comment, Mine: o.Mine})
		}
		p.Rows = append(p.Rows, row)
	}
	for _, l := range a.Levels {
		p.Levels = append(p.Levels, option{l.Code, l.Name.In(p.Lang), l.Code == r.FormValue("level")})
	}
	for _, x := range p.D.Posts {
		p.Posts = append(p.Posts, said{x, p.DateTime(x.At.In(h.Zone))})
	}
	status := http.StatusOK
	if cause != nil {
		status, p.Problem, p.Field = web.Status(cause), p.T(cause.Key, cause.Args...), cause.Field
	}
	return web.Render(w, r, status, discussionView, p)
}

// after goes back to the discussion, or shows it with what was wrong.
func (h *handler) after(w http.ResponseWriter, r *http.Request, err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	switch {
	case err == nil:
		http.Redirect(w, r, base(r.PathValue("assignment"))+"/discussion", http.StatusSeeOther)
		return nil
	case ok && (e.Kind == errs.Invalid || e.Kind == errs.Conflict):
		return h.showDiscussion(w, r, e)
	}
	return err
}

func (h *handler) say(w http.ResponseWriter, r *http.Request) error {
	return h.after(w, r, h.Ballots.Say(r.Context(), r.PathValue("assignment"), r.PostFormValue("text")))
}

// revise changes a level after the discussion. A leaf that was revised before
// is changed in the version that is kept.
func (h *handler) revise(w http.ResponseWriter, r *http.Request) error {
	id, leaf := r.PathValue("assignment"), r.PostFormValue("leaf")
	sh, err := h.Ballots.Sheet(r.Context(), id)
	if err != nil {
		return err
	}
	m := ballot.Mark{Leaf: leaf, Level: r.PostFormValue("level"), Reason: r.PostFormValue("reason")}
	if old := sh.Marks[leaf]; old.Round == 2 {
		m.Version = old.Version
	}
	return h.after(w, r, h.Ballots.Revise(r.Context(), id, m))
}

// recusePage asks what ties the expert to the applicant.
type recusePage struct {
	casePage
	Kinds  []option
	Reason string
}

func (h *handler) recuseForm(w http.ResponseWriter, r *http.Request) error {
	return h.showRecuse(w, r, http.StatusOK, "")
}

func (h *handler) showRecuse(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	c, err := h.casePage(r, "review.recuse.title", "")
	if err != nil {
		return err
	}
	p := recusePage{casePage: c, Reason: r.PostFormValue("reason")}
	p.Problem = problem
	for _, k := range c.S.Call.Rules.Programme.Conflict.Kinds {
		p.Kinds = append(p.Kinds, option{k, p.T("review.kind." + k), k == r.PostFormValue("kind")})
	}
	return web.Render(w, r, status, recuseView, p)
}

func (h *handler) recuse(w http.ResponseWriter, r *http.Request) error {
	kind := r.PostFormValue("kind")
	if kind == "" {
		return h.showRecuse(w, r, http.StatusUnprocessableEntity, h.page(r, "review.recuse.title").T("review.recuse.no_kind"))
	}
	err := h.Recuse(r.Context(), r.PathValue("assignment"), kind, r.PostFormValue("reason"))
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Invalid {
		return h.showRecuse(w, r, http.StatusUnprocessableEntity, h.page(r, "review.recuse.title").T(e.Key, e.Args...))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/review", http.StatusSeeOther)
	return nil
}

// send writes a file that the reader may keep. It is never shown as a page of
// ours.
func send(w http.ResponseWriter, media, name string, content []byte) error {
	w.Header().Set("Content-Type", media)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "sandbox")
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.Header().Set("Content-Disposition", disposition(name))
	_, err := w.Write(content)
	return err
}
