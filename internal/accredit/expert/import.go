package expert

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// Columns of an import. The first two are needed; lists are parted by ; or ；.
var Columns = []sheet.Column{
	{Name: "code", Also: []string{"编号", "专家编号"}, Required: true},
	{Name: "name", Also: []string{"姓名"}, Required: true},
	{Name: "title", Also: []string{"职称", "职务"}},
	{Name: "categories", Also: []string{"类别"}},
	{Name: "fields", Also: []string{"专长", "领域"}},
	{Name: "org", Also: []string{"单位代码"}},
	{Name: "org_name", Also: []string{"单位", "工作单位"}},
	{Name: "work_area", Also: []string{"工作区划"}},
	{Name: "home_area", Also: []string{"居住区划"}},
	{Name: "load", Also: []string{"评审上限"}},
}

const (
	colCode = iota
	colName
	colTitle
	colCategories
	colFields
	colOrg
	colOrgName
	colWork
	colHome
	colLoad
)

const maxImportRows = 20_000

// ImportOptions say how a file is taken.
type ImportOptions struct {
	Name   string // of the file, for the audit trail
	DryRun bool
}

// Reject is a row that breaks a rule.
type Reject struct {
	Line   int
	Column string // "" = the whole row
	Err    *errs.Error
}

// ImportReport tells what a file did, or would do.
type ImportReport struct {
	Rows, Added, Changed, Same int
	Rejects                    []Reject
	Written                    bool
}

type importRow struct {
	line int
	in   Input
	has  []bool
}

// Import adds experts from a table and changes those whose number is known; a
// column that the file lacks stays as it is. Who is added has agreed to the
// terms on paper. All rows are taken, or none if one breaks a rule; the same
// file again changes nothing. It needs expert:manage.
func (s *Service) Import(ctx context.Context, src *sheet.Table, o ImportOptions) (ImportReport, error) {
	var rep ImportReport
	if err := s.may(ctx, PermManage); err != nil {
		return rep, err
	}
	kin, err := s.kin(ctx)
	if err != nil {
		return rep, err
	}
	rows, err := s.readRows(src, kin, &rep)
	if err != nil {
		return rep, err
	}
	nothing := errors.New("nothing to write")
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		todo, err := s.plan(ctx, tx, rows, kin, &rep)
		if err != nil {
			return err
		}
		if o.DryRun || len(rep.Rejects) > 0 || len(todo) == 0 {
			return nothing
		}
		if err := s.writeAll(ctx, tx, todo, kin); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "expert:import", Object: "expert:*",
			Detail: map[string]any{"file": o.Name, "rows": rep.Rows, "added": rep.Added, "changed": rep.Changed}})
	})
	if errors.Is(err, nothing) {
		return rep, nil
	}
	rep.Written = err == nil
	return rep, err
}

func (s *Service) readRows(src *sheet.Table, kin kinship, rep *ImportReport) ([]importRow, error) {
	h, err := src.ReadHeader(Columns...)
	if err != nil {
		return nil, err
	}
	has := make([]bool, len(Columns))
	for i := range has {
		has[i] = h.Has(i)
	}
	orgs := map[string]string{}
	for _, o := range kin {
		orgs[o.Code] = o.ID
	}
	first := map[string]int{}
	var rows []importRow
	for {
		row, err := src.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if rep.Rows++; rep.Rows > maxImportRows {
			return nil, errs.New(errs.Invalid, "expert.too_many_rows", "Max", maxImportRows)
		}
		if le, ok := errors.AsType[*sheet.LineError](err); ok {
			rep.Rejects = append(rep.Rejects, Reject{Line: le.Line, Err: le.Err})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read row: %w", err)
		}
		in, bad := s.input(h, row, orgs)
		if at, ok := first[in.Code]; ok && bad == nil {
			bad = errs.InvalidField("code", "expert.twice", "First", at)
		}
		if bad != nil {
			rep.refuse(row.Line, bad)
			continue
		}
		first[in.Code] = row.Line
		rows = append(rows, importRow{line: row.Line, in: in, has: has})
	}
}

