package award

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/award/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// Record is something said or written while an award is to be revoked.
type Record struct {
	ID, AwardID, Kind, Day, Text, Author string
	At                                   time.Time
}

// Kinds of record.
const (
	RecordStatement     = "statement"      // of the holder, in writing
	RecordHearingAsked  = "hearing_asked"  // the holder wants to be heard in person
	RecordHearing       = "hearing"        // what was said at the hearing
	RecordWaiver        = "waiver"         // the holder does not want to be heard
	RecordAppeal        = "appeal"         // of the holder against the revocation
	RecordAppealRefused = "appeal_refused" // with the reason; a granted one restores the award
)

const mostText = 5000 // characters

// kinds says in which state a record is made, and by whom: "" = the holder, or
// the office that got a letter.
var kinds = map[string]struct{ state, perm string }{
	RecordStatement:     {stateHearing, ""},
	RecordHearingAsked:  {stateHearing, ""},
	RecordWaiver:        {stateHearing, ""},
	RecordHearing:       {stateHearing, PermManage},
	RecordAppeal:        {stateRevoked, ""},
	RecordAppealRefused: {stateRevoked, accredit.PermDecide},
}

// RecordKinds lists what the caller may record of an award now.
func (s *Service) RecordKinds(ctx context.Context, a Award) []string {
	var list []string
	for _, k := range []string{RecordStatement, RecordHearingAsked, RecordWaiver, RecordHearing, RecordAppeal, RecordAppealRefused} {
		if kinds[k].state == a.State && s.mayRecord(ctx, a, k) {
			list = append(list, k)
		}
	}
	return list
}

func (s *Service) mayRecord(ctx context.Context, a Award, kind string) bool {
	if perm := kinds[kind].perm; perm != "" {
		return s.covers(ctx, perm, a.AreaID)
	}
	return s.holds(ctx, a.OrgID, a.AreaID) || s.covers(ctx, PermManage, a.AreaID)
}

// Record keeps what was said or written. It fails with Invalid for an unknown
// kind or no text, Forbidden where it is not the caller's, and Conflict where
// the award is not in that procedure or the days to appeal are over.
func (s *Service) Record(ctx context.Context, id, kind, text string) error {
	k, ok := kinds[kind]
	text = strings.TrimSpace(text)
	switch {
	case !ok:
		return errs.InvalidField("kind", "award.no_record_kind")
	case text == "" || utf8.RuneCountInString(text) > mostText:
		return errs.InvalidField("text", "award.text", "Most", mostText)
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		t, err := s.turn(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case !s.mayRecord(ctx, t.a, kind):
			return errs.New(errs.Forbidden, "award.not_yours")
		case t.a.State != k.state || (kind == RecordAppeal && t.day > t.a.Due):
			return errs.New(errs.Conflict, "award.not_now")
		}
		return t.record(ctx, kind, text)
	})
}

func (t *turn) record(ctx context.Context, kind, text string) error {
	if kind == RecordAppealRefused {
		if open, err := t.procedure(ctx, "appealed"); err != nil || !open {
			return errs.New(errs.Conflict, "award.why.appealed")
		}
	}
	err := t.q.InsertRecord(ctx, gen.InsertRecordParams{ID: newID(), AwardID: t.a.ID, Kind: kind, Day: t.day, Text: text, Author: actor(ctx), At: t.stamp()})
	if err != nil {
		return fmt.Errorf("insert record: %w", err)
	}
	return audit.Append(ctx, t.tx, t.stamp(), audit.Entry{Verb: "award:record", Object: "award:" + t.a.ID, AreaID: t.a.AreaID, Detail: map[string]any{"kind": kind}})
}

// Records lists them for the holder, the office and the leading group; it fails
// with Forbidden for all others.
func (s *Service) Records(ctx context.Context, a Award) ([]Record, error) {
	if !s.Sees(ctx, a) {
		return nil, errs.New(errs.Forbidden, "award.not_yours")
	}
	return s.records(ctx, gen.New(s.DB.Read), a.ID)
}

// Sees reports whether the caller has to do with an award: holds it, looks
// after it or decides on it.
func (s *Service) Sees(ctx context.Context, a Award) bool {
	return s.holds(ctx, a.OrgID, a.AreaID) || s.covers(ctx, PermManage, a.AreaID) || s.covers(ctx, accredit.PermDecide, a.AreaID) ||
		s.covers(ctx, PermGuide, a.AreaID)
}

// Holds reports whether the caller acts for who holds an award.
func (s *Service) Holds(ctx context.Context, a Award) bool { return s.holds(ctx, a.OrgID, a.AreaID) }

func (s *Service) records(ctx context.Context, q *gen.Queries, id string) ([]Record, error) {
	rows, err := q.Records(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read records: %w", err)
	}
	list := make([]Record, len(rows))
	for i, r := range rows {
		list[i] = Record(r)
	}
	return list, nil
}
