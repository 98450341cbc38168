package award

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"xuedu/internal/accredit/award/internal/gen"
	"xuedu/internal/errs"
)

// moveReevaluate is the office's move that begins a re-evaluation.
const moveReevaluate = "reevaluate"

// DueAgain lists the awards of a programme, or of all where it is "", whose
// re-evaluation the caller may begin today, those that end first before.
func (s *Service) DueAgain(ctx context.Context, programme string) ([]Award, error) {
	list, err := s.List(ctx, Filter{Programme: programme})
	if err != nil {
		return nil, err
	}
	var due []Award
	for _, a := range list {
		if a.Final || !s.covers(ctx, PermManage, a.AreaID) {
			continue
		}
		moves, err := s.Moves(ctx, a)
		if err != nil {
			return nil, err
		}
		for _, m := range moves {
			if m.Code == moveReevaluate && m.Why == "" {
				due = append(due, a)
			}
		}
	}
	slices.SortStableFunc(due, func(a, b Award) int { return cmp.Or(cmp.Compare(a.Term, b.Term), cmp.Compare(a.Number, b.Number)) })
	return due, nil
}

// Reevaluate begins the re-evaluation of awards of one programme together: all
// or none. It fails as Move does, and with Invalid where there are none or they
// are of several programmes.
func (s *Service) Reevaluate(ctx context.Context, ids []string, reason string) error {
	if len(ids) == 0 {
		return errs.InvalidField("award", "award.none_chosen")
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids))) // locked in one order
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		programme := ""
		for _, id := range ids {
			t, err := s.turn(ctx, tx, id)
			if err != nil {
				return err
			}
			if programme = cmp.Or(programme, t.a.Programme); programme != t.a.Programme {
				return errs.InvalidField("award", "award.mixed")
			}
			t.in.Reason = reason
			if err := t.move(ctx, moveReevaluate, s.hand(ctx, t.a)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Extend gives a holder more time to put things right, up to the programme's
// limit. It fails with Conflict where nothing is being put right, and with
// Invalid for a day beyond the limit.
func (s *Service) Extend(ctx context.Context, id, day, reason string) error {
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		t, err := s.turn(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case !s.covers(ctx, PermManage, t.a.AreaID):
			return errs.New(errs.Forbidden, "award.not_yours")
		case t.a.State != stateRectifying:
			return errs.New(errs.Conflict, "award.not_now")
		case reason == "":
			return errs.InvalidField("reason", "workflow.reason_required")
		}
		last := addDays(s.dayOf(t.a.Since), t.r.Programme.Life.RectifyMost)
		if !sound(day) || day <= t.a.Due || day > last {
			return errs.InvalidField("day", "award.extend", "From", t.a.Due, "To", last)
		}
		t.a.Due = day
		if err := t.q.SetDue(ctx, gen.SetDueParams{AwardID: id, Due: day}); err != nil {
			return err
		}
		return t.note(ctx, "extend", reason)
	})
}

// Scored keeps the final score of the re-evaluation of an award, in the
// transaction that decides its call. It fails with Conflict where the award is
// not being re-evaluated, and Invalid for a score that is no decimal.
func (s *Service) Scored(ctx context.Context, tx *sql.Tx, id, score string) error {
	t, err := s.turn(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case t.a.State != stateReevaluating:
		return errs.New(errs.Conflict, "award.not_now")
	case !reaches(score, "0"):
		return errs.InvalidField("score", "award.bad_score")
	}
	t.a.Score = score
	return t.save(ctx)
}
