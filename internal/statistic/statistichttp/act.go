package statistichttp

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/statistic"
	"xuedu/internal/web"
)

var moveView = view("move", "")

// movePage asks for the reason of a move.
type movePage struct {
	page
	S             statistic.Sheet
	Base          string
	Code, Name    string
	Text, Problem string
}

// moveForm asks for the reason of a move.
func (h *handler) moveForm(w http.ResponseWriter, r *http.Request) error {
	return h.showMove(w, r, http.StatusOK, r.URL.Query().Get("move"), "")
}

func (h *handler) showMove(w http.ResponseWriter, r *http.Request, status int, code, problem string) error {
	p := movePage{page: h.deskPage(r, "returns.move.title"), Code: code, Problem: problem, Text: r.PostFormValue("why")}
	s, err := h.Returns.Sheet(r.Context(), r.PathValue("id"), p.Lang)
	if err != nil {
		return err
	}
	p.S, p.Base, p.Name = s, "/desk/returns/"+s.ID, p.moveName(flowOf(s.Collection.Form.Form), code)
	p.Title = p.Name
	return web.Render(w, r, status, moveView, p)
}

// move makes a move of the workflow. What stands in the sheet's fields is
// saved first, so that nothing typed is lost; a move that needs a reason asks
// for it on a page of its own.
func (h *handler) move(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "error.too_large")
	}
	id, code, why := r.PathValue("id"), r.PostFormValue("move"), strings.TrimSpace(r.PostFormValue("why"))
	s, err := h.Returns.Sheet(r.Context(), id, h.deskPage(r, "returns.move.title").Lang)
	if err != nil {
		return err
	}
	if r.PostForm.Has("was") {
		t, err := readTyping(r)
		if err != nil {
			return err
		}
		if err := h.keep(r.Context(), id, s, t); err != nil {
			return h.refuse(w, r, t, err)
		}
	}
	if why == "" && needsReason(s, code) {
		if r.PostForm.Has("why") {
			return h.showMove(w, r, http.StatusUnprocessableEntity, code, h.deskPage(r, "returns.move.title").T("returns.move.no_reason"))
		}
		http.Redirect(w, r, "/desk/returns/"+id+"/move?"+url.Values{"move": {code}}.Encode(), http.StatusSeeOther)
		return nil
	}
	if err := h.Returns.Move(r.Context(), id, code, why); err != nil {
		return h.stay(w, r, err)
	}
	http.Redirect(w, r, "/desk/returns/"+id, http.StatusSeeOther)
	return nil
}

func needsReason(s statistic.Sheet, code string) bool {
	for _, m := range s.Moves {
		if m.Code == code {
			return m.Reason
		}
	}
	return false
}

// stay shows the sheet with what stands against an act.
func (h *handler) stay(w http.ResponseWriter, r *http.Request, cause error) error {
	e, ok := errors.AsType[*errs.Error](cause)
	if !ok || e.Kind != errs.Invalid && e.Kind != errs.Conflict {
		return cause
	}
	p, err := h.sheetPage(r, gridder{})
	if err != nil {
		return err
	}
	p.Problem, p.Note = p.T(e.Key, e.Args...), r.PostFormValue("text")
	return web.Render(w, r, web.Status(cause), sheetView, p)
}

// sign signs a part of the return.
func (h *handler) sign(w http.ResponseWriter, r *http.Request) error {
	if err := h.Returns.Sign(r.Context(), r.PathValue("id"), r.PostFormValue("part")); err != nil {
		return h.stay(w, r, err)
	}
	http.Redirect(w, r, "/desk/returns/"+r.PathValue("id")+"#sign-h", http.StatusSeeOther)
	return nil
}

// say adds a comment to the whole return.
func (h *handler) say(w http.ResponseWriter, r *http.Request) error {
	text := strings.TrimSpace(r.PostFormValue("text"))
	if text == "" {
		return h.stay(w, r, errs.New(errs.Invalid, "returns.note.empty"))
	}
	if err := h.Returns.Say(r.Context(), r.PathValue("id"), statistic.Note{Kind: "comment", Text: text}); err != nil {
		return h.stay(w, r, err)
	}
	http.Redirect(w, r, "/desk/returns/"+r.PathValue("id")+"#notes-h", http.StatusSeeOther)
	return nil
}
