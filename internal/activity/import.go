package activity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/activity/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// Columns of an import, in the order of the template. One row is one class
// with its weekly meetings; rows with the same institution and title belong to
// one activity.
var Columns = []string{"org", "title", "form", "theme", "tags", "class", "teacher", "capacity", "mode",
	"first_day", "weekdays", "starts", "minutes", "count", "area", "room", "summary"}

// required are the columns that a file must have.
var required = []string{"org", "title", "form", "theme", "class", "capacity", "first_day", "starts", "minutes", "count", "area"}

const maxImportRows = 20_000

// ImportOptions say how a file of classes is taken.
type ImportOptions struct {
	DryRun bool
	Strict bool              // take all rows or none
	Labels map[string]string // heading → column, beside the columns' own names
	Codes  map[string]string // what people write in a cell → code of a form, theme, mode …
}

// Reject is a row that was not taken.
type Reject struct {
	Line   int
	Column string // "" = the whole row
	Value  string
	Err    *errs.Error
}

// ImportReport tells what a file did, or would do.
type ImportReport struct {
	Rows, Classes, Activities, Meetings int
	Rejects                             []Reject
	Written                             bool
}

// importRow is one row that keeps the rules.
type importRow struct {
	line   int
	org    Org
	in     Input
	class  ClassInput
	weekly Weekly
}

// Import makes classes from a table. Rows that break a rule are refused with
// line, column and reason; the others are written in one transaction, or none
// if any was refused and the options are strict. A class that exists already
// is refused, so that a file taken twice adds nothing. It fails with Invalid
// for a table without the columns it needs.
func (s *Service) Import(ctx context.Context, src *sheet.Table, o ImportOptions) (ImportReport, error) {
	var r ImportReport
	at, err := header(src, o.Labels)
	if err != nil {
		return r, err
	}
	in := reader{s: s, at: at, codes: o.Codes, orgs: map[string]Org{}, teachers: map[string][]Teacher{}, seen: map[string]int{}}
	rows, err := in.all(ctx, src, &r)
	if err != nil {
		return r, err
	}
	if o.DryRun {
		r.plan(rows, s)
		return r, nil
	}
	if len(rows) == 0 || o.Strict && len(r.Rejects) > 0 {
		return r, nil
	}
	e := audit.Entry{Verb: "activity:import", Object: "import:" + newID(), Detail: map[string]any{"rows": r.Rows, "refused": len(r.Rejects)}}
	err = s.write(ctx, e, func(tx *sql.Tx) error {
		r.Classes, r.Activities, r.Meetings = 0, 0, 0
		for _, row := range rows {
			if err := s.importOne(ctx, tx, row, &r); err != nil {
				return err
			}
		}
		return nil
	}, everyDay)
	r.Written = err == nil
	return r, err
}

func (r *ImportReport) plan(rows []importRow, s *Service) {
	made := map[string]bool{}
	for _, row := range rows {
		r.Classes++
		r.Meetings += len(row.weekly.Days(s.Calendar()))
		made[row.org.ID+"\x00"+row.in.Title] = true
	}
	r.Activities = len(made)
}

// header finds the columns by their names or labels.
func header(src *sheet.Table, labels map[string]string) (map[string]int, error) {
	row, err := src.Read()
	if errors.Is(err, io.EOF) {
		return nil, errs.New(errs.Invalid, "sheet.empty")
	}
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, cell := range row.Cells {
		key := strings.ToLower(strings.TrimRight(cell, " *＊"))
		if l, ok := labels[key]; ok {
			key = l
		}
		if _, twice := at[key]; !twice && slices.Contains(Columns, key) {
			at[key] = i
		}
	}
	for _, c := range required {
		if _, ok := at[c]; !ok {
			return nil, errs.InvalidField("file", "activity.import.no_column", "Column", c)
		}
	}
	return at, nil
}

// reader turns rows into classes.
type reader struct {
	s        *Service
	at       map[string]int
	codes    map[string]string
	orgs     map[string]Org
	teachers map[string][]Teacher
	seen     map[string]int // class → line, to find it twice in one file
	cells    []string
}

