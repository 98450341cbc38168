package area

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// ImportPopulation adds population figures from a table with the columns code,
// persons, source, vintage and as_of (a day) or year (its last day). A census
// table (resident_population, census_date) is understood too. A figure of the
// same area, day and vintage that differs is refused: figures of a source do
// not change within one edition. All is written or nothing; a wrong file
// fails with Invalid.
func (s *Service) ImportPopulation(ctx context.Context, src *sheet.Table, o ImportOptions) (ImportReport, error) {
	var bad problems
	in, err := s.readPopulation(src, o, &bad)
	r := ImportReport{Rows: len(in)}
	if err == nil {
		err = bad.err()
	}
	if err == nil {
		err = s.db.InBulk(ctx, func(tx *sql.Tx, add db.CopyFunc) error { return s.addPopulation(ctx, tx, add, in, o, &r, &bad) })
	}
	r.Problems, r.Total = bad.list, bad.total
	if err != nil || r.Added == 0 {
		return r, err
	}
	return r, s.Reload(ctx)
}

// popRow is a checked row of the file.
type popRow struct {
	line int
	Population
}

var populationColumns = []sheet.Column{
	{Name: "code", Also: []string{"代码", "区划代码"}, Required: true},
	{Name: "persons", Also: []string{"人口", "resident_population"}, Required: true},
	{Name: "as_of", Also: []string{"截至日期", "census_date"}},
	{Name: "year", Also: []string{"年份"}},
	{Name: "source", Also: []string{"来源"}},
	{Name: "vintage", Also: []string{"版本"}},
}

func (s *Service) readPopulation(src *sheet.Table, o ImportOptions, bad *problems) ([]popRow, error) {
	t, err := openTable(src, bad, populationColumns)
	if err != nil {
		return nil, err
	}
	if !t.has("as_of") && !t.has("year") {
		return nil, errs.New(errs.Invalid, "sheet.column_missing", "Names", "as_of", "Found", strings.Join(t.head.Cells, ", "))
	}
	tree := s.Tree()
	var out []popRow
	for t.next() {
		r := popRow{line: t.row.Line, Population: Population{Source: t.get("source"), Vintage: t.get("vintage")}}
		n := bad.total
		if r.Source == "" {
			r.Source = o.Name
		}
		r.AreaID = areaOf(tree, t, "code")
		r.AsOf = t.asOf()
		r.Persons = t.persons()
		if r.Vintage == "" && len(r.AsOf) >= 4 {
			r.Vintage = r.AsOf[:4]
		}
		if bad.total == n {
			out = append(out, r)
		}
	}
	return out, t.fail
}

// areaOf returns the id of the code in col, or reports that there is none.
func areaOf(tree *Tree, t *table, col string) int64 {
	code := t.get(col)
	n, ok := tree.ByCode(code)
	if !ok {
		t.bad.add(t.row.Line, col, "area.unknown_code", "Code", code)
		return 0
	}
	return tree.At(n).ID
}

// asOf returns the day of the row: as_of, or the last day of year.
func (t *table) asOf() string {
	day, field := t.get("as_of"), "as_of"
	if day == "" && t.has("year") {
		day, field = t.get("year"), "year"
		if _, err := time.Parse("2006", day); err == nil {
			return day + "-12-31"
		}
	}
	if !isDay(day) {
		t.bad.add(t.row.Line, field, "area.bad_day", "Value", day)
	}
	return day
}

func (t *table) persons() int64 {
	n, err := strconv.ParseInt(t.get("persons"), 10, 64)
	if err != nil || n < 0 {
		t.bad.add(t.row.Line, "persons", "area.bad_persons", "Value", t.get("persons"))
	}
	return n
}

type popKey struct {
	area          int64
	asOf, vintage string
}

func (s *Service) addPopulation(ctx context.Context, tx *sql.Tx, add db.CopyFunc, in []popRow, o ImportOptions, r *ImportReport, bad *problems) error {
	have, err := loadPopulations(ctx, tx)
	if err != nil {
		return err
	}
	known := map[popKey]Population{}
	for _, list := range have.series {
		for _, f := range list {
			known[popKey{f.AreaID, f.AsOf, f.Vintage}] = f
		}
	}
	var rows [][]any
	for _, f := range in {
		k := popKey{f.AreaID, f.AsOf, f.Vintage}
		old, ok := known[k]
		switch {
		case !ok:
			rows = append(rows, []any{f.AreaID, f.AsOf, f.Persons, f.Source, f.Vintage})
			known[k] = f.Population
		case old.Persons != f.Persons:
			bad.add(f.line, "persons", "area.population_differs", "Had", old.Persons, "Day", f.AsOf, "Vintage", f.Vintage)
		default:
			r.Same++
		}
	}
	if err := bad.err(); err != nil || len(rows) == 0 {
		return err
	}
	if err := add("population", []string{"area_id", "as_of", "persons", "source", "vintage"}, rows); err != nil {
		return err
	}
	r.Added = len(rows)
	return s.finish(ctx, tx, audit.Entry{Verb: "area:import", Object: "population:*",
		Detail: map[string]any{"file": o.Name, "rows": r.Rows, "added": r.Added, "same": r.Same}})
}
