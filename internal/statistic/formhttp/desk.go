package formhttp

import (
	"errors"
	"net/http"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/form"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// deskPage lists every form with what stands against it.
type deskPage struct {
	page
	List []deskRow
}

// deskRow is the newest version of a form.
type deskRow struct {
	formRow
	Against int    // problems of its content
	Until   string // of the version in force, "" = none is
}

func (h *handler) desk(w http.ResponseWriter, r *http.Request) error {
	p := deskPage{page: h.page(r, ui.Desk, "form.desk.title")}
	list, err := h.Forms.List(r.Context())
	if err != nil {
		return err
	}
	in, err := h.Forms.Registered(r.Context())
	if err != nil {
		return err
	}
	for _, f := range list {
		row := deskRow{formRow: p.row(f)}
		bad, err := h.Forms.Check(r.Context(), f.Form, h.today())
		if err != nil {
			return err
		}
		for _, b := range bad {
			if !b.Head() {
				row.Against++
			}
		}
		for _, v := range in {
			if v.Code == f.Code && v.In(h.today()) {
				row.Until = v.Head.Until
			}
		}
		p.List = append(p.List, row)
	}
	return web.Render(w, r, http.StatusOK, deskView, p)
}

// keepPage is where a form is registered or withdrawn.
type keepPage struct {
	page
	F        form.Form
	Word     string
	Tag      string
	Content  []said // against what it asks
	Legal    []said // against the head that was entered
	H        pack.Head
	Reason   string
	Error    string
	Field    string
	Events   []eventRow
	Issuer   pack.Issuer
	HasRules bool
	Filing   bool // filing is open to its owner
}

// eventRow is one act in words.
type eventRow struct {
	form.Event
	Who, Did string
}

func (h *handler) keep(w http.ResponseWriter, r *http.Request) error {
	p, err := h.keepPage(r)
	if err != nil {
		return err
	}
	p.H = p.F.Head
	if p.H.Number == "" {
		p.H.Organ = pack.Text{}
		if b, ok := h.Pack().Body(p.F.Owner); ok {
			p.H.Organ = b.Name
		}
		if own := h.Pack().Form(p.F.Code); own != nil && own.Head.Number != "" {
			p.H = own.Head
		}
	}
	return web.Render(w, r, http.StatusOK, keepView, p)
}

// keepPage reads the newest version of a form with what stands against it.
func (h *handler) keepPage(r *http.Request) (*keepPage, error) {
	list, err := h.Forms.Versions(r.Context(), r.PathValue("code"))
	if err != nil {
		return nil, err
	}
	f := list[0]
	p := &keepPage{page: h.page(r, ui.Desk, "form.one"), F: f}
	p.Title = f.Name.In(p.Lang)
	p.Word, p.Tag = p.State(f)
	if b, ok := h.Pack().Body(f.Owner); ok {
		p.Issuer, _ = h.Pack().Issuer(b.Type)
	}
	for _, b := range p.Issuer.Basis {
		p.Filing = p.Filing || b == "filing"
	}
	p.Filing = p.Filing || len(p.Issuer.Basis) == 0
	bad, err := h.Forms.Check(r.Context(), f.Form, h.today())
	if err != nil {
		return nil, err
	}
	for _, b := range bad {
		if !b.Head() {
			p.Content = append(p.Content, p.Says(f.Form, []form.Problem{b})...)
		}
	}
	return p, p.events(r)
}

func (p *keepPage) events(r *http.Request) error {
	list, err := p.h.Forms.Events(r.Context(), p.F.Code)
	if err != nil {
		return err
	}
	var ids []string
	for _, e := range list {
		ids = append(ids, e.Actor)
	}
	names, err := p.h.Names(r.Context(), ids)
	if err != nil {
		return err
	}
	for _, e := range list {
		p.Events = append(p.Events, eventRow{e, nameOf(names, e.Actor), p.T("form.did." + e.Verb)})
	}
	return nil
}

func (h *handler) register(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "error.bad_request")
	}
	p, err := h.keepPage(r)
	if err != nil {
		return err
	}
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	p.H = pack.Head{Number: get("number"), Organ: pack.Text{"zh-CN": get("organ"), "en": get("organ_en")}, Basis: get("basis"),
		Approver: pack.Text{"zh-CN": get("approver"), "en": get("approver_en")}, Document: get("document"), From: get("from"), Until: get("until")}
	p.Reason = get("reason")
	if _, err = h.Forms.Register(r.Context(), r.PostFormValue("id"), p.H, p.Reason); err == nil {
		http.Redirect(w, r, "/forms/"+p.F.Code, http.StatusSeeOther)
		return nil
	}
	return h.again(w, r, p, err)
}

// again shows the page with what was entered and what is wrong with it.
func (h *handler) again(w http.ResponseWriter, r *http.Request, p *keepPage, err error) error {
	bad, ok := errors.AsType[form.Problems](err)
	e, known := errors.AsType[*errs.Error](err)
	switch {
	case ok:
		p.Content, p.Legal = nil, nil
		for _, b := range bad {
			if b.Head() {
				p.Legal = append(p.Legal, p.Says(p.F.Form, []form.Problem{b})...)
			} else {
				p.Content = append(p.Content, p.Says(p.F.Form, []form.Problem{b})...)
			}
		}
	case known && (e.Kind == errs.Invalid || e.Kind == errs.Conflict):
		p.Error, p.Field = p.T(e.Key, e.Args...), e.Field
	default:
		return err
	}
	return web.Render(w, r, web.Status(err), keepView, p)
}

func (h *handler) withdraw(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "error.bad_request")
	}
	p, err := h.keepPage(r)
	if err != nil {
		return err
	}
	if err = h.Forms.Withdraw(r.Context(), r.PostFormValue("id"), r.PostFormValue("reason")); err == nil {
		http.Redirect(w, r, "/desk/forms/"+p.F.Code, http.StatusSeeOther)
		return nil
	}
	p.H = p.F.Head
	return h.again(w, r, p, err)
}
