package experthttp

import (
	"net/http"
	"slices"
	"strings"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

type listPage struct {
	ui.Page
	Text       string
	Categories []option
	Districts  []option
	States     []option
	Counts     []count
	Gaps       []gap
	Rows       []row
	Total      int
	Manage     bool
}

type count struct {
	Name string
	N    int
}

type gap struct{ Text string }

// row is one expert of the list.
type row struct{ ID, Code, Name, Title, Employer, Categories, Work, Home, State, StateName string }

var states = []string{expert.Active, expert.Invited, expert.Resting, expert.Left}

func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Experts.Experts(r.Context())
	if err != nil {
		return err
	}
	p := listPage{Page: ui.NewPage(r, ui.Desk, "expert.pool").In("nav.experts"), Total: len(all)}
	q := r.URL.Query()
	p.Text, p.Manage = strings.TrimSpace(q.Get("q")), p.Can(r, expert.PermManage)
	f := expert.Filter{Text: p.Text, Category: q.Get("category"), State: q.Get("state")}
	if n, ok := h.Tree().ByCode(q.Get("district")); ok {
		f.District = h.Tree().At(n).ID
	}
	p.Categories = append([]option{{Label: p.T("expert.all")}}, h.categories(p.Page, f.Category)...)
	p.Districts, p.States = h.districts(p.Page, q.Get("district")), []option{{Label: p.T("expert.all")}}
	for _, s := range states {
		p.States = append(p.States, option{s, p.T("expert.state." + s), s == f.State})
	}
	p.Counts, p.Gaps = h.counts(p.Page, all), h.gaps(p.Page, all)
	for _, e := range h.Experts.Select(all, f) {
		p.Rows = append(p.Rows, row{ID: e.ID, Code: e.Code, Name: e.Name, Title: e.Title, Employer: e.OrgName, Categories: h.categoryNames(p.Page, e.Categories),
			Work: h.areaName(e.WorkArea, p.Lang), Home: h.areaName(e.HomeArea, p.Lang), State: e.State, StateName: p.T("expert.state." + e.State)})
	}
	return web.Render(w, r, http.StatusOK, listView, p)
}

// counts says how many active experts each category has.
func (h *handler) counts(p ui.Page, all []expert.Expert) []count {
	var out []count
	for _, c := range h.Experts.Categories() {
		n := 0
		for _, e := range all {
			if e.State == expert.Active && slices.Contains(e.Categories, c.Code) {
				n++
			}
		}
		out = append(out, count{c.Name.In(p.Lang), n})
	}
	return out
}

func (h *handler) gaps(p ui.Page, all []expert.Expert) []gap {
	var out []gap
	for _, g := range h.Experts.Gaps(all) {
		name := g.Category.Name.In(p.Lang)
		if g.District == 0 {
			out = append(out, gap{p.T("expert.gap", "Category", name, "N", g.Have, "Need", g.Need)})
			continue
		}
		out = append(out, gap{p.T("expert.gap_district", "Category", name, "District", h.areaName(g.District, p.Lang), "N", g.Have, "Need", g.Need)})
	}
	return out
}

type conflictsPage struct {
	ui.Page
	Suggested []tie
	Events    []event
	Manage    bool
}

// event is one line of the log as it is shown.
type event struct{ At, Expert, ExpertID, What, Kind, To, Reason, By string }

// conflicts shows what waits for the office, and the log.
func (h *handler) conflicts(w http.ResponseWriter, r *http.Request) error {
	p := conflictsPage{Page: ui.NewPage(r, ui.Desk, "expert.conflicts").In("nav.experts")}
	p.Manage = p.Can(r, expert.PermManage)
	all, err := h.Experts.Experts(r.Context())
	if err != nil {
		return err
	}
	name := map[string]string{}
	for _, e := range all {
		name[e.ID] = e.Name
	}
	suggested, err := h.Experts.Suggestions(r.Context())
	if err != nil {
		return err
	}
	for _, e := range suggested {
		t := h.tie(r.Context(), p.Page, e, nil)
		t.Expert = name[e.ExpertID]
		p.Suggested = append(p.Suggested, t)
	}
	p.Events, err = h.events(r, p.Page, "", name)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, conflictsView, p)
}

func (h *handler) events(r *http.Request, p ui.Page, id string, name map[string]string) ([]event, error) {
	list, err := h.Experts.Events(r.Context(), id)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range list {
		ids = append(ids, e.Author)
	}
	who, err := h.Names(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	var out []event
	for _, e := range list {
		by := who[e.Author]
		if by == "" {
			by = p.T("expert.by_program")
		}
		out = append(out, event{At: p.DateTime(e.At), Expert: name[e.ExpertID], ExpertID: e.ExpertID, What: p.T("expert.event." + e.What),
			Kind: p.T("expert.kind." + e.Kind), To: h.subject(r.Context(), p, e.Subject, e.SubjectID), Reason: e.Reason, By: by})
	}
	return out, nil
}
