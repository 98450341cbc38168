package formhttp

import (
	"html/template"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/period"
	"xuedu/internal/statistic/form"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// burdenPage shows what forms cost: by form and kind of unit from the
// templates, and by area from what was really sent out (H01, H02).
type burdenPage struct {
	page
	Forms []formRow
	Units []unitRow
	Chart template.HTML
	Year  string
	Years []string
	Place string
	Up    string // code of the area above, "" = none
	Areas []areaRow
	Total *areaRow // of the area itself
}

// unitRow is what one unit of a level types in a year.
type unitRow struct {
	Level           string
	Typed, Computed int64
	Minutes, Share  string
}

// areaRow is what an area was asked in a year.
type areaRow struct {
	Code, Name     string
	Below          bool
	Returns, Cells int64
	Computed       int64
	Minutes, Share string
	PerReturn      string
	asked          bool
}

var perYear = map[string]int64{"year": 1, "quarter": 4, "month": 12}

func (h *handler) burden(w http.ResponseWriter, r *http.Request) error {
	p := burdenPage{page: h.page(r, ui.Public, "form.burden.title")}
	list, err := h.Forms.Registered(r.Context())
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.In(h.today()) {
			p.Forms = append(p.Forms, p.row(f))
		}
	}
	p.units()
	if err := p.areas(r); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, burdenView, p)
}

// units adds up, for each level, the forms that a unit answers in a year.
func (p *burdenPage) units() {
	for _, l := range []area.Level{area.Community, area.Street, area.District, area.City} {
		u, minutes := unitRow{Level: p.T("form.level." + string(l))}, new(big.Rat)
		there := false
		for _, f := range p.Forms {
			if !slices.Contains(f.Levels, string(l)) {
				continue
			}
			there = true
			n := perYear[f.Period]
			u.Typed, u.Computed = u.Typed+n*f.Burden.Typed, u.Computed+n*f.Burden.Computed
			if m, ok := new(big.Rat).SetString(form.Minutes(f.Burden.Typed*n, f.CellMinutes)); ok {
				minutes.Add(minutes, m)
			}
		}
		if !there {
			continue
		}
		u.Minutes, u.Share = minutes.FloatString(0), percent(u.Computed, u.Typed+u.Computed)
		p.Units = append(p.Units, u)
	}
	p.Chart = p.chart()
}

func percent(part, whole int64) string {
	if whole == 0 {
		return ""
	}
	return big.NewRat(100*part, whole).FloatString(1)
}

// chart draws the minutes of one return of each form.
func (p *burdenPage) chart() template.HTML {
	c := chart.Comparison{Head: chart.Head{ID: "burden-chart", Title: p.T("form.burden.chart"), Desc: p.T("form.burden.chart_text")}}
	for _, f := range p.Forms {
		if f.SummaryOf != "" {
			continue
		}
		v, err := strconv.ParseFloat(f.Burden.Minutes, 64)
		if err != nil {
			continue
		}
		c.Points = append(c.Points, chart.Point{Label: f.Name.In(p.Lang), Value: v, Text: p.T("form.minutes", "Minutes", f.Burden.Minutes)})
	}
	if len(c.Points) == 0 {
		return ""
	}
	return chart.Bars(c)
}

// areas reads what was sent out to an area and to those one level below it.
func (p *burdenPage) areas(r *http.Request) error {
	t := p.h.Tree()
	if t.Len() == 0 {
		return nil
	}
	nr := 0
	if code := r.FormValue("area"); code != "" {
		n, ok := t.ByCode(code)
		if !ok {
			return errs.New(errs.NotFound, "form.no_area")
		}
		nr = n
	} else if n, ok := t.ByCode(p.h.Pack().RootArea); ok {
		nr = n
	}
	now := p.h.Now().In(p.h.Zone).Year()
	p.Years = []string{strconv.Itoa(now), strconv.Itoa(now - 1)}
	if p.Year = r.FormValue("year"); p.Year == "" {
		p.Year = p.Years[0]
	}
	at, err := period.Parse(p.Year)
	if err != nil || !at.IsYear() {
		return errs.InvalidField("year", "period.bad", "Value", p.Year)
	}
	cols := map[string]formula.Loaded{}
	for _, code := range []string{"returns", "cells", "cells_computed", "minutes"} {
		if cols[code], err = p.h.Asked(r.Context(), "forms."+code, at); err != nil {
			return err
		}
	}
	p.Place = t.At(nr).In(p.Lang)
	if path := t.Path(nr); len(path) > 1 {
		p.Up = t.At(path[len(path)-2]).Code
	}
	p.fill(t, nr, cols)
	return nil
}

func (p *burdenPage) fill(t *area.Tree, nr int, cols map[string]formula.Loaded) {
	own := p.area(t, nr, cols)
	if own.asked {
		p.Total = &own
	}
	for _, n := range t.Children(nr) {
		if row := p.area(t, n, cols); row.asked {
			p.Areas = append(p.Areas, row)
		}
	}
}

func (p *burdenPage) area(t *area.Tree, nr int, cols map[string]formula.Loaded) areaRow {
	a := t.At(nr)
	row := areaRow{Code: a.Code, Name: a.In(p.Lang), Below: len(t.Children(nr)) > 0}
	row.Returns, row.asked = number(cols["returns"], nr)
	row.Cells, _ = number(cols["cells"], nr)
	row.Computed, _ = number(cols["cells_computed"], nr)
	row.asked = row.asked && row.Returns > 0
	row.Share = percent(row.Computed, row.Cells)
	if m := exact(cols["minutes"], nr); m != nil {
		row.Minutes = m.FloatString(0)
		if row.Returns > 0 {
			row.PerReturn = new(big.Rat).Quo(m, new(big.Rat).SetInt64(row.Returns)).FloatString(1)
		}
	}
	return row
}

func number(c formula.Loaded, nr int) (int64, bool) {
	m := exact(c, nr)
	if m == nil || !m.IsInt() || !m.Num().IsInt64() {
		return 0, false
	}
	return m.Num().Int64(), true
}

// exact is the value of an area, nil if it has none.
func exact(c formula.Loaded, nr int) *big.Rat {
	if nr >= c.Len() || !c.State[nr].Known() {
		return nil
	}
	if b, ok := c.Big[nr]; ok {
		return b
	}
	den := int64(1)
	if c.Den != nil {
		den = c.Den[nr]
	}
	return big.NewRat(c.Num[nr], den)
}

// Grouped prints a whole number, written in digits, with separators.
func (p burdenPage) Grouped(digits string) string {
	n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
	if err != nil {
		return digits
	}
	return p.Num(n)
}
