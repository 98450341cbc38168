package statistichttp

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/ledger/figureview"
	"xuedu/internal/statistic"
	"xuedu/internal/web"
)

var sheetView = view("sheet", "live")

// sheetPage is a return to fill in, to review or to read.
type sheetPage struct {
	page
	S       statistic.Sheet
	Base    string // address of the return
	Grid    grid
	Was     string // what the cells held when the form was made
	Problem string
	Bad     []say // cells that were not taken
	Saved   string
	Failed  bool
	Reason  string // typed
	Asks    bool   // a reason is needed
	Review  bool   // cells can be ticked …
	Opens   string // … to be opened by this move
	Fresh   []fresh
	Moves   []move
	Parts   []part
	Next    string // address of the next return in the queue
	View    string // "", diff
	Note    string // typed
}

// fresh is a cell that moved since it was approved.
type fresh struct {
	Label, Change, Href string
	Before, Now         figureview.Cell
}

// move is a button, or why there is none.
type move struct {
	Code, Name, Why string
	Reason          bool
	Main            bool
}

// part is one of the signatures that a form asks for.
type part struct {
	Code, Name, By, At, Why string
	Void, May               bool
}

// sheet shows a return; view=diff only what moved since it was approved.
func (h *handler) sheet(w http.ResponseWriter, r *http.Request) error {
	p, err := h.sheetPage(r, gridder{})
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("saved")); err == nil {
		p.Saved = p.T("returns.saved.now", "N", n)
	}
	return web.Render(w, r, http.StatusOK, sheetView, p)
}

// sheetPage reads the return of a request. g carries what was typed and what
// is wrong with it.
func (h *handler) sheetPage(r *http.Request, g gridder) (sheetPage, error) {
	p := h.deskPage(r, "returns.sheet.title")
	s, err := h.Returns.Sheet(r.Context(), r.PathValue("id"), p.Lang)
	if err != nil {
		return sheetPage{}, err
	}
	if p, err = h.named(r.Context(), p, s); err != nil {
		return sheetPage{}, err
	}
	out := h.sheetOf(r, p, s, g)
	if out.Review || len(out.Moves) == 0 && !out.Grid.Edit {
		out.Next, err = h.next(r.Context(), s.ID)
	}
	return out, err
}

// sheetOf is the page of a sheet that was read already.
func (h *handler) sheetOf(r *http.Request, p page, s statistic.Sheet, g gridder) sheetPage {
	out := sheetPage{page: p, S: s, Base: "/desk/returns/" + s.ID, View: r.URL.Query().Get("view")}
	out.Title = p.T("returns.sheet.of", "Area", p.Place(s.AreaID), "Form", s.Collection.Form.Name.In(p.Lang), "Period", p.Period(s.Collection.Period))
	out.Moves = moves(p, s)
	out.Opens = opens(s)
	out.Review = out.Opens != ""
	g.p, g.s, g.tick = p, &out.S, out.Review
	g.edit = s.Enters && out.View != "diff"
	out.Grid = g.grid()
	out.Dock = out.Grid.Edit
	if out.Dock {
		out.Scripts = []string{"grid.js"}
	}
	out.Was = wasOf(out.Grid)
	out.Fresh = p.moved(s)
	out.Asks = asks(s)
	out.Parts = p.parts(s)
	out.Saved = p.lastSaved(s)
	return out
}

// wasOf notes what the fields held, so that only what was changed is sent on.
func wasOf(g grid) string {
	was := map[string]string{}
	for _, l := range g.Rows {
		for _, c := range l.Cells {
			if c.Kind != "" {
				was[c.Name] = c.Value
			}
		}
	}
	b, err := json.Marshal(was)
	if err != nil {
		return "{}"
	}
	return string(b)
}

// asks reports whether a change of this sheet needs a reason: something in it
// was approved already.
func asks(s statistic.Sheet) bool {
	for _, c := range s.Cells {
		if c.Approved != nil && !c.Locked {
			return true
		}
	}
	return false
}

// lastSaved says when and by whom the sheet was last changed by hand.
func (p page) lastSaved(s statistic.Sheet) string {
	var last statistic.Cell
	for _, c := range s.Cells {
		if c.Origin == "typed" && c.At.After(last.At) {
			last = c
		}
	}
	if last.At.IsZero() {
		return p.T("returns.saved.none")
	}
	return p.T("returns.saved.at", "Time", p.DateTime(last.At))
}

// moved lists the cells that differ from what was approved, in the order of
// the sheet.
func (p page) moved(s statistic.Sheet) []fresh {
	var list []fresh
	for _, k := range s.Difference.Cells {
		f, ok := fieldOf(s, k.Field)
		c := s.Cells[k]
		if !ok || c.Approved == nil {
			continue
		}
		was := statistic.Cell{State: c.ApprovedState, Num: *c.Approved}
		d := fresh{Label: p.cellName(s, k), Before: p.shown(f, was), Now: p.shown(f, c), Href: cellHref(s.ID, k)}
		if c.State.Known() && was.State.Known() && isNumber(f) {
			d.Change = change(was.Num, c.Num)
		}
		list = append(list, d)
	}
	return list
}

// Stale says what moved under a return that was approved: stale: 3 figures
// moved, at most 1.8 %.
func (p sheetPage) Stale() string {
	if p.S.Difference.Share == "" {
		return p.T("returns.stale.some", "N", len(p.Fresh))
	}
	return p.T("returns.stale", "N", len(p.Fresh), "Most", p.S.Difference.Share)
}

// Percent is how much of the sheet is done.
func (p sheetPage) Percent() int {
	if p.S.All == 0 {
		return 100
	}
	return 100 * p.S.Done / p.S.All
}

// Hard and Soft count the findings that must be mended or explained.
func (p sheetPage) Hard() int { return p.count("hard") }

// Soft counts the findings that wait for an explanation.
func (p sheetPage) Soft() int { return p.count("soft") }

func (p sheetPage) count(kind string) (n int) {
	for _, s := range p.says() {
		if s.Kind == kind {
			n++
		}
	}
	return n
}

// Todo lists what stands in the way, each with a link to its cell.
func (p sheetPage) Todo() []say {
	return slices.DeleteFunc(p.says(), func(s say) bool {
		return s.Kind == "error" || s.Kind == "told"
	})
}

// says lists every remark of the sheet, each with its row.
func (p sheetPage) says() []say {
	list := slices.Clone(p.Grid.Says)
	for _, l := range p.Grid.Rows {
		for _, s := range l.Says {
			if l.Name != "" && !p.Grid.Single {
				s.Where = l.Name + p.T("figure.comma") + s.Where
			}
			list = append(list, s)
		}
	}
	return list
}

// Head is the legal head of the form, line by line, as the law wants it at
// the top right.
func (p sheetPage) Head() []link { return p.legalHead(p.S.Collection.Form.Head) }

// Mine reports whether the return waits for the reader.
func (p sheetPage) Mine() bool { return len(p.Moves) > 0 || p.Grid.Edit }

// Instructions are how the form is filled in.
func (p sheetPage) Instructions() []string {
	return strings.Split(strings.TrimSpace(p.S.Collection.Form.Instructions.In(p.Lang)), "\n")
}
