package planhttp

import (
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strconv"

	"xuedu/internal/errs"
	"xuedu/internal/plan"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// splitPage is the grid in which a target is shared out over areas and years.
type splitPage struct {
	ui.Page
	Code, Name, Unit string
	Version          int64
	Adds             bool
	Years            []int
	Whole            []num // by year
	Rows             []gridRow
	Sums             []sumRow
	Reason           string
	Problem          *problem
}

type gridRow struct {
	Code, Name string
	Cells      []gridCell
}

type gridCell struct {
	Name, Value, Label string
	Wrong              bool
}

// sumRow says, for one year, what the areas make and how much it is off.
type sumRow struct {
	Year                int
	Parts, Whole, State string
	OK                  bool
}

func (h *handler) splitForm(w http.ResponseWriter, r *http.Request) error {
	return h.renderSplit(w, r, http.StatusOK, nil)
}

// splitSave writes the grid; asked by htmx it only adds up.
func (h *handler) splitSave(w http.ResponseWriter, r *http.Request) error {
	if web.Partial(r) {
		return h.renderSplit(w, r, http.StatusOK, nil)
	}
	t, err := h.inForce(r)
	if err != nil {
		return err
	}
	_, err = h.svc.Put(r.Context(), t.Code, version64(r), h.entries(r, t), r.PostFormValue("reason"))
	if e, ok := errors.AsType[*errs.Error](err); ok && (e.Kind == errs.Invalid || e.Kind == errs.Conflict) {
		return h.renderSplit(w, r, web.Status(e), e)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/targets/"+t.Code+"?done=split", http.StatusSeeOther)
	return nil
}

// inForce finds the target of a request.
func (h *handler) inForce(r *http.Request) (plan.Target, error) {
	all, err := h.svc.History(r.Context(), r.PathValue("code"))
	if err != nil {
		return plan.Target{}, err
	}
	if all[0].State == plan.Dropped {
		return plan.Target{}, errs.New(errs.NotFound, "plan.no_target", "Code", all[0].Code)
	}
	return all[0], nil
}

// cellName is the name of an input: v-D1-2023.
func cellName(area string, year int) string { return fmt.Sprintf("v-%s-%d", area, year) }

// entries reads the grid; a cell that the form has not stays as it is.
func (h *handler) entries(r *http.Request, t plan.Target) []plan.Entry {
	var out []plan.Entry
	for _, a := range h.svc.Parts() {
		for _, y := range h.gridYears(t) {
			if name := cellName(a.Code, y); r.PostForm.Has(name) {
				out = append(out, plan.Entry{Area: a.Code, Year: y, Kind: plan.Path, Value: r.PostForm.Get(name)})
			}
		}
	}
	return out
}

// gridYears are the years of the path: from this year, or the first with a
// number, to the year it is due.
func (h *handler) gridYears(t plan.Target) []int {
	first := min(h.svc.Today().Year(), t.DueYear())
	for _, n := range t.Numbers {
		if n.Kind == plan.Path {
			first = min(first, n.Year)
		}
	}
	var out []int
	for y := max(first, t.DueYear()-mostGridYears+1); y <= t.DueYear(); y++ {
		out = append(out, y)
	}
	return out
}

const mostGridYears = 15

func (h *handler) renderSplit(w http.ResponseWriter, r *http.Request, status int, wrong *errs.Error) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "plan.bad_form")
	}
	t, err := h.inForce(r)
	if err != nil {
		return err
	}
	pr, err := h.svc.Progress(r.Context(), t.Code)
	if err != nil {
		return err
	}
	p := splitPage{Page: ui.NewPage(r, ui.Desk, "plan.split").In("nav.targets"), Code: t.Code, Name: t.Name.In(""), Unit: t.Unit.In(""),
		Version: t.Version, Adds: pr.Code.Adds, Years: h.gridYears(t), Reason: r.PostForm.Get("reason")}
	p.Name, p.Unit = t.Name.In(p.Lang), t.Unit.In(p.Lang)
	p.Title = p.T("plan.split.title", "Name", p.Name)
	tried, sums, bad := h.svc.Try(t, h.entries(r, t))
	p.Sums = sumRows(p.Page, sums)
	for _, y := range p.Years {
		p.Whole = append(p.Whole, given(p.Page, t.Want(pr.Whole.Area.ID, y)))
	}
	h.grid(&p, r, tried)
	if e, ok := errors.AsType[*errs.Error](bad); ok && wrong == nil && r.Method == http.MethodPost {
		wrong = e
	}
	if wrong != nil {
		p.Problem = &problem{Field: wrong.Field, Text: p.T(wrong.Key, wrong.Args...)}
		if p.Problem.Field != "reason" {
			p.Problem.Field = "grid"
		}
	}
	return web.Render(w, r, status, splitView, p)
}

// grid shows what was typed, else what is set.
func (h *handler) grid(p *splitPage, r *http.Request, t plan.Target) {
	for _, a := range h.svc.Parts() {
		row := gridRow{Code: a.Code, Name: a.In(p.Lang)}
		for _, y := range p.Years {
			c := gridCell{Name: cellName(a.Code, y), Label: row.Name + " " + strconv.Itoa(y)}
			if v := t.Want(a.ID, y); v != nil {
				c.Value = plan.Exact(v)
			}
			if r.PostForm.Has(c.Name) {
				c.Value = r.PostForm.Get(c.Name)
				_, err := plan.ParseNumber(c.Value)
				c.Wrong = c.Value != "" && err != nil
			}
			row.Cells = append(row.Cells, c)
		}
		p.Rows = append(p.Rows, row)
	}
}

func sumRows(p ui.Page, sums []plan.Sum) []sumRow {
	var out []sumRow
	for _, s := range sums {
		row := sumRow{Year: s.Year, Parts: grouped(plan.Exact(s.Parts)), Whole: p.T("plan.unset"), OK: s.OK()}
		off := grouped(plan.Exact(new(big.Rat).Abs(s.Off())))
		if s.Whole != nil {
			row.Whole = grouped(plan.Exact(s.Whole))
		}
		switch {
		case s.Whole == nil:
			row.State = p.T("plan.sum.no_whole")
		case s.Off().Sign() > 0:
			row.State = p.T("plan.sum.more", "Off", off)
		case s.Off().Sign() < 0 && s.Missing > 0:
			row.State = p.T("plan.sum.left", "Off", off, "N", s.Missing)
		case s.Off().Sign() < 0:
			row.State = p.T("plan.sum.less", "Off", off)
		default:
			row.State = p.T("plan.sum.ok")
		}
		out = append(out, row)
	}
	return out
}

// open lists the years whose split is not whole.
func open(p ui.Page, sums []plan.Sum, adds bool) []sumRow {
	if !adds {
		return nil
	}
	return sumRows(p, slices.DeleteFunc(slices.Clone(sums), func(s plan.Sum) bool { return s.OK() && s.Off().Sign() == 0 }))
}
