package statistichttp

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/pack"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
	"xuedu/internal/web"
)

var cellView = view("cell", "")

// cellPage is one cell: what stands in it, where it comes from, what was said
// of it, and a form to change it.
type cellPage struct {
	page
	S       statistic.Sheet
	Base    string
	Key     rule.Key
	F       pack.Field
	C       statistic.Cell
	Cell    cell
	Says    []say
	Unit    string
	Lineage []link
	Parts   []link // what a derived value is made of
	History []changeLine
	Notes   []noteLine
	Edit    bool
	Asks    bool
	Choice  string // value, nil, na, blank
	Text    string
	Reason  string
	Note    string
	Problem string
	Field   string
}

// cell shows one cell.
func (h *handler) cell(w http.ResponseWriter, r *http.Request) error {
	p, err := h.cellPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, cellView, p)
}

func (h *handler) cellPage(r *http.Request) (cellPage, error) {
	p := cellPage{page: h.deskPage(r, "returns.cell.title"), Key: rule.Key{Row: r.FormValue("row"), Field: r.FormValue("field")}}
	s, err := h.Returns.Sheet(r.Context(), r.PathValue("id"), p.Lang)
	if err != nil {
		return p, err
	}
	if p.page, err = h.named(r.Context(), p.page, s); err != nil {
		return p, err
	}
	p.S, p.Base = s, "/desk/returns/"+s.ID
	f, ok := fieldOf(s, p.Key.Field)
	c, there := s.Cells[p.Key]
	if !ok || !there {
		return p, errs.New(errs.NotFound, "returns.cell.unknown")
	}
	p.F, p.C, p.Unit = f, c, p.page.Unit(f.Unit)
	p.Title = p.cellName(s, p.Key)
	p.Edit = s.Enters && !c.Locked
	g := gridder{p: p.page, s: &p.S, edit: p.Edit}
	p.Cell, p.Says = g.cell(p.Key, f, line{Code: p.Key.Row}, 0)
	p.Asks = c.Approved != nil
	p.Lineage = p.lineage()
	if err := h.open(r, &p); err != nil {
		return p, err
	}
	p.Notes = slices.DeleteFunc(sheetPage{page: p.page, S: s}.Notes(), func(n noteLine) bool { return n.Href != cellHref(s.ID, p.Key) })
	p.Choice, p.Text = p.chosenState(), p.Cell.Value
	if !c.State.Known() || c.State == formula.Nil {
		p.Text = ""
	}
	return p, nil
}

func (p cellPage) chosenState() string {
	switch p.C.State {
	case formula.Value:
		return "value"
	case formula.Nil:
		return "nil"
	case formula.NotApplicable:
		return "na"
	}
	return "blank"
}

// States are the contents that somebody may choose.
func (p cellPage) States() []option {
	list := []option{{Value: "value", Text: p.T("returns.choose.value")}, {Value: "nil", Text: p.T("returns.choose.nil")},
		{Value: "na", Text: p.T("returns.choose.na")}, {Value: "blank", Text: p.T("returns.choose.blank")}}
	if !isNumber(p.F) {
		list = slices.Delete(list, 1, 2)
	}
	for i := range list {
		list[i].On = list[i].Value == p.Choice
	}
	return list
}

// lineage says where the content of a cell comes from.
func (p cellPage) lineage() []link {
	switch p.C.Origin {
	case "derived":
		if reg, ok := strings.CutPrefix(p.F.Derive, "org."); ok {
			return []link{{Text: p.T("returns.from.register"), Href: "/orgs", Note: reg}}
		}
		return []link{{Text: p.T("returns.from.formula"), Note: p.F.Derive}}
	case "summed":
		return []link{{Text: p.T("returns.from.sum"), Href: p.below(), Note: p.Place(p.S.AreaID)}}
	case "carried":
		return []link{{Text: p.T("returns.from.last"), Note: p.Cell.Last}}
	case "typed":
		return []link{{Text: p.T("returns.from.typed"), Note: p.who(p.C.By) + " " + p.DateTime(p.C.At)}}
	}
	return nil
}

// below is where the returns are listed that were summed up.
func (p cellPage) below() string {
	v := url.Values{}
	if a := p.area(p.S.AreaID); a != nil {
		v.Set("area", a.Code)
	}
	return "/desk/collections/" + p.S.Collection.ID + "?" + v.Encode()
}

// changeLine is one entry in the history of a cell.
type changeLine struct{ Before, After, Reason, By, At string }

// mostParts is how many parts of a value its page lists.
const mostParts = 20

