package award

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// EarlierColumns are the columns of a file of earlier awards.
var EarlierColumns = []sheet.Column{
	{Name: "programme", Also: []string{"项目", "项目代码"}, Required: true},
	{Name: "area", Also: []string{"区划", "区划代码"}, Required: true},
	{Name: "holder", Also: []string{"名称", "获评单位"}, Required: true},
	{Name: "document", Also: []string{"文号", "认定文件"}, Required: true},
	{Name: "day", Also: []string{"认定日期"}, Required: true},
	{Name: "number", Also: []string{"证书编号"}},
	{Name: "until", Also: []string{"失效日期"}},
	{Name: "org", Also: []string{"机构代码"}},
}

// positions in EarlierColumns.
const (
	colProgramme = iota
	colArea
	colHolder
	colDocument
	colDay
	colNumber
	colUntil
	colOrg
)

const (
	mostEarlier = 5000 // rows
	mostName    = 200  // characters
)

// ImportOptions say how a file is taken.
type ImportOptions struct {
	Name   string // of the file, for the audit trail
	DryRun bool   // write nothing
	// Org finds an institution by its code; nil = there is no register.
	Org func(ctx context.Context, code string) (id string, areaID int64, err error)
}

// Reject is a row that was not taken.
type Reject struct {
	Line   int
	Column string
	Err    *errs.Error
}

// ImportReport tells what a file did, or would do.
type ImportReport struct {
	Rows, Added, Same int
	Rejects           []Reject
	Written           bool
}

// ImportEarlier takes awards that were given before this program into the
// queue to be checked again: they stand in the register, but count for no
// target and no gate until a re-evaluation renews them (P1.3, P1.7). All rows
// are taken or none; the same file again adds nothing. It is for the operator,
// and fails with Invalid for a table that cannot be read.
func (s *Service) ImportEarlier(ctx context.Context, src *sheet.Table, o ImportOptions) (ImportReport, error) {
	var rep ImportReport
	if !operator(ctx) && !s.covers(ctx, PermManage, s.Tree().At(0).ID) {
		return rep, errs.New(errs.Forbidden, "award.not_yours")
	}
	known, err := s.read(ctx)
	if err != nil {
		return rep, err
	}
	list, err := s.earlier(ctx, src, o, &rep)
	if err != nil || len(rep.Rejects) > 0 {
		return rep, err
	}
	fresh := slices.DeleteFunc(list, func(a Award) bool { return slices.ContainsFunc(known, a.same) })
	rep.Added, rep.Same = len(fresh), rep.Rows-len(fresh)
	if o.DryRun || len(fresh) == 0 {
		return rep, nil
	}
	rep.Written = true
	return rep, s.DB.InTx(ctx, func(tx *sql.Tx) error { return s.addEarlier(ctx, tx, fresh, o, rep) })
}

// same reports whether b is the award of a row.
func (a Award) same(b Award) bool {
	return a.Programme == b.Programme && a.AreaID == b.AreaID && a.OrgID == b.OrgID && a.Document == b.Document && a.Holder == b.Holder
}

func (s *Service) addEarlier(ctx context.Context, tx *sql.Tx, list []Award, o ImportOptions, rep ImportReport) error {
	for _, a := range list {
		r, err := s.ofPack(a.Programme)
		if err != nil {
			return err
		}
		a.ID = newID()
		if a.Number == "" {
			if a.Number, err = s.number(ctx, tx, r.Programme.Prefix, a.Day); err != nil {
				return err
			}
		}
		if _, err := s.insert(ctx, tx, r, a, "import"); err != nil {
			return err
		}
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "award:import", Object: "award:*",
		Detail: map[string]any{"file": o.Name, "rows": rep.Rows, "added": rep.Added}})
}

