package decide

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide/internal/gen"
	"xuedu/internal/errs"
	"xuedu/internal/workflow"
)

// Handle makes a move of an objection's workflow. reason is the public answer
// of moves that answer. It fails as workflow.Machine.Step does; nobody handles
// an objection who had a part in the call before.
func (s *Service) Handle(ctx context.Context, id, move, reason string) error {
	o, c, m, err := s.opened(ctx, id)
	if err != nil {
		return err
	}
	st, err := m.Step(ctx, o.State, move, reason, s.hand(ctx), s.guards(c, o))
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		p := gen.MoveObjectionParams{ID: id, State: st.To.Code, Since: s.stamp(), Due: st.To.Due(s.day(), s.Days()), Handler: actor(ctx)}
		if st.To.Final {
			p.Finding, p.Answer, p.Due = st.To.Code, st.Reason, ""
		}
		q := gen.New(tx)
		if err := q.MoveObjection(ctx, p); err != nil {
			return fmt.Errorf("move objection: %w", err)
		}
		err := q.InsertObjectionEvent(ctx, gen.InsertObjectionEventParams{ObjectionID: id, Move: move, FromState: st.From.Code, ToState: st.To.Code,
			Reason: st.Reason, Actor: actor(ctx), At: s.stamp()})
		if err != nil {
			return fmt.Errorf("objection event: %w", err)
		}
		for _, effect := range st.Does {
			if err := s.objected(ctx, tx, c, o, effect, st.Reason); err != nil {
				return err
			}
		}
		return s.log(ctx, tx, "objection:"+move, "objection:"+id, st.Reason)
	})
}

// Moves lists the moves of an objection that are the caller's.
func (s *Service) Moves(ctx context.Context, id string) ([]workflow.Open, error) {
	o, c, m, err := s.opened(ctx, id)
	if err != nil {
		return nil, err
	}
	return m.Open(ctx, o.State, s.hand(ctx), s.guards(c, o))
}

func (s *Service) opened(ctx context.Context, id string) (o Objection, c accredit.Call, m *workflow.Machine, err error) {
	if err = s.need(ctx, permHandle); err != nil {
		return o, c, m, err
	}
	r, err := gen.New(s.DB.Read).Objection(ctx, id)
	if err != nil {
		return o, c, m, orNone(err, "decide.no_objection")
	}
	o = s.objection(r)
	if c, err = s.Calls.Call(ctx, o.CallID); err != nil {
		return o, c, m, err
	}
	m, err = machine(c, "objection")
	return o, c, m, err
}

func (s *Service) hand(ctx context.Context) workflow.Hand {
	return workflow.Hand{May: func(desk, perm string) bool { return desk == "handler" && s.need(ctx, perm) == nil }}
}

func (s *Service) guards(c accredit.Call, o Objection) workflow.Guards {
	return func(ctx context.Context, name string) (string, error) {
		if name != "handler_free" {
			return "", fmt.Errorf("unknown guard %q of an objection", name)
		}
		free, err := s.free(ctx, c, o)
		if free {
			return "", err
		}
		return "decide.handler_sat", err
	}
}

// free reports whether the caller had no part before: neither wrote, verified
// nor recommended the application, nor judged or sat in the call (e 8).
func (s *Service) free(ctx context.Context, c accredit.Call, o Objection) (bool, error) {
	me := actor(ctx)
	sub, err := s.Calls.Subject(ctx, o.ApplicationID)
	if err != nil || slices.Contains(sub.Staff, me) {
		return false, err
	}
	if s.Judges != nil {
		list, err := s.Judges(ctx, c.ID)
		if err != nil || slices.Contains(list, me) {
			return false, err
		}
	}
	meetings, err := s.Meetings(ctx, c.ID)
	for _, m := range meetings {
		if slices.ContainsFunc(m.Members, func(x Member) bool { return x.AccountID == me }) {
			return false, err
		}
	}
	return true, err
}

// objected is what an objection does to its application: it alone waits.
func (s *Service) objected(ctx context.Context, tx *sql.Tx, c accredit.Call, o Objection, effect, reason string) error {
	a, err := s.stateOf(ctx, c.ID, o.ApplicationID)
	if err != nil {
		return err
	}
	ids := []string{o.ApplicationID}
	switch effect {
	case "suspend":
		if a.State == "objection" { // by another objection
			return nil
		}
		return s.Calls.Advance(ctx, tx, c.ID, ids, "suspend", "")
	case "resume":
		if other, err := s.others(ctx, c.ID, o); err != nil || other {
			return err
		}
		return s.Calls.Advance(ctx, tx, c.ID, ids, "resume", reason)
	case "strike":
		if a.State == "struck" {
			return nil
		}
		return s.Calls.Advance(ctx, tx, c.ID, ids, "strike", reason)
	case "answer":
		return nil // the answer is kept with the objection, and public from now on
	}
	return errs.New(errs.Unavailable, "decide.no_effect", "Name", effect)
}

func (s *Service) stateOf(ctx context.Context, callID, id string) (accredit.Application, error) {
	apps, err := s.Calls.OfCall(ctx, callID)
	i := slices.IndexFunc(apps, func(a accredit.Application) bool { return a.ID == id })
	if err == nil && i < 0 {
		err = errs.New(errs.NotFound, "decide.not_on_notice")
	}
	if err != nil {
		return accredit.Application{}, err
	}
	return apps[i], nil
}

// others reports whether another objection to the same application is still
// being looked into, or its application was struck off already.
func (s *Service) others(ctx context.Context, callID string, o Objection) (bool, error) {
	rows, err := gen.New(s.DB.Read).ObjectionsOfCall(ctx, callID)
	for _, r := range rows {
		if r.ID != o.ID && r.ApplicationID == o.ApplicationID && (r.Finding == "" && r.Handler != "" || r.Finding == "upheld") {
			return true, err
		}
	}
	return false, err
}

// Answers lists the objections of a call that have an end, for the public:
// nobody is named.
func (s *Service) Answers(ctx context.Context, callID string) ([]Objection, error) {
	rows, err := gen.New(s.DB.Read).ObjectionsOfCall(ctx, callID)
	var list []Objection
	for _, r := range rows {
		if r.Finding == "" {
			continue
		}
		o := s.objection(r)
		o.Code, o.Grounds, o.Digest, o.Handler = "", "", "", ""
		list = append(list, o)
	}
	return list, err
}
