package accredithttp

import (
	"net/http"
	"net/url"

	"xuedu/internal/errs"
	"xuedu/internal/web"
)

var moveView = view("move", "")

// movePage asks for the reason of a move.
type movePage struct {
	appPage
	Code, Name string
	Warning    string
	Text       string
}

// moveForm asks for the reason of a move.
func (h *Pages) moveForm(w http.ResponseWriter, r *http.Request) error {
	return h.askReason(w, r, http.StatusOK, r.URL.Query().Get("move"), nil)
}

func (h *Pages) askReason(w http.ResponseWriter, r *http.Request, status int, code string, cause error) error {
	a, err := h.app(r, "apply.move")
	if err != nil {
		return err
	}
	if _, ok := moveOf(a.D.Rules, code); !ok {
		return errs.New(errs.NotFound, "error.not_found")
	}
	p := movePage{appPage: a, Code: code, Name: a.moveName(a.D.Rules, code), Text: typed(r, "reason")}
	p.Heading, p.Title = p.Name, p.Name+" "+a.D.Title
	if code == withdrawMove {
		p.Warning = p.T("apply.move.withdraw")
	}
	if cause != nil {
		if status, err = p.refuse(cause, "f-reason"); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, moveView, p)
}

// withdrawMove is not taken back, so that its page warns.
const withdrawMove = "withdraw"

// move makes a move of the workflow; one that needs a reason asks for it on a
// page of its own.
func (h *Pages) move(w http.ResponseWriter, r *http.Request) error {
	id, code, reason := r.PathValue("id"), r.PostFormValue("move"), typed(r, "reason")
	d, err := h.Service.Application(r.Context(), id)
	if err != nil {
		return err
	}
	c, err := h.Service.Call(r.Context(), d.CallID)
	if err != nil {
		return err
	}
	m, ok := moveOf(c.Rules, code)
	if !ok {
		return errs.New(errs.NotFound, "error.not_found")
	}
	if m.Reason && reason == "" && !r.PostForm.Has("reason") {
		http.Redirect(w, r, "/desk/applications/"+id+"/move?"+url.Values{"move": {code}}.Encode(), http.StatusSeeOther)
		return nil
	}
	if err := h.Service.MoveApplication(r.Context(), id, code, reason); err != nil {
		if m.Reason {
			return h.askReason(w, r, http.StatusUnprocessableEntity, code, err)
		}
		return h.showWith(w, r, err)
	}
	http.Redirect(w, r, "/desk/applications/"+id, http.StatusSeeOther)
	return nil
}
