package orghttp

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"xuedu/internal/errs"
	"xuedu/internal/org"
	"xuedu/internal/sheet"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

type deskPage struct {
	ui.Page
	Filter filter
	Rows   []row
	Pager  pager
	Export string
}

func (h *handler) desk(w http.ResponseWriter, r *http.Request) error {
	p := deskPage{Page: ui.NewPage(r, ui.Desk, "org.desk").In("nav.desk_orgs")}
	q, f, err := h.parse(r, p.Page)
	if err != nil {
		return err
	}
	if !r.URL.Query().Has("q") { // at first, what I keep
		q.Mine, f.Mine = true, true
	}
	res, err := h.Orgs.List(r.Context(), q)
	if err != nil {
		return err
	}
	p.Filter, p.Rows, p.Pager = f, h.rows(res.Orgs, p.Lang), f.pager("/desk/orgs", len(res.Orgs), res.Total)
	p.Export = f.to("/desk/orgs/export", 1)
	return web.Render(w, r, http.StatusOK, deskView, p)
}

type keepPage struct {
	ui.Page
	Org     org.Org
	Name    string
	Type    string
	Path    []crumb
	Parent  *row
	Active  bool
	CanEdit bool
	Done    string // what has just been done, translated
	Problem *problem
	Reason  string
	Events  []event
	Facts   []fact
}

// event is one entry of the history as it is shown.
type event struct {
	At              time.Time
	Who, Do, Reason string
	Changes         []change
}

type change struct{ Field, Before, After string }

// keep shows an institution to those who keep it: facts, acts, history.
func (h *handler) keep(w http.ResponseWriter, r *http.Request) error {
	return h.renderKeep(w, r, http.StatusOK, nil)
}

var doneKeys = map[string]string{"created": "org.done.created", "saved": "org.done.saved", "off": "org.done.off", "on": "org.done.on"}

func (h *handler) renderKeep(w http.ResponseWriter, r *http.Request, status int, wrong *errs.Error) error {
	o, err := h.Orgs.Get(r.Context(), r.PathValue("code"))
	if err != nil {
		return err
	}
	p := keepPage{Page: ui.NewPage(r, ui.Desk, "org.one", "Name", "").In("nav.desk_orgs"), Org: o, Active: o.State == org.Active}
	p.Name = o.In(p.Lang)
	p.Title = p.T("org.one", "Name", p.Name)
	p.Type, p.Path = h.typeName(o.Type, p.Lang), h.path(o.AreaID, p.Lang)
	p.CanEdit = h.Orgs.CanEdit(r.Context(), o)
	if above, err := h.Orgs.ByID(r.Context(), o.ParentID); o.ParentID != "" && err == nil {
		p.Parent = &row{Code: above.Code, Name: above.In(p.Lang)}
	}
	if key, ok := doneKeys[r.URL.Query().Get("done")]; ok && wrong == nil {
		p.Done = p.T(key)
	}
	if wrong != nil {
		p.Problem = &problem{Field: wrong.Field, Text: p.T(wrong.Key, wrong.Args...)}
		p.Reason = r.PostFormValue("reason")
	}
	p.Facts = facts(p.Page, o.Profile, true)
	if p.Events, err = h.events(r.Context(), o.Code, p.Page); err != nil {
		return err
	}
	return web.Render(w, r, status, keepView, p)
}

// setState takes an institution in state from out of it, for a reason.
func (h *handler) setState(from org.State) web.HandlerFunc {
	act, done := h.Orgs.Deactivate, "off"
	if from == org.Inactive {
		act, done = h.Orgs.Reactivate, "on"
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		code := r.PathValue("code")
		err := act(r.Context(), code, r.PostFormValue("reason"))
		if e, ok := errors.AsType[*errs.Error](err); ok && (e.Kind == errs.Invalid || e.Kind == errs.Conflict) {
			return h.renderKeep(w, r, web.Status(e), e)
		}
		if err != nil {
			return err
		}
		http.Redirect(w, r, "/desk/orgs/"+code+"?done="+done, http.StatusSeeOther)
		return nil
	}
}

