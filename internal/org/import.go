package org

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"

	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// Columns of an import. The first four are needed; the facts of the profile
// stand behind the others.
var Columns = append([]sheet.Column{
	{Name: "code", Also: []string{"代码", "机构代码"}, Required: true},
	{Name: "name", Also: []string{"名称", "机构名称"}, Required: true},
	{Name: "type", Also: []string{"类型", "机构类型"}, Required: true},
	{Name: "area", Also: []string{"区划", "区划代码"}, Required: true},
	{Name: "name_en", Also: []string{"英文名"}},
	{Name: "parent", Also: []string{"上级", "上级代码"}},
	{Name: "address", Also: []string{"地址"}},
	{Name: "phone", Also: []string{"电话"}},
}, factColumns()...)

func factColumns() []sheet.Column {
	out := make([]sheet.Column, len(Facts))
	for i, f := range Facts {
		out[i] = sheet.Column{Name: f.Name, Also: f.Also}
	}
	return out
}

// positions in Columns.
const (
	colCode = iota
	colName
	colType
	colArea
	colNameEN
	colParent
	colAddress
	colPhone
	colFacts // the first of them
)

const maxImportRows = 100_000

// ImportOptions say how a file is taken.
type ImportOptions struct {
	Name   string // of the file, for the audit trail
	DryRun bool   // write nothing
	Strict bool   // take all rows or none
}

// Reject is a row that was not taken.
type Reject struct {
	Line   int
	Column string // "" = the whole row
	Value  string // what stands there
	Err    *errs.Error
}

// ImportReport tells what a file did, or would do.
type ImportReport struct {
	Rows, Added, Changed, Same int
	Rejects                    []Reject
	Written                    bool
}

// importRow is one row of the file.
type importRow struct {
	line int
	in   Input
	has  []bool // by column: the file has it
}

// Import adds institutions from a table and changes those whose code is known;
// a column that the file lacks stays as it is. A type may be given by code or
// by name. Rows that break a rule are refused with line, column and reason;
// the others are written in one transaction, or none if any was refused and
// the options are strict. The same file again changes nothing. It fails with
// Invalid for a table that cannot be read.
func (s *Service) Import(ctx context.Context, src *sheet.Table, o ImportOptions) (ImportReport, error) {
	var rep ImportReport
	rows, err := s.readRows(src, &rep)
	if err != nil {
		return rep, err
	}
	errNothing := errors.New("nothing to write")
	err = s.change(ctx, func(tx *sql.Tx, r *register) error {
		im := &importer{s: s, r: r, rep: &rep}
		im.plan(ctx, rows)
		if o.DryRun || o.Strict && len(rep.Rejects) > 0 || len(im.todo) == 0 {
			return errNothing
		}
		for _, w := range im.todo {
			if err := w.do(ctx, tx); err != nil {
				return err
			}
		}
		rep.Written = true // or the transaction fails, and the error says so
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "org:import", Object: "org:*", Detail: map[string]any{
			"file": o.Name, "rows": rep.Rows, "added": rep.Added, "changed": rep.Changed, "refused": len(rep.Rejects)}})
	})
	if errors.Is(err, errNothing) {
		err = nil
	}
	return rep, err
}

func (s *Service) readRows(src *sheet.Table, rep *ImportReport) ([]importRow, error) {
	h, err := src.ReadHeader(Columns...)
	if err != nil {
		return nil, err
	}
	has := make([]bool, len(Columns))
	for i := range has {
		has[i] = h.Has(i)
	}
	var rows []importRow
	for {
		row, err := src.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if rep.Rows++; rep.Rows > maxImportRows {
			return nil, errs.New(errs.Invalid, "org.too_many_rows", "Max", maxImportRows)
		}
		if le, ok := errors.AsType[*sheet.LineError](err); ok {
			rep.Rejects = append(rep.Rejects, Reject{Line: le.Line, Err: le.Err})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read row: %w", err)
		}
		in := Input{
			Code: h.Cell(row, colCode), Name: h.Cell(row, colName), Type: s.typeCode(h.Cell(row, colType)), Area: h.Cell(row, colArea),
			NameEN: h.Cell(row, colNameEN), Parent: h.Cell(row, colParent), Address: h.Cell(row, colAddress), Phone: h.Cell(row, colPhone),
		}
		for i, f := range Facts {
			f.Set(&in.Profile, h.Cell(row, colFacts+i))
		}
		rows = append(rows, importRow{line: row.Line, has: has, in: in})
	}
}

// typeCode returns the code of a type that is given by its name.
func (s *Service) typeCode(text string) string {
	for _, t := range s.pack().OrgTypes {
		for _, name := range t.Name {
			if strings.EqualFold(name, text) {
				return t.Code
			}
		}
	}
	return text
}

