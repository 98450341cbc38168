package accredithttp

import (
	"net/http"

	"xuedu/internal/accredit"
	"xuedu/internal/web"
)

var printView = view("print", "")

// printPage is the whole application, to be read and for paper.
type printPage struct {
	appPage
	Texts  []line
	Groups []printGroup
	Gates  []gate
	Level  string // of the applicant's claim, in words
	Signs  []string
	Rec    string
	Now    string
}

type printGroup struct {
	Name, Points string
	Leaves       []printLeaf
}

type printLeaf struct {
	Name, Points, Level, Reason string
	Slots                       []slot
}

// print shows the whole application on one page.
func (h *Pages) print(w http.ResponseWriter, r *http.Request) error {
	a, err := h.app(r, "apply.print")
	if err != nil {
		return err
	}
	p := printPage{appPage: a, Now: a.DateTime(h.Now())}
	p.Scripts = []string{"print.js"}
	if p.page, err = p.knowing(r.Context(), actorsOf(nil, p.D.Gates)...); err != nil {
		return err
	}
	p.Gates = p.gates(p.D.Rules, p.D.Gates)
	for _, f := range p.D.Rules.Programme.Content {
		p.Texts = append(p.Texts, line{f.Name.In(p.Lang), p.D.Content[f.Code]})
	}
	for _, g := range groups(p.C) {
		pg := printGroup{Name: g.Code + " " + g.Name.In(p.Lang), Points: p.T("apply.points", "N", g.Weight)}
		for _, l := range g.Leaves {
			c := p.D.Claims[l.Code]
			pg.Leaves = append(pg.Leaves, printLeaf{Name: l.Code + " " + l.Name.In(p.Lang), Points: p.T("apply.points", "N", l.Weight),
				Level: p.LevelName(p.D.Rules, c.Level), Reason: c.Reason, Slots: p.slots(l)})
		}
		p.Groups = append(p.Groups, pg)
	}
	p.Rec, p.Signs = p.recommended(p.A.Recommendation), p.signs()
	return web.Render(w, r, http.StatusOK, printView, p)
}

// recommended puts what the district said into one line.
func (p page) recommended(r *accredit.Recommendation) string {
	switch {
	case r == nil:
		return ""
	case !r.Yes:
		return joined(p.T("apply.say.not_recommended"), r.Reason)
	case r.Score != "":
		return joined(p.T("apply.say.recommended", "N", r.Place), p.T("apply.say.score", "Score", r.Score))
	}
	return p.T("apply.say.recommended", "N", r.Place)
}

// signs are the lines to sign on: those on whose desk the application comes.
func (p appPage) signs() []string {
	list := []string{p.T("apply.desk.applicant")}
	if p.D.Rules.Programme.Recommend.Street {
		list = append(list, p.T("apply.desk.street"))
	}
	if p.D.Rules.Programme.Recommend.District {
		list = append(list, p.T("apply.desk.district"))
	}
	return list
}
