package statistic

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic/form"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
)

// Measures offers the fields of registered forms as measures FORM.FIELD, and
// what forms cost and how good they are as forms.*. It implements
// measure.Source.
//
// Figures are made of accepted cells alone: a return that was handed in and not
// yet accepted is expected and not reported. A correction shows in figures when
// it was accepted. What may not be added over areas is taken from the summaries.
type Measures struct {
	of   func() *Service
	text measure.Translate

	mu     sync.Mutex
	serial int64
	pack   *pack.Pack
	decls  []measure.Decl
	fields map[string]fieldOf
}

// fieldOf is the field behind a measure.
type fieldOf struct {
	form  form.Form
	field pack.Field
}

// NewMeasures returns the source over the returns of a service, which may be
// made later: it pre-fills from measures itself.
func NewMeasures(of func() *Service, text measure.Translate) *Measures {
	return &Measures{of: of, text: text}
}

// dimRow picks a row of a form: base5.trained[row=workers].
const dimRow = "row"

// Decls implements measure.Source.
func (m *Measures) Decls(ctx context.Context) ([]measure.Decl, error) {
	serial, err := m.of().Forms.Serial(ctx)
	if err != nil {
		return nil, err
	}
	list, err := m.of().Forms.Registered(ctx)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.of().Pack(); m.decls == nil || m.serial != serial || m.pack != p {
		m.serial, m.pack = serial, p
		m.renew(list)
	}
	return m.decls, nil
}

// renew makes the list: of a form with several registered versions the newest.
// Those of the pack that are not registered stand there as Absent, so that a
// formula can name them before anything may be asked.
func (m *Measures) renew(list []form.Form) {
	m.decls, m.fields = m.burdens(), map[string]fieldOf{}
	seen := map[string]bool{}
	for _, f := range list {
		if seen[f.Code] {
			continue
		}
		seen[f.Code] = true
		for _, fd := range f.Fields {
			if fd.Numeric() || fd.Type == "yesno" {
				d := m.decl(f, fd)
				m.decls = append(m.decls, d)
				m.fields[d.Code] = fieldOf{form: f, field: fd}
			}
		}
	}
	for _, f := range m.pack.Forms {
		for _, fd := range f.Fields {
			if !seen[f.Code] && (fd.Numeric() || fd.Type == "yesno") {
				d := m.decl(form.Form{Form: f}, fd)
				d.Absent = true
				m.decls = append(m.decls, d)
			}
		}
	}
}

func (m *Measures) decl(f form.Form, fd pack.Field) measure.Decl {
	d := measure.Decl{Code: f.Code + "." + fd.Code, Name: joined(f.Name, fd.Name), Note: fd.Note, Scale: decimals(fd), Domain: "return",
		Area: formula.None, Time: timeOf(f.Form, fd), Periods: []period.Kind{period.Kind(f.Period)}}
	if u, ok := m.pack.Indicators.UnitOf(fd.Unit); ok {
		d.Unit = formula.Unit(u.Dim)
	}
	add := formula.Distinct
	if fd.Adds() {
		d.Area, d.Level, add = formula.Sum, lowest(f.Levels), formula.Sum
	}
	if f.Rows.Kind == "fixed" {
		dim := formula.Dim{Name: dimRow, Add: add}
		for _, r := range f.Rows.Fixed {
			if f.Asked(r, fd) {
				dim.Values = append(dim.Values, r.Code)
				if r.Total {
					dim.Add = formula.Distinct
				}
			}
		}
		d.Dims = []formula.Dim{dim}
	}
	return d
}

func joined(form, field pack.Text) pack.Text {
	out := pack.Text{}
	for lang, name := range form {
		out[lang] = name + " · " + field.In(lang)
	}
	return out
}

// timeOf is how a field adds over time: as it says, or as its form does.
func timeOf(f pack.Form, fd pack.Field) formula.Additivity {
	switch {
	case fd.Time != "":
		return formula.Additivity(fd.Time)
	case !fd.Adds():
		return formula.None
	case f.Kind == "point":
		return formula.Last
	}
	return formula.Sum
}

// lowest is the lowest of the levels that answer a form.
func lowest(levels []string) area.Level {
	var low area.Level
	for _, l := range levels {
		if low == "" || area.Level(l).Below(low) {
			low = area.Level(l)
		}
	}
	return low
}

// Version implements measure.Source.
func (m *Measures) Version(ctx context.Context, code string, p period.Period) (string, error) {
	if strings.HasPrefix(code, burdenPrefix) {
		n, err := gen.New(m.of().DB.Read).Serial(ctx)
		return strconv.FormatInt(n, 10), err
	}
	f, err := m.field(ctx, code)
	if err != nil {
		return "", err
	}
	list, err := gen.New(m.of().DB.Read).CollectionOf(ctx, gen.CollectionOfParams{Code: f.form.Code, Period: p.Name})
	if err != nil || len(list) == 0 {
		return "", err
	}
	v := list[0].ID + " " + strconv.FormatInt(list[0].Changed, 10)
	if id, err := gen.New(m.of().DB.Read).SummaryOf(ctx, list[0].ID); err == nil {
		c, err := gen.New(m.of().DB.Read).Collection(ctx, id)
		if err != nil {
			return "", err
		}
		v += " " + strconv.FormatInt(c.Changed, 10)
	}
	return v, nil
}

