package statistichttp

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/statistic"
	"xuedu/internal/web"
)

var publishView = view("publish", "")

// publishPage finishes, publishes and revises a collection.
type publishPage struct {
	page
	C        statistic.Collection
	Moves    []move
	Releases []releaseLine
	Problem  string
	Field    string // code of the move that failed
	Reason   string
}

// releaseLine is a published version in words.
type releaseLine struct{ No, At, By, Reason, Coverage, Href string }

func (h *handler) publishForm(w http.ResponseWriter, r *http.Request) error {
	p, err := h.publishPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, publishView, p)
}

func (h *handler) publishPage(r *http.Request) (publishPage, error) {
	p := publishPage{page: h.deskPage(r, "returns.publish.title")}
	var err error
	if p.C, err = h.Returns.Collection(r.Context(), r.PathValue("id")); err != nil {
		return p, err
	}
	list, err := h.Returns.CollectionMoves(r.Context(), p.C.ID)
	if err != nil {
		return p, err
	}
	for _, m := range list {
		out := move{Code: m.Code, Name: m.Name.In(p.Lang), Reason: m.Reason}
		if m.Why != "" {
			out.Why = p.T(m.Why)
		}
		p.Moves = append(p.Moves, out)
	}
	rel, err := h.Returns.Releases(r.Context(), p.C.ID)
	if err != nil {
		return p, err
	}
	if p.names, err = h.publishers(r, rel); err != nil {
		return p, err
	}
	p.Releases = p.releaseLines(rel)
	return p, nil
}

func (h *handler) publishers(r *http.Request, list []statistic.Release) (map[string]string, error) {
	var ids []string
	for _, x := range list {
		if !slices.Contains(ids, x.By) {
			ids = append(ids, x.By)
		}
	}
	if h.Names == nil || len(ids) == 0 {
		return nil, nil
	}
	return h.Names(r.Context(), ids)
}

// releaseLines tells the versions, the newest first.
func (p page) releaseLines(list []statistic.Release) []releaseLine {
	var out []releaseLine
	for _, x := range list {
		l := releaseLine{No: p.T("returns.version", "N", x.Version), At: p.DateTime(x.At), By: p.who(x.By), Reason: x.Reason,
			Href: statisticsHref(x)}
		if x.Expected > 0 {
			l.Coverage = p.T("returns.coverage", "Reported", x.Reported, "Expected", x.Expected)
		}
		out = append(out, l)
	}
	return out
}

// publish makes a move of the collection: finish, publish, revise.
func (h *handler) publish(w http.ResponseWriter, r *http.Request) error {
	code, reason := r.PostFormValue("move"), strings.TrimSpace(r.PostFormValue("reason"))
	err := h.Returns.MoveCollection(r.Context(), r.PathValue("id"), code, reason)
	if e, ok := errors.AsType[*errs.Error](err); ok && (e.Kind == errs.Invalid || e.Kind == errs.Conflict) {
		p, perr := h.publishPage(r)
		if perr != nil {
			return perr
		}
		p.Problem, p.Field, p.Reason = p.T(e.Key, e.Args...), code, reason
		return web.Render(w, r, web.Status(err), publishView, p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/collections/"+r.PathValue("id")+"/publish", http.StatusSeeOther)
	return nil
}