func (r *reader) get(col string) string {
	i, ok := r.at[col]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return r.cells[i]
}

// code returns the code of what people wrote.
func (r *reader) code(col string) string { return r.codeOf(r.get(col)) }

func (r *reader) codeOf(v string) string {
	if c, ok := r.codes[strings.ToLower(v)]; ok {
		return c
	}
	return v
}

func (r *reader) all(ctx context.Context, src *sheet.Table, rep *ImportReport) ([]importRow, error) {
	var rows []importRow
	for {
		row, err := src.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if rep.Rows++; rep.Rows > maxImportRows {
			return nil, errs.InvalidField("file", "activity.import.too_many", "N", maxImportRows)
		}
		if bad, ok := errors.AsType[*sheet.LineError](err); ok {
			rep.Rejects = append(rep.Rejects, Reject{Line: bad.Line, Err: bad.Err})
			continue
		}
		if err != nil {
			return nil, err
		}
		r.cells = row.Cells
		one, err := r.one(ctx)
		e, ok := errors.AsType[*errs.Error](err)
		switch {
		case err == nil:
			one.line = row.Line
			rows = append(rows, one)
		case ok && e.Kind != errs.Internal:
			col := columnOf(e.Field)
			rep.Rejects = append(rep.Rejects, Reject{Line: row.Line, Column: col, Value: r.get(col), Err: e})
		default:
			return nil, err
		}
	}
}

// columnOf turns the field of a form into the column of a file.
func columnOf(field string) string {
	switch field {
	case "name":
		return "class"
	case "day":
		return "first_day"
	}
	return field
}

func (r *reader) one(ctx context.Context) (importRow, error) {
	var row importRow
	org, err := r.org(ctx)
	if err != nil {
		return row, err
	}
	row.org = org
	row.in = Input{Title: r.get("title"), Form: r.code("form"), Theme: r.code("theme"), Summary: r.get("summary"), Tags: r.list("tags")}.clean()
	if err := row.in.check(r.s.Pack()); err != nil {
		return row, err
	}
	if row.class, err = r.class(ctx, org); err != nil {
		return row, err
	}
	if row.weekly, err = r.weekly(org); err != nil {
		return row, err
	}
	return row, r.fresh(ctx, row)
}

// list splits a cell with several values.
func (r *reader) list(col string) []string {
	var out []string
	for _, v := range strings.FieldsFunc(r.get(col), func(c rune) bool { return strings.ContainsRune(",，、;； ", c) }) {
		out = append(out, r.codeOf(v))
	}
	return out
}

func (r *reader) org(ctx context.Context) (Org, error) {
	code := r.get("org")
	if o, ok := r.orgs[code]; ok {
		return o, nil
	}
	row, err := gen.New(r.s.db.Read).OrgByCode(ctx, code)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Org{}, errs.InvalidField("org", "activity.import.no_org")
	case err != nil:
		return Org{}, fmt.Errorf("find org %s: %w", code, err)
	case row.State != "active":
		return Org{}, errs.InvalidField("org", "activity.org_inactive")
	case r.s.mayEdit(ctx, row.ID, row.AreaID) != nil:
		return Org{}, errs.InvalidField("org", "activity.not_yours")
	}
	o := Org{ID: row.ID, Code: row.Code, Name: row.Name, AreaID: row.AreaID, Active: true}
	r.orgs[code] = o
	return o, nil
}

func (r *reader) class(ctx context.Context, org Org) (ClassInput, error) {
	n, err := r.number("capacity", "activity.capacity_range")
	if err != nil {
		return ClassInput{}, err
	}
	in := ClassInput{Name: r.get("class"), Capacity: n, Mode: r.code("mode")}.clean()
	if in.Mode == "" {
		in.Mode = Onsite
	}
	login := strings.ToLower(r.get("teacher"))
	if login == "" {
		return in, in.check()
	}
	list, ok := r.teachers[org.ID]
	if !ok {
		if list, err = teachers(ctx, r.s.db.Read, org.ID); err != nil {
			return in, err
		}
		r.teachers[org.ID] = list
	}
	i := slices.IndexFunc(list, func(t Teacher) bool { return t.Login == login })
	if i < 0 {
		return in, errs.InvalidField("teacher", "activity.bad_teacher")
	}
	in.TeacherID = list[i].ID
	return in, in.check()
}

