package accredithttp

import (
	"context"
	"net/http"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

var (
	checkView = view("check", "")
	cleanView = view("clean", "")
)

// checkPage is the technical body's formal check of one application.
type checkPage struct {
	appPage
	F       accredit.Findings
	Missing []task
	Gates   []gate
	Alike   []alike
	Bars    []bar
	Moves   []move
	May     bool
	Typed   string // note or reason that was refused
}

// alike is another application that may be the same case.
type alike struct {
	accredit.Alike
	Name, About, By string
}

type bar struct{ Source, Reason, Days string }

func (h *Pages) checkPage(r *http.Request) (checkPage, error) {
	a, err := h.app(r, "apply.check")
	if err != nil {
		return checkPage{}, err
	}
	p := checkPage{appPage: a, May: a.Mine && a.A.Desk == "technical"}
	if p.F, err = h.Service.FormalCheck(r.Context(), p.A.ID); err != nil {
		return p, err
	}
	ids := actorsOf(nil, p.D.Gates)
	for _, x := range p.F.Alike {
		ids = append(ids, x.By)
	}
	if p.page, err = p.knowing(r.Context(), ids...); err != nil {
		return p, err
	}
	open, err := h.Service.ApplicationMoves(r.Context(), p.A.ID)
	if err != nil {
		return p, err
	}
	p.Moves = p.movesOf(open, "technical")
	p.Missing, p.Gates = p.missing(p.F.Completeness), p.gates(p.D.Rules, p.D.Gates)
	return p, h.neighbours(r.Context(), &p)
}

// neighbours puts what looks alike and the bars into words.
func (h *Pages) neighbours(ctx context.Context, p *checkPage) error {
	calls, err := h.rulesOf(ctx)
	if err != nil {
		return err
	}
	for _, x := range p.F.Alike {
		c := calls[x.CallID]
		out := alike{Alike: x, Name: x.Code + " " + x.Title, About: c.Title.In(p.Lang) + " · " + p.Place(x.AreaID) + " · " + p.stateName(c.Rules, x.State), By: p.Who(x.By)}
		p.Alike = append(p.Alike, out)
	}
	for _, b := range p.F.Bars {
		days := p.DayOf(b.From) + "—"
		if b.To != "" {
			days += p.DayOf(b.To)
		}
		p.Bars = append(p.Bars, bar{Source: b.Source, Reason: b.Reason, Days: days})
	}
	return nil
}

// Asks reports whether a gate waits for the formal check.
func (g gate) Asks() bool { return g.State == accredit.GateUnknown || g.State == accredit.GateDeclared }

func (h *Pages) checkForm(w http.ResponseWriter, r *http.Request) error {
	p, err := h.checkPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, checkView, p)
}

// check decides a gate, or that another application is a different case.
func (h *Pages) check(w http.ResponseWriter, r *http.Request) error {
	id, note := r.PathValue("id"), typed(r, "note")
	var err error
	at := ""
	if other := r.PostFormValue("other"); other != "" {
		at = "alike-" + other
		err = h.Service.ClearAlike(r.Context(), id, other, note)
	} else {
		code, verdict := r.PostFormValue("gate"), r.PostFormValue("verdict")
		at = "gate-" + code
		if verdict != accredit.GateHolds && verdict != accredit.GateFails {
			err = errs.InvalidField("verdict", "apply.check.no_verdict")
		} else {
			err = h.Service.ConfirmGate(r.Context(), id, code, verdict == accredit.GateHolds, note)
		}
	}
	if err == nil {
		http.Redirect(w, r, "/desk/applications/"+id+"/check", http.StatusSeeOther)
		return nil
	}
	p, pageErr := h.checkPage(r)
	if pageErr != nil {
		return pageErr
	}
	p.Typed = note
	status, err := p.refuse(err, at)
	if err != nil {
		return err
	}
	return web.Render(w, r, status, checkView, p)
}

// cleanPage lists the applications of a call that wait for the formal check,
// and which of them have nothing against them.
type cleanPage struct {
	page
	C                  accredit.Call
	Rows               []cleanRow
	Clean              int
	Problem, ProblemAt string
}

type cleanRow struct {
	appRow
	Clean bool
	Found []string
}

func (h *Pages) cleanPage(r *http.Request) (cleanPage, error) {
	c, err := h.callOf(r.Context(), r.PathValue("code"))
	if err != nil {
		return cleanPage{}, err
	}
	p := cleanPage{page: h.page(r, "apply.clean"), C: c}
	list, err := h.Service.Applications(r.Context(), accredit.Filter{Call: c.ID, Desk: "technical", Limit: mostOnDesk})
	if err != nil {
		return p, err
	}
	for _, a := range list {
		f, err := h.Service.FormalCheck(r.Context(), a.ID)
		if err != nil {
			return p, err
		}
		x := cleanRow{appRow: h.row(r, p.page, a, c), Found: p.found(f)}
		if x.Clean = len(x.Found) == 0; x.Clean {
			p.Clean++
		}
		p.Rows = append(p.Rows, x)
	}
	return p, nil
}

// found says in words what stands against accepting an application at once.
func (p page) found(f accredit.Findings) []string {
	var list []string
	if n := len(f.Missing); n > 0 {
		list = append(list, p.T("apply.found.missing", "N", n))
	}
	if n := len(f.Gates); n > 0 {
		open := slices.DeleteFunc(slices.Clone(f.Gates), func(g accredit.GateResult) bool { return g.State == accredit.GateHolds })
		if n = len(open); n > 0 {
			list = append(list, p.T("apply.found.gates", "N", n))
		}
	}
	open := slices.DeleteFunc(slices.Clone(f.Alike), func(a accredit.Alike) bool { return a.Cleared })
	if n := len(open); n > 0 {
		list = append(list, p.T("apply.found.alike", "N", n))
	}
	if n := len(f.Bars); n > 0 {
		list = append(list, p.T("apply.found.bars", "N", n))
	}
	return list
}

func (h *Pages) cleanForm(w http.ResponseWriter, r *http.Request) error {
	p, err := h.cleanPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, cleanView, p)
}

// acceptClean accepts the applications that were ticked; one that is not clean
// is refused by its guards, and those before it stay accepted.
func (h *Pages) acceptClean(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "error.too_large")
	}
	var failed error
	for _, id := range r.PostForm["id"] {
		if failed = h.Service.MoveApplication(r.Context(), id, acceptMove, ""); failed != nil {
			break
		}
	}
	if failed == nil && len(r.PostForm["id"]) == 0 {
		failed = errs.InvalidField("id", "apply.clean.none_ticked")
	}
	if failed == nil {
		http.Redirect(w, r, "/desk/check/"+r.PathValue("code"), http.StatusSeeOther)
		return nil
	}
	p, err := h.cleanPage(r)
	if err != nil {
		return err
	}
	a := appPage{page: p.page}
	status, err := a.refuse(failed, "")
	if err != nil {
		return err
	}
	p.Problem = a.Problem
	return web.Render(w, r, status, cleanView, p)
}

// acceptMove passes the formal check.
const acceptMove = "accept"

// Refused is the note that was refused, where it stood.
func (p checkPage) Refused(at string) string {
	if p.ProblemAt == at {
		return p.Typed
	}
	return ""
}
