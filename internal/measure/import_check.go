package measure

import (
	"context"
	"database/sql"
	"maps"
	"regexp"
	"slices"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/sheet"
)

// lookUp asks the catalogue for the codes of the file, before the transaction:
// the catalogue reads the database too.
func (im *seriesImport) lookUp(ctx context.Context) error {
	asked := map[string]bool{}
	for _, r := range im.raw {
		code := r.col[colCode]
		if asked[code] || im.s.known == nil {
			continue
		}
		asked[code] = true
		d, ok, err := im.s.known(ctx, code)
		if err != nil {
			return err
		}
		if ok {
			im.known[code] = d
		}
	}
	return nil
}

// plan checks every row against the rules, the tree and what the database
// holds, and decides what is to be written.
func (im *seriesImport) plan(ctx context.Context, tx *sql.Tx) error {
	all, err := allSeries(ctx, tx)
	if err != nil {
		return err
	}
	have := map[string]*stored{}
	for _, st := range all {
		have[st.code] = st
	}
	for _, r := range im.raw {
		if err := im.open(ctx, tx, r.col[colCode], have); err != nil {
			return err
		}
		if err := im.take(r); err != nil {
			im.refuse(r, err)
		}
	}
	for code, st := range im.by {
		if st.isNew && len(st.periods) == 0 { // no row of it was taken
			delete(im.by, code)
		}
	}
	im.rep.Series = slices.Sorted(maps.Keys(im.by))
	slices.SortStableFunc(im.rep.Problems, func(a, b Problem) int { return a.Line - b.Line })
	return nil
}

// open reads what the database holds of a series, once.
func (im *seriesImport) open(ctx context.Context, tx *sql.Tx, code string, have map[string]*stored) error {
	st, ok := have[code]
	if _, open := im.by[code]; open || !ok {
		return nil
	}
	im.by[code] = st
	before := len(im.cells)
	if err := cellsOf(ctx, tx, code, im.cells); err != nil || len(im.cells) == before {
		return err
	}
	for k := range im.cells {
		im.remember(k)
	}
	return nil
}

// remember keeps the newest edition of a cell.
func (im *seriesImport) remember(k cellKey) {
	bare := k
	bare.vintage = ""
	if v, ok := im.latest[bare]; !ok || v < k.vintage {
		im.latest[bare] = k.vintage
	}
}

// take checks one row and plans to write it.
func (im *seriesImport) take(r seriesRow) error {
	st, err := im.series(r)
	if err != nil {
		return err
	}
	c, err := im.cell(st, r)
	if err != nil {
		return err
	}
	if line, twice := im.seen[c.cellKey]; twice {
		return errs.InvalidField("code", "measure.series.twice", "First", line)
	}
	if old, ok := im.cells[c.cellKey]; ok {
		if old != c.had {
			return errs.InvalidField("value", "measure.series.differs", "Had", old.value+stateWord(old.state), "Vintage", c.vintage)
		}
		im.seen[c.cellKey] = r.line
		im.rep.Same++
		return nil
	}
	im.seen[c.cellKey] = r.line
	im.add(st, c)
	return nil
}

// add plans one new figure, and widens its series where it needs it.
func (im *seriesImport) add(st *stored, c newCell) {
	bare := c.cellKey
	bare.vintage = ""
	if newest, ok := im.latest[bare]; ok && newest < c.vintage {
		im.rep.Revised++
	}
	im.remember(c.cellKey)
	im.rep.Added++
	im.by[st.code] = st
	st.widen(c)
	im.rows = append(im.rows, []any{c.series, c.period, c.areaID, c.filter, c.vintage, c.value, c.state, c.source, int64(0)})
}

// widen makes room for a figure: more digits, another kind of period, values
// of dimensions.
func (st *stored) widen(c newCell) {
	if _, behind, _ := strings.Cut(c.value, "."); len(behind) > st.scale {
		st.scale, st.dirty = len(behind), true
	}
	if !slices.Contains(st.periods, c.kind) {
		st.periods, st.dirty = append(st.periods, c.kind), true
	}
	for dim, value := range c.by {
		if i, ok := slices.BinarySearch(st.dims[dim], value); !ok {
			if st.dims == nil {
				st.dims = map[string][]string{}
			}
			st.dims[dim], st.dirty = slices.Insert(st.dims[dim], i, value), true
		}
	}
}

// newCell is a checked figure.
type newCell struct {
	cellKey
	had
	source string
	kind   period.Kind
	by     map[string]string
}

var (
	vintageForm = regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2})?)?$`)
	valueForm   = regexp.MustCompile(`^-?\d{1,12}(\.\d{1,6})?$`)
	groupedForm = regexp.MustCompile(`^-?\d{1,3}(,\d{3})+(\.\d+)?$`)
	dimValue    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_+.-]*$`)
)

// cell reads what a row says.
func (im *seriesImport) cell(st *stored, r seriesRow) (c newCell, err error) {
	c.series, c.vintage, c.source = st.code, r.col[colVintage], r.col[colSource]
	if c.vintage == "" {
		c.vintage = im.o.Vintage
	}
	if c.source == "" {
		c.source = im.o.Source
	}
	if c.areaID, err = im.area(st, r.col[colArea]); err != nil {
		return c, err
	}
	p, err := period.Parse(r.col[colPeriod])
	switch {
	case err != nil || p.Kind() == period.Range:
		return c, errs.InvalidField("period", "measure.series.bad_period")
	case c.vintage != "" && !vintageForm.MatchString(c.vintage):
		return c, errs.InvalidField("vintage", "measure.series.bad_vintage")
	case c.source == "":
		return c, errs.InvalidField("source", "measure.series.no_source")
	}
	c.period, c.kind = p.Name, p.Kind()
	if c.by, err = filterIn(r); err != nil {
		return c, err
	}
	if c.filter = FilterText(c.by); c.filter == "" && st.code == PopulationCode {
		return c, errs.InvalidField("age", "measure.series.whole_population")
	}
	c.had, err = figure(r.col[colValue])
	return c, err
}

