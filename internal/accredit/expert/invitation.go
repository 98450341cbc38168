package expert

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/accredit/expert/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// Invitation asks an expert to join the pool, or to serve in a call.
type Invitation struct {
	ID, ExpertID, CallID string // CallID "" = to the pool
	State                string // sent, accepted, declined, expired
	Terms, TermsKey      string // digest and key of the text agreed to
	Due                  string // last day to answer
	Reason, Note         string // declined: one of Reasons, and in own words
	SentAt, AnsweredAt   time.Time
}

// States of an invitation. One that was not answered by its day is expired.
const (
	Sent     = "sent"
	Accepted = "accepted"
	Declined = "declined"
	Expired  = "expired"
)

// Reasons lists why an invitation may be declined.
var Reasons = []string{"busy", "conflict", "field", "health", "other"}

// ReasonConflict is the reason of who has a tie to those who apply.
const ReasonConflict = "conflict"

// termsKey is the text that who judges agrees to.
const termsKey = "expert.terms.text"

// maxDays is the most working days an invitation may wait.
const maxDays = 60

// Digest returns what identifies a text of terms: SHA-256 of the text in all
// languages.
func (s *Service) Digest(key string) string {
	sum := sha256.Sum256([]byte(s.Terms(key)))
	return hex.EncodeToString(sum[:])
}

// Fit says how many of a call's applications an expert may not judge.
type Fit struct{ Conflicts, Applications int }

// Fits answers for experts before they are invited to a call (c 1): by id.
// Applications is 0 while none has been handed in. It needs expert:read.
func (s *Service) Fits(ctx context.Context, callID string, ids []string) (map[string]Fit, error) {
	if err := s.may(ctx, PermRead); err != nil {
		return nil, err
	}
	rule, subjects, err := s.Calls.Subjects(ctx, callID)
	if err != nil {
		return nil, err
	}
	m, err := s.Matrix(ctx, rule, ids, subjects)
	out := make(map[string]Fit, len(ids))
	for _, id := range ids {
		out[id] = Fit{Conflicts: len(m[id]), Applications: len(subjects)}
	}
	return out, err
}

// Invite asks an expert to join the pool or to serve in a call, to be answered
// within days working days. One that was declined or has expired is opened
// again. It needs expert:manage; Conflict while one is open or accepted, and
// where the expert may judge none of the call's applications.
func (s *Service) Invite(ctx context.Context, expertID, callID string, days int) (Invitation, error) {
	if err := s.may(ctx, PermManage); err != nil {
		return Invitation{}, err
	}
	if days < 1 || days > maxDays {
		return Invitation{}, errs.InvalidField("days", "expert.bad_due", "N", maxDays)
	}
	if callID != "" {
		fits, err := s.Fits(ctx, callID, []string{expertID})
		if f := fits[expertID]; err != nil || f.Applications > 0 && f.Conflicts == f.Applications {
			return Invitation{}, firstErr(err, errs.New(errs.Conflict, "expert.tied_to_all"))
		}
	}
	var inv Invitation
	err := s.DB.InTx(ctx, func(tx *sql.Tx) error {
		e, err := find(ctx, tx, expertID)
		if err != nil {
			return err
		}
		if inv, err = s.send(ctx, tx, e, callID, days); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "expert:invite", Object: object(expertID), Detail: map[string]any{"call": callID, "due": inv.Due}})
	})
	return inv, err
}

func (s *Service) send(ctx context.Context, tx *sql.Tx, e Expert, callID string, days int) (Invitation, error) {
	if callID == "" && e.State != Invited || callID != "" && e.State != Active {
		return Invitation{}, errs.New(errs.Conflict, "expert.not_in_state")
	}
	q := gen.New(tx)
	row, err := q.InvitationTo(ctx, gen.InvitationToParams{ExpertID: e.ID, CallID: callID})
	if err := noRows(err); err != nil {
		return Invitation{}, err
	}
	inv := Invitation{ID: newID(), ExpertID: e.ID, CallID: callID, State: Sent, Terms: s.Digest(termsKey), TermsKey: termsKey, SentAt: s.stamp()}
	inv.Due = s.Days().Add(s.Now().In(s.Pack().Zone()), days).Format(time.DateOnly)
	if err != nil {
		return inv, q.InsertInvitation(ctx, gen.InsertInvitationParams{ID: inv.ID, ExpertID: e.ID, CallID: callID, State: Sent, Terms: inv.Terms,
			TermsKey: termsKey, Due: inv.Due, Note: "", SentBy: s.actor(ctx), SentAt: inv.SentAt})
	}
	if had := s.invitation(row); had.State == Sent || had.State == Accepted {
		return had, errs.New(errs.Conflict, "expert.invited_already")
	}
	inv.ID = row.ID
	return inv, q.SendAgain(ctx, gen.SendAgainParams{ID: row.ID, Terms: inv.Terms, TermsKey: termsKey, Due: inv.Due, SentBy: s.actor(ctx), SentAt: inv.SentAt})
}

