package formhttp

import (
	"net/http"
	"slices"
	"strings"

	"xuedu/internal/statistic/form"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// listPage is the register of forms.
type listPage struct {
	page
	InForce []formRow
	Others  []formRow
	May     bool // may register
}

// formRow is one form of the register.
type formRow struct {
	form.Form
	Burden form.Burden
	Word   string // of its state
	Tag    string
}

// row describes a form with what it costs one unit, or one line.
func (p page) row(f form.Form) formRow {
	word, tag := p.State(f)
	return formRow{Form: f, Burden: form.BurdenOf(f, 1), Word: word, Tag: tag}
}

func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{page: h.page(r, ui.Public, "form.title"), May: h.Can(r.Context(), Register)}
	in, err := h.Forms.Registered(r.Context())
	if err != nil {
		return err
	}
	newest, err := h.Forms.List(r.Context())
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, f := range in {
		if f.In(h.today()) && !there[f.Code] {
			p.InForce, there[f.Code] = append(p.InForce, p.row(f)), true
		}
	}
	for _, f := range newest {
		if !there[f.Code] {
			p.Others = append(p.Others, p.row(f))
		}
	}
	return web.Render(w, r, http.StatusOK, listView, p)
}

// fieldsPage is the register of fields.
type fieldsPage struct {
	page
	Query string
	All   int
	List  []fieldRow
}

// fieldRow is one field that was ever asked.
type fieldRow struct {
	form.FieldAsked
	Lapsed bool
}

func (h *handler) fields(w http.ResponseWriter, r *http.Request) error {
	p := fieldsPage{page: h.page(r, ui.Public, "form.fields.title"), Query: strings.TrimSpace(r.FormValue("q"))}
	list, err := h.Forms.Fields(r.Context())
	if err != nil {
		return err
	}
	p.All = len(list)
	for _, f := range list {
		if p.found(f) {
			p.List = append(p.List, fieldRow{f, f.State != form.Registered || f.Until < h.today()})
		}
	}
	slices.SortStableFunc(p.List, func(a, b fieldRow) int {
		switch {
		case a.Lapsed == b.Lapsed:
			return 0
		case a.Lapsed:
			return 1
		}
		return -1
	})
	return web.Render(w, r, http.StatusOK, fieldsView, p)
}

// found reports whether a field is one that was looked for.
func (p fieldsPage) found(f form.FieldAsked) bool {
	q := strings.ToLower(p.Query)
	for _, s := range []string{f.Form + "." + f.Code, f.Name.In("zh-CN"), f.Name.In("en"), p.Body(f.Owner), f.Derive} {
		if strings.Contains(strings.ToLower(s), q) {
			return true
		}
	}
	return false
}

// refusalsPage is the log of refusals.
type refusalsPage struct {
	page
	List []refusalRow
}

// refusalRow is one refusal in words.
type refusalRow struct {
	form.Refusal
	Who  string
	Says []said
}

// mostRefusals is how many refusals the page shows.
const mostRefusals = 200

func (h *handler) refusals(w http.ResponseWriter, r *http.Request) error {
	p := refusalsPage{page: h.page(r, ui.Desk, "form.refusals.title")}
	list, err := h.Forms.Refusals(r.Context(), mostRefusals)
	if err != nil {
		return err
	}
	var ids []string
	for _, x := range list {
		ids = append(ids, x.Actor)
	}
	names, err := h.Names(r.Context(), ids)
	if err != nil {
		return err
	}
	for _, x := range list {
		row := refusalRow{Refusal: x, Who: nameOf(names, x.Actor)}
		if f := h.Pack().Form(x.Form); f != nil {
			row.Says = p.Says(*f, x.Problems)
		} else {
			row.Says = p.Says(noForm, x.Problems)
		}
		p.List = append(p.List, row)
	}
	return web.Render(w, r, http.StatusOK, refusalsView, p)
}

func nameOf(names map[string]string, id string) string {
	if n := names[id]; n != "" {
		return n
	}
	return id
}
