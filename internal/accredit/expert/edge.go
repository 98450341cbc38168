package expert

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/accredit/expert/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// What the log says happened.
const (
	eventFound     = "found"
	eventSuggested = "suggested"
	eventDeclared  = "declared"
	eventHeld      = "held"
	eventCleared   = "cleared"
	eventPinned    = "pinned"
	eventUnpinned  = "unpinned"
	eventEnded     = "ended"
	EventRecused   = "recused" // an assignment was taken away
)

// Event is a line of the log of conflicts.
type Event struct {
	ID, ExpertID, EdgeID, What, Kind, Subject, SubjectID, Reason, Author string
	At                                                                   time.Time
}

// AddEdge keeps a tie that another package found, in its transaction: a
// guidance contact makes a coach of whoever gave it. The same tie of the same
// source is kept once, for the longer time; what the office has pinned stays.
// The caller answers for the permission. Invalid on a broken rule.
func (s *Service) AddEdge(ctx context.Context, tx *sql.Tx, e Edge) (Edge, error) {
	if e.State == "" {
		e.State = Holds
	}
	e, err := s.keepEdge(ctx, tx, e, eventFound)
	if err != nil {
		return e, err
	}
	return e, s.tell(ctx, tx, e.ExpertID)
}

// keepEdge writes an edge or widens the one of the same tie and source.
func (s *Service) keepEdge(ctx context.Context, tx *sql.Tx, e Edge, what string) (Edge, error) {
	if err := s.checkEdge(e); err != nil {
		return e, err
	}
	had, err := made(ctx, tx, e)
	switch {
	case err != nil:
		return e, err
	case had.Pinned && e.Source != SourceDeclaration, had.Pinned && had.State == Cleared:
		return had, nil
	case had.ID != "" && !wider(&had, e):
		return had, nil
	case had.ID != "":
		had.At = s.stamp()
		return had, updateEdge(ctx, tx, had)
	}
	e.ID, e.At, e.Pinned = newID(), s.stamp(), false
	if e.Author == "" {
		e.Author = s.actor(ctx)
	}
	if err := s.insertEdge(ctx, tx, e); err != nil {
		return e, err
	}
	return e, s.note(ctx, tx, e, what)
}

// wider stretches a kept edge over the days of another and reports whether that
// changed it. One that was cleared stays so; one that ended holds again where
// the other does.
func wider(had *Edge, e Edge) bool {
	if had.State == Cleared {
		return false
	}
	before := *had
	if had.From > e.From {
		had.From = e.From
	}
	if had.To != "" && (e.To == "" || e.To > had.To) {
		had.To = e.To
	}
	if e.State == Holds && had.State != Holds {
		had.State = Holds
	}
	return *had != before
}

func (s *Service) checkEdge(e Edge) error {
	switch {
	case e.Kind != KindAny && !slices.Contains(Kinds, e.Kind):
		return errs.InvalidField("kind", "expert.no_kind", "Code", e.Kind)
	case !slices.Contains([]string{SubjectArea, SubjectOrg, SubjectApplication}, e.Subject) || e.SubjectID == "":
		return errs.InvalidField("subject", "expert.no_subject")
	case e.From != "" && !isDay(e.From), e.To != "" && !isDay(e.To), e.From != "" && e.To != "" && e.From > e.To:
		return errs.InvalidField("from", "expert.bad_days")
	case utf8.RuneCountInString(e.Reason) > maxReason:
		return errs.InvalidField("reason", "expert.too_long", "N", maxReason)
	}
	if e.Subject == SubjectArea {
		if _, ok := s.Tree().ByID(areaID(e.SubjectID)); !ok {
			return errs.InvalidField("area", "expert.no_area")
		}
	}
	return nil
}

func isDay(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil }

// note adds a line to the log.
func (s *Service) note(ctx context.Context, tx *sql.Tx, e Edge, what string) error {
	return s.Log(ctx, tx, Event{ExpertID: e.ExpertID, EdgeID: e.ID, What: what, Kind: e.Kind, Subject: e.Subject, SubjectID: e.SubjectID, Reason: e.Reason})
}

// Log adds a line to the log of conflicts, for who draws consequences from one
// in their transaction. Author and time are those of the call.
func (s *Service) Log(ctx context.Context, tx *sql.Tx, e Event) error {
	return gen.New(tx).InsertEvent(ctx, gen.InsertEventParams{ID: newID(), ExpertID: e.ExpertID, EdgeID: e.EdgeID, What: e.What, Kind: e.Kind,
		Subject: e.Subject, SubjectID: e.SubjectID, Reason: e.Reason, Author: s.actor(ctx), At: s.stamp()})
}

// Hold says that a tie, mostly one that was only suggested, is a conflict;
// Clear says that it is none. Both pin it and need expert:manage and a reason.
func (s *Service) Hold(ctx context.Context, edgeID, reason string) error {
	return s.decide(ctx, edgeID, reason, eventHeld, func(e *Edge) error {
		e.State, e.Pinned = Holds, true
		return nil
	})
}