// importer decides what each row means.
type importer struct {
	s    *Service
	r    *register
	rep  *ImportReport
	todo []write
}

// write is one institution to write.
type write struct{ old, o Org } // old is zero if o is new

func (w write) do(ctx context.Context, tx *sql.Tx) error {
	if w.old.ID == "" {
		if err := insertRow(ctx, tx, w.o); err != nil {
			return err
		}
	} else if err := updateRow(ctx, tx, w.old, w.o); err != nil {
		return err
	}
	return insertHistory(ctx, tx, w.o, entry{verb: "import", diff: changes(w.old, w.o)}, w.o.UpdatedAt)
}

// plan goes over the rows until no more of them find their parent: a parent
// may stand below its children in the file.
func (im *importer) plan(ctx context.Context, rows []importRow) {
	rows = im.unique(rows)
	inFile := map[string]bool{}
	for _, r := range rows {
		inFile[r.in.Code] = true
	}
	for len(rows) > 0 {
		var wait []importRow
		for _, row := range rows {
			if p := row.in.Parent; p != "" && im.r.byCode[p] == nil && inFile[p] {
				wait = append(wait, row)
				continue
			}
			inFile[row.in.Code] = false // placed or refused: nobody need wait for it
			im.place(ctx, row)
		}
		if len(wait) == len(rows) { // they wait for each other
			for _, row := range wait {
				im.refuse(row, errs.InvalidField("parent", "org.parent_below", "Code", row.in.Parent))
			}
			return
		}
		rows = wait
	}
}

// unique refuses rows whose code stands in the file already.
func (im *importer) unique(rows []importRow) []importRow {
	first := map[string]int{}
	out := rows[:0]
	for _, r := range rows {
		if l, ok := first[r.in.Code]; ok && r.in.Code != "" {
			im.refuse(r, errs.InvalidField("code", "org.twice", "First", l))
			continue
		}
		first[r.in.Code] = r.line
		out = append(out, r)
	}
	return out
}

func (im *importer) place(ctx context.Context, row importRow) {
	var before Org
	if o := im.r.byCode[row.in.Code]; o != nil {
		before = *o
	}
	o, err := im.resolve(ctx, row, before)
	if err != nil {
		im.refuse(row, err)
		return
	}
	diff := changes(before, o)
	switch {
	case before.ID == "":
		im.rep.Added++
	case len(diff) == 0:
		im.rep.Same++
		return
	default:
		im.rep.Changed++
		o.UpdatedAt = im.s.after(before.UpdatedAt)
	}
	im.r.byCode[o.Code], im.r.byID[o.ID] = &o, &o
	im.todo = append(im.todo, write{old: before, o: o})
}

// resolve makes of a row the institution it describes.
func (im *importer) resolve(ctx context.Context, row importRow, before Org) (Org, error) {
	in := row.in
	o := before
	if before.ID == "" {
		o = Org{ID: newID(), Code: in.Code, State: Active, CreatedAt: im.s.stamp()}
	} else {
		im.keep(&in, row.has, before)
		if err := im.s.mayEdit(ctx, before); err != nil {
			return o, err
		}
	}
	if err := in.clean(); err != nil {
		return o, err
	}
	o, err := im.s.fill(o, in, im.r)
	if err == nil && (before.ID == "" || o.AreaID != before.AreaID) {
		err = im.s.mayPlace(ctx, o.AreaID)
	}
	return o, err
}

// keep takes from before what the file has no column for.
func (im *importer) keep(in *Input, has []bool, before Org) {
	if !has[colNameEN] {
		in.NameEN = before.NameEN
	}
	if p := im.r.byID[before.ParentID]; !has[colParent] && p != nil {
		in.Parent = p.Code
	}
	if !has[colAddress] {
		in.Address = before.Address
	}
	if !has[colPhone] {
		in.Phone = before.Phone
	}
	for i, f := range Facts {
		if !has[colFacts+i] {
			f.Set(&in.Profile, f.Get(before.Profile))
		}
	}
}

func (im *importer) refuse(row importRow, err error) {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		e = &errs.Error{Kind: errs.Internal, Key: "error.internal", Err: err}
	}
	values := map[string]string{"code": row.in.Code, "name": row.in.Name, "type": row.in.Type, "area": row.in.Area,
		"name_en": row.in.NameEN, "parent": row.in.Parent, "address": row.in.Address, "phone": row.in.Phone}
	for _, f := range Facts {
		values[f.Name] = f.Get(row.in.Profile)
	}
	im.rep.Rejects = append(im.rep.Rejects, Reject{Line: row.line, Column: e.Field, Value: values[e.Field], Err: e})
}
