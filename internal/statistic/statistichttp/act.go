package statistichttp

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
	"xuedu/internal/web"
)

var (
	moveView = view("move", "")
	backView = view("back", "")
)

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

// backPage asks what is wrong with each cell that goes back.
type backPage struct {
	page
	S       statistic.Sheet
	Base    string
	Cells   []backCell
	All     string // one reason for all
	Problem string
}

type backCell struct {
	Key, ID, Label, Why, Error string
	Shown                      gridCell
}

// backForm asks for the reasons of the cells that were ticked.
func (h *handler) backForm(w http.ResponseWriter, r *http.Request) error {
	return h.showBack(w, r, http.StatusOK, false)
}

func (h *handler) showBack(w http.ResponseWriter, r *http.Request, status int, check bool) error {
	p := backPage{page: h.deskPage(r, "returns.back.title"), All: strings.TrimSpace(r.PostFormValue("all"))}
	s, err := h.Returns.Sheet(r.Context(), r.PathValue("id"), p.Lang)
	if err != nil {
		return err
	}
	p.S, p.Base = s, "/desk/returns/"+s.ID
	keys := r.Form["cell"]
	for i, name := range keys {
		k := keyOf(name)
		f, ok := fieldOf(s, k.Field)
		if !ok {
			return errs.New(errs.Invalid, "returns.bad_form")
		}
		c := backCell{Key: name, ID: "w-" + strconv.Itoa(i), Label: p.cellName(s, k), Why: strings.TrimSpace(r.PostFormValue("why:" + name))}
		c.Shown.C.Shown = p.shown(f, s.Cells[k])
		if check && c.Why == "" && p.All == "" {
			c.Error = p.T("returns.back.why")
			p.Problem = c.Error
		}
		p.Cells = append(p.Cells, c)
	}
	if len(keys) == 0 {
		p.Problem = p.T("returns.back.none")
	}
	return web.Render(w, r, status, backView, p)
}

// back sends cells back, each with what is wrong with it; the others stay as
// they are.
func (h *handler) back(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "error.too_large")
	}
	all := strings.TrimSpace(r.PostFormValue("all"))
	why := map[rule.Key]string{}
	for _, name := range r.PostForm["cell"] {
		text := strings.TrimSpace(r.PostFormValue("why:" + name))
		if text == "" {
			text = all
		}
		if text == "" {
			return h.showBack(w, r, http.StatusUnprocessableEntity, true)
		}
		why[keyOf(name)] = text
	}
	if len(why) == 0 {
		return h.showBack(w, r, http.StatusUnprocessableEntity, true)
	}
	if err := h.Returns.SendBack(r.Context(), r.PathValue("id"), why); err != nil {
		return h.stay(w, r, err)
	}
	http.Redirect(w, r, "/desk/returns/"+r.PathValue("id"), http.StatusSeeOther)
	return nil
}