// Clear: see Hold. While it is pinned no tie of that kind to that subject excludes.
func (s *Service) Clear(ctx context.Context, edgeID, reason string) error {
	return s.decide(ctx, edgeID, reason, eventCleared, func(e *Edge) error {
		e.State, e.Pinned = Cleared, true
		return nil
	})
}

// End says on which day a tie ended; it excludes for the years of the rule after that.
func (s *Service) End(ctx context.Context, edgeID, day, reason string) error {
	return s.decide(ctx, edgeID, reason, eventEnded, func(e *Edge) error {
		switch {
		case !isDay(day) || day < e.From:
			return errs.InvalidField("to", "expert.bad_days")
		case e.State != Holds && e.State != Ended:
			return errs.New(errs.Conflict, "expert.not_in_state")
		}
		e.State, e.To = Ended, day
		return nil
	})
}

// Unpin gives a tie back to the program. One that was only pinned as no
// conflict stays cleared but hides nothing any more.
func (s *Service) Unpin(ctx context.Context, edgeID, reason string) error {
	return s.decide(ctx, edgeID, reason, eventUnpinned, func(e *Edge) error {
		if !e.Pinned {
			return errs.New(errs.Conflict, "expert.not_in_state")
		}
		e.Pinned = false
		if e.State == Holds && e.Source == SourceOffice {
			e.State, e.To = Ended, max(e.From, s.Today())
		}
		return nil
	})
}

// decide runs one decision of the office about an edge.
func (s *Service) decide(ctx context.Context, edgeID, reason, what string, f func(*Edge) error) error {
	if err := s.may(ctx, PermManage); err != nil {
		return err
	}
	reason, err := needReason(reason)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		row, err := gen.New(tx).Edge(ctx, edgeID)
		if errors.Is(err, sql.ErrNoRows) {
			return errs.New(errs.NotFound, "expert.no_edge")
		}
		if err != nil {
			return err
		}
		e := edgeOf(row)
		if err := f(&e); err != nil {
			return err
		}
		e.Reason, e.Author, e.At = reason, s.actor(ctx), s.stamp()
		return s.decided(ctx, tx, e, what)
	})
}

func (s *Service) decided(ctx context.Context, tx *sql.Tx, e Edge, what string) error {
	if err := updateEdge(ctx, tx, e); err != nil {
		return err
	}
	if err := s.note(ctx, tx, e, what); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, e.ExpertID); err != nil {
		return err
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "expert:conflict_" + what, Object: object(e.ExpertID), Reason: e.Reason,
		Detail: map[string]any{"edge": e.ID, "kind": e.Kind, "subject": e.Subject + ":" + e.SubjectID}})
}

// Pin sets what the office knows: a tie that is a conflict (e.State Holds) or
// one that is none (Cleared), whatever the program finds. It needs
// expert:manage and a reason.
func (s *Service) Pin(ctx context.Context, e Edge) (Edge, error) {
	if err := s.may(ctx, PermManage); err != nil {
		return e, err
	}
	reason, err := needReason(e.Reason)
	if err != nil {
		return e, err
	}
	if e.State != Holds && e.State != Cleared {
		return e, errs.InvalidField("state", "expert.no_decision")
	}
	e.Source, e.Pinned, e.Reason, e.Author, e.At = SourceOffice, true, reason, s.actor(ctx), s.stamp()
	if err := s.checkEdge(e); err != nil {
		return e, err
	}
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := find(ctx, tx, e.ExpertID); err != nil {
			return err
		}
		had, err := made(ctx, tx, e)
		if err != nil {
			return err
		}
		if e.ID = had.ID; e.ID == "" {
			e.ID = newID()
			if err := s.insertEdge(ctx, tx, e); err != nil {
				return err
			}
		}
		return s.decided(ctx, tx, e, eventPinned)
	})
	return e, err
}

// Declare is an expert's own word about a tie: to an application assigned, or
// to an institution or area before anything is. It holds at once; an assignment
// it concerns is taken away in the same transaction. It needs review:use and
// fails with Invalid without a reason.
func (s *Service) Declare(ctx context.Context, e Edge) (Edge, error) {
	me, err := s.Me(ctx)
	if err != nil {
		return e, err
	}
	if e.Reason, err = needReason(e.Reason); err != nil {
		return e, err
	}
	if !slices.Contains([]string{KindDeclared, KindFamily}, e.Kind) {
		return e, errs.InvalidField("kind", "expert.no_kind", "Code", strings.TrimSpace(e.Kind))
	}
	e.ExpertID, e.Source, e.State, e.From = me.ID, SourceDeclaration, Holds, ""
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if e, err = s.keepEdge(ctx, tx, e, eventDeclared); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, me.ID); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "expert:declare", Object: object(me.ID), Reason: e.Reason,
			Detail: map[string]any{"edge": e.ID, "subject": e.Subject + ":" + e.SubjectID}})
	})
	return e, err
}
