package statistichttp

import (
	"cmp"
	"net/http"
	"slices"

	"xuedu/internal/errs"
	"xuedu/internal/statistic"
	"xuedu/internal/web"
)

var collectionsView = view("collections", "")

func (h *handler) collectionRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /desk/collections", Perm: read, Handler: h.collections},
		{Pattern: "GET /desk/collections/new", Perm: send, Handler: h.sendForm},
		{Pattern: "POST /desk/collections/new", Perm: send, Handler: h.send},
		{Pattern: "GET /desk/collections/{id}", Perm: read, Handler: h.collection},
		{Pattern: "GET /desk/collections/{id}/chase", Perm: read, Handler: h.chase},
		{Pattern: "POST /desk/collections/{id}/chase", Perm: review, Handler: h.remind},
		{Pattern: "GET /desk/collections/{id}/publish", Perm: send, Handler: h.publishForm},
		{Pattern: "POST /desk/collections/{id}/publish", Perm: send, Handler: h.publish},
	}
}

// collectionsPage lists what was sent out, the newest period first.
type collectionsPage struct {
	page
	Periods []periodGroup
	May     bool // may send forms out
}

type periodGroup struct {
	Name string
	Rows []collectionRow
}

type collectionRow struct {
	statistic.Collection
	Tally tally
}

func (h *handler) collections(w http.ResponseWriter, r *http.Request) error {
	p := collectionsPage{page: h.deskPage(r, "returns.collections.title")}
	list, err := h.Returns.Collections(r.Context())
	if err != nil {
		return err
	}
	p.Periods = p.byPeriod(list)
	counts, err := h.Returns.Tallies(r.Context())
	if err != nil {
		return err
	}
	for _, g := range p.Periods {
		for i := range g.Rows {
			g.Rows[i].Tally = tallied(counts[g.Rows[i].ID])
		}
	}
	p.May = p.Can(r, string(send))
	return web.Render(w, r, http.StatusOK, collectionsView, p)
}

// byPeriod groups collections, the newest period first, by form within it.
func (p page) byPeriod(list []statistic.Collection) []periodGroup {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b statistic.Collection) int {
		return cmp.Or(cmp.Compare(b.Period.To, a.Period.To), cmp.Compare(b.Period.From, a.Period.From), cmp.Compare(a.Form.Code, b.Form.Code))
	})
	var out []periodGroup
	for _, c := range list {
		name := p.Period(c.Period)
		if n := len(out); n == 0 || out[n-1].Name != name {
			out = append(out, periodGroup{Name: name})
		}
		g := &out[len(out)-1]
		g.Rows = append(g.Rows, collectionRow{Collection: c})
	}
	return out
}

// CollectionState names the state of a collection.
func (p page) CollectionState(c statistic.Collection) string { return p.state(collectionFlow, c.State) }

// CollectionTag is the class of the tag of a collection's state.
func (page) CollectionTag(c statistic.Collection) string {
	if c.Version > 0 {
		return "xd-tag--done"
	}
	return "xd-tag--go"
}

// same lists the collections of one period, by form: base forms first.
func (h *handler) same(r *http.Request) (statistic.Collection, []statistic.Collection, error) {
	c, err := h.Returns.Collection(r.Context(), r.PathValue("id"))
	if err != nil {
		return c, nil, err
	}
	all, err := h.Returns.Collections(r.Context())
	if err != nil {
		return c, nil, err
	}
	all = slices.DeleteFunc(all, func(x statistic.Collection) bool { return x.Period.Name != c.Period.Name })
	slices.SortFunc(all, func(a, b statistic.Collection) int { return cmp.Compare(a.Form.Code, b.Form.Code) })
	if len(all) == 0 {
		return c, nil, errs.New(errs.NotFound, "error.not_found")
	}
	return c, all, nil
}
