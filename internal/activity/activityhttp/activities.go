package activityhttp

import (
	"net/http"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/activity"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/web"
)

var listView = view("activities", "rows")

type listPage struct {
	page
	Q      map[string]string
	Themes []option
	States []option
	Rows   []activity.Row
	Total  int64
	Pager  pager
	MayAdd bool
}

func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{page: h.deskPage(r, "desk.activities.title"), Q: map[string]string{}}
	for _, name := range []string{"q", "theme", "state", "org", "area"} {
		p.Q[name] = r.FormValue(name)
	}
	no, err := pageNo(r)
	if err != nil {
		return err
	}
	q := activity.Query{Text: p.Q["q"], Theme: p.Q["theme"], State: activity.State(p.Q["state"]), OrgID: p.Q["org"], Page: no}
	if n, ok := h.Tree().ByCode(p.Q["area"]); ok {
		q.AreaID = h.Tree().At(n).ID
	}
	if p.Rows, p.Total, err = h.Activity.List(r.Context(), q); err != nil {
		return err
	}
	p.Themes = codes(h.Pack().Themes, p.Lang, p.Q["theme"])
	for _, s := range []activity.State{activity.Open, activity.Draft, activity.Cancelled} {
		p.States = append(p.States, option{Value: string(s), Text: p.State(s), On: p.Q["state"] == string(s)})
	}
	p.MayAdd = account.From(r.Context()).Can(string(edit))
	p.Pager = p.pager(no, p.Total)
	return web.Render(w, r, http.StatusOK, listView, p)
}

func codes(list []pack.Coded, lang string, on ...string) []option {
	out := make([]option, 0, len(list))
	for _, c := range list {
		o := option{Value: c.Code, Text: c.Name.In(lang)}
		for _, x := range on {
			o.On = o.On || x == c.Code
		}
		out = append(out, o)
	}
	return out
}

// maxOrgs is how many institutions a list offers; who has more finds them by
// their code.
const maxOrgs = 500

func (h *handler) activityForm(r *http.Request, in activity.Input) form {
	f := form{page: h.deskPage(r, "desk.activity.new"), Back: "/desk/activities", Submit: "", BackText: ""}
	f.BackText, f.Submit = f.T("desk.activities.title"), f.T("desk.save")
	pk := h.Pack()
	state := "open"
	if in.Draft {
		state = "draft"
	}
	f.Fields = []field{
		{Name: "title", Label: f.T("desk.activity.name"), Value: in.Title},
		{Name: "form", Label: f.T("desk.activity.form"), Kind: "select", Options: codes(pk.ActivityForms, f.Lang, in.Form)},
		{Name: "theme", Label: f.T("desk.activity.theme"), Hint: f.T("desk.activity.theme.hint"), Kind: "select",
			Options: append([]option{{Text: f.T("desk.choose")}}, codes(pk.Themes, f.Lang, in.Theme)...)},
		{Name: "tags", Label: f.T("desk.activity.tags"), Hint: f.T("desk.activity.tags.hint"), Kind: "checks",
			Options: append(codes(pk.Themes, f.Lang, in.Tags...), codes(pk.Needs, f.Lang, in.Tags...)...)},
		{Name: "summary", Label: f.T("desk.activity.summary"), Hint: f.T("desk.activity.summary.hint"), Kind: "textarea", Value: in.Summary},
		{Name: "state", Label: f.T("desk.activity.shown"), Kind: "radios", Options: []option{
			{Value: "open", Text: f.T("desk.activity.shown.open"), On: state == "open"}, {Value: "draft", Text: f.T("desk.activity.shown.draft"), On: state == "draft"}}},
	}
	return f
}

func activityInput(r *http.Request) activity.Input {
	return activity.Input{Title: r.PostForm.Get("title"), Form: r.PostForm.Get("form"), Theme: r.PostForm.Get("theme"),
		Tags: r.PostForm["tags"], Summary: r.PostForm.Get("summary"), Draft: r.PostForm.Get("state") == "draft"}
}

func (h *handler) newActivityForm(r *http.Request) (form, error) {
	f := h.activityForm(r, activity.Input{})
	orgs, err := h.Activity.Orgs(r.Context(), maxOrgs)
	if err != nil {
		return f, err
	}
	org := field{Name: "org", Label: f.T("desk.activity.org"), Kind: "select"}
	for _, o := range orgs {
		org.Options = append(org.Options, option{Value: o.ID, Text: o.Name, On: o.ID == r.FormValue("org")})
	}
	f.Fields = append([]field{org}, f.Fields...)
	return f, nil
}

