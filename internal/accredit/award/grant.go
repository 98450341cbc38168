package award

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/award/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// States of a call and an application from which awards are made: before the
// office's move, and after it in the same transaction.
var (
	grantable = []string{"decided", "closed"}
	approved  = []string{"approved", "recognised"}
)

// Grant makes the awards of one decided call, in the caller's transaction
// (P1.3, P1.7). It fails with Invalid where the number of the decision or a day
// is missing, and with Conflict where the call is not decided or is a
// re-evaluation, an application is not approved in it or holds an award
// already, or more would be in force than the programme has places for.
func (s *Service) Grant(ctx context.Context, tx *sql.Tx, list []New) ([]Award, error) {
	if len(list) == 0 {
		return nil, nil
	}
	r, err := s.mayGrant(ctx, list)
	if err != nil {
		return nil, err
	}
	if _, err := db.Next(ctx, tx, "award:"+r.Programme.Code, 1); err != nil { // one grant of a programme after the other
		return nil, err
	}
	if err := s.quotaLeft(ctx, tx, r, list[0].Day, len(list)); err != nil {
		return nil, err
	}
	var out []Award
	for _, n := range list {
		a, err := s.grant(ctx, tx, r, n)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, s.granted(ctx, tx, out)
}

// mayGrant checks all that can be said without the register.
func (s *Service) mayGrant(ctx context.Context, list []New) (rules, error) {
	first := list[0]
	for _, n := range list {
		if err := n.check(); err != nil {
			return rules{}, err
		}
		if n.CallID != first.CallID || n.Programme != first.Programme || n.Day != first.Day {
			return rules{}, errs.New(errs.Conflict, "award.mixed")
		}
	}
	c, err := s.Calls.Call(ctx, first.CallID)
	if err != nil {
		return rules{}, err
	}
	if c.Programme != first.Programme || c.Kind != accredit.KindFirst || c.Digest == "" || !slices.Contains(grantable, c.State) {
		return rules{}, errs.New(errs.Conflict, "award.not_decided")
	}
	apps, err := s.Calls.OfCall(ctx, c.ID)
	if err != nil {
		return rules{}, err
	}
	for _, n := range list {
		if !slices.ContainsFunc(apps, func(a accredit.Application) bool { return n.of(a) && slices.Contains(approved, a.State) }) {
			return rules{}, errs.New(errs.Conflict, "award.not_approved", "Holder", n.Holder)
		}
	}
	return s.rules(ctx, c.ID, c.Programme)
}

// of reports whether n is an award for an application.
func (n New) of(a accredit.Application) bool {
	return n.ApplicationID == a.ID && n.OrgID == a.OrgID && n.AreaID == a.AreaID
}

func (n New) check() error {
	switch {
	case strings.TrimSpace(n.Document) == "":
		return errs.InvalidField("document", "award.no_document")
	case !sound(n.Day):
		return errs.InvalidField("day", "award.bad_day")
	case strings.TrimSpace(n.Holder) == "":
		return errs.InvalidField("holder", "award.no_holder")
	}
	return nil
}

// sound reports whether day is a day of the calendar.
func sound(day string) bool {
	_, err := time.Parse(time.DateOnly, day)
	return err == nil
}

// quotaLeft fails unless n more awards of a programme have a place. An award
// that may come back on appeal or is being re-evaluated keeps its place.
func (s *Service) quotaLeft(ctx context.Context, tx *sql.Tx, r rules, day string, n int) error {
	taken, err := gen.New(tx).Taken(ctx, gen.TakenParams{Kind: r.Programme.Code, Day: day})
	if err != nil {
		return fmt.Errorf("count awards: %w", err)
	}
	if q := r.Programme.Quota; q > 0 && int(taken)+n > q {
		return errs.New(errs.Conflict, "award.quota", "Quota", q, "Taken", taken, "N", n)
	}
	return nil
}

func (s *Service) grant(ctx context.Context, tx *sql.Tx, r rules, n New) (Award, error) {
	q := gen.New(tx)
	twice, err := q.OfApplication(ctx, n.ApplicationID)
	if err != nil {
		return Award{}, fmt.Errorf("find awards of application: %w", err)
	}
	if twice > 0 {
		return Award{}, errs.New(errs.Conflict, "award.twice", "Holder", n.Holder)
	}
	number, err := s.number(ctx, tx, r.Programme.Prefix, n.Day)
	if err != nil {
		return Award{}, err
	}
	a := Award{ID: newID(), Programme: n.Programme, Number: number, Holder: strings.TrimSpace(n.Holder), OrgID: n.OrgID, AreaID: n.AreaID,
		CallID: n.CallID, ApplicationID: n.ApplicationID, Document: strings.TrimSpace(n.Document), Day: n.Day, From: n.Day,
		To: termFrom(n.Day, r.Programme.Validity), Sentence: strings.TrimSpace(n.Sentence)}
	a.Term = a.To
	return s.insert(ctx, tx, r, a, "grant")
}

// insert writes a new award into the register, with its first event.
func (s *Service) insert(ctx context.Context, tx *sql.Tx, r rules, a Award, move string) (Award, error) {
	q, now := gen.New(tx), s.stamp()
	start, _ := r.Machine.State(r.Machine.Definition().Start)
	a.State, a.Desk, a.Since = start.Code, start.Desk, now
	state := standing
	if a.Earlier {
		state = pending
	}
	err := q.InsertAward(ctx, gen.InsertAwardParams{ID: a.ID, Kind: a.Programme, Holder: a.Holder, AreaID: a.AreaID, State: state,
		ValidFrom: a.From, ValidTo: a.To, CreatedAt: now})
	if err == nil {
		err = q.InsertDetail(ctx, gen.InsertDetailParams{AwardID: a.ID, CallID: a.CallID, ApplicationID: a.ApplicationID,
			Programme: a.Programme, OrgID: a.OrgID, Number: a.Number, Document: a.Document, Day: a.Day, Term: a.Term,
			State: a.State, Desk: a.Desk, Since: now, Due: a.Due, Sentence: a.Sentence})
	}
	if db.IsUnique(err) {
		return a, errs.InvalidField("number", "award.number_taken", "Number", a.Number)
	}
	if err == nil {
		err = s.event(ctx, q, a, Event{Move: move, To: a.State})
	}
	if err != nil {
		return a, fmt.Errorf("insert award: %w", err)
	}
	return a, nil
}

// number hands out the number of a certificate: SF2026-001.
func (s *Service) number(ctx context.Context, tx *sql.Tx, prefix, day string) (string, error) {
	head := prefix + day[:4]
	n, err := db.Next(ctx, tx, "certificate:"+head, 1)
	return fmt.Sprintf("%s-%03d", head, n), err
}

// termFrom is the first day on which an award of so many years no longer
// holds; "" = it is open. What begins on 29 February ends on 1 March.
func termFrom(day string, years int) string {
	if years == 0 {
		return ""
	}
	return date(day).AddDate(years, 0, 0).Format(time.DateOnly)
}

// granted writes the trail, last.
func (s *Service) granted(ctx context.Context, tx *sql.Tx, list []Award) error {
	for _, a := range list {
		err := audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "award:grant", Object: "award:" + a.ID, AreaID: a.AreaID,
			Detail: map[string]any{"number": a.Number, "programme": a.Programme, "document": a.Document}})
		if err != nil {
			return err
		}
	}
	return nil
}

// event adds to the history of an award.
func (s *Service) event(ctx context.Context, q *gen.Queries, a Award, e Event) error {
	last, err := q.LastEvent(ctx, a.ID)
	if err != nil {
		return err
	}
	now := s.stamp()
	return q.InsertEvent(ctx, gen.InsertEventParams{AwardID: a.ID, Nr: last + 1, Move: e.Move, FromState: e.From, ToState: e.To,
		Reason: e.Reason, Actor: actor(ctx), Day: s.dayOf(now), ValidTo: a.To, At: now})
}
