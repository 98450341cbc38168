package award

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/accredit/award/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// Check is the yearly check of an award: what was found speaks against it, and
// its holder answers that alone (P1.7).
type Check struct {
	ID, AwardID string
	Year        int
	State       string
	Findings    []Finding
	Answers     []string // of each finding, in their order
	Note        string   // of the office
	Due         string   // last day to answer
	Author      string   // who answered
	At          time.Time
	Answered    time.Time
}

// States of a check.
const (
	CheckOpen      = "open"
	CheckUnchanged = "unchanged" // nothing was found and nothing has changed
	CheckAnswered  = "answered"  // the office looks at the answers
	CheckAccepted  = "accepted"
)

// Finding is something that speaks against an award.
type Finding struct {
	Kind   string `json:"kind"`   // red, complaint, objection
	Code   string `json:"code"`   // of the indicator or the case
	Text   string `json:"text"`   // what it says: 12.3 %, at least 15 %
	Source string `json:"source"` // where to read it, a path of the program
}

// Kinds of finding.
const (
	FindingRed       = "red"
	FindingComplaint = "complaint"
	FindingObjection = "objection"
)

// Reds counts the red core indicators that were found.
func (c Check) Reds() int {
	n := 0
	for _, f := range c.Findings {
		if f.Kind == FindingRed {
			n++
		}
	}
	return n
}

// Overdue reports whether the holder let the last day pass.
func (c Check) Overdue(day string) bool { return c.State == CheckOpen && day > c.Due }

// Checks lists the checks of an award, the newest first.
func (s *Service) Checks(ctx context.Context, a Award) ([]Check, error) {
	if !s.Sees(ctx, a) {
		return nil, errs.New(errs.Forbidden, "award.not_yours")
	}
	return s.checks(ctx, gen.New(s.DB.Read), a.ID)
}

func (s *Service) checks(ctx context.Context, q *gen.Queries, id string) ([]Check, error) {
	rows, err := q.Checks(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read checks: %w", err)
	}
	list := make([]Check, len(rows))
	for i, r := range rows {
		if list[i], err = checkOf(r); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func checkOf(r gen.AwardCheck) (Check, error) {
	c := Check{ID: r.ID, AwardID: r.AwardID, Year: int(r.Year), State: r.State, Note: r.Note, Due: r.Due, Author: r.Author, At: r.At, Answered: r.AnsweredAt.Time}
	if err := json.Unmarshal([]byte(r.Findings), &c.Findings); err != nil {
		return c, fmt.Errorf("read findings: %w", err)
	}
	if r.Answer == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(r.Answer), &c.Answers); err != nil {
		return c, fmt.Errorf("read answers: %w", err)
	}
	return c, nil
}

// checkDue reports whether the yearly check of an award is to be opened: from
// the month in which it was given on, in each year after.
func checkDue(a Award, day string) bool {
	return a.Holds(day) && day[:4] > a.Day[:4] && day[5:7] >= a.Day[5:7] && a.State != stateHearing
}

// openCheck opens the check of this year with what the program finds.
func (s *Service) openCheck(ctx context.Context, a Award) (bool, error) {
	day := s.Today()
	if !checkDue(a, day) {
		return false, nil
	}
	year := date(day).Year()
	n, err := gen.New(s.DB.Read).CheckOf(ctx, gen.CheckOfParams{AwardID: a.ID, Year: int64(year)})
	if err != nil || n > 0 {
		return false, err
	}
	r, err := s.rulesOf(ctx, a)
	if err != nil || r.Programme.Life.Check == 0 {
		return false, err
	}
	found, err := s.find(ctx, a, r, year)
	if err != nil {
		return false, err
	}
	text, err := json.Marshal(found)
	if err != nil {
		return false, fmt.Errorf("write findings: %w", err)
	}
	opened := false
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		t, err := s.turn(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		n, err := t.q.CheckOf(ctx, gen.CheckOfParams{AwardID: a.ID, Year: int64(year)}) // another process may have been here
		if opened = n == 0; !opened || err != nil {
			return err
		}
		err = t.q.InsertCheck(ctx, gen.InsertCheckParams{ID: newID(), AwardID: a.ID, Year: int64(year), Findings: string(text),
			Due: t.workdays(r.Programme.Life.Check), At: s.stamp()})
		if err != nil {
			return fmt.Errorf("insert check: %w", err)
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "award:check", Object: "award:" + a.ID, AreaID: a.AreaID,
			Detail: map[string]any{"year": year, "findings": len(found)}})
	})
	return opened, err
}

