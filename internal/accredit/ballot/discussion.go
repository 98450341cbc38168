package ballot

import (
	"context"
	"database/sql"
	"fmt"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/ballot/internal/gen"
	"xuedu/internal/accredit/score"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

func (s *Service) openDiscussion(ctx context.Context, tx *sql.Tx, a Assignment, spread string) error {
	at, id := s.stamp(), newID()
	err := gen.New(tx).InsertDiscussion(ctx, gen.InsertDiscussionParams{ID: id, CallID: a.CallID, ApplicationID: a.ApplicationID, Spread: spread, OpenedAt: at})
	if err != nil {
		return fmt.Errorf("open discussion: %w", err)
	}
	return audit.Append(ctx, tx, at, audit.Entry{Verb: "review:discuss", Object: "application:" + a.ApplicationID, Detail: map[string]any{"discussion": id}})
}

// Discuss opens the joint discussion of an application whose ballots are all
// in and lie too far apart. The last ballot does so by itself; the office does
// where somebody left after it. Conflict while ballots are missing or lie near
// enough, or if it was opened.
func (s *Service) Discuss(ctx context.Context, callID, applicationID string) error {
	if err := office(ctx); err != nil {
		return err
	}
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return err
	}
	a := Assignment{CallID: callID, ApplicationID: applicationID}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := db.Next(ctx, tx, counter, 1); err != nil {
			return err
		}
		list, whole, err := s.ballotsOf(ctx, tx, a)
		if err != nil {
			return err
		}
		far, spread, err := score.TooFar(c.Rules.Programme, list)
		if err != nil {
			return err
		}
		if _, err := gen.New(tx).Discussion(ctx, applicationID); !isNone(err) || !whole || !far {
			return errs.New(errs.Conflict, "ballot.no_need")
		}
		return s.openDiscussion(ctx, tx, a, spread)
	})
}

func discussionOf(r gen.Discussion) *Discussion {
	d := &Discussion{ID: r.ID, CallID: r.CallID, ApplicationID: r.ApplicationID, State: r.State, Spread: r.Spread, OpenedAt: r.OpenedAt.UTC(), Summary: r.Summary}
	if r.ClosedAt.Valid {
		d.ClosedAt = r.ClosedAt.Time.UTC()
	}
	return d
}

// discussionFor is the discussion as the owner of an assignment sees it: with
// all ballots, and only after handing in one's own.
func (s *Service) discussionFor(ctx context.Context, a Assignment, c accredit.Call) (*Discussion, error) {
	if a.State != Submitted {
		return nil, nil
	}
	r, err := gen.New(s.DB.Read).Discussion(ctx, a.ApplicationID)
	if isNone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read discussion: %w", err)
	}
	d := discussionOf(r)
	seats, err := s.others(ctx, d, a, c)
	if err != nil {
		return nil, err
	}
	posts, err := gen.New(s.DB.Read).Posts(ctx, d.ID)
	if err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	for _, p := range posts {
		if seat := seats[p.AssignmentID]; seat != "" { // who left has left with what was said
			d.Posts = append(d.Posts, Post{Seat: seat, Text: p.Text, Mine: p.AssignmentID == a.ID, At: p.At.UTC()})
		}
	}
	return d, nil
}

// others fills the ballots of all seats and returns the seats by assignment.
func (s *Service) others(ctx context.Context, d *Discussion, a Assignment, c accredit.Call) (map[string]string, error) {
	all, err := s.Panel.OfCall(ctx, a.CallID)
	if err != nil {
		return nil, err
	}
	marks, err := marksByAssignment(ctx, s.DB.Read, a.ApplicationID)
	if err != nil {
		return nil, err
	}
	seats := map[string]string{}
	for _, o := range all {
		if o.ApplicationID != a.ApplicationID || o.State != Submitted {
			continue
		}
		seats[o.ID] = o.Seat
		now, _ := latest(marks[o.ID])
		for leaf, m := range now {
			m.Private = ""
			now[leaf] = m
		}
		points, err := score.Points(c.Rules.Programme, scored(o, marks[o.ID]))
		if err != nil {
			return nil, err
		}
		d.Others = append(d.Others, Other{Seat: o.Seat, Points: points, Mine: o.ID == a.ID, Marks: now})
	}
	return seats, nil
}