func (r *reader) number(col, key string) (int64, error) {
	n, err := strconv.ParseInt(r.get(col), 10, 64)
	if err != nil {
		return 0, errs.InvalidField(col, key, "N", maxMeetings)
	}
	return n, nil
}

func (r *reader) weekly(org Org) (Weekly, error) {
	w := Weekly{Slot: Slot{Day: ISODay(r.get("first_day")), Starts: ClockTime(r.get("starts")), Room: r.get("room")}}
	var err error
	if w.Minutes, err = r.number("minutes", "activity.bad_minutes"); err != nil {
		return w, err
	}
	count, err := r.number("count", "activity.bad_count")
	if err != nil {
		return w, err
	}
	w.Count = int(min(count, maxMeetings+1))
	if w.AreaID, _ = r.s.Place(r.get("area"), org.AreaID); w.AreaID == 0 {
		return w, errs.InvalidField("area", "activity.bad_area")
	}
	for _, d := range r.list("weekdays") {
		n, err := strconv.Atoi(d)
		if err != nil || n < 1 || n > 7 {
			return w, errs.InvalidField("weekdays", "activity.bad_weekday")
		}
		w.Weekdays = append(w.Weekdays, time.Weekday(n%7))
	}
	return w, r.s.checkWeekly(w)
}

// fresh refuses a class that the file or the city has already.
func (r *reader) fresh(ctx context.Context, row importRow) error {
	key := row.org.ID + "\x00" + row.in.Title + "\x00" + row.class.Name
	if r.seen[key]++; r.seen[key] > 1 {
		return errs.InvalidField("class", "activity.import.twice")
	}
	q := gen.New(r.s.db.Read)
	id, err := q.ActivityByTitle(ctx, gen.ActivityByTitleParams{OrgID: row.org.ID, Title: row.in.Title})
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		_, err = q.ClassByName(ctx, gen.ClassByNameParams{ActivityID: id, Name: row.class.Name})
	}
	switch {
	case err == nil:
		return errs.InvalidField("class", "activity.import.exists")
	case errors.Is(err, sql.ErrNoRows):
		return nil
	}
	return fmt.Errorf("look for class: %w", err)
}

func (s *Service) importOne(ctx context.Context, tx *sql.Tx, row importRow, r *ImportReport) error {
	at := s.stamp()
	id, err := gen.New(tx).ActivityByTitle(ctx, gen.ActivityByTitleParams{OrgID: row.org.ID, Title: row.in.Title})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		id = newID()
		a := Activity{ID: id, OrgID: row.org.ID, Input: row.in, State: Open, CreatedAt: at, UpdatedAt: at}
		if err := insertActivity(ctx, tx, a); err != nil {
			return err
		}
		r.Activities++
	case err != nil:
		return fmt.Errorf("look for activity: %w", err)
	}
	c := Class{ID: newID(), ActivityID: id, ClassInput: row.class, State: Planned, UpdatedAt: at}
	if err := insertClass(ctx, tx, c); err != nil {
		return err
	}
	days := row.weekly.Days(s.Calendar())
	r.Classes++
	r.Meetings += len(days)
	return insertMeetings(ctx, tx, c.ID, 0, slots(row.weekly, days), at)
}

// ISODay turns the ways in which people and Excel write a day (2026/9/1,
// 2026年9月1日, 2026-09-01 00:00:00) into 2026-09-01. What it does not know it
// returns as it is.
func ISODay(s string) string {
	for _, layout := range []string{time.DateOnly, "2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日", time.DateTime, "2006-01-02T15:04:05Z"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return s
}

// ClockTime turns 9:00, 9：00 or 09:00:00 into 09:00. What it does not know it
// returns as it is.
func ClockTime(s string) string {
	s = strings.ReplaceAll(s, "：", ":")
	for _, layout := range []string{"15:04", "15:04:05", "3:04 PM", "3:04PM"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format("15:04")
		}
	}
	return s
}
