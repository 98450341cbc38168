package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
	"xuedu/internal/report/internal/gen"
)

// colYearBefore is the column of the same time a year before.
const colYearBefore = "year_before"

// PlaceTimes is the column of person-times by where the class is.
const colPlaceTimes = "attendances_place"

// collector gathers the data of one bulletin.
type collector struct {
	*Service
	area   *area.Area
	period ledger.Period
	data   *Data
}

// maxTries bounds how often figures are gathered again that moved meanwhile.
const maxTries = 5

// Collect gathers the figures of a bulletin, all as of one moment. It fails
// with NotFound for an area that has none, and with Unavailable where so much
// is being recorded that the figures do not stand still.
func (s *Service) Collect(ctx context.Context, period ledger.Period, code string) (*Data, error) {
	a, err := s.area(code)
	if err != nil {
		return nil, err
	}
	for range maxTries {
		version := s.Version()
		d, err := s.collect(ctx, period, a)
		if err != nil || s.Version() == version {
			return d, err
		}
	}
	return nil, errs.New(errs.Unavailable, "report.busy")
}

func (s *Service) collect(ctx context.Context, period ledger.Period, a *area.Area) (*Data, error) {
	p := s.Pack()
	c := &collector{Service: s, area: a, period: period, data: &Data{
		Format: 1, Pack: PackRef{Name: p.Name, Version: p.Version, Digest: p.Digest()},
		Area: a.Code, Level: string(a.Level), Synthetic: s.Synthetic(),
		Period:   PeriodRef{Name: period.Name, From: period.From.String(), To: period.To.String(), Complete: period.To < s.Today()},
		AreaTree: treeDigest(s.Tree(), a.Code), Population: []Population{},
		Rules: Rules{By: string(ledger.ByHome), RegularSessions: p.Params.RegularSessions, RegularCredits: p.Params.RegularCredits, CreditMinutes: p.Params.CreditMinutes},
	}}
	for _, step := range []func(context.Context) error{c.summary, c.parts, c.children, c.trend, c.coverage} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return c.data, nil
}

func (c *collector) query(m ledger.Measure, p ledger.Period) ledger.Query {
	return ledger.Query{Measure: m, Area: c.area.Code, Period: p, By: ledger.ByHome}
}

func (c *collector) one(ctx context.Context, q ledger.Query) (ledger.Figure, error) {
	list, err := c.Figures.Query(ctx, q)
	if err != nil {
		return ledger.Figure{}, err
	}
	if len(list) == 0 {
		return ledger.Figure{State: ledger.NotComputable}, nil
	}
	c.remember(list[0])
	return list[0], nil
}

// remember writes down what a rate was divided by, once for each area and day.
func (c *collector) remember(f ledger.Figure) {
	if f.Measure != ledger.Rate || f.State != ledger.Value || f.Area == nil {
		return
	}
	p := Population{Area: f.Area.Code, AsOf: f.BaseAt, Persons: f.Base, Source: f.BaseBy}
	if !slices.Contains(c.data.Population, p) {
		c.data.Population = append(c.data.Population, p)
	}
}

// measures of the summary, in its order.
var measures = []ledger.Measure{ledger.Participants, ledger.Rate, ledger.Attendances, ledger.Headcount, ledger.Hours, ledger.CreditHours, ledger.Regular}

func (c *collector) summary(ctx context.Context) error {
	t := Table{Key: TableSummary, Columns: []string{"now", colYearBefore}}
	before, ok := c.yearBefore()
	for _, m := range measures {
		now, err := c.one(ctx, c.query(m, c.period))
		if err != nil {
			return err
		}
		was := ledger.Figure{State: ledger.NotComputable}
		if ok {
			if was, err = c.one(ctx, c.query(m, before)); err != nil {
				return err
			}
		}
		t.Rows = append(t.Rows, Row{Code: string(m), Cells: []Cell{cellOf(now), cellOf(was)}})
	}
	c.data.Tables = append(c.data.Tables, t)
	return nil
}

// parts breaks the area down by age, sex, theme and mode.
func (c *collector) parts(ctx context.Context) error {
	for _, x := range []struct {
		key  string
		axis ledger.Axis
	}{{TableAge, ledger.AxisAge}, {TableSex, ledger.AxisSex}, {TableTheme, ledger.AxisTheme}, {TableMode, ledger.AxisMode}} {
		t, err := c.breakdown(ctx, x.key, x.axis)
		if err != nil {
			return err
		}
		c.data.Tables = append(c.data.Tables, t)
	}
	return nil
}

