package accredithttp

import (
	"net/http"
	"net/url"

	"xuedu/internal/accredit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/web"
	"xuedu/internal/workflow"
)

var verifyView = view("verify", "")

// verifyPage is the street's: does each proof exist?
type verifyPage struct {
	appPage
	Groups   []verifyGroup
	Moves    []move
	Seen     int
	All      int
	May      bool // it is on the reader's desk
	Unmarked bool
}

type verifyGroup struct {
	Name  string
	Claim string
	Items []verifyItem
}

// verifyItem is a proof with what the street says of it.
type verifyItem struct {
	proof
	Slot, Error string
}

func (h *Pages) verifyPage(r *http.Request) (verifyPage, error) {
	a, err := h.app(r, "apply.verify")
	if err != nil {
		return verifyPage{}, err
	}
	p := verifyPage{appPage: a, May: a.Mine && a.A.Desk == "street"}
	for _, l := range leaves(p.C) {
		if g := p.verifyGroup(l); len(g.Items) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	open, err := h.Service.ApplicationMoves(r.Context(), p.A.ID)
	p.Moves = p.movesOf(open, "street")
	return p, err
}

// verifyGroup lists the files and links of a leaf; what our figures give needs
// no eyes.
func (p *verifyPage) verifyGroup(l pack.Leaf) verifyGroup {
	g := verifyGroup{Name: l.Code + " " + l.Name.In(p.Lang), Claim: p.LevelName(p.D.Rules, p.D.Claims[l.Code].Level)}
	for _, s := range l.Evidence {
		for _, e := range p.D.Evidence {
			if e.Leaf != l.Code || e.Slot != s.Code || e.Figure != nil {
				continue
			}
			p.All++
			if e.Verdict != "" {
				p.Seen++
			}
			g.Items = append(g.Items, verifyItem{proof: p.proof(e), Slot: s.Name.In(p.Lang)})
		}
	}
	return g
}

// movesOf are the moves of a desk that are the reader's.
func (p appPage) movesOf(open []workflow.Open, desk string) []move {
	var list []move
	for _, o := range open {
		if o.Who == desk {
			list = append(list, p.move(o))
		}
	}
	for i := range list {
		if !list[i].Reason {
			list[i].Main = true
			break
		}
	}
	return list
}

func (h *Pages) verifyForm(w http.ResponseWriter, r *http.Request) error {
	p, err := h.verifyPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, verifyView, p)
}

// verify keeps what the street says of each proof, then makes the move that was
// asked for, if any.
func (h *Pages) verify(w http.ResponseWriter, r *http.Request) error {
	p, err := h.verifyPage(r)
	if err != nil {
		return err
	}
	if !p.May {
		return errs.New(errs.Conflict, "accredit.not_now")
	}
	status, err := h.keepVerdicts(r, &p)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return web.Render(w, r, status, verifyView, p)
	}
	code := r.PostFormValue("move")
	if m, ok := moveOf(p.D.Rules, code); code == "" || !ok {
		http.Redirect(w, r, p.Base+"/verify", http.StatusSeeOther)
		return nil
	} else if m.Reason {
		http.Redirect(w, r, p.Base+"/move?"+url.Values{"move": {code}}.Encode(), http.StatusSeeOther)
		return nil
	}
	if err := h.Service.MoveApplication(r.Context(), p.A.ID, code, ""); err != nil {
		again, pageErr := h.verifyPage(r)
		if pageErr != nil {
			return pageErr
		}
		status, err := again.refuse(err, "")
		if err != nil {
			return err
		}
		return web.Render(w, r, status, verifyView, again)
	}
	http.Redirect(w, r, p.Base, http.StatusSeeOther)
	return nil
}

// keepVerdicts saves what was said; the first that cannot be saved is shown
// with the rest as it was typed.
func (h *Pages) keepVerdicts(r *http.Request, p *verifyPage) (int, error) {
	status := http.StatusOK
	for i := range p.Groups {
		for j := range p.Groups[i].Items {
			x := &p.Groups[i].Items[j]
			verdict, note := r.PostFormValue("e:"+x.ID), typed(r, "n:"+x.ID)
			if verdict == x.Verdict && note == x.Note || verdict == "" {
				continue
			}
			x.Verdict, x.Note = verdict, note
			err := h.Service.VerifyEvidence(r.Context(), p.A.ID, x.ID, verdict, note)
			if err == nil {
				continue
			}
			bad, err := p.refuse(err, "n-"+x.ID)
			if err != nil {
				return bad, err
			}
			x.Error, status = p.Problem, bad
		}
	}
	return status, nil
}

// Exists and Missing are what the street may say.
func (verifyPage) Exists() string  { return accredit.VerdictExists }
func (verifyPage) Missing() string { return accredit.VerdictMissing }