func (rep *ImportReport) refuse(line int, err error) {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		e = &errs.Error{Kind: errs.Internal, Key: "error.internal", Err: err}
	}
	rep.Rejects = append(rep.Rejects, Reject{Line: line, Column: e.Field, Err: e})
}

// input makes of a row what it says of an expert.
func (s *Service) input(h *sheet.Header, row sheet.Row, orgs map[string]string) (Input, error) {
	in := Input{Code: h.Cell(row, colCode), Name: h.Cell(row, colName), Title: h.Cell(row, colTitle), OrgName: h.Cell(row, colOrgName), Agreed: true,
		Categories: Words(h.Cell(row, colCategories)), Fields: Words(h.Cell(row, colFields))}
	if in.Code == "" {
		return in, errs.InvalidField("code", "expert.code_missing")
	}
	if code := h.Cell(row, colOrg); code != "" {
		if in.OrgID = orgs[code]; in.OrgID == "" {
			return in, errs.InvalidField("org", "expert.no_org", "Code", code)
		}
	}
	for col, to := range map[int]*int64{colWork: &in.WorkArea, colHome: &in.HomeArea} {
		if code := h.Cell(row, col); code != "" {
			n, ok := s.Tree().ByCode(code)
			if !ok {
				return in, errs.InvalidField(Columns[col].Name, "expert.no_area")
			}
			*to = s.Tree().At(n).ID
		}
	}
	if text := h.Cell(row, colLoad); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return in, errs.InvalidField("load", "expert.bad_load", "N", maxLoad)
		}
		in.Load = n
	}
	return in, nil
}

// Words parts a list as people write it.
func Words(s string) []string {
	return words(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(";；、,，\n", r) }))
}

// planned is an expert to write; old.ID "" = a new one.
type planned struct{ old, now Expert }

func (s *Service) plan(ctx context.Context, tx *sql.Tx, rows []importRow, kin kinship, rep *ImportReport) ([]planned, error) {
	list, err := allExperts(ctx, tx)
	if err != nil {
		return nil, err
	}
	known := map[string]Expert{}
	for _, e := range list {
		known[e.Code] = e
	}
	var todo []planned
	for _, r := range rows {
		old, had := known[r.in.Code]
		if had {
			keep(&r.in, old, r.has)
		}
		if err := s.clean(&r.in, kin); err != nil {
			rep.refuse(r.line, err)
			continue
		}
		now := old
		now.fill(r.in)
		switch {
		case !had:
			rep.Added++
			now.ID, now.State, now.TermsAt = newID(), Active, s.stamp()
		case same(old, now):
			rep.Same++
			continue
		default:
			rep.Changed++
		}
		todo = append(todo, planned{old, now})
	}
	return todo, nil
}

// keep takes from an expert what the file has no column for.
func keep(in *Input, e Expert, has []bool) {
	for col, take := range map[int]func(){
		colTitle: func() { in.Title = e.Title }, colCategories: func() { in.Categories = e.Categories }, colFields: func() { in.Fields = e.Fields },
		colOrg: func() { in.OrgID = e.OrgID }, colOrgName: func() { in.OrgName = e.OrgName }, colLoad: func() { in.Load = e.Load },
		colWork: func() { in.WorkArea = e.WorkArea }, colHome: func() { in.HomeArea = e.HomeArea },
	} {
		if !has[col] {
			take()
		}
	}
}

func same(a, b Expert) bool {
	return slices.Equal(a.Categories, b.Categories) && slices.Equal(a.Fields, b.Fields) && a.Name == b.Name && a.Title == b.Title && a.Load == b.Load &&
		a.OrgID == b.OrgID && a.OrgName == b.OrgName && a.WorkArea == b.WorkArea && a.HomeArea == b.HomeArea
}

func (s *Service) writeAll(ctx context.Context, tx *sql.Tx, todo []planned, kin kinship) error {
	for _, p := range todo {
		var err error
		if p.old.ID == "" {
			err = s.insert(ctx, tx, p.now)
		} else if err = update(ctx, tx, p.now); err == nil {
			if err = s.former(ctx, tx, p.old, p.now); err == nil {
				err = s.tell(ctx, tx, p.now.ID)
			}
		}
		if err == nil {
			err = s.suggest(ctx, tx, p.now, kin)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