func (m *Measures) field(ctx context.Context, code string) (fieldOf, error) {
	if _, err := m.Decls(ctx); err != nil {
		return fieldOf{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.fields[code]
	if !ok {
		return fieldOf{}, errs.New(errs.NotFound, "statistic.not_found")
	}
	return f, nil
}

// Read implements measure.Source.
func (m *Measures) Read(ctx context.Context, a measure.Ask) (measure.Block, error) {
	if strings.HasPrefix(a.Code, burdenPrefix) {
		return m.burden(ctx, a)
	}
	f, err := m.field(ctx, a.Code)
	if err != nil {
		return measure.Block{}, err
	}
	b := measure.Unrecorded(a.Tree)
	list, err := gen.New(m.of().DB.Read).CollectionOf(ctx, gen.CollectionOfParams{Code: f.form.Code, Period: a.Period.Name})
	if err != nil || len(list) == 0 {
		return b, err
	}
	b.Expected, b.Reported, b.NotApplicable = make([]int32, a.Tree.Len()), make([]int32, a.Tree.Len()), make([]int32, a.Tree.Len())
	if err := m.fill(ctx, &b, a, f, list[0].ID, list[0].Changed); err != nil {
		return b, err
	}
	if f.field.Adds() || f.form.SummaryOf != "" {
		return b, nil
	}
	id, err := gen.New(m.of().DB.Read).SummaryOf(ctx, list[0].ID)
	if err != nil {
		return b, nil // no summary: the units alone are known
	}
	sum, err := m.of().collection(ctx, m.of().DB.Read, id)
	if err != nil {
		return b, err
	}
	return b, m.fill(ctx, &b, a, fieldOf{form: sum.Form, field: f.field}, id, sum.Changed)
}

// fill adds the accepted cells of one collection.
func (m *Measures) fill(ctx context.Context, b *measure.Block, a measure.Ask, f fieldOf, id string, changed int64) error {
	cols, err := m.of().columns.of(ctx, m.of(), id, changed)
	if err != nil {
		return err
	}
	rows := rowsFor(&f.form.Form, f.field, a.Filter[dimRow])
	for areaID, u := range cols.units {
		n, ok := a.Tree.ByID(areaID)
		if !ok {
			continue
		}
		own := f.form.SummaryOf == ""
		b.Expected[n] = int32(u.expected)
		if !u.counts {
			continue
		}
		v := u.sum(f.field.Code, rows)
		b.Num[n], b.State[n] = v.num, v.state
		switch {
		case !own:
			b.Reported[n] = int32(u.reported)
		case v.state == formula.NotApplicable:
			b.Expected[n], b.NotApplicable[n] = 0, 1
		case v.state != formula.NotReported:
			b.Reported[n] = 1
		}
	}
	return nil
}

// rowsFor lists the rows whose cells make a measure: the one picked, those that
// add up, or the total where they do not; nil = every row there is.
func rowsFor(f *pack.Form, fd pack.Field, picked string) []string {
	if picked != "" {
		return []string{picked}
	}
	var parts, totals []string
	for _, r := range f.FixedRows() {
		switch {
		case !f.Asked(r, fd):
		case r.Total:
			totals = append(totals, r.Code)
		default:
			parts = append(parts, r.Code)
		}
	}
	if len(totals) > 0 && (!fd.Adds() || len(parts) == 0) {
		return totals[len(totals)-1:]
	}
	if !fd.Adds() && len(parts) > 1 {
		return []string{}
	}
	return parts
}

// Origin implements measure.Source: the returns whose cells make a value.
func (m *Measures) Origin(ctx context.Context, a measure.Ask, nr, limit int) ([]measure.Part, int, error) {
	if strings.HasPrefix(a.Code, burdenPrefix) {
		return nil, 0, nil
	}
	f, err := m.field(ctx, a.Code)
	if err != nil {
		return nil, 0, err
	}
	list, err := gen.New(m.of().DB.Read).CollectionOf(ctx, gen.CollectionOfParams{Code: f.form.Code, Period: a.Period.Name})
	if err != nil || len(list) == 0 {
		return nil, 0, err
	}
	cols, err := m.of().columns.of(ctx, m.of(), list[0].ID, list[0].Changed)
	if err != nil {
		return nil, 0, err
	}
	rows := rowsFor(&f.form.Form, f.field, a.Filter[dimRow])
	var parts []measure.Part
	for areaID, u := range cols.units {
		n, ok := a.Tree.ByID(areaID)
		if !ok || n < nr || n >= a.Tree.Last(nr) || f.form.SummaryOf != "" && n != nr {
			continue
		}
		p := measure.Part{Name: pack.Text{"zh-CN": a.Tree.At(n).Name, "en": a.Tree.At(n).In("en")}, Href: "/desk/returns/" + u.id}
		if u.counts {
			v := u.sum(f.field.Code, rows)
			p.Value, p.State = v.num, v.state
		}
		parts = append(parts, p)
	}
	slices.SortStableFunc(parts, func(x, y measure.Part) int {
		if x.Value != y.Value {
			return int(max(-1, min(1, y.Value-x.Value)))
		}
		return strings.Compare(x.Href, y.Href)
	})
	return parts[:min(limit, len(parts))], len(parts), nil
}

// columns keeps the accepted cells of the collections that were asked last.
type columns struct {
	mu   sync.Mutex
	kept map[string]*accepted
	last []string
}

// keepCollections is how many collections are kept: those of a year.
const keepCollections = 24

func newColumns() *columns { return &columns{kept: map[string]*accepted{}} }

// accepted are the accepted numbers of a collection at one moment.
type accepted struct {
	changed int64
	units   map[int64]*unit // by area id
}

type unit struct {
	id                 string
	version, approved  int64 // of the return, and when it was accepted: its accepted cells change with one of them
	expected, reported int64
	counts             bool
	cells              map[rule.Key]value
}

// sum adds up cells of a field.
func (u *unit) sum(field string, rows []string) value {
	var s summing
	if rows == nil {
		for k, v := range u.cells {
			if k.Field == field {
				s.add(v.state, v.num)
			}
		}
		return s.part()
	}
	for _, r := range rows {
		v := u.cells[rule.Key{Row: r, Field: field}]
		if len(rows) == 1 {
			return v
		}
		s.add(v.state, v.num)
	}
	return s.part()
}

func (c *columns) of(ctx context.Context, s *Service, id string, changed int64) (*accepted, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.kept[id]
	if old != nil && old.changed == changed {
		return old, nil
	}
	a, err := readAccepted(ctx, s.DB.Read, id, old)
	if err != nil {
		return nil, err
	}
	a.changed = changed
	c.last = append(slices.DeleteFunc(c.last, func(x string) bool { return x == id }), id)
	if c.kept[id] = a; len(c.last) > keepCollections {
		delete(c.kept, c.last[0])
		c.last = c.last[1:]
	}
	return a, nil
}

// readAccepted reads what old, which may be nil, does not know yet.
func readAccepted(ctx context.Context, q db.Querier, id string, old *accepted) (*accepted, error) {
	a, err := readUnits(ctx, q, id)
	if err != nil {
		return nil, fmt.Errorf("read accepted returns: %w", err)
	}
	byID := map[string]*unit{}
	for areaID, u := range a.units {
		if was := old.unit(areaID); was != nil && was.id == u.id && was.version == u.version && was.approved == u.approved {
			u.cells = was.cells
			continue
		}
		u.cells, byID[u.id] = map[rule.Key]value{}, u
	}
	if err := readCells(ctx, q, id, byID); err != nil {
		return nil, fmt.Errorf("read accepted cells: %w", err)
	}
	return a, nil
}

func (a *accepted) unit(areaID int64) *unit {
	if a == nil {
		return nil
	}
	return a.units[areaID]
}

func readUnits(ctx context.Context, q db.Querier, id string) (*accepted, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, area_id, expected, reported, version, approved_at
		FROM form_return WHERE collection_id = $1 ORDER BY id`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	a := &accepted{units: map[int64]*unit{}}
	for rows.Next() {
		var areaID int64
		var at sql.NullTime
		u := &unit{}
		if err := rows.Scan(&u.id, &areaID, &u.expected, &u.reported, &u.version, &at); err != nil {
			return nil, err
		}
		if u.counts = at.Valid; u.counts {
			u.approved = at.Time.UnixMilli()
		}
		a.units[areaID] = u
	}
	return a, rows.Err()
}

// fewUnits is up to how many returns are read one by one, not all at once.
const fewUnits = 200

// readCells fills the cells of units in; the others of the collection are known.
func readCells(ctx context.Context, q db.Querier, id string, units map[string]*unit) error {
	if len(units) == 0 {
		return nil
	}
	which, args := "r.collection_id = $1", []any{id}
	if len(units) <= fewUnits {
		which += " AND r.id IN (" + marks(2, len(units)) + ")"
		for id := range units {
			args = append(args, id)
		}
	}
	rows, err := q.QueryContext(ctx, `SELECT c.return_id, c.row_code, c.field, c.approved_state, c.approved
		FROM form_return r JOIN return_cell c ON c.return_id = r.id
		WHERE `+which+` AND c.approved_state <> '' ORDER BY c.return_id, c.row_code, c.field`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var ret, state string
		var k rule.Key
		var v value
		if err := rows.Scan(&ret, &k.Row, &k.Field, &state, &v.num); err != nil {
			return err
		}
		v.state, _ = formula.ParseState(state)
		if u := units[ret]; u != nil {
			u.cells[k] = v
		}
	}
	return rows.Err()
}
