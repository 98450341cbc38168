package experthttp

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
)

// option is one choice of a select.
type option struct {
	Value, Label string
	Selected     bool
}

// areaName returns the name of an area with its district's, "" where unknown.
func (h *handler) areaName(id int64, lang string) string {
	t := h.Tree()
	n, ok := t.ByID(id)
	if !ok {
		return ""
	}
	if d, ok := t.ByID(h.Experts.District(id)); ok && d != n {
		return t.At(d).In(lang) + " " + t.At(n).In(lang)
	}
	return t.At(n).In(lang)
}

func (h *handler) areaCode(id int64) string {
	if n, ok := h.Tree().ByID(id); ok {
		return h.Tree().At(n).Code
	}
	return ""
}

// areaID returns the id of what was written: a code, or a name that only one
// area has; 0 for nothing.
func (h *handler) areaID(field, text string) (int64, error) {
	t, text := h.Tree(), strings.TrimSpace(text)
	if text == "" {
		return 0, nil
	}
	if n, ok := t.ByCode(text); ok {
		return t.At(n).ID, nil
	}
	found := t.Search(text, 2)
	if len(found) != 1 {
		return 0, errs.InvalidField(field, "expert.no_area")
	}
	return t.At(found[0]).ID, nil
}

// orgID returns the id of an institution by its code; "" for nothing.
func (h *handler) orgID(ctx context.Context, field, code string) (string, error) {
	if code = strings.TrimSpace(code); code == "" {
		return "", nil
	}
	id, err := h.Orgs.OrgByCode(ctx, code)
	if err != nil {
		return "", errs.InvalidField(field, "expert.no_org", "Code", code)
	}
	return id, nil
}

// districts are the choices of a filter.
func (h *handler) districts(p ui.Page, chosen string) []option {
	t := h.Tree()
	out := []option{{Label: p.T("expert.all")}}
	for n := range t.Len() {
		if a := t.At(n); a.Level == area.District && a.ValidTo == "" {
			out = append(out, option{a.Code, a.In(p.Lang), a.Code == chosen})
		}
	}
	return out
}

func (h *handler) categories(p ui.Page, chosen ...string) []option {
	var out []option
	for _, c := range h.Experts.Categories() {
		out = append(out, option{c.Code, c.Name.In(p.Lang), slices.Contains(chosen, c.Code)})
	}
	return out
}

func (h *handler) categoryNames(p ui.Page, codes []string) string {
	var out []string
	for _, c := range h.Experts.Categories() {
		if slices.Contains(codes, c.Code) {
			out = append(out, c.Name.In(p.Lang))
		}
	}
	return strings.Join(out, p.T("expert.and"))
}

// tie is an edge as it is shown.
type tie struct {
	expert.Edge
	KindName, To, SourceName, StateName, Days, By string
	Expert                                        string // where many are listed
}

// subject names what an edge leads to.
func (h *handler) subject(ctx context.Context, p ui.Page, kind, id string) string {
	switch kind {
	case expert.SubjectArea:
		n, _ := strconv.ParseInt(id, 10, 64)
		return h.areaName(n, p.Lang)
	case expert.SubjectOrg:
		if name := h.Orgs.OrgName(ctx, id); name != "" {
			return name
		}
		return id
	}
	if a, err := h.Calls.Application(ctx, id); err == nil {
		return p.T("expert.application", "Code", a.Code)
	}
	return p.T("expert.an_application")
}

var sources = []string{expert.SourceRegister, expert.SourceFormer, expert.SourceDeclaration, expert.SourceOffice, expert.SourceName}

func (h *handler) tie(ctx context.Context, p ui.Page, e expert.Edge, who map[string]string) tie {
	t := tie{Edge: e, KindName: p.T("expert.kind." + e.Kind), StateName: p.T("expert.tie." + e.State), By: who[e.Author]}
	t.To = h.subject(ctx, p, e.Subject, e.SubjectID)
	t.SourceName = p.T("expert.source.other")
	if slices.Contains(sources, e.Source) {
		t.SourceName = p.T("expert.source." + e.Source)
	}
	switch {
	case e.From != "" && e.To != "":
		t.Days = p.T("expert.from_to", "From", e.From, "To", e.To)
	case e.From != "":
		t.Days = p.T("expert.from", "From", e.From)
	case e.To != "":
		t.Days = p.T("expert.until", "To", e.To)
	}
	return t
}