func (im *seriesImport) area(st *stored, code string) (int64, error) {
	tree := im.s.tree()
	n, ok := tree.ByCode(code)
	switch {
	case !ok:
		return 0, errs.InvalidField("area", "area.unknown_code", "Code", code)
	case st.level != "" && tree.At(n).Level != st.level:
		return 0, errs.InvalidField("area", "measure.series.other_level", "Level", string(st.level))
	}
	return tree.At(n).ID, nil
}

// filterIn reads the dimensions of a row.
func filterIn(r seriesRow) (map[string]string, error) {
	by := map[string]string{}
	for i, dim := range Dims {
		v := r.col[colDims+i]
		if v == "" {
			continue
		}
		if !dimValue.MatchString(v) {
			return nil, errs.InvalidField(dim, "measure.series.bad_dim")
		}
		by[dim] = v
	}
	return by, nil
}

// stateWords are the words that stand for a state in the place of a figure.
var stateWords = map[string]formula.State{
	"nil": formula.Nil, "无": formula.Nil, "not_applicable": formula.NotApplicable, "不适用": formula.NotApplicable,
	"withheld": formula.Withheld, "不公布": formula.Withheld,
}

func stateWord(state string) string {
	if state == formula.Value.String() {
		return ""
	}
	return state
}

// figure reads a decimal or a word for a state; decimals get one spelling.
func figure(text string) (had, error) {
	if s, ok := stateWords[strings.ToLower(text)]; ok {
		return had{state: s.String()}, nil
	}
	if groupedForm.MatchString(text) {
		text = strings.ReplaceAll(text, ",", "")
	}
	if !valueForm.MatchString(text) {
		return had{}, errs.InvalidField("value", "measure.series.bad_value")
	}
	sign, digits := "", text
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	whole, behind, _ := strings.Cut(digits, ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if behind = strings.TrimRight(behind, "0"); behind != "" {
		whole += "." + behind
	}
	if whole == "0" {
		sign = ""
	}
	return had{value: sign + whole, state: formula.Value.String()}, nil
}

// series returns the series of a row: one that is there, one that the
// catalogue awaits, or a new one that the row describes.
func (im *seriesImport) series(r seriesRow) (*stored, error) {
	code := r.col[colCode]
	if st := im.by[code]; st != nil {
		return st, st.agrees(r)
	}
	if !ValidCode(code) {
		return nil, errs.InvalidField("code", "measure.series.bad_code")
	}
	st := &stored{code: code, isNew: true, time: formula.None}
	if d, ok := im.known[code]; ok {
		if !d.Absent && d.Domain != domainSeries && code != PopulationCode {
			return nil, errs.InvalidField("code", "measure.series.taken", "Code", code, "Domain", d.Domain)
		}
		st.name, st.unit, st.time = d.Name, d.Unit, d.Time
	}
	return st, st.describe(r)
}

// describe takes from a row what a new series is.
func (st *stored) describe(r seriesRow) error {
	if zh, en := r.col[colName], r.col[colNameEN]; zh != "" || en != "" {
		st.name = pack.Text{}
		maps.Copy(st.name, pack.Text{"zh-CN": zh, "en": en})
		maps.DeleteFunc(st.name, func(_, s string) bool { return s == "" })
	}
	if st.name.In("zh-CN") == "" {
		return errs.InvalidField("name", "measure.series.no_name", "Code", st.code)
	}
	if u := r.col[colUnit]; u != "" {
		st.unit = formula.Unit(u).Canonical()
	}
	if t := formula.Additivity(r.col[colTime]); t != "" {
		st.time = t
	}
	if st.time == formula.Distinct {
		st.time = formula.None
	}
	if !slices.Contains(seriesTimes, st.time) {
		return errs.InvalidField("time", "measure.series.bad_time")
	}
	if st.level = area.Level(r.col[colLevel]); st.level != "" && rankOf(st.level) < 0 {
		return errs.InvalidField("level", "measure.series.bad_level")
	}
	return nil
}

var seriesTimes = []formula.Additivity{formula.Sum, formula.Last, formula.Mean, formula.None}

// agrees refuses a row that describes a known series otherwise.
func (st *stored) agrees(r seriesRow) error {
	differs := func(col int, is string) bool { return r.col[col] != "" && r.col[col] != is }
	unit := string(formula.Unit(r.col[colUnit]).Canonical())
	switch {
	case r.col[colUnit] != "" && unit != string(st.unit):
		return errs.InvalidField("unit", "measure.series.other", "Is", string(st.unit))
	case differs(colLevel, string(st.level)):
		return errs.InvalidField("level", "measure.series.other", "Is", string(st.level))
	case differs(colTime, string(st.time)):
		return errs.InvalidField("time", "measure.series.other", "Is", string(st.time))
	}
	return nil
}

// refuse keeps a row that is not taken, with the reason.
func (im *seriesImport) refuse(r seriesRow, err error) {
	e := asError(err)
	p := Problem{Line: r.line, Column: e.Field, Err: e}
	if i := slices.IndexFunc(SeriesColumns, func(c sheet.Column) bool { return c.Name == e.Field }); i >= 0 && r.col != nil {
		p.Value = r.col[i]
	}
	im.rep.Refused++
	im.rep.Problems = append(im.rep.Problems, p)
	im.bad = append(im.bad, rejectedRow{r, p})
}
