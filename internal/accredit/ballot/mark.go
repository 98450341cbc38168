package ballot

import (
	"context"
	"database/sql"
	"fmt"

	"xuedu/internal/account"
	"xuedu/internal/accredit/ballot/internal/gen"
	"xuedu/internal/accredit/score"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Mark writes what the signed-in expert finds of a leaf; it may be unfinished.
// m.Version is what was read (0 = nothing): Conflict if it changed meanwhile,
// or if the ballot is submitted. Invalid for an unknown leaf or level.
func (s *Service) Mark(ctx context.Context, assignmentID string, m Mark) (Mark, error) {
	a, err := s.Panel.Assignment(ctx, assignmentID)
	if err != nil {
		return Mark{}, err
	}
	list, err := s.write(ctx, a, []Mark{m}, "", "")
	if err != nil {
		return Mark{}, err
	}
	return list[0], nil
}

// MarkAll writes many marks of one assignment, or none of them.
func (s *Service) MarkAll(ctx context.Context, assignmentID string, list []Mark) error {
	a, err := s.Panel.Assignment(ctx, assignmentID)
	if err != nil {
		return err
	}
	_, err = s.write(ctx, a, list, "", "")
	return err
}

// Paper writes marks from an expert's paper ballot. The office does so, for a
// reason; the trail keeps who typed them in, and the expert sees it.
func (s *Service) Paper(ctx context.Context, callID, assignmentID string, list []Mark, reason string) error {
	if err := office(ctx); err != nil {
		return err
	}
	reason, err := needReason(reason)
	if err != nil {
		return err
	}
	a, err := s.ofCall(ctx, callID, assignmentID)
	if err != nil {
		return err
	}
	_, err = s.write(ctx, a, list, clerk(ctx), reason)
	return err
}

// clerk is who types in a paper ballot.
func clerk(ctx context.Context) string {
	if id := account.From(ctx).ID; id != "" {
		return id
	}
	return audit.From(ctx).Actor
}

// write keeps marks of round 1, all or none. author is who types them in from
// paper, "" = the expert.
func (s *Service) write(ctx context.Context, a Assignment, list []Mark, author, reason string) ([]Mark, error) {
	if a.State != Open {
		return nil, errOpen()
	}
	c, err := s.Calls.Call(ctx, a.CallID)
	if err != nil {
		return nil, err
	}
	out := make([]Mark, len(list))
	for i, m := range list {
		if out[i], err = tidy(c.Rules.Programme, m); err != nil {
			return nil, err
		}
		out[i].Author, out[i].At, out[i].Round = author, s.stamp(), 1
	}
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if err := s.stillOpen(ctx, tx, a); err != nil {
			return err
		}
		for i := range out {
			if err := put(ctx, tx, a.ID, &out[i]); err != nil {
				return err
			}
		}
		verb := "review:mark"
		if author != "" {
			verb = "review:paper"
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: verb, Object: "assignment:" + a.ID, Reason: reason, Detail: map[string]any{"leaves": leaves(out)}})
	})
	return out, err
}

// leaves names what was written, never how it was judged.
func leaves(list []Mark) []string {
	out := make([]string, len(list))
	for i, m := range list {
		out[i] = m.Leaf
	}
	return out
}

// stillOpen locks against submitting and asks again: nothing is written into a
// ballot that was submitted or sealed meanwhile.
func (s *Service) stillOpen(ctx context.Context, tx *sql.Tx, a Assignment) error {
	if _, err := db.Next(ctx, tx, counter, 1); err != nil {
		return err
	}
	now, err := s.ofCall(ctx, a.CallID, a.ID)
	if err != nil {
		return err
	}
	if now.State != a.State {
		return errOpen()
	}
	return nil
}

func tidy(p pack.AwardProgramme, m Mark) (_ Mark, err error) {
	if _, ok := leafOf(p, m.Leaf); !ok {
		return m, errs.New(errs.NotFound, "ballot.no_leaf")
	}
	if m.Level != "" && !hasLevel(p, m.Level) {
		return m, errs.InvalidField("level", "ballot.no_level")
	}
	if m.Comment, err = text("comment", m.Comment, maxText); err != nil {
		return m, err
	}
	m.Private, err = text("private", m.Private, maxText)
	return m, err
}