// open reads what a derived cell is made of, down to the records, and how the
// cell changed.
func (h *handler) open(r *http.Request, p *cellPage) error {
	changes, err := h.Returns.History(r.Context(), p.S.ID, p.Key)
	if err != nil {
		return err
	}
	for _, c := range changes {
		p.History = append(p.History, changeLine{p.logged(c.Before), p.logged(c.After), c.Reason, p.who(c.By), p.DateTime(c.At)})
	}
	if p.C.Origin != statistic.OriginDerived || strings.HasPrefix(p.F.Derive, "org.") {
		return nil
	}
	l, err := h.Returns.Lineage(r.Context(), p.S.ID, p.Key, mostParts)
	if err != nil {
		return err
	}
	cat, err := h.Returns.Engine.Catalogue(r.Context())
	if err != nil {
		return err
	}
	for _, ref := range l.Refs {
		d, _ := cat.Decl(ref.Code)
		p.Lineage = append(p.Lineage, p.measure(ref.Code, d.Name.In(p.Lang), l.Filter))
		for _, x := range l.Parts[ref.Code] {
			p.Parts = append(p.Parts, link{Text: x.Name.In(p.Lang), Href: x.Href, Note: grouped(x.Value, int(d.Scale))})
		}
	}
	return nil
}

// measure names a measure of a formula; one of the ledger leads to the page
// that opens it.
func (p cellPage) measure(code, name string, filter map[string]string) link {
	out := link{Text: p.T("returns.from.measure"), Note: cmp.Or(name, code)}
	code, byPlace := strings.CutSuffix(code, "_by_place")
	a := p.area(p.S.AreaID)
	if a == nil || !slices.Contains(figureview.Measures, ledger.Measure(code)) {
		return out
	}
	q := ledger.Query{Measure: ledger.Measure(code), Area: a.Code, Period: p.S.Collection.Period, By: ledger.ByHome,
		Filter: ledger.Filter{Theme: filter["theme"], Age: filter["age"], Sex: filter["sex"], Mode: filter["mode"]}}
	if byPlace {
		q.By = ledger.ByPlace
	}
	out.Href = figureview.Address("/figures", q)
	return out
}

// logged prints an entry of the history: the word of a state, or the number.
func (p page) logged(s string) string {
	state, text, ok := strings.Cut(s, " ")
	if ok {
		return text
	}
	if st, known := formula.ParseState(state); known {
		return p.CellState(st)
	}
	return s
}

// changeCell takes the form of one cell: a content, or a comment.
func (h *handler) changeCell(w http.ResponseWriter, r *http.Request) error {
	p, err := h.cellPage(r)
	if err != nil {
		return err
	}
	if r.PostForm.Has("text") {
		p.Note = strings.TrimSpace(r.PostFormValue("text"))
		err = errs.InvalidField("text", "returns.note.empty")
		if p.Note != "" {
			err = h.Returns.Say(r.Context(), p.S.ID, statistic.Note{Key: p.Key, Kind: "comment", Text: p.Note})
		}
	} else {
		p.Choice, p.Text, p.Reason = r.PostFormValue("state"), strings.TrimSpace(r.PostFormValue("value")), strings.TrimSpace(r.PostFormValue("reason"))
		err = h.enterCell(r, p)
	}
	if err != nil {
		return h.refuseCell(w, r, p, err)
	}
	http.Redirect(w, r, cellHref(p.S.ID, p.Key), http.StatusSeeOther)
	return nil
}

func (h *handler) enterCell(r *http.Request, p cellPage) error {
	if !account.From(r.Context()).Can(string(fill)) {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	text := map[string]string{"value": p.Text, "nil": "nil", "na": "n/a"}[p.Choice]
	if p.Choice == "value" && text == "" {
		return errs.InvalidField("value", "returns.cell.no_value")
	}
	version, err := strconv.ParseInt(r.PostFormValue("v"), 10, 64)
	if err != nil {
		return errs.New(errs.Invalid, "returns.bad_form")
	}
	_, err = h.Returns.Enter(r.Context(), p.S.ID, version, []statistic.Entry{{Key: p.Key, Text: text, Reason: p.Reason}})
	if bad, ok := errors.AsType[statistic.EntryErrors](err); ok {
		return bad[p.Key]
	}
	return err
}

func (h *handler) refuseCell(w http.ResponseWriter, r *http.Request, p cellPage, cause error) error {
	switch errs.KindOf(cause) {
	case errs.Invalid, errs.Conflict:
	default:
		return cause
	}
	p.Problem = words(p.page, cause)
	p.Field = "value"
	if r.PostForm.Has("text") {
		p.Field = "text"
	}
	return web.Render(w, r, web.Status(cause), cellView, p)
}
