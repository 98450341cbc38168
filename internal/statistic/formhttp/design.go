package formhttp

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/form"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// designPage is where a form is written: no programming is needed.
type designPage struct {
	page
	sheetPart
	Text     string
	Reason   string
	Error    string
	Faults   []fault
	Read     bool // the text is a form
	Asked    bool // something was written
	F        form.Form
	Burden   form.Burden
	Measures int
}

// fault is one thing that is wrong with the text, at its line.
type fault struct {
	Line, Column int
	Part         string
	said
}

// maxForm bounds what is uploaded, in bytes.
const maxForm = 1 << 20

// starter is what a new form begins with.
const starter = `code: own1
name: {zh-CN: 新调查表, en: New form}
owner: OWNER
levels: [community]
kind: span
period: quarter
due_days: 5
cell_minutes: "1"
scope: {zh-CN: 填报范围, en: Who answers}
instructions: {zh-CN: 填报说明, en: How to fill it in}
basis: {zh-CN: 填报依据, en: Why this is asked}
signatures: [preparer, reviewer, head]
rows: {kind: single}
fields:
  - code: persons
    name: {zh-CN: 参加人数, en: Participants}
    type: count
    unit: person
    derive: participants
    note: {zh-CN: 由签到台账自动生成。, en: Computed from the attendance.}
`

// starter is the beginning of a new form of the first body that may issue one.
func (h *handler) starter() string {
	for _, b := range h.Pack().Bodies {
		if _, ok := h.Pack().Issuer(b.Type); ok {
			return strings.Replace(starter, "OWNER", b.Code, 1)
		}
	}
	return strings.Replace(starter, "owner: OWNER\n", "", 1)
}

func (h *handler) design(w http.ResponseWriter, r *http.Request) error {
	p := &designPage{page: h.page(r, ui.Desk, "form.design.title"), Text: h.starter()}
	if from := r.FormValue("from"); from != "" {
		list, err := h.Forms.Versions(r.Context(), from)
		if err != nil {
			return err
		}
		f := list[0].Form
		f.Head = pack.Head{}
		if p.Text, err = f.YAML(); err != nil {
			return err
		}
	}
	if err := p.look(r); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, designView, p)
}

// written reads what was typed or uploaded.
func (h *handler) written(w http.ResponseWriter, r *http.Request) (*designPage, error) {
	r.Body = http.MaxBytesReader(w, r.Body, 2*maxForm)
	err := r.ParseMultipartForm(maxForm)
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, errs.New(errs.Invalid, "form.design.too_large")
	}
	p := &designPage{page: h.page(r, ui.Desk, "form.design.title"), Text: r.PostFormValue("text"), Reason: r.PostFormValue("reason")}
	file, _, err := r.FormFile("file")
	if err == nil {
		defer file.Close()
		b, err := io.ReadAll(io.LimitReader(file, maxForm))
		if err != nil {
			return nil, errs.New(errs.Invalid, "form.design.too_large")
		}
		if strings.TrimSpace(string(b)) != "" {
			p.Text = strings.ToValidUTF8(string(b), "\uFFFD")
		}
	}
	p.Text = strings.ReplaceAll(p.Text, "\r\n", "\n")
	return p, p.look(r)
}

// look reads the text as a form, checks it, and lays it out.
func (p *designPage) look(r *http.Request) error {
	p.Asked = strings.TrimSpace(p.Text) != ""
	if !p.Asked {
		return nil
	}
	file, bad := p.h.Pack().ReadForm("", p.Text)
	for _, b := range bad {
		p.Faults = append(p.Faults, fault{Line: b.Line, Column: b.Column, Part: b.Path, said: said{Text: p.T(b.Key, b.Args...)}})
	}
	if file.Form.Code == "" {
		return nil
	}
	p.Read, p.F = true, form.Form{Form: file.Form}
	p.sheetPart, p.Burden = p.sheet(file.Form), form.BurdenOf(p.F, 1)
	if len(bad) > 0 {
		return nil
	}
	found, err := p.h.Forms.Check(r.Context(), file.Form, p.h.today())
	if err != nil {
		return err
	}
	for _, x := range found {
		if !x.Head() {
			at := file.Problem(form.Place(file.Form, x), x.Offset, x.Key)
			p.Faults = append(p.Faults, fault{Line: at.Line, Column: at.Column, Part: p.part(file.Form, x), said: p.Says(file.Form, []form.Problem{x})[0]})
		}
	}
	return nil
}

func (h *handler) preview(w http.ResponseWriter, r *http.Request) error {
	p, err := h.written(w, r)
	if err != nil {
		return err
	}
	v := designView
	if web.Partial(r) {
		v = previewView
	}
	return web.Render(w, r, http.StatusOK, v, p)
}

func (h *handler) save(w http.ResponseWriter, r *http.Request) error {
	p, err := h.written(w, r)
	if err != nil {
		return err
	}
	file, bad := h.Pack().ReadForm("", p.Text)
	if len(bad) > 0 || file.Form.Code == "" {
		return web.Render(w, r, http.StatusUnprocessableEntity, designView, p)
	}
	f, err := h.Forms.Save(r.Context(), file.Form, p.Reason)
	if err == nil {
		http.Redirect(w, r, "/desk/forms/"+f.Code, http.StatusSeeOther)
		return nil
	}
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind == errs.Internal {
		return err
	}
	if _, refused := errors.AsType[form.Problems](err); !refused {
		p.Error = p.T(e.Key, e.Args...)
	}
	return web.Render(w, r, web.Status(err), designView, p)
}
