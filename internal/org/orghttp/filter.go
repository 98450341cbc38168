package orghttp

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/org"
	"xuedu/internal/ui"
)

// option is a choice of a select; a group of them if Options is not empty.
type option struct {
	Value, Label string
	Selected     bool
	Options      []option
}

// filter is the form above a list and what is needed to page through it.
type filter struct {
	Text, State string
	Mine        bool
	Areas       []option
	Types       []option
	Page        int
	query       url.Values
}

// parse reads the filter of a list from the address.
func (h *handler) parse(r *http.Request, p ui.Page) (org.Query, filter, error) {
	v := r.URL.Query()
	q := org.Query{Area: v.Get("area"), Text: v.Get("q"), State: org.State(v.Get("state")), Mine: v.Get("mine") != ""}
	if t := v.Get("type"); t != "" {
		q.Types = h.types(t)
	}
	if s := v.Get("page"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return q, filter{}, errs.InvalidField("page", "error.not_a_number")
		}
		q.Page = n - 1
	}
	if q.State != org.Inactive && q.State != org.Any {
		q.State = org.Active
	}
	f := filter{Text: q.Text, State: string(q.State), Mine: q.Mine, Page: q.Page, query: v}
	f.Areas = h.areaOptions(q.Area, p)
	f.Types = h.typeOptions(v.Get("type"), p)
	return q, f, nil
}

// types returns the types of a group, or the type itself.
func (h *handler) types(code string) []string {
	var out []string
	for _, t := range h.Pack().OrgTypes {
		if t.Group == code {
			out = append(out, t.Code)
		}
	}
	if out == nil {
		return []string{code}
	}
	return out
}

// areaOptions offers the whole city and what lies directly below it, and the
// area chosen if it lies deeper.
func (h *handler) areaOptions(chosen string, p ui.Page) []option {
	t := h.Tree()
	out := []option{{Label: p.T("org.whole_city"), Selected: chosen == ""}}
	if t.Len() == 0 {
		return out
	}
	found := chosen == ""
	for _, n := range t.Children(0) {
		a := t.At(n)
		found = found || a.Code == chosen
		out = append(out, option{Value: a.Code, Label: a.In(p.Lang), Selected: a.Code == chosen})
	}
	if n, ok := t.ByCode(chosen); ok && !found && n > 0 {
		out = append(out, option{Value: chosen, Label: h.place(t.At(n).ID, p.Lang), Selected: true})
	}
	return out
}

// groupNames are the groups of types, in the order they are offered.
var groupNames = []struct{ group, key string }{
	{"network", "org.group.network"}, {"learning", "org.group.learning"}, {"partner", "org.group.partner"}, {"body", "org.group.body"},
}

// typeOptions offers each group as a whole and its types.
func (h *handler) typeOptions(chosen string, p ui.Page) []option {
	out := []option{{Label: p.T("org.all_types"), Selected: chosen == ""}}
	for _, g := range groupNames {
		o := option{Label: p.T(g.key)}
		for _, t := range h.Pack().OrgTypes {
			if t.Group == g.group {
				o.Options = append(o.Options, option{Value: t.Code, Label: t.Name.In(p.Lang), Selected: t.Code == chosen})
			}
		}
		if len(o.Options) == 0 {
			continue
		}
		if len(o.Options) > 1 {
			all := option{Value: g.group, Label: p.T("org.group.all", "Group", o.Label), Selected: g.group == chosen}
			o.Options = slices.Insert(o.Options, 0, all)
		}
		out = append(out, o)
	}
	return out
}

// tab is the way to one group of types, with how many there are.
type tab struct {
	Label, Href string
	N           int64
	Here        bool
}

// tabs offers all types and each group.
func (h *handler) tabs(f filter, path string, counts map[string]int, p ui.Page) []tab {
	chosen := f.query.Get("type")
	all := tab{Label: p.T("org.all"), Href: f.with(path, "type", ""), Here: chosen == ""}
	out := []tab{all}
	for _, g := range groupNames {
		t := tab{Label: p.T(g.key), Href: f.with(path, "type", g.group), Here: chosen == g.group}
		for _, ot := range h.Pack().OrgTypes {
			if ot.Group == g.group {
				t.N += int64(counts[ot.Code])
			}
		}
		out[0].N += t.N
		out = append(out, t)
	}
	return out
}

// with returns the address with one value changed, on the first page.
func (f filter) with(path, name, value string) string {
	v := url.Values{}
	for k, list := range f.query {
		v[k] = list
	}
	v.Set(name, value)
	f.query = v
	return f.to(path, 1)
}

// pager is the way to the pages beside this one.
type pager struct {
	First, Last, Total int64 // numbers of the rows shown
	Prev, Next         string
}

func (f filter) pager(path string, shown, total int) pager {
	before := f.Page * org.PageSize
	p := pager{First: int64(before + 1), Last: int64(before + shown), Total: int64(total)}
	if f.Page > 0 {
		p.Prev = f.to(path, f.Page)
	}
	if before+shown < total && shown > 0 {
		p.Next = f.to(path, f.Page+2)
	}
	return p
}

func (f filter) to(path string, page int) string {
	v := url.Values{}
	for k, list := range f.query {
		if k != "page" && k != "gaps" && strings.Join(list, "") != "" {
			v[k] = list
		}
	}
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}