func (c *collector) breakdown(ctx context.Context, key string, axis ledger.Axis) (Table, error) {
	t := Table{Key: key, Columns: []string{string(ledger.Participants), string(ledger.Attendances), string(ledger.Hours)}}
	columns := []ledger.Query{c.query(ledger.Participants, c.period), c.query(ledger.Attendances, c.period), c.query(ledger.Hours, c.period)}
	if before, ok := c.yearBefore(); ok {
		t.Columns, columns = append(t.Columns, colYearBefore), append(columns, c.query(ledger.Participants, before))
	}
	for i, q := range columns {
		slices, err := c.Figures.Breakdown(ctx, q, axis)
		if err != nil {
			return t, err
		}
		for _, s := range slices {
			t.put(s.Code, i, cellOf(s.Figure))
		}
	}
	total := &Row{}
	for _, q := range columns {
		f, err := c.one(ctx, q)
		if err != nil {
			return t, err
		}
		total.Cells = append(total.Cells, cellOf(f))
	}
	t.Total = total
	t.settle(func(i int) Cell {
		if total.Cells[i].State == string(ledger.Value) {
			return Cell{State: string(ledger.Value), Value: "0"} // nobody is of unknown age
		}
		return total.Cells[i]
	})
	return t, nil
}

// put sets a cell; a row that is new comes last.
func (t *Table) put(code string, column int, cell Cell) {
	i := slices.IndexFunc(t.Rows, func(r Row) bool { return r.Code == code })
	if i < 0 {
		i = len(t.Rows)
		r := Row{Code: code, Cells: make([]Cell, len(t.Columns))}
		t.Rows = append(t.Rows, r)
	}
	t.Rows[i].Cells[column] = cell
}

// settle fills the cells that nobody answered.
func (t *Table) settle(with func(column int) Cell) {
	for _, r := range t.Rows {
		for i := range r.Cells {
			if r.Cells[i].State == "" {
				r.Cells[i] = with(i)
			}
		}
	}
}

// children lists the areas directly below, in the order of their codes.
func (c *collector) children(ctx context.Context) error {
	level := c.childLevel()
	if level == "" {
		return nil
	}
	t := Table{Key: TableAreas, Total: &Row{Code: c.area.Code}}
	for _, m := range []ledger.Measure{ledger.Participants, ledger.Rate, ledger.Attendances, ledger.Headcount, ledger.Hours, ledger.Regular} {
		if m == ledger.Regular && !c.period.IsYear() {
			continue
		}
		t.Columns = append(t.Columns, string(m))
	}
	t.Columns = append(t.Columns, colPlaceTimes)
	for i, name := range t.Columns {
		q := c.query(ledger.Measure(name), c.period)
		if name == colPlaceTimes {
			q.Measure, q.By = ledger.Attendances, ledger.ByPlace
		}
		total, err := c.one(ctx, q)
		if err != nil {
			return err
		}
		t.Total.Cells = append(t.Total.Cells, cellOf(total))
		q.Level = level
		list, err := c.Figures.Query(ctx, q)
		if err != nil {
			return err
		}
		for _, f := range list {
			c.remember(f)
			t.put(f.Area.Code, i, cellOf(f))
		}
	}
	t.settle(func(int) Cell { return Cell{State: string(ledger.NotApplicable)} })
	c.data.Tables = append(c.data.Tables, t)
	return nil
}

// childLevel is the level of the first child that is there.
func (c *collector) childLevel() area.Level {
	t := c.Tree()
	n, ok := t.ByCode(c.area.Code)
	if !ok || t.Last(n) == n+1 {
		return ""
	}
	return t.At(n + 1).Level
}

// trendLength is how many periods a trend looks back on, itself included.
const trendLength = 13

func (c *collector) trend(ctx context.Context) error {
	t := Table{Key: TableTrend, Columns: []string{string(ledger.Participants), string(ledger.Attendances), string(ledger.Rate)}}
	for _, p := range c.trendPeriods() {
		r := Row{Code: p.Name, Running: p.To >= c.Today()}
		for _, name := range t.Columns {
			f, err := c.one(ctx, c.query(ledger.Measure(name), p))
			if err != nil {
				return err
			}
			r.Cells = append(r.Cells, cellOf(f))
		}
		t.Rows = append(t.Rows, r)
	}
	c.data.Tables = append(c.data.Tables, t)
	return nil
}

