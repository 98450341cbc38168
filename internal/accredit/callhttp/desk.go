package callhttp

import (
	"net/http"
	"strconv"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

type deskPage struct {
	page
	Rows     []callRow
	MayDraft bool
}

// desk lists all calls, drafts too for who may see them.
func (h *handler) desk(w http.ResponseWriter, r *http.Request) error {
	calls, err := h.Service.Calls(r.Context())
	if err != nil {
		return err
	}
	p := deskPage{page: h.page(r, ui.Desk, "call.list")}
	p.MayDraft = p.Can(r, accredit.PermManage)
	for _, c := range calls {
		p.Rows = append(p.Rows, p.row(c, "/desk/calls/"+c.ID))
	}
	return web.Render(w, r, http.StatusOK, deskView, p)
}

// choice is one of the choices of a field.
type choice struct {
	Value, Text, Hint string
	On                bool
}

type draftPage struct {
	page
	Programmes, Kinds []choice
	In                input
}

// input is what was typed into the form of a draft.
type input struct {
	Programme, Kind, TitleZh, TitleEn, Places, Period, Opens string
}

func inputOf(r *http.Request) input {
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	return input{Programme: get("programme"), Kind: get("kind"), TitleZh: get("title_zh"), TitleEn: get("title_en"), Places: get("places"),
		Period: get("period"), Opens: get("opens")}
}

// call turns what was typed into a call; it fails with Invalid.
func (in input) call() (accredit.NewCall, error) {
	n := accredit.NewCall{Programme: in.Programme, Kind: in.Kind, Period: in.Period, Opens: in.Opens}
	if in.TitleZh != "" {
		n.Title = pack.Text{"zh-CN": in.TitleZh, "en": in.TitleEn}
	}
	if in.Places == "" {
		return n, nil
	}
	places, err := strconv.Atoi(in.Places)
	if err != nil || places < 0 {
		return n, errs.InvalidField("places", "accredit.bad_places")
	}
	n.Places = places
	return n, nil
}

// draftForm asks what a call is about.
func (h *handler) draftForm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	in := input{Programme: q.Get("programme"), Kind: q.Get("kind"), Opens: h.today()}
	return h.draftWith(w, r, http.StatusOK, in, nil)
}

func (h *handler) draftWith(w http.ResponseWriter, r *http.Request, status int, in input, cause error) error {
	p := draftPage{page: h.page(r, ui.Desk, "call.new"), In: in}
	if cause != nil {
		var err error
		if status, err = p.refuse(cause); err != nil {
			return err
		}
	}
	for _, a := range h.Pack().Awards {
		c := choice{Value: a.Code, Text: a.Name.In(p.Lang), On: a.Code == in.Programme}
		if a.Example {
			c.Text = p.T("call.example", "Name", c.Text)
		}
		p.Programmes = append(p.Programmes, c)
	}
	for _, k := range []string{accredit.KindFirst, accredit.KindReevaluation} {
		p.Kinds = append(p.Kinds, choice{Value: k, Text: p.T("call.kind." + k), Hint: p.T("call.kind." + k + ".hint"), On: k == in.Kind || in.Kind == "" && k == accredit.KindFirst})
	}
	return web.Render(w, r, status, draftView, p)
}

// draft makes a draft.
func (h *handler) draft(w http.ResponseWriter, r *http.Request) error {
	in := inputOf(r)
	n, err := in.call()
	if err != nil {
		return h.draftWith(w, r, http.StatusUnprocessableEntity, in, err)
	}
	c, err := h.Service.Draft(r.Context(), n)
	if err != nil {
		return h.draftWith(w, r, http.StatusUnprocessableEntity, in, err)
	}
	http.Redirect(w, r, "/desk/calls/"+c.ID, http.StatusSeeOther)
	return nil
}