// inDiscussion finds the signed-in expert's open discussion.
func (s *Service) inDiscussion(ctx context.Context, assignmentID string) (Assignment, gen.Discussion, error) {
	a, err := s.Panel.Assignment(ctx, assignmentID)
	if err != nil {
		return a, gen.Discussion{}, err
	}
	r, err := gen.New(s.DB.Read).Discussion(ctx, a.ApplicationID)
	if isNone(err) || a.State != Submitted {
		return a, r, errs.New(errs.NotFound, "ballot.no_discussion")
	}
	if err != nil {
		return a, r, err
	}
	if r.State != DiscussionOpen {
		return a, r, errs.New(errs.Conflict, "ballot.discussion_closed")
	}
	return a, r, nil
}

// Say adds to the joint discussion of an assignment of the signed-in expert.
func (s *Service) Say(ctx context.Context, assignmentID, words string) error {
	words, err := text("text", words, maxText)
	if err != nil {
		return err
	}
	if words == "" {
		return errs.InvalidField("text", "ballot.no_words")
	}
	a, d, err := s.inDiscussion(ctx, assignmentID)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if err := s.stillOpen(ctx, tx, a); err != nil {
			return err
		}
		at := s.stamp()
		if err := gen.New(tx).InsertPost(ctx, gen.InsertPostParams{ID: newID(), DiscussionID: d.ID, AssignmentID: a.ID, Text: words, At: at}); err != nil {
			return fmt.Errorf("insert post: %w", err)
		}
		return audit.Append(ctx, tx, at, audit.Entry{Verb: "review:say", Object: "assignment:" + a.ID})
	})
}

// Revise changes a level after the joint discussion, for a reason that is kept
// with it, as is the level of before. version is that of the leaf's second
// round, 0 = none yet. Conflict when the discussion is closed.
func (s *Service) Revise(ctx context.Context, assignmentID string, m Mark) error {
	reason, err := needReason(m.Reason)
	if err != nil {
		return err
	}
	a, _, err := s.inDiscussion(ctx, assignmentID)
	if err != nil {
		return err
	}
	sh, err := s.sheet(ctx, a)
	if err != nil {
		return err
	}
	if m, err = tidy(sh.Call.Rules.Programme, m); err != nil {
		return err
	}
	old := sh.Marks[m.Leaf]
	if m.Level == "" || m.Level == old.Level {
		return errs.InvalidField("level", "ballot.same_level")
	}
	if m.Comment == "" {
		m.Comment = old.Comment
	}
	m.Private, m.Reason, m.Round, m.At = old.Private, reason, 2, s.stamp()
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if err := s.stillOpen(ctx, tx, a); err != nil {
			return err
		}
		if err := put(ctx, tx, a.ID, &m); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "review:revise", Object: "assignment:" + a.ID, Reason: reason, Detail: map[string]any{"leaf": m.Leaf}})
	})
}

// Discussions lists the joint discussions of a call without what was said.
// Forbidden to all but the office and the technical body.
func (s *Service) Discussions(ctx context.Context, callID string) ([]Discussion, error) {
	if err := office(ctx); err != nil {
		return nil, err
	}
	return s.discussions(ctx, callID)
}

func (s *Service) discussions(ctx context.Context, callID string) ([]Discussion, error) {
	rows, err := gen.New(s.DB.Read).Discussions(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("read discussions: %w", err)
	}
	out := make([]Discussion, len(rows))
	for i, r := range rows {
		out[i] = *discussionOf(r)
	}
	return out, nil
}

// CloseDiscussion ends a joint discussion with a summary; after it no level
// changes. Conflict if it is closed.
func (s *Service) CloseDiscussion(ctx context.Context, id, summary string) error {
	if err := office(ctx); err != nil {
		return err
	}
	summary, err := needReason(summary)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := db.Next(ctx, tx, counter, 1); err != nil {
			return err
		}
		at := s.stamp()
		n, err := gen.New(tx).CloseDiscussion(ctx, gen.CloseDiscussionParams{ID: id, Summary: summary, ClosedAt: sql.NullTime{Time: at, Valid: true}})
		if err != nil {
			return fmt.Errorf("close discussion: %w", err)
		}
		if n == 0 {
			return errs.New(errs.Conflict, "ballot.discussion_closed")
		}
		return audit.Append(ctx, tx, at, audit.Entry{Verb: "review:conclude", Object: "discussion:" + id, Reason: summary})
	})
}
