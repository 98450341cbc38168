package reviewhttp

import (
	"errors"
	"net/http"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/ballot"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

var (
	overviewView = view("overview")
	printView    = view("print")
)

// casePage is what the pages of an assignment have in common.
type casePage struct {
	page
	S         ballot.Sheet
	Base      string
	CallName  string
	Tree      []group
	Done, Of  int
	SoFar     string
	SoFarOf   int
	Scale     string
	Problem   string
	Open      bool
	Discusses bool
}

func (h *handler) casePage(r *http.Request, title, here string) (casePage, error) {
	sh, err := h.Ballots.Sheet(r.Context(), r.PathValue("assignment"))
	if err != nil {
		return casePage{}, err
	}
	p := casePage{page: h.page(r, title), S: sh, Base: base(sh.ID), Done: sh.Done(), Open: sh.State == ballot.Open, Discusses: sh.Discussion != nil}
	p.Of = len(sh.Call.Rules.Programme.Leaves())
	p.CallName = sh.Call.Title.In(p.Lang)
	p.Tree = p.tree(sh, here)
	p.SoFar, p.SoFarOf = soFar(sh)
	p.Scale = p.scale(sh.Call.Rules.Programme)
	return p, nil
}

// overviewPage shows all items of an assignment and what is missing.
type overviewPage struct {
	casePage
	Gaps    []gap
	Content []text
	Files   []proof
	Paper   bool // somebody typed marks in from paper
}

// gap is something that stands against submitting.
type gap struct{ Name, Why, Href string }

// text is a text of the application.
type text struct{ Name, Text string }

func (h *handler) overview(w http.ResponseWriter, r *http.Request) error {
	return h.showOverview(w, r, http.StatusOK, "")
}

func (h *handler) showOverview(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	c, err := h.casePage(r, "review.overview.title", "")
	if err != nil {
		return err
	}
	p := overviewPage{casePage: c, Content: c.content()}
	p.Title, p.Problem = c.S.Dossier.Title, problem
	names := map[string]string{}
	for _, l := range c.S.Call.Rules.Programme.Leaves() {
		names[l.Code] = l.Code + " " + l.Name.In(p.Lang)
	}
	for _, m := range c.S.Missing {
		p.Gaps = append(p.Gaps, gap{Name: names[m.Leaf], Why: p.T(m.Key, "N", m.N), Href: p.Base + "/" + m.Leaf})
	}
	for _, e := range c.S.Dossier.Evidence {
		if e.Figure == nil {
			p.Files = append(p.Files, p.proof(c.S, e))
		}
	}
	for _, m := range c.S.Marks {
		p.Paper = p.Paper || m.Author != ""
	}
	return web.Render(w, r, status, overviewView, p)
}

func (p casePage) content() []text {
	var out []text
	for _, f := range p.S.Call.Rules.Programme.Content {
		if v := p.S.Dossier.Content[f.Code]; v != "" {
			out = append(out, text{f.Name.In(p.Lang), v})
		}
	}
	return out
}

// submit hands the ballot in.
func (h *handler) submit(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("assignment")
	if err := h.Ballots.Submit(r.Context(), id); err != nil {
		e, ok := errors.AsType[*errs.Error](err)
		if !ok || e.Kind != errs.Invalid {
			return err
		}
		return h.showOverview(w, r, http.StatusUnprocessableEntity, h.page(r, "review.overview.title").T(e.Key, e.Args...))
	}
	http.Redirect(w, r, base(id), http.StatusSeeOther)
	return nil
}

// printPage is the whole ballot on paper.
type printPage struct {
	casePage
	Content []text
	Leaves  []printed
}

// printed is a leaf on paper.
type printed struct {
	Code, Name, Level, Points, Comment, Claim string
	Weight                                    int
	Figures                                   []figure
}

func (h *handler) print(w http.ResponseWriter, r *http.Request) error {
	c, err := h.casePage(r, "review.print.title", "")
	if err != nil {
		return err
	}
	p := printPage{casePage: c, Content: c.content()}
	p.Scripts = []string{"print.js"}
	a := c.S.Call.Rules.Programme
	for _, l := range a.Leaves() {
		m := c.S.Marks[l.Code]
		x := printed{Code: l.Code, Name: l.Name.In(p.Lang), Weight: l.Weight, Level: p.levelName(a, m.Level), Comment: m.Comment,
			Claim: p.levelName(a, c.S.Dossier.Claims[l.Code].Level)}
		if m.Level != "" {
			x.Points = portion(l.Weight * percent(a, m.Level))
		}
		for _, e := range of(c.S.Dossier.Evidence, l.Code) {
			if e.Figure != nil {
				x.Figures = append(x.Figures, p.figure(e))
			}
		}
		p.Leaves = append(p.Leaves, x)
	}
	return web.Render(w, r, http.StatusOK, printView, p)
}

func of(list []accredit.Evidence, leaf string) []accredit.Evidence {
	var out []accredit.Evidence
	for _, e := range list {
		if e.Leaf == leaf {
			out = append(out, e)
		}
	}
	return out
}

// file sends a file of the application for reading.
func (h *handler) file(w http.ResponseWriter, r *http.Request) error {
	content, media, name, err := h.Ballots.File(r.Context(), r.PathValue("assignment"), r.PathValue("digest"))
	if err != nil {
		return err
	}
	return send(w, media, name, content)
}
