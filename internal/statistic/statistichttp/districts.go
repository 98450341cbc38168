package statistichttp

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
)

// areaFigures is the published table of one area.
type areaFigures struct {
	Code, Name, Coverage string
	Table                figureTable
}

// Districts is what the page of a release says of the parts of the city.
type Districts struct {
	Area    string   // name of the area whose table is shown, "" = the whole
	Areas   []option // to choose from: the whole, then each district
	Row     string   // name of the row that the districts are compared in
	RowsOf  []option // to choose from; one or none need no choice
	Compare figureTable
	Hrefs   []string // of the rows of Compare: the table of that district
}

// districts makes the tables of a release: of every area for the files, of the
// one asked for, and one that compares the districts in one row. NotFound for
// an area of which nothing was published.
func (p *releasePage) districts(r *http.Request) error {
	p.All = []areaFigures{{Code: p.R.Area, Name: p.placeName(p.R.Area), Coverage: p.Coverage, Table: p.table(p.R, p.R.Cells)}}
	for _, a := range p.R.Areas {
		f := areaFigures{Code: a.Area, Name: p.placeName(a.Area), Table: p.table(p.R, a.Cells)}
		if a.Expected > 0 {
			f.Coverage = p.T("returns.coverage", "Reported", a.Reported, "Expected", a.Expected)
		}
		p.All = append(p.All, f)
	}
	asked, at := r.FormValue("area"), 0
	if asked != "" {
		at = slices.IndexFunc(p.All, func(a areaFigures) bool { return a.Code == asked })
	}
	if at < 0 {
		return errs.New(errs.NotFound, "place.unknown")
	}
	p.Table, p.Coverage = p.All[at].Table, p.All[at].Coverage
	if at > 0 {
		p.Area = p.All[at].Name
	}
	if len(p.R.Areas) > 0 {
		for i, a := range p.All {
			p.Areas = append(p.Areas, option{Value: a.Code, Text: a.Name, On: i == at})
		}
		p.compare(r.FormValue("row"))
	}
	return nil
}

// compare puts the districts below each other in one row of the form: the one
// asked for, else its last total, else its first.
func (p *releasePage) compare(asked string) {
	whole := p.All[0].Table
	if len(whole.Rows) == 0 || len(whole.Cols) == 0 {
		return
	}
	at := slices.IndexFunc(whole.Rows, func(x figureRow) bool { return x.Code == asked })
	for i := len(whole.Rows) - 1; i >= 0 && at < 0; i-- {
		if whole.Rows[i].Total {
			at = i
		}
	}
	at = max(0, at)
	p.Row = whole.Rows[at].Name
	p.Compare = figureTable{Corner: p.T("returns.file.area"), Groups: whole.Groups, Cols: whole.Cols}
	for i, x := range whole.Rows {
		p.RowsOf = append(p.RowsOf, option{Value: x.Code, Text: x.Name, On: i == at})
	}
	for i, a := range p.All {
		row := a.Table.Rows[at]
		row.Name, row.Total = a.Name, i == 0
		p.Compare.Rows = append(p.Compare.Rows, row)
		v := url.Values{"version": {strconv.FormatInt(p.R.Version, 10)}, "area": {a.Code}, "row": {whole.Rows[at].Code}}
		p.Hrefs = append(p.Hrefs, p.Base+"?"+v.Encode())
	}
}

// placeName names an area by its code; one that is not in the tree keeps its
// code.
func (p page) placeName(code string) string {
	if p.h != nil {
		if n, ok := p.h.Tree().ByCode(code); ok {
			return p.h.Tree().At(n).In(p.Lang)
		}
	}
	return code
}

// table puts published cells into the shape of the form. What the whole has and
// these lack was not reported.
func (p page) table(r statistic.Release, cells []statistic.ReleasedCell) figureTable {
	f := &r.Collection.Form.Form
	asked, held := map[rule.Key]bool{}, map[rule.Key]statistic.Cell{}
	there := map[string]bool{}
	for _, c := range r.Cells {
		asked[rule.Key{Row: c.Row, Field: c.Field}], there[c.Field] = true, true
	}
	for _, c := range cells {
		held[rule.Key{Row: c.Row, Field: c.Field}] = released(f, c)
	}
	fields := slices.DeleteFunc(slices.Clone(f.Fields), func(fd pack.Field) bool { return !there[fd.Code] })
	t := figureTable{Corner: f.Rows.Name.In(p.Lang), Groups: groups(fields, p.Lang), Single: len(f.FixedRows()) == 1}
	for _, fd := range fields {
		t.Cols = append(t.Cols, col{Code: fd.Code, Name: fd.Name.In(p.Lang), Unit: p.Unit(fd.Unit), Number: isNumber(fd)})
	}
	for _, row := range f.FixedRows() {
		out := figureRow{Code: row.Code, Name: row.Name.In(p.Lang), Total: row.Total}
		for _, fd := range fields {
			k := rule.Key{Row: row.Code, Field: fd.Code}
			out.Cells, out.Asked = append(out.Cells, p.shown(fd, held[k])), append(out.Asked, asked[k])
		}
		t.Rows = append(t.Rows, out)
	}
	return t
}