// trendPeriods are periods like this one up to it, back to the first record;
// of a year they are quarters, since few years have records.
func (c *collector) trendPeriods() []ledger.Period {
	first, newest, ok := c.Figures.Span()
	last, months := c.period, 1
	switch {
	case c.period.IsYear():
		months = 3
		last, _ = ledger.ParsePeriod(c.period.Name + "-Q4")
	case c.period.Name[5] == 'Q':
		months = 3
	}
	var out []ledger.Period
	for p := last; len(out) < trendLength && ok && p.From/100 >= first/100; {
		if p.From <= newest {
			out = append(out, p)
		}
		var more bool
		if p, more = shift(p, -months); !more {
			break
		}
	}
	slices.Reverse(out)
	return out
}

// yearBefore returns the same time a year before; ok is false unless the
// period has ended and records reach back to the first month of the other:
// half a year is nothing to compare with.
func (c *collector) yearBefore() (p ledger.Period, ok bool) {
	p, ok = shift(c.period, -12)
	first, _, any := c.Figures.Span()
	return p, ok && any && p.From/100 >= first/100 && c.data.Period.Complete
}

// shift returns the period of the same kind some months away.
func shift(p ledger.Period, months int) (ledger.Period, bool) {
	from := p.From.Time().AddDate(0, months, 0)
	name := from.Format("2006-01")
	switch {
	case p.IsYear():
		name = from.Format("2006")
	case len(p.Name) == 7 && p.Name[5] == 'Q':
		name = fmt.Sprintf("%04d-Q%d", from.Year(), (int(from.Month())+2)/3)
	}
	out, err := ledger.ParsePeriod(name)
	return out, err == nil
}

// coverage counts the institutions of the teaching network in the area, those
// that kept a roster, and the days on which one was kept.
func (c *collector) coverage(ctx context.Context) error {
	q := gen.New(c.DB.Read)
	registered, err := q.Registered(ctx)
	if err != nil {
		return fmt.Errorf("count institutions: %w", err)
	}
	recorded, err := q.Recorded(ctx, gen.RecordedParams{FromDay: c.period.From.String(), ToDay: c.period.To.String()})
	if err != nil {
		return fmt.Errorf("count rosters: %w", err)
	}
	in, network := c.within(), c.network()
	for _, r := range registered {
		if in(r.AreaID) && network[r.Type] {
			c.data.Coverage.Registered += r.N
		}
	}
	orgs, days := map[string]bool{}, map[string]bool{}
	for _, r := range recorded {
		if !in(r.AreaID) {
			continue
		}
		days[r.Day] = true
		orgs[r.OrgID] = orgs[r.OrgID] || network[r.Type]
	}
	for _, taught := range orgs {
		if taught {
			c.data.Coverage.Recorded++
		}
	}
	c.data.Coverage.DaysHeld = int64(len(days))
	c.data.Coverage.Days = int64(c.period.To.Time().Sub(c.period.From.Time())/(24*time.Hour)) + 1
	return nil
}

func (c *collector) within() func(areaID int64) bool {
	t := c.Tree()
	top, _ := t.ByCode(c.area.Code)
	last := t.Last(top)
	return func(id int64) bool {
		n, ok := t.ByID(id)
		return ok && n >= top && n < last
	}
}

func (c *collector) network() map[string]bool {
	set := map[string]bool{}
	for _, t := range c.Pack().OrgTypes {
		if t.Group == "network" {
			set[t.Code] = true
		}
	}
	return set
}

// treeDigest is the SHA-256 of codes, parents and validity below an area.
func treeDigest(t *area.Tree, code string) string {
	h := sha256.New()
	n, _ := t.ByCode(code)
	for i := n; i < t.Last(n); i++ {
		a, parent := t.At(i), ""
		if up := t.Parent(i); up >= 0 {
			parent = t.At(up).Code
		}
		fmt.Fprintf(h, "%s\t%s\t%s\t%s\t%s\n", a.Code, parent, a.Name, a.ValidFrom, a.ValidTo)
	}
	return hex.EncodeToString(h.Sum(nil))
}