// put inserts a mark, or changes the version that was read.
func put(ctx context.Context, tx *sql.Tx, assignmentID string, m *Mark) error {
	q, clash := gen.New(tx), errs.New(errs.Conflict, "ballot.changed")
	if m.Version == 0 {
		err := q.InsertMark(ctx, gen.InsertMarkParams{AssignmentID: assignmentID, Leaf: m.Leaf, Round: int64(m.Round), Level: m.Level,
			Comment: m.Comment, Private: m.Private, Reason: m.Reason, Author: m.Author, At: m.At})
		if db.IsUnique(err) {
			return clash
		}
		if err != nil {
			return fmt.Errorf("insert mark: %w", err)
		}
		m.Version = 1
		return nil
	}
	n, err := q.UpdateMark(ctx, gen.UpdateMarkParams{AssignmentID: assignmentID, Leaf: m.Leaf, Round: int64(m.Round), Version: m.Version,
		Level: m.Level, Comment: m.Comment, Private: m.Private, Reason: m.Reason, Author: m.Author, At: m.At})
	if err != nil {
		return fmt.Errorf("update mark: %w", err)
	}
	if n == 0 {
		return clash
	}
	m.Version++
	return nil
}

// Submit hands the signed-in expert's ballot in; after that it is changed only
// in a joint discussion, or reopened by the office. Invalid while something is
// missing, Conflict if it is not open. The last ballot of an application opens
// the joint discussion if they lie too far apart.
func (s *Service) Submit(ctx context.Context, assignmentID string) error {
	a, err := s.Panel.Assignment(ctx, assignmentID)
	if err != nil {
		return err
	}
	return s.submit(ctx, a)
}

// SubmitPaper hands in a ballot that the office typed in from paper.
func (s *Service) SubmitPaper(ctx context.Context, callID, assignmentID string) error {
	if err := office(ctx); err != nil {
		return err
	}
	a, err := s.ofCall(ctx, callID, assignmentID)
	if err != nil {
		return err
	}
	return s.submit(ctx, a)
}

func (s *Service) submit(ctx context.Context, a Assignment) error {
	if a.State != Open {
		return errOpen()
	}
	sh, err := s.sheet(ctx, a)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if err := s.stillOpen(ctx, tx, a); err != nil {
			return err
		}
		marks, err := s.marks(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		sh.Marks, sh.First = latest(marks)
		if n := len(missing(sh)); n > 0 {
			return errs.New(errs.Invalid, "ballot.not_whole", "N", n)
		}
		if err := s.discussIfFar(ctx, tx, sh); err != nil {
			return err
		}
		return s.Panel.Submit(ctx, tx, a.ID)
	})
}

// discussIfFar opens the joint discussion of an application when its last
// ballot comes in.
func (s *Service) discussIfFar(ctx context.Context, tx *sql.Tx, sh Sheet) error {
	ballots, whole, err := s.ballotsOf(ctx, tx, sh.Assignment)
	if err != nil || !whole {
		return err
	}
	far, spread, err := score.TooFar(sh.Call.Rules.Programme, ballots)
	if err != nil || !far {
		return err
	}
	if _, err := gen.New(tx).Discussion(ctx, sh.ApplicationID); !isNone(err) {
		return err
	}
	return s.openDiscussion(ctx, tx, sh.Assignment, spread)
}

// ballotsOf collects the submitted ballots of an application, that of a among
// them whatever its state; whole is false while others are missing.
func (s *Service) ballotsOf(ctx context.Context, q db.Querier, a Assignment) (list []score.Ballot, whole bool, err error) {
	all, err := s.Panel.OfCall(ctx, a.CallID)
	if err != nil {
		return nil, false, err
	}
	marks, err := marksByAssignment(ctx, q, a.ApplicationID)
	if err != nil {
		return nil, false, err
	}
	whole = true
	for _, o := range all {
		if o.ApplicationID != a.ApplicationID || !o.live() {
			continue
		}
		if o.ID != a.ID && o.State != Submitted {
			whole = false
			continue
		}
		list = append(list, scored(o, marks[o.ID]))
	}
	return list, whole, nil
}

// Reopen gives a submitted ballot back to its expert, for a reason that the
// trail keeps. Conflict once the ballots of the application are being, or have
// been, discussed: who has seen the others' marks changes nothing silently.
func (s *Service) Reopen(ctx context.Context, callID, assignmentID, reason string) error {
	if err := office(ctx); err != nil {
		return err
	}
	reason, err := needReason(reason)
	if err != nil {
		return err
	}
	a, err := s.ofCall(ctx, callID, assignmentID)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if err := s.stillOpen(ctx, tx, a); err != nil {
			return err
		}
		if _, err := gen.New(tx).Discussion(ctx, a.ApplicationID); !isNone(err) {
			if err != nil {
				return err
			}
			return errs.New(errs.Conflict, "ballot.discussed")
		}
		if err := s.Panel.Reopen(ctx, tx, a.ID); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "review:reopen", Object: "assignment:" + a.ID, Reason: reason})
	})
}

// Seal keeps what was written of an assignment that ended, but for nobody to
// read. It runs in the transaction that ends it.
func (s *Service) Seal(ctx context.Context, tx *sql.Tx, assignmentID string) error {
	return gen.New(tx).Seal(ctx, assignmentID)
}
