package accredithttp

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/web"
)

// appPage is what every page of one application is made from.
type appPage struct {
	page
	A              accredit.Application
	D              accredit.Dossier
	C              accredit.Call
	Base           string // address of the application
	Back, BackText string
	CallTitle      string
	Heading        string
	Party          string // institution that applies, "" where the heading says it
	Tag, State     string
	Mine           bool // it waits for the reader
	Own            bool // it is the reader's own
	Writes         bool // the reader may write now
	Problem        string
	ProblemAt      string // id of the field it belongs to
}

// app reads the application of a request for its page.
func (h *Pages) app(r *http.Request, title string) (appPage, error) {
	p := appPage{page: h.page(r, title)}
	d, err := h.Service.Dossier(r.Context(), r.PathValue("id"))
	if err != nil {
		return p, err
	}
	if p.C, err = h.Service.Call(r.Context(), d.CallID); err != nil {
		return p, err
	}
	p.D, p.A, p.Base = d, d.Application, "/desk/applications/"+d.ID
	p.Back, p.BackText = p.Base, p.T("apply.back.app")
	p.CallTitle, p.Heading = p.C.Title.In(p.Lang), d.Title
	p.Title = d.Title + " " + p.Title
	if d.OrgID != "" {
		o, err := h.Orgs.Org(r.Context(), d.OrgID)
		if err != nil {
			return p, err
		}
		if o.Name != d.Title {
			p.Party = o.Name
		}
	}
	p.Mine, p.Own = h.mine(r.Context(), p.A), h.Applies(r.Context(), p.A)
	p.Tag, p.State = tag(p.A, p.Mine), p.stateName(p.D.Rules, d.State)
	p.Writes = p.Own && slices.Contains(stateOf(p.D.Rules, d.State).Allow, "write")
	return p, nil
}

// refuse keeps what stands against an act, to be shown on the page with what
// was typed. Anything that the reader cannot mend is given back.
func (p *appPage) refuse(cause error, at string) (status int, err error) {
	e, ok := errors.AsType[*errs.Error](cause)
	if !ok || e.Kind != errs.Invalid && e.Kind != errs.Conflict {
		return 0, cause
	}
	p.Problem, p.ProblemAt = p.T(e.Key, e.Args...), at
	return web.Status(cause), nil
}

// leaves are what is judged in a call: all, or the core of a re-evaluation.
func leaves(c accredit.Call) []pack.Leaf {
	var list []pack.Leaf
	for _, g := range groups(c) {
		list = append(list, g.Leaves...)
	}
	return list
}

// groups are the groups of the rubric with the leaves that are judged.
func groups(c accredit.Call) []pack.Criterion {
	var list []pack.Criterion
	for _, g := range c.Rules.Programme.Rubric {
		if c.Kind == accredit.KindReevaluation {
			g.Leaves = slices.DeleteFunc(slices.Clone(g.Leaves), func(l pack.Leaf) bool { return !l.Core })
		}
		if len(g.Leaves) > 0 {
			list = append(list, g)
		}
	}
	return list
}

// Progress of a leaf.
const (
	leafOpen    = "open"
	leafBegun   = "begun"
	leafNoProof = "no_proof"
	leafDone    = "done"
)

// leafState says how far a leaf is.
func leafState(d accredit.Dossier, l pack.Leaf) string {
	c := d.Claims[l.Code]
	switch {
	case c.Level == "" && c.Reason == "":
		return leafOpen
	case c.Level == "" || c.Reason == "":
		return leafBegun
	}
	for _, s := range l.Evidence {
		if s.Required && !ours(s.Kind) && !slices.ContainsFunc(d.Evidence, func(e accredit.Evidence) bool { return e.Leaf == l.Code && e.Slot == s.Code }) {
			return leafNoProof
		}
	}
	return leafDone
}

// ours reports whether a kind of evidence comes from the city's own figures.
func ours(kind string) bool { return kind == accredit.EvidenceFigure || kind == accredit.EvidenceOrg }

// task is one thing to do, as a row of a task list.
type task struct {
	Text, Note, Href, State, Tag string
	Here                         bool
}

// taskGroup is a part of the task list.
type taskGroup struct {
	Name, Note string
	Tasks      []task
}

// Tasks lists what an application consists of, and how far each is.
func (p appPage) Tasks() []taskGroup {
	var list []taskGroup
	if len(p.D.Rules.Programme.Content) > 0 {
		list = append(list, taskGroup{Name: p.T("apply.tasks.content"), Tasks: []task{p.contentTask()}})
	}
	for _, g := range groups(p.C) {
		tg := taskGroup{Name: g.Code + " " + g.Name.In(p.Lang), Note: p.T("apply.points", "N", g.Weight)}
		for _, l := range g.Leaves {
			tg.Tasks = append(tg.Tasks, p.leafTask(l, ""))
		}
		list = append(list, tg)
	}
	return list
}

func (p appPage) contentTask() task {
	done, all := 0, len(p.D.Rules.Programme.Content)
	owed := false
	for _, f := range p.D.Rules.Programme.Content {
		if p.D.Content[f.Code] != "" {
			done++
		} else if f.Required {
			owed = true
		}
	}
	t := task{Text: p.T("apply.content"), Href: p.Base + "/content", State: p.T("apply.content.done", "N", done, "All", all), Tag: "xd-tag--off"}
	if !owed {
		t.Tag = "xd-tag--go"
	}
	return t
}

// leafTask is a leaf as a task; here is the leaf that is shown.
func (p appPage) leafTask(l pack.Leaf, here string) task {
	state := leafState(p.D, l)
	t := task{Text: l.Code + " " + l.Name.In(p.Lang), Note: p.T("apply.points", "N", l.Weight), Href: p.Base + "/leaf/" + l.Code, Here: l.Code == here,
		State: p.T("apply.leaf." + state), Tag: cmp.Or(map[string]string{leafDone: "xd-tag--go", leafNoProof: "xd-tag--warn"}[state], "xd-tag--off")}
	if level := p.D.Claims[l.Code].Level; state == leafDone {
		t.State = p.T("apply.leaf.claimed", "Level", p.LevelName(p.D.Rules, level))
	}
	return t
}
