package area

import (
	"context"
	"database/sql"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// ImportOptions says how a file is taken.
type ImportOptions struct {
	// From is the day from which changed names and parents hold, and from which
	// areas that are new to a filled tree exist where the file does not say.
	// "" means today for changes, and "always" for new areas.
	From string
	// Name of the file, for the audit trail.
	Name string
	// Progress is told how many of total steps are done; nil for nobody.
	Progress func(done, total int)
}

// ImportReport counts what an import did. Where Problems is not empty nothing
// was written.
type ImportReport struct {
	Rows     int // rows of the file
	Added    int // new areas, populations or successors
	Changed  int // new name, parent or validity
	Same     int // already as the file says
	Skipped  int // codes that only group others (“市辖区”)
	Problems []Problem
	Total    int // problems, more than are listed
}

// Import adds and changes areas from a table with the columns code and name,
// and name_en, parent, level, valid_from and valid_to where it has them. All
// is written or nothing; the same file again changes nothing. Where the file
// is wrong it fails with Invalid and the report lists lines and remedies.
// The tree is loaded again.
func (s *Service) Import(ctx context.Context, src *sheet.Table, o ImportOptions) (ImportReport, error) {
	im := &importer{o: o, today: s.today()}
	if o.From != "" && !isDay(o.From) {
		return ImportReport{}, errs.InvalidField("from", "area.bad_day", "Value", o.From)
	}
	in, err := readRows(src, &im.bad)
	if err != nil {
		return ImportReport{Problems: im.bad.list, Total: im.bad.total}, err
	}
	im.report.Rows = len(in)
	err = s.db.InBulk(ctx, func(tx *sql.Tx, add db.CopyFunc) error {
		if err := im.plan(ctx, tx, in); err != nil {
			return err
		}
		if im.nothing() {
			return nil
		}
		if err := im.write(ctx, tx, add); err != nil {
			return err
		}
		r := im.report
		return s.finish(ctx, tx, audit.Entry{Verb: "area:import", Object: "area:*", Detail: map[string]any{
			"file": o.Name, "rows": r.Rows, "added": r.Added, "changed": r.Changed, "same": r.Same}})
	})
	im.report.Problems, im.report.Total = im.bad.list, im.bad.total
	if err != nil || im.nothing() {
		return im.report, err
	}
	return im.report, s.Reload(ctx)
}

// inRow is a row of the file, checked by itself.
type inRow struct {
	line                                 int
	code, name, nameEN                   string
	parent                               string
	level                                Level
	from, to                             string
	hasNameEN, hasParent, hasFrom, hasTo bool // the file has the column
}

func isDay(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil }

var areaColumns = []sheet.Column{
	{Name: "code", Also: []string{"代码", "区划代码"}, Required: true},
	{Name: "name", Also: []string{"名称"}, Required: true},
	{Name: "name_en", Also: []string{"英文名"}},
	{Name: "parent", Also: []string{"上级", "上级代码"}},
	{Name: "level", Also: []string{"级别"}},
	{Name: "valid_from", Also: []string{"起始日期"}},
	{Name: "valid_to", Also: []string{"终止日期"}},
}

// readRows reads the whole file and checks each row by itself.
func readRows(src *sheet.Table, bad *problems) ([]inRow, error) {
	t, err := openTable(src, bad, areaColumns)
	if err != nil {
		return nil, err
	}
	var out []inRow
	for t.next() {
		r := inRow{
			line: t.row.Line, code: t.get("code"), name: t.get("name"), nameEN: t.get("name_en"), parent: t.get("parent"),
			level: Level(t.get("level")), from: t.get("valid_from"), to: t.get("valid_to"),
			hasNameEN: t.has("name_en"), hasParent: t.has("parent"), hasFrom: t.has("valid_from"), hasTo: t.has("valid_to"),
		}
		if checkRow(&r, bad) {
			out = append(out, r)
		}
	}
	return out, t.fail
}

// maxCode is the most a code may have, in bytes.
const maxCode = 64

// checkRow reports what is wrong with one row; false leaves it out.
func checkRow(r *inRow, bad *problems) bool {
	n := bad.total
	switch {
	case r.code == "":
		bad.add(r.line, "code", "area.code_missing")
	case len(r.code) > maxCode:
		bad.add(r.line, "code", "area.code_long", "Max", maxCode)
	case r.parent == r.code:
		bad.add(r.line, "parent", "area.own_parent", "Code", r.code)
	}
	if r.name == "" {
		bad.add(r.line, "name", "area.name_missing", "Code", r.code)
	}
	if r.level != "" && !r.level.Known() {
		bad.add(r.line, "level", "area.bad_level", "Value", string(r.level))
	}
	for field, v := range map[string]string{"valid_from": r.from, "valid_to": r.to} {
		if v != "" && !isDay(v) {
			bad.add(r.line, field, "area.bad_day", "Value", v)
		}
	}
	if r.to != "" && r.to <= r.from {
		bad.add(r.line, "valid_to", "area.ends_before", "From", r.from)
	}
	return bad.total == n
}