// find lists the red core indicators of the last whole year and what was upheld
// since the last check.
func (s *Service) find(ctx context.Context, a Award, r rules, year int) ([]Finding, error) {
	found := []Finding{}
	if s.Watch == nil {
		return found, nil
	}
	for _, code := range r.Programme.Life.Core {
		f, err := s.Watch.Red(ctx, code, a.AreaID, year-1)
		if err != nil {
			return nil, err
		}
		if f != nil {
			found = append(found, *f)
		}
	}
	day := s.Today()
	more, err := s.Watch.Upheld(ctx, a, max(a.Day, date(day).AddDate(-1, 0, 0).Format(time.DateOnly)), addDays(day, 1))
	return append(found, more...), err
}

// Unchanged closes a check in which nothing was found: nothing has changed. It
// fails with Conflict where something was found or the check is closed.
func (s *Service) Unchanged(ctx context.Context, checkID string) error {
	return s.onCheck(ctx, checkID, "award:unchanged", func(t *turn, c *Check) error {
		if !s.holds(ctx, t.a.OrgID, t.a.AreaID) {
			return errs.New(errs.Forbidden, "award.not_yours")
		}
		if c.State != CheckOpen || len(c.Findings) > 0 {
			return errs.New(errs.Conflict, "award.check_not_open")
		}
		c.State, c.Author, c.Answered = CheckUnchanged, actor(ctx), s.stamp()
		return nil
	})
}

// Answer gives the holder's word on each finding, in their order. It fails with
// Invalid where one is missing.
func (s *Service) Answer(ctx context.Context, checkID string, answers []string) error {
	return s.onCheck(ctx, checkID, "award:answer", func(t *turn, c *Check) error {
		if !s.holds(ctx, t.a.OrgID, t.a.AreaID) {
			return errs.New(errs.Forbidden, "award.not_yours")
		}
		if c.State != CheckOpen || len(c.Findings) == 0 {
			return errs.New(errs.Conflict, "award.check_not_open")
		}
		if len(answers) != len(c.Findings) {
			return errs.InvalidField("answer", "award.answer_all")
		}
		for _, a := range answers {
			if a = strings.TrimSpace(a); a == "" || utf8.RuneCountInString(a) > mostText {
				return errs.InvalidField("answer", "award.answer_all")
			}
		}
		c.State, c.Answers, c.Author, c.Answered = CheckAnswered, answers, actor(ctx), s.stamp()
		return nil
	})
}

// Accept closes a check that was answered; ReturnCheck gives it back with a note.
func (s *Service) Accept(ctx context.Context, checkID, note string) error {
	return s.judge(ctx, checkID, CheckAccepted, note)
}

// ReturnCheck asks the holder to answer again; it needs a note.
func (s *Service) ReturnCheck(ctx context.Context, checkID, note string) error {
	if strings.TrimSpace(note) == "" {
		return errs.InvalidField("note", "workflow.reason_required")
	}
	return s.judge(ctx, checkID, CheckOpen, note)
}

func (s *Service) judge(ctx context.Context, checkID, state, note string) error {
	return s.onCheck(ctx, checkID, "award:check_"+state, func(t *turn, c *Check) error {
		if !s.covers(ctx, PermManage, t.a.AreaID) {
			return errs.New(errs.Forbidden, "award.not_yours")
		}
		if c.State != CheckAnswered {
			return errs.New(errs.Conflict, "award.check_not_answered")
		}
		c.State, c.Note = state, strings.TrimSpace(note)
		return nil
	})
}

// onCheck changes a check while its award is locked.
func (s *Service) onCheck(ctx context.Context, id, verb string, f func(*turn, *Check) error) error {
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		q := gen.New(tx)
		row, err := q.Check(ctx, id)
		if err != nil {
			return notFound(err, "check")
		}
		t, err := s.turn(ctx, tx, row.AwardID)
		if err != nil {
			return err
		}
		if row, err = q.Check(ctx, id); err != nil { // as it is now that the award is locked
			return notFound(err, "check")
		}
		c, err := checkOf(row)
		if err == nil {
			err = f(t, &c)
		}
		if err != nil {
			return err
		}
		return t.saveCheck(ctx, c, verb)
	})
}

func (t *turn) saveCheck(ctx context.Context, c Check, verb string) error {
	answers, err := json.Marshal(c.Answers)
	if err == nil {
		err = t.q.SetCheck(ctx, gen.SetCheckParams{ID: c.ID, State: c.State, Answer: string(answers), Note: c.Note, Author: c.Author,
			AnsweredAt: sql.NullTime{Time: c.Answered, Valid: !c.Answered.IsZero()}})
	}
	if err != nil {
		return fmt.Errorf("save check: %w", err)
	}
	return audit.Append(ctx, t.tx, t.stamp(), audit.Entry{Verb: verb, Object: "award:" + t.a.ID, AreaID: t.a.AreaID, Reason: c.Note, Detail: map[string]any{"year": c.Year}})
}
