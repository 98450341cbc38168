package statistichttp

import (
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
	p.S, p.Base = s, "/desk/returns/"+s.ID
	f, ok := fieldOf(s, p.Key.Field)
	c, there := s.Cells[p.Key]
	if !ok || !there {
		return p, errs.New(errs.NotFound, "returns.cell.unknown")
	}
	p.F, p.C, p.Unit = f, c, p.page.Unit(f.Unit)
	p.Title = p.cellName(s, p.Key)
	p.Edit = account.From(r.Context()).Can(string(fill)) && mayFill(s) && !c.Locked
	g := gridder{p: p.page, s: &p.S, edit: p.Edit}
	p.Cell, p.Says = g.cell(p.Key, f, line{Code: p.Key.Row}, 0)
	p.Asks = c.Approved != nil
	p.Lineage = p.lineage()
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
		return append([]link{{Text: p.T("returns.from.formula"), Note: p.F.Derive}}, p.measures()...)
	case "summed":
		return []link{{Text: p.T("returns.from.sum"), Href: p.below(), Note: p.Place(p.S.AreaID)}}
	case "carried":
		return []link{{Text: p.T("returns.from.last"), Note: p.Cell.Last}}
	case "typed":
		return []link{{Text: p.T("returns.from.typed"), Note: p.C.By + " " + p.DateTime(p.C.At)}}
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

// measures lists the figures of the ledger that the formula of a cell names,
// each with the page that opens it.
func (p cellPage) measures() []link {
	a := p.area(p.S.AreaID)
	if a == nil {
		return nil
	}
	var list []link
	for _, word := range strings.FieldsFunc(p.F.Derive, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }) {
		name, byPlace := strings.CutSuffix(word, "_by_place")
		m := ledger.Measure(name)
		if !slices.Contains(figureview.Measures, m) {
			continue
		}
		q := ledger.Query{Measure: m, Area: a.Code, Period: p.S.Collection.Period, By: ledger.ByHome}
		if byPlace {
			q.By = ledger.ByPlace
		}
		l := link{Text: figureview.Name(p.Page, m), Href: figureview.Address("/figures", q)}
		if !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return list
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
