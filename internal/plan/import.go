package plan

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// Row is one number of a file.
type Row struct {
	Line int
	Code string // of the target
	Entry
}

// Reject is a row, or a year of a target, that cannot be taken.
type Reject struct {
	Line int
	Err  *errs.Error
}

// Columns of a table of numbers. The area may stay empty: the whole.
var Columns = []sheet.Column{
	{Name: "target", Also: []string{"目标", "目标代码"}, Required: true},
	{Name: "area", Also: []string{"区划", "区划代码"}},
	{Name: "year", Also: []string{"年", "年度"}, Required: true},
	{Name: "kind", Also: []string{"类别"}},
	{Name: "value", Also: []string{"数", "目标数"}, Required: true},
}

var kinds = map[string]Kind{"": Path, "path": Path, "目标": Path, "baseline": Baseline, "起点": Baseline}

// ReadTable reads numbers from a table with the columns of Columns. Rows that
// cannot be read are refused; it fails with Invalid where the table has not
// the columns.
func ReadTable(src *sheet.Table) (rows []Row, bad []Reject, err error) {
	h, err := src.ReadHeader(Columns...)
	if err != nil {
		return nil, nil, err
	}
	for {
		row, err := src.Read()
		if errors.Is(err, io.EOF) {
			return rows, bad, nil
		}
		if le, ok := errors.AsType[*sheet.LineError](err); ok {
			bad = append(bad, Reject{le.Line, le.Err})
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read row: %w", err)
		}
		r, e := newRow(row.Line, h.Cell(row, 0), h.Cell(row, 1), h.Cell(row, 2), h.Cell(row, 3))
		r.Value = h.Cell(row, 4)
		if e != nil {
			bad = append(bad, Reject{row.Line, e})
			continue
		}
		rows = append(rows, r)
	}
}

func newRow(line int, code, area, year, kind string) (Row, *errs.Error) {
	r := Row{Line: line, Code: code, Entry: Entry{Area: area}}
	var err error
	if r.Year, err = strconv.Atoi(year); err != nil {
		return r, errs.InvalidField("year", "plan.bad_year", "Year", year)
	}
	k, ok := kinds[strings.ToLower(kind)]
	if !ok {
		return r, errs.InvalidField("kind", "plan.bad_kind", "Value", kind)
	}
	r.Kind = k
	return r, nil
}

// ReadYAML reads numbers from a file such as
//
//	demonstration-districts:
//	  baseline: {2020: "0"}
//	  path: {2023: "6", 2025: "12"}
//	  split:
//	    "110101000000": {2023: "1"}
//
// What is not understood is refused with its line.
func ReadYAML(b []byte) (rows []Row, bad []Reject) {
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil || len(doc.Content) == 0 {
		line := 1
		if e, ok := errors.AsType[*yaml.ParserError](err); ok {
			line = max(e.Line, 1)
		}
		return nil, []Reject{{line, errs.New(errs.Invalid, "plan.bad_yaml")}}
	}
	y := &yamlReader{}
	y.each(doc.Content[0], func(code string, target *yaml.Node) {
		y.each(target, func(part string, n *yaml.Node) { y.part(code, part, n) })
	})
	return y.rows, y.bad
}

type yamlReader struct {
	rows []Row
	bad  []Reject
}

func (y *yamlReader) refuse(n *yaml.Node, key string, args ...any) {
	y.bad = append(y.bad, Reject{n.Line, errs.New(errs.Invalid, key, args...)})
}

// each walks over the members of a mapping.
func (y *yamlReader) each(n *yaml.Node, f func(key string, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		y.refuse(n, "plan.bad_yaml")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		f(n.Content[i].Value, n.Content[i+1])
	}
}

func (y *yamlReader) part(code, part string, n *yaml.Node) {
	switch part {
	case "path", "baseline":
		y.years(code, "", part, n)
	case "split":
		y.each(n, func(area string, years *yaml.Node) { y.years(code, area, "path", years) })
	default:
		y.refuse(n, "plan.bad_part", "Value", part)
	}
}

func (y *yamlReader) years(code, area, kind string, n *yaml.Node) {
	y.each(n, func(year string, v *yaml.Node) {
		r, err := newRow(v.Line, code, area, year, kind)
		if err != nil {
			y.bad = append(y.bad, Reject{v.Line, err})
			return
		}
		if v.Kind != yaml.ScalarNode {
			y.refuse(v, "plan.bad_yaml")
			return
		}
		if r.Value = v.Value; v.ShortTag() == "!!null" {
			r.Value = ""
		}
		y.rows = append(y.rows, r)
	})
}

// ImportReport tells what a file did, or would do.
type ImportReport struct {
	Rows, Targets, Changed int
	Rejects                []Reject
	Written                bool
}

// Import writes the numbers of a file over those there are, all of them or
// none; an empty value takes a number away. With dry nothing is written. The
// same file again changes nothing. It fails as Set does; what is wrong with
// single rows is in the report.
func (s *Service) Import(ctx context.Context, rows []Row, reason string, dry bool) (ImportReport, error) {
	rep := ImportReport{Rows: len(rows)}
	errNothing := errors.New("nothing to write")
	err := s.DB.InTx(ctx, func(tx *sql.Tx) error {
		byCode := map[string][]Row{}
		var codes []string
		for _, r := range rows {
			if byCode[r.Code] == nil {
				codes = append(codes, r.Code)
			}
			byCode[r.Code] = append(byCode[r.Code], r)
		}
		rep.Targets = len(codes)
		for _, code := range codes {
			_, err := s.changeIn(ctx, tx, edit{"target:import", code, -1, reason}, func(t *Target) error { return s.putRows(t, byCode[code], &rep) })
			if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Invalid && e.Field != "reason" {
				rep.Rejects = append(rep.Rejects, Reject{lineOf(byCode[code], e), e})
			} else if err != nil && !isSame(err) {
				return err
			} else if err == nil {
				rep.Changed++
			}
		}
		if dry || rep.Changed == 0 || len(rep.Rejects) > 0 {
			return errNothing
		}
		rep.Written = true // or the transaction fails, and the error says so
		return nil
	})
	if errors.Is(err, errNothing) {
		err = nil
	}
	return rep, err
}

func isSame(err error) bool {
	e, ok := errors.AsType[*errs.Error](err)
	return ok && e.Key == "plan.nothing_changed"
}

// putRows writes the rows of one target; it notes each that is wrong.
func (s *Service) putRows(t *Target, rows []Row, rep *ImportReport) error {
	if t.Version == 0 {
		return errs.InvalidField("target", "plan.no_target", "Code", t.Code)
	}
	t.Numbers = slices.Clone(t.Numbers)
	for _, r := range rows {
		err := s.put(t, []Entry{r.Entry})
		if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Invalid {
			rep.Rejects = append(rep.Rejects, Reject{r.Line, e})
		} else if err != nil {
			return err
		}
	}
	return nil
}

// lineOf finds the row that an error about a whole target speaks of: the first
// of the year it names, else the first.
func lineOf(rows []Row, e *errs.Error) int {
	for i := 0; i+1 < len(e.Args); i += 2 {
		if e.Args[i] != "Year" {
			continue
		}
		for _, r := range rows {
			if r.Year == e.Args[i+1] {
				return r.Line
			}
		}
	}
	return rows[0].Line
}