var verbKeys = map[string]string{
	"create": "org.verb.create", "edit": "org.verb.edit", "import": "org.verb.import",
	"deactivate": "org.verb.deactivate", "reactivate": "org.verb.reactivate",
}

var fieldKeys = map[string]string{
	"code": "org.code", "type": "org.type", "name": "org.name", "name_en": "org.name_en", "area": "org.area",
	"parent": "org.parent", "address": "org.address", "phone": "org.phone", "state": "org.state",
}

// fieldName is a field of a change in words.
func fieldName(p ui.Page, field string) string {
	if key, ok := fieldKeys[field]; ok {
		return p.T(key)
	}
	return p.T("org.fact." + field)
}

func (h *handler) events(ctx context.Context, code string, p ui.Page) ([]event, error) {
	list, err := h.Orgs.History(ctx, code)
	if err != nil {
		return nil, err
	}
	names, err := h.actors(ctx, list)
	if err != nil {
		return nil, err
	}
	out := make([]event, 0, len(list))
	for _, e := range list {
		ev := event{At: e.At, Who: who(p, names, e.Actor), Do: p.T(verbKeys[e.Verb]), Reason: e.Reason}
		for _, c := range e.Changes {
			if e.Changes[0].Field == "code" { // registered: the facts above say it
				break
			}
			ev.Changes = append(ev.Changes, change{Field: fieldName(p, c.Field), Before: h.value(c.Field, c.Before, p), After: h.value(c.Field, c.After, p)})
		}
		out = append(out, ev)
	}
	return out, nil
}

func (h *handler) actors(ctx context.Context, list []org.Event) (map[string]string, error) {
	var ids []string
	for _, e := range list {
		ids = append(ids, e.Actor)
	}
	if h.Names == nil || len(ids) == 0 {
		return nil, nil
	}
	return h.Names(ctx, ids)
}

func who(p ui.Page, names map[string]string, actor string) string {
	switch {
	case names[actor] != "":
		return names[actor]
	case actor == "system", strings.HasPrefix(actor, "cli:"):
		return p.T("org.by_system")
	}
	return p.T("org.by_unknown")
}

// value shows one side of a change.
func (h *handler) value(field, v string, p ui.Page) string {
	switch {
	case v == "":
		return p.T("org.empty_value")
	case field == "type":
		return h.typeName(v, p.Lang)
	case field == "state":
		return p.T(map[string]string{string(org.Active): "org.state.active", string(org.Inactive): "org.state.inactive"}[v])
	case field == "area":
		if n, ok := h.Tree().ByCode(v); ok {
			return h.place(h.Tree().At(n).ID, p.Lang)
		}
	}
	if i := slices.IndexFunc(org.Facts, func(f org.Fact) bool { return f.Name == field }); i >= 0 {
		return factText(p, org.Facts[i], v)
	}
	return v
}

// template sends an empty table with the columns of an import.
func (h *handler) template(w http.ResponseWriter, r *http.Request) error {
	return sendCSV(w, "orgs-template.csv", nil)
}

// export sends the list that is shown, in the columns of an import.
func (h *handler) export(w http.ResponseWriter, r *http.Request) error {
	q, _, err := h.parse(r, ui.NewPage(r, ui.Desk, "org.desk"))
	if err != nil {
		return err
	}
	var rows [][]string
	for q.Page = 0; ; q.Page++ {
		res, err := h.Orgs.List(r.Context(), q)
		if err != nil {
			return err
		}
		for i := range res.Orgs {
			in := h.input(r, res.Orgs[i])
			row := []string{in.Code, in.Name, in.Type, in.Area, in.NameEN, in.Parent, in.Address, in.Phone}
			for _, f := range org.Facts {
				row = append(row, f.Get(in.Profile))
			}
			rows = append(rows, row)
		}
		if len(res.Orgs) < org.PageSize {
			return sendCSV(w, "orgs.csv", rows)
		}
	}
}

func sendCSV(w http.ResponseWriter, name string, rows [][]string) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	c := sheet.NewCSV(w)
	head := make([]string, 0, len(org.Columns))
	for _, col := range org.Columns {
		head = append(head, col.Name)
	}
	c.Write(head...)
	for _, row := range rows {
		c.Write(row...)
	}
	return c.Flush()
}
