package orghttp

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/errs"
	"xuedu/internal/org"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// problem is what is wrong with a form: a text, and the field it belongs to.
type problem struct{ Field, Text string }

// field is one labelled field of a form.
type field struct {
	Name, Label, Hint, Value, Error string
	Fixed                           bool // shown, but not to be changed
	Options                         []option
	Wide, Short                     bool // the width of what is written
}

type formPage struct {
	ui.Page
	Action, Back, Do string
	Problem          *problem
	Fields           []field
	Facts            []field // the profile
	Seen             string
}

func (h *handler) newForm(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, formView, h.form(r, org.Input{Area: r.URL.Query().Get("area")}, nil, ""))
}

func (h *handler) editForm(w http.ResponseWriter, r *http.Request) error {
	o, err := h.Orgs.Get(r.Context(), r.PathValue("code"))
	if err != nil {
		return err
	}
	if !h.Orgs.CanEdit(r.Context(), o) {
		return errs.New(errs.Forbidden, "org.not_yours")
	}
	return web.Render(w, r, http.StatusOK, formView, h.form(r, h.input(r, o), nil, o.Code))
}

// input returns what the form shows of an institution.
func (h *handler) input(r *http.Request, o org.Org) org.Input {
	in := org.Input{Code: o.Code, Type: o.Type, Name: o.Name, NameEN: o.NameEN, Address: o.Address, Phone: o.Phone, Profile: o.Profile, Seen: o.UpdatedAt}
	if n, ok := h.Tree().ByID(o.AreaID); ok {
		in.Area = h.Tree().At(n).Code
	}
	if above, err := h.Orgs.ByID(r.Context(), o.ParentID); o.ParentID != "" && err == nil {
		in.Parent = above.Code
	}
	return in
}

func (h *handler) create(w http.ResponseWriter, r *http.Request) error {
	in, o := inputOf(r), org.Org{}
	code, err := h.areaCode(in.Area)
	if err == nil {
		sent := in
		sent.Area = code
		o, err = h.Orgs.Create(r.Context(), sent)
	}
	if err != nil {
		return h.again(w, r, in, err, "")
	}
	http.Redirect(w, r, "/desk/orgs/"+o.Code+"?done=created", http.StatusSeeOther)
	return nil
}

func (h *handler) edit(w http.ResponseWriter, r *http.Request) error {
	in := inputOf(r)
	in.Code = r.PathValue("code")
	code, err := h.areaCode(in.Area)
	if err == nil {
		sent := in
		sent.Area = code
		_, err = h.Orgs.Edit(r.Context(), in.Code, sent)
	}
	if err != nil {
		return h.again(w, r, in, err, in.Code)
	}
	http.Redirect(w, r, "/desk/orgs/"+url.PathEscape(in.Code)+"?done=saved", http.StatusSeeOther)
	return nil
}

func inputOf(r *http.Request) org.Input {
	in := org.Input{
		Code: r.PostFormValue("code"), Type: r.PostFormValue("type"), Name: r.PostFormValue("name"), NameEN: r.PostFormValue("name_en"),
		Area: r.PostFormValue("area"), Parent: r.PostFormValue("parent"), Address: r.PostFormValue("address"), Phone: r.PostFormValue("phone"),
		Profile: profileOf(r),
	}
	if ms, err := strconv.ParseInt(r.PostFormValue("seen"), 10, 64); err == nil {
		in.Seen = time.UnixMilli(ms).UTC()
	}
	return in
}

// shownMatches is how many areas a message names.
const shownMatches = 5

// areaCode returns the code of what was written into the area field: a code,
// or a name that only one area has.
func (h *handler) areaCode(text string) (string, error) {
	t := h.Tree()
	text = strings.TrimSpace(text)
	if _, ok := t.ByCode(text); ok || text == "" {
		return text, nil
	}
	found := t.Search(text, shownMatches+1)
	switch {
	case len(found) == 0:
		return "", errs.InvalidField("area", "org.no_area", "Code", text)
	case len(found) == 1:
		return t.At(found[0]).Code, nil
	}
	names := make([]string, 0, shownMatches)
	for _, n := range found[:min(len(found), shownMatches)] {
		names = append(names, h.place(t.At(n).ID, "")+" "+t.At(n).Code)
	}
	return "", errs.InvalidField("area", "org.area_many", "Text", text, "List", strings.Join(names, "; "))
}

// again shows the form with what was entered and what is wrong; an error that
// is not for the form goes on to the error page.
func (h *handler) again(w http.ResponseWriter, r *http.Request, in org.Input, err error, code string) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Invalid && e.Kind != errs.Conflict && (e.Kind != errs.Forbidden || code != "") {
		return err
	}
	if e.Kind == errs.Forbidden { // a new institution outside the caller's area
		e = &errs.Error{Kind: e.Kind, Key: e.Key, Field: "area"}
	}
	return web.Render(w, r, web.Status(e), formView, h.form(r, in, e, code))
}

// form makes the page of a new institution, or of the one with the given code.
func (h *handler) form(r *http.Request, in org.Input, wrong *errs.Error, code string) formPage {
	p := formPage{Page: ui.NewPage(r, ui.Desk, "org.new").In("nav.desk_orgs"), Action: "/desk/orgs", Back: "/desk/orgs"}
	p.Do = p.T("org.new.do")
	if code != "" {
		p.Title, p.Do = p.T("org.edit"), p.T("org.edit.do")
		p.Action = "/desk/orgs/" + code
		p.Back = p.Action
	}
	if !in.Seen.IsZero() {
		p.Seen = strconv.FormatInt(in.Seen.UnixMilli(), 10)
	}
	p.Fields = []field{
		{Name: "name", Label: p.T("org.name"), Value: in.Name, Wide: true},
		{Name: "name_en", Label: p.T("org.name_en"), Hint: p.T("org.optional"), Value: in.NameEN, Wide: true},
		{Name: "type", Label: p.T("org.type"), Value: in.Type, Options: h.typesToChoose(in.Type, p.Page)},
		{Name: "area", Label: p.T("org.area"), Hint: p.T("org.area.hint"), Value: in.Area},
		{Name: "parent", Label: p.T("org.parent"), Hint: p.T("org.parent.hint"), Value: in.Parent},
		{Name: "address", Label: p.T("org.address"), Hint: p.T("org.optional"), Value: in.Address, Wide: true},
		{Name: "phone", Label: p.T("org.phone"), Hint: p.T("org.phone.hint"), Value: in.Phone},
		{Name: "code", Label: p.T("org.code"), Hint: p.T("org.code.hint"), Value: in.Code, Fixed: code != ""},
	}
	p.Facts = factFields(p.Page, in.Profile)
	if wrong == nil {
		return p
	}
	p.Problem = &problem{Text: p.T(wrong.Key, wrong.Args...)}
	for _, list := range [][]field{p.Fields, p.Facts} {
		for i := range list {
			if list[i].Name == wrong.Field {
				list[i].Error, p.Problem.Field = p.Problem.Text, wrong.Field
			}
		}
	}
	p.Title = p.T("org.error_prefix", "Title", p.Title)
	return p
}

// typesToChoose offers single types only.
func (h *handler) typesToChoose(chosen string, p ui.Page) []option {
	out := h.typeOptions(chosen, p)
	out[0].Label = p.T("org.choose")
	for i, g := range out {
		if len(g.Options) > 1 {
			out[i].Options = g.Options[1:]
		}
	}
	return out
}
