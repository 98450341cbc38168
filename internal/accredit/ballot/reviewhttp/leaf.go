package reviewhttp

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/ballot"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/web"
)

var leafView = view("leaf")

// leafPage is one item: the criteria, the evidence, the expert's mark.
type leafPage struct {
	casePage
	Leaf       pack.Leaf
	LeafName   string
	About      string
	Frozen     string // day on which the figures were frozen
	Figures    []figure
	Proofs     []proof
	Claim      accredit.Claim
	ClaimLevel string
	Levels     []level
	Mark       ballot.Mark
	Points     string
	Least      int // characters of a comment
	Saved      string
	Prev, Next string // addresses
	Field      string // with a problem
}

// level is one level to choose.
type level struct {
	Code, Name, Text, Points string
	Percent, Key             int
	On                       bool
}

func (h *handler) leaf(w http.ResponseWriter, r *http.Request) error {
	p, err := h.leafPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, leafView, p)
}

func (h *handler) leafPage(r *http.Request) (leafPage, error) {
	code := r.PathValue("leaf")
	c, err := h.casePage(r, "review.overview.title", code)
	if err != nil {
		return leafPage{}, err
	}
	leaves := c.S.Call.Rules.Programme.Leaves()
	i := slices.IndexFunc(leaves, func(l pack.Leaf) bool { return l.Code == code })
	if i < 0 {
		return leafPage{}, errs.New(errs.NotFound, "ballot.no_leaf")
	}
	p := leafPage{casePage: c, Leaf: leaves[i], Least: c.S.Call.Rules.Programme.Scoring.Comment}
	p.Scripts = []string{"review.js"}
	p.LeafName, p.About = p.Leaf.Name.In(p.Lang), p.Leaf.About.In(p.Lang)
	p.Title = p.Leaf.Code + " " + p.LeafName + p.T("review.comma") + c.S.Application
	if i > 0 {
		p.Prev = p.Base + "/" + leaves[i-1].Code
	}
	if i+1 < len(leaves) {
		p.Next = p.Base + "/" + leaves[i+1].Code
	}
	p.evidence()
	p.show(c.S.Marks[code])
	return p, nil
}

// evidence splits what the applicant shows into our own figures and the rest.
func (p *leafPage) evidence() {
	for _, e := range of(p.S.Dossier.Evidence, p.Leaf.Code) {
		if e.Figure == nil {
			p.Proofs = append(p.Proofs, p.proof(p.S, e))
			continue
		}
		p.Figures = append(p.Figures, p.figure(e))
		if !e.Figure.FrozenAt.IsZero() {
			p.Frozen = p.Date(e.Figure.FrozenAt.In(p.h.Zone))
		}
	}
	p.Claim = p.S.Dossier.Claims[p.Leaf.Code]
	p.ClaimLevel = p.levelName(p.S.Call.Rules.Programme, p.Claim.Level)
}

// show fills the expert's own column.
func (p *leafPage) show(m ballot.Mark) {
	a := p.S.Call.Rules.Programme
	p.Mark, p.Levels = m, nil
	for i, l := range a.Levels {
		p.Levels = append(p.Levels, level{Code: l.Code, Name: l.Name.In(p.Lang), Text: p.Leaf.Levels[l.Code].In(p.Lang), Percent: l.Percent,
			Points: portion(p.Leaf.Weight * l.Percent), Key: i + 1, On: l.Code == m.Level})
	}
	p.Points = "—"
	if m.Level != "" {
		p.Points = portion(p.Leaf.Weight * percent(a, m.Level))
	}
	if !m.At.IsZero() {
		p.Saved = p.T("review.saved", "Time", m.At.In(p.h.Zone).Format("15:04"))
	}
}

// save keeps the mark of an item. A script that saves while one writes asks
// for a short answer: the version that is now kept.
func (h *handler) save(w http.ResponseWriter, r *http.Request) error {
	id, leaf := r.PathValue("assignment"), r.PathValue("leaf")
	version, _ := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	typed := ballot.Mark{Leaf: leaf, Level: r.PostFormValue("level"), Comment: r.PostFormValue("comment"), Private: r.PostFormValue("private"), Version: version}
	m, err := h.Ballots.Mark(r.Context(), id, typed)
	if err != nil {
		return h.unsaved(w, r, typed, err)
	}
	if r.Header.Get("X-Autosave") != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, err := w.Write([]byte(strconv.FormatInt(m.Version, 10)))
		return err
	}
	p, err := h.leafPage(r)
	if err != nil {
		return err
	}
	to := base(id) + "/" + leaf
	if r.PostFormValue("go") == "next" {
		to = cmp.Or(p.Next, base(id))
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// unsaved shows the item with what was typed and why it was not kept.
func (h *handler) unsaved(w http.ResponseWriter, r *http.Request, typed ballot.Mark, cause error) error {
	e, ok := errors.AsType[*errs.Error](cause)
	if !ok || e.Kind != errs.Invalid && e.Kind != errs.Conflict || r.Header.Get("X-Autosave") != "" {
		return cause
	}
	p, err := h.leafPage(r)
	if err != nil {
		return err
	}
	if e.Kind == errs.Conflict { // what is kept now is shown, and can be overwritten knowingly
		typed.Version = p.Mark.Version
	}
	p.show(typed)
	p.Problem, p.Field = p.T(e.Key, e.Args...), cmp.Or(e.Field, "comment")
	return web.Render(w, r, web.Status(cause), leafView, p)
}
