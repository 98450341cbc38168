package panel

import (
	"context"
	"database/sql"
	"fmt"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/panel/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// Answer is what an expert says when asked to take a seat: the expert's own
// (expertID "" = the signed-in one), or noted by the office. With a no, which
// needs a reason, the next substitute is asked.
type Answer struct {
	CallID, ExpertID string
	Yes              bool
	Reason           string
}

// Answer notes it. NotFound if that expert was not asked, Conflict if the
// answer was given before; a seat that is held can only be given up.
func (s *Service) Answer(ctx context.Context, a Answer) error {
	if err := s.mayAnswer(ctx, &a); err != nil {
		return err
	}
	if !a.Yes {
		reason, err := needReason(a.Reason)
		if err != nil {
			return err
		}
		a.Reason = reason
	}
	c, err := s.Calls.Call(ctx, a.CallID)
	if err != nil {
		return err
	}
	pool, err := s.byID(ctx)
	if err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error { return s.AnswerTx(ctx, tx, c, a, pool) })
}

func (s *Service) mayAnswer(ctx context.Context, a *Answer) error {
	me, ok, err := s.Experts.Of(ctx, account.From(ctx).ID)
	switch {
	case err != nil:
		return err
	case ok && (a.ExpertID == "" || a.ExpertID == me.ID):
		a.ExpertID = me.ID
		return nil
	}
	return office(ctx)
}

// byID returns the active experts by their id.
func (s *Service) byID(ctx context.Context) (map[string]expert.Expert, error) {
	list, err := s.Experts.Pool(ctx)
	out := make(map[string]expert.Expert, len(list))
	for _, e := range list {
		out[e.ID] = e
	}
	return out, err
}

// AnswerTx is Answer in a transaction, for who checked the right to it.
func (s *Service) AnswerTx(ctx context.Context, tx *sql.Tx, c accredit.Call, a Answer, pool map[string]expert.Expert) error {
	st, list, err := seat(ctx, tx, c.ID, a.ExpertID)
	if err != nil {
		return err
	}
	if st.State != Asked && (st.State != Seated || a.Yes) {
		return errs.New(errs.Conflict, "panel.answered")
	}
	verb := "panel:accept"
	if a.Yes {
		err = s.accept(ctx, tx, c, st)
	} else {
		verb = "panel:decline"
		err = s.decline(ctx, tx, c, st, list, a.Reason, pool)
	}
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: verb, Object: "call:" + c.ID, Reason: a.Reason,
		Detail: map[string]any{"seat": st.Code()}})
}

// MySeats lists the seats of the signed-in expert in calls that go on: those
// that wait for an answer, and those held.
func (s *Service) MySeats(ctx context.Context) ([]Seat, error) {
	me, ok, err := s.Experts.Of(ctx, account.From(ctx).ID)
	if err != nil || !ok {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).SeatsOf(ctx, me.ID)
	if err != nil {
		return nil, fmt.Errorf("read seats: %w", err)
	}
	var out []Seat
	for _, r := range rows {
		if r.State != Asked && r.State != Seated {
			continue
		}
		c, err := s.Calls.Call(ctx, r.CallID)
		if err != nil {
			return nil, err
		}
		if !over(c) {
			out = append(out, seatOf(r))
		}
	}
	return out, nil
}

// accept seats an expert; what is planned opens if the review goes on.
func (s *Service) accept(ctx context.Context, tx *sql.Tx, c accredit.Call, st Seat) error {
	st.State = Seated
	if err := s.setSeat(ctx, tx, st); err != nil || c.State != reviewing {
		return err
	}
	if _, err := gen.New(tx).OpenOf(ctx, gen.OpenOfParams{CallID: c.ID, ExpertID: st.ExpertID}); err != nil {
		return fmt.Errorf("open assignments: %w", err)
	}
	return nil
}

// decline ends a seat with all that lies on it, asks the next substitute and
// fills the gaps.
func (s *Service) decline(ctx context.Context, tx *sql.Tx, c accredit.Call, st Seat, list []Seat, reason string, pool map[string]expert.Expert) error {
	gone := st
	gone.State, gone.Reason = Declined, reason
	if st.State == Seated {
		gone.State = Left
	}
	if err := s.setSeat(ctx, tx, gone); err != nil {
		return err
	}
	given, err := assignments(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, a := range given {
		if a.ExpertID == st.ExpertID && (a.State == Planned || a.State == Open) {
			if err := s.stop(ctx, tx, a, ending{state: Replaced, reason: reason}); err != nil {
				return err
			}
		}
	}
	if next, ok := successor(c, st, list, pool); ok {
		if err := s.ask(ctx, tx, next, st.Panel); err != nil {
			return err
		}
	}
	return s.repair(ctx, tx, c)
}

// ask asks a substitute to take a seat.
func (s *Service) ask(ctx context.Context, tx *sql.Tx, st Seat, panel int) error {
	st.State, st.Panel = Asked, panel
	if err := s.setSeat(ctx, tx, st); err != nil {
		return err
	}
	return s.invite(ctx, tx, st.CallID, []string{st.ExpertID})
}

// successor is the first substitute in the drawn order with whom the bounds of
// the categories are kept, or missed least.
func successor(c accredit.Call, gone Seat, list []Seat, pool map[string]expert.Expert) (Seat, bool) {
	have := map[string]int{}
	for _, st := range seatsIn(list, Asked, Seated) {
		if st.ExpertID == gone.ExpertID {
			continue
		}
		for _, k := range pool[st.ExpertID].Categories {
			have[k]++
		}
	}
	best, least := Seat{}, -1
	for _, st := range seatsIn(list, Substitute) {
		e, ok := pool[st.ExpertID]
		if !ok {
			continue
		}
		if m := missed(c, have, e.Categories); least < 0 || m < least {
			best, least = st, m
		}
	}
	return best, least >= 0
}

// missed is by how much the bounds of the categories are missed with one more.
func missed(c accredit.Call, have map[string]int, more []string) (n int) {
	for _, k := range c.Rules.Programme.Panel.Categories {
		x := have[k.Code]
		for _, m := range more {
			if m == k.Code {
				x++
			}
		}
		n += max(0, k.Least-x)
		if k.Most > 0 {
			n += max(0, x-k.Most)
		}
	}
	return n
}