// invitation maps a row; what waits too long shows as expired.
func (s *Service) invitation(r gen.Invitation) Invitation {
	inv := Invitation{ID: r.ID, ExpertID: r.ExpertID, CallID: r.CallID, State: r.State, Terms: r.Terms, TermsKey: r.TermsKey, Due: r.Due,
		Reason: r.Reason, Note: r.Note, SentAt: r.SentAt.UTC()}
	if r.AnsweredAt.Valid {
		inv.AnsweredAt = r.AnsweredAt.Time.UTC()
	}
	if inv.State == Sent && inv.Due < s.Today() {
		inv.State = Expired
	}
	return inv
}

// Invitations lists those sent to an expert, the newest first: for the office,
// or the expert's own.
func (s *Service) Invitations(ctx context.Context, expertID string) ([]Invitation, error) {
	if err := s.may(ctx, PermRead); err != nil {
		if me, meErr := s.Me(ctx); meErr != nil || me.ID != expertID {
			return nil, err
		}
	}
	rows, err := gen.New(s.DB.Read).InvitationsOf(ctx, expertID)
	return s.invitations(rows), err
}

// AllInvitations lists all of the city, the newest first. It needs expert:read.
func (s *Service) AllInvitations(ctx context.Context) ([]Invitation, error) {
	if err := s.may(ctx, PermRead); err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).Invitations(ctx)
	return s.invitations(rows), err
}

func (s *Service) invitations(rows []gen.Invitation) []Invitation {
	out := make([]Invitation, len(rows))
	for i, r := range rows {
		out[i] = s.invitation(r)
	}
	return out
}

// Answer is what an expert says to an invitation.
type Answer struct {
	Accept       bool
	Terms        string // digest of the text that was shown
	Reason, Note string // declined
}

// Answer takes the expert's own answer. Accepting agrees to the terms as they
// were sent; to join the pool makes the expert active. It fails with NotFound
// for another's invitation, Conflict once it is answered, expired or its terms
// are no longer those shown, and Invalid on an unknown reason.
func (s *Service) Answer(ctx context.Context, id string, a Answer) error {
	me, err := s.Me(ctx)
	if err != nil {
		return err
	}
	a.Note = strings.TrimSpace(a.Note)
	switch {
	case utf8.RuneCountInString(a.Note) > maxReason:
		return errs.InvalidField("note", "expert.too_long", "N", maxReason)
	case !a.Accept && !slices.Contains(Reasons, a.Reason):
		return errs.InvalidField("reason", "expert.decline_reason")
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		inv, err := s.open(ctx, tx, me, id, a)
		if err != nil {
			return err
		}
		if err := s.answer(ctx, tx, me, inv, a); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "expert:answer", Object: object(me.ID),
			Detail: map[string]any{"call": inv.CallID, "accept": a.Accept, "reason": a.Reason, "terms": inv.Terms}})
	})
}

// open finds the invitation that may be answered.
func (s *Service) open(ctx context.Context, tx *sql.Tx, me Expert, id string, a Answer) (Invitation, error) {
	row, err := gen.New(tx).Invitation(ctx, id)
	if errors.Is(err, sql.ErrNoRows) || err == nil && row.ExpertID != me.ID {
		return Invitation{}, errs.New(errs.NotFound, "expert.no_invitation")
	}
	if err != nil {
		return Invitation{}, err
	}
	inv := s.invitation(row)
	switch {
	case inv.State == Expired:
		return inv, errs.New(errs.Conflict, "expert.invitation_expired", "Day", inv.Due)
	case inv.State != Sent:
		return inv, errs.New(errs.Conflict, "expert.invitation_answered")
	case a.Accept && (a.Terms != inv.Terms || s.Digest(inv.TermsKey) != inv.Terms):
		return inv, errs.New(errs.Conflict, "expert.terms_changed")
	}
	return inv, nil
}

func (s *Service) answer(ctx context.Context, tx *sql.Tx, me Expert, inv Invitation, a Answer) error {
	to := Declined
	if a.Accept {
		to, a.Reason = Accepted, ""
	}
	err := gen.New(tx).AnswerInvitation(ctx, gen.AnswerInvitationParams{ID: inv.ID, State: to, Reason: a.Reason, Note: a.Note,
		AnsweredAt: sql.NullTime{Time: s.stamp(), Valid: true}})
	if err != nil || !a.Accept {
		return err
	}
	me.TermsAt = s.stamp()
	if inv.CallID == "" && me.State == Invited {
		me.State = Active
	}
	return update(ctx, tx, me)
}