func (h *handler) newActivity(w http.ResponseWriter, r *http.Request) error {
	f, err := h.newActivityForm(r)
	if err != nil {
		return err
	}
	return f.show(w, r)
}

func (h *handler) createActivity(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	a, err := h.Activity.Create(r.Context(), r.PostForm.Get("org"), activityInput(r))
	if err != nil {
		if errs.KindOf(err) == errs.NotFound { // no institution was chosen
			err = errs.InvalidField("org", "activity.org_required")
		}
		f, ferr := h.newActivityForm(r)
		if ferr != nil {
			return ferr
		}
		f.fill(r)
		return f.refuse(w, r, err)
	}
	http.Redirect(w, r, "/desk/activities/"+a.ID, http.StatusSeeOther)
	return nil
}

var activityView = view("activity", "")

type activityPage struct {
	page
	A       activity.Activity
	Classes []activity.ClassRow
	MayEdit bool
	Names   string // of the further themes and needs
}

func (h *handler) activity(w http.ResponseWriter, r *http.Request) error {
	a, err := h.Activity.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	p := activityPage{page: h.deskPage(r, "desk.activity.show", "Title", a.Title), A: a}
	if p.Classes, err = h.Activity.Classes(r.Context(), a.ID); err != nil {
		return err
	}
	p.MayEdit = h.Activity.MayEdit(r.Context(), a.OrgID, a.OrgArea)
	var names []string
	for _, t := range a.Tags {
		names = append(names, p.Theme(t))
	}
	p.Names = strings.Join(names, "、")
	if p.Lang == "en" {
		p.Names = strings.Join(names, ", ")
	}
	return web.Render(w, r, http.StatusOK, activityView, p)
}

func (h *handler) ownActivity(r *http.Request) (activity.Activity, error) {
	a, err := h.Activity.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return a, err
	}
	if !h.Activity.MayEdit(r.Context(), a.OrgID, a.OrgArea) {
		return a, errs.New(errs.Forbidden, "activity.not_yours")
	}
	return a, nil
}

func (h *handler) editForm(r *http.Request) (form, error) {
	a, err := h.ownActivity(r)
	if err != nil {
		return form{}, err
	}
	f := h.activityForm(r, a.Input)
	f.Title, f.Back, f.BackText = f.T("desk.activity.edit"), "/desk/activities/"+a.ID, a.Title
	f.Facts = []string{a.OrgName}
	return f, nil
}

func (h *handler) editActivity(w http.ResponseWriter, r *http.Request) error {
	f, err := h.editForm(r)
	if err != nil {
		return err
	}
	return f.show(w, r)
}

func (h *handler) updateActivity(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	if err := h.Activity.Edit(r.Context(), r.PathValue("id"), activityInput(r)); err != nil {
		f, ferr := h.editForm(r)
		if ferr != nil {
			return ferr
		}
		f.fill(r)
		return f.refuse(w, r, err)
	}
	http.Redirect(w, r, "/desk/activities/"+r.PathValue("id"), http.StatusSeeOther)
	return nil
}

// stateForm asks for the reason of a cancellation, or of taking it back.
func (h *handler) stateForm(r *http.Request, title, lede, back, backText string, warn bool) form {
	f := form{page: h.deskPage(r, title), Back: back, BackText: backText, Warn: warn}
	f.Lede, f.Submit = f.T(lede), f.Title
	f.Fields = []field{{Name: "reason", Label: f.T("desk.reason"), Hint: f.T("desk.reason.hint")}}
	return f
}

func (h *handler) activityStateForm(r *http.Request) (form, bool, error) {
	a, err := h.ownActivity(r)
	if err != nil {
		return form{}, false, err
	}
	if a.State == activity.Cancelled {
		return h.stateForm(r, "desk.activity.reinstate", "desk.activity.reinstate.lede", "/desk/activities/"+a.ID, a.Title, false), true, nil
	}
	return h.stateForm(r, "desk.activity.cancel", "desk.activity.cancel.lede", "/desk/activities/"+a.ID, a.Title, true), false, nil
}

func (h *handler) activityState(w http.ResponseWriter, r *http.Request) error {
	f, _, err := h.activityStateForm(r)
	if err != nil {
		return err
	}
	return f.show(w, r)
}

func (h *handler) setActivityState(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f, cancelled, err := h.activityStateForm(r)
	if err != nil {
		return err
	}
	act := h.Activity.Cancel
	if cancelled {
		act = h.Activity.Reinstate
	}
	if err := act(r.Context(), r.PathValue("id"), r.PostForm.Get("reason")); err != nil {
		f.fill(r)
		return f.refuse(w, r, err)
	}
	http.Redirect(w, r, f.Back, http.StatusSeeOther)
	return nil
}
