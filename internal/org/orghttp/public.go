package orghttp

import (
	"net/http"

	"xuedu/internal/area"
	"xuedu/internal/org"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

type listPage struct {
	ui.Page
	Filter   filter
	Narrowed bool // something is asked for
	Tabs     []tab
	Rows     []row
	Pager    pager
	Coverage *coverage
	Gaps     *gaps
}

// row is one line of a list.
type row struct {
	Code, Name, Type, Place string
	Active                  bool
}

// coverage is the table of the three-level network (P2.1).
type coverage struct {
	Heads []head
	Rows  []coverageRow
}

type head struct{ Label string }

type coverageRow struct {
	Code, Name string
	Whole      bool // the area asked for itself
	Cells      []covered
}

type covered struct {
	Label     string // level
	Have, All int64
	Own       bool // the area itself is of this level
	Missing   int64
	Gaps      string // address of the list of what is missing
}

// gaps lists the areas of a level that nothing covers yet.
type gaps struct {
	Label string // level
	Areas []crumb
	More  int64
}

var levelKeys = map[area.Level]string{
	area.Country: "area.level.country", area.Province: "area.level.province", area.City: "area.level.city",
	area.District: "area.level.district", area.Street: "area.level.street", area.Community: "area.level.community",
}

// shownGaps is how many gaps are listed at once.
const shownGaps = 200

func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: ui.NewPage(r, ui.Public, "org.title").In("nav.orgs")}
	q, f, err := h.parse(r, p.Page)
	if err != nil {
		return err
	}
	q.State, q.Mine = org.Active, false // the public sees who is at work
	res, err := h.Orgs.List(r.Context(), q)
	if err != nil {
		return err
	}
	p.Filter, p.Rows, p.Pager = f, h.rows(res.Orgs, p.Lang), f.pager("/orgs", len(res.Orgs), res.Total)
	p.Tabs = h.tabs(f, "/orgs", res.Types, p.Page)
	p.Narrowed = q.Text != "" || q.Area != "" || len(q.Types) > 0
	if q.Text == "" && q.Page == 0 && !web.Partial(r) {
		if err := h.addCoverage(r, &p, q.Area); err != nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusOK, listView, p)
}

func (h *handler) rows(orgs []org.Org, lang string) []row {
	out := make([]row, 0, len(orgs))
	for i := range orgs {
		o := &orgs[i]
		out = append(out, row{Code: o.Code, Name: o.In(lang), Type: h.typeName(o.Type, lang), Place: h.place(o.AreaID, lang), Active: o.State == org.Active})
	}
	return out
}

func (h *handler) addCoverage(r *http.Request, p *listPage, code string) error {
	list, err := h.Orgs.Coverage(r.Context(), code)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return nil
	}
	c := &coverage{}
	for _, l := range list[0].Levels {
		if l.All > 0 {
			c.Heads = append(c.Heads, head{p.T(levelKeys[l.Level])})
		}
	}
	for i, row := range list {
		cr := coverageRow{Code: row.Area.Code, Name: row.Area.In(p.Lang), Whole: i == 0}
		for j, l := range row.Levels {
			if list[0].Levels[j].All > 0 {
				cr.Cells = append(cr.Cells, covered{Label: p.T(levelKeys[l.Level]), Have: int64(l.Have), All: int64(l.All), Missing: int64(l.All - l.Have),
					Own:  l.Level == row.Area.Level,
					Gaps: "/orgs?area=" + row.Area.Code + "&gaps=" + string(l.Level) + "#gaps"})
			}
		}
		c.Rows = append(c.Rows, cr)
	}
	if len(c.Heads) > 0 {
		p.Coverage = c
	}
	return h.addGaps(r, p, code)
}

func (h *handler) addGaps(r *http.Request, p *listPage, code string) error {
	level := area.Level(r.URL.Query().Get("gaps"))
	if !level.Known() {
		return nil
	}
	missing, err := h.Orgs.Gaps(r.Context(), code, level)
	if err != nil {
		return err
	}
	p.Gaps = &gaps{Label: p.T(levelKeys[level]), More: int64(max(0, len(missing)-shownGaps))}
	for _, a := range missing[:min(len(missing), shownGaps)] {
		p.Gaps.Areas = append(p.Gaps.Areas, crumb{Code: a.Code, Name: h.place(a.ID, p.Lang)})
	}
	return nil
}

type showPage struct {
	ui.Page
	Name, Code, Type string
	Path             []crumb
	AreaCode         string
	Parent           *row
	Below            []row
	Address, Phone   string
	Active, CanEdit  bool
	Facts            []fact
}

func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	o, err := h.Orgs.Get(r.Context(), r.PathValue("code"))
	if err != nil {
		return err
	}
	p := showPage{Page: ui.NewPage(r, ui.Public, "org.one", "Name", "").In("nav.orgs"), Code: o.Code, Address: o.Address, Phone: o.Phone}
	p.Name = o.In(p.Lang)
	p.Title = p.T("org.one", "Name", p.Name)
	p.Type, p.Path, p.Active = h.typeName(o.Type, p.Lang), h.path(o.AreaID, p.Lang), o.State == org.Active
	if len(p.Path) > 0 {
		p.AreaCode = p.Path[len(p.Path)-1].Code
	}
	p.CanEdit = p.Can(r, string(Edit)) && h.Orgs.CanEdit(r.Context(), o)
	if above, err := h.Orgs.ByID(r.Context(), o.ParentID); o.ParentID != "" && err == nil {
		p.Parent = &row{Code: above.Code, Name: above.In(p.Lang)}
	}
	below, err := h.Orgs.Below(r.Context(), o.ID)
	if err != nil {
		return err
	}
	p.Below, p.Facts = h.rows(below, p.Lang), facts(p.Page, o.Profile, false)
	return web.Render(w, r, http.StatusOK, showView, p)
}