func (s *Service) earlier(ctx context.Context, src *sheet.Table, o ImportOptions, rep *ImportReport) ([]Award, error) {
	h, err := src.ReadHeader(EarlierColumns...)
	if err != nil {
		return nil, err
	}
	var list []Award
	numbers := map[string]bool{}
	for {
		row, err := src.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if rep.Rows++; rep.Rows > mostEarlier {
			return nil, errs.New(errs.Invalid, "award.import_most", "N", mostEarlier)
		}
		if le, ok := errors.AsType[*sheet.LineError](err); ok {
			rep.Rejects = append(rep.Rejects, Reject{Line: le.Line, Err: le.Err})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read row: %w", err)
		}
		cell := func(i int) string { return strings.TrimSpace(h.Cell(row, i)) }
		a, column, err := s.rowOf(ctx, cell, o)
		var e *errs.Error
		switch {
		case errors.As(err, &e):
			rep.Rejects = append(rep.Rejects, Reject{row.Line, EarlierColumns[column].Name, e})
			continue
		case err != nil:
			return nil, err
		case a.Number != "" && numbers[a.Number]:
			rep.Rejects = append(rep.Rejects, Reject{row.Line, EarlierColumns[colNumber].Name, errs.New(errs.Conflict, "award.number_taken", "Number", a.Number)})
			continue
		}
		numbers[a.Number] = true
		list = append(list, a)
	}
}

// rowOf reads one award; where it fails it also says in which column.
func (s *Service) rowOf(ctx context.Context, cell func(int) string, o ImportOptions) (a Award, column int, err error) {
	a = Award{Programme: cell(colProgramme), Holder: cell(colHolder), Document: cell(colDocument), Day: cell(colDay), From: cell(colDay),
		Number: strings.ToUpper(strings.Join(strings.Fields(cell(colNumber)), "")), To: cell(colUntil), Term: cell(colUntil), Earlier: true}
	nr, ok := s.Tree().ByCode(cell(colArea))
	if ok {
		a.AreaID = s.Tree().At(nr).ID
	}
	_, programme := s.Pack().AwardProgramme(a.Programme)
	switch {
	case !programme:
		return a, colProgramme, errs.New(errs.Invalid, "award.no_programme", "Code", a.Programme)
	case !ok:
		return a, colArea, errs.New(errs.Invalid, "award.no_area")
	case a.Holder == "" || utf8.RuneCountInString(a.Holder) > mostName:
		return a, colHolder, errs.New(errs.Invalid, "award.no_holder")
	case a.Document == "" || utf8.RuneCountInString(a.Document) > mostName:
		return a, colDocument, errs.New(errs.Invalid, "award.no_document")
	case !sound(a.Day) || a.Day > s.Today():
		return a, colDay, errs.New(errs.Invalid, "award.bad_day")
	case a.Number != "" && !numberShape(a.Number):
		return a, colNumber, errs.New(errs.Invalid, "award.bad_number", "Number", strconv.Quote(a.Number))
	case a.To != "" && (!sound(a.To) || a.To <= a.Day):
		return a, colUntil, errs.New(errs.Invalid, "award.bad_day")
	}
	err = s.orgOf(ctx, &a, cell(colOrg), o)
	return a, colOrg, err
}

// orgOf finds the institution that holds an earlier award.
func (s *Service) orgOf(ctx context.Context, a *Award, code string, o ImportOptions) error {
	if code == "" {
		return nil
	}
	if o.Org == nil {
		return errs.New(errs.Invalid, "award.no_org", "Code", code)
	}
	id, areaID, err := o.Org(ctx, code)
	if errs.KindOf(err) == errs.NotFound {
		return errs.New(errs.Invalid, "award.no_org", "Code", code)
	}
	if err != nil {
		return fmt.Errorf("find institution: %w", err)
	}
	a.OrgID, a.AreaID = id, areaID
	return nil
}

// numberShape reports whether a number can stand in an address: letters,
// digits and hyphens.
func numberShape(n string) bool {
	return len(n) <= 60 && !strings.ContainsFunc(n, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 0x4e00 || r > 0x9fff)
	})
}
