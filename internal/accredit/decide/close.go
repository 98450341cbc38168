package decide

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide/internal/gen"
	"xuedu/internal/accredit/score"
	"xuedu/internal/errs"
)

// Explain records why the meeting means to depart from the order for an
// application, or takes it back with "". It is asked for before the meeting
// closes.
func (s *Service) Explain(ctx context.Context, callID, applicationID, reason string) error {
	return s.note(ctx, callID, "decide:explain", applicationID, func(q *gen.Queries) (int64, error) {
		return q.SetDecision(ctx, gen.SetDecisionParams{ApplicationID: applicationID, CallID: callID, Reason: reason})
	})
}

// Read records the second reading of an application near the cut line: keeps
// or changes, with a reason.
func (s *Service) Read(ctx context.Context, callID, applicationID, verdict, reason string) error {
	reason, err := reasoned(reason)
	if err != nil {
		return err
	}
	if verdict != Keeps && verdict != Changes {
		return errs.InvalidField("second", "decide.bad_second")
	}
	return s.note(ctx, callID, "decide:second_reading", applicationID, func(q *gen.Queries) (int64, error) {
		return q.SetSecond(ctx, gen.SetSecondParams{ApplicationID: applicationID, CallID: callID, Second: verdict, Reason: reason})
	})
}

// Say sets the public word of the jury on an application (c 42).
func (s *Service) Say(ctx context.Context, callID, applicationID, sentence string) error {
	return s.note(ctx, callID, "decide:sentence", applicationID, func(q *gen.Queries) (int64, error) {
		return q.SetSentence(ctx, gen.SetSentenceParams{ApplicationID: applicationID, CallID: callID, Sentence: sentence})
	})
}

func (s *Service) note(ctx context.Context, callID, verb, applicationID string, f func(*gen.Queries) (int64, error)) error {
	if _, err := s.managed(ctx, callID, "deliberating"); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		n, err := f(gen.New(tx))
		if err != nil {
			return fmt.Errorf("%s: %w", verb, err)
		}
		if n == 0 {
			return errs.New(errs.NotFound, "decide.no_outcome")
		}
		return s.log(ctx, tx, verb, "application:"+applicationID, "")
	})
}

// Close ends a deliberation: what has the majority is proposed. It fails with
// Conflict without quorum, with votes missing, without a reason where the
// votes depart from the order, and where more passed than there are places.
func (s *Service) Close(ctx context.Context, meetingID string) error {
	m, err := s.Meeting(ctx, meetingID)
	if err != nil {
		return err
	}
	c, err := s.managed(ctx, m.CallID, "deliberating")
	if err != nil {
		return err
	}
	if m.State != MeetingOpen {
		return errs.New(errs.Conflict, "decide.meeting_closed")
	}
	if !passes(RulesOf(c).Quorum, m.Present(), len(m.Members)) {
		return errs.New(errs.Conflict, "decide.no_quorum", "Present", m.Present(), "All", len(m.Members))
	}
	decisions, err := s.settle(ctx, c, m)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		q := gen.New(tx)
		for _, d := range decisions {
			if _, err := q.SetDecision(ctx, d); err != nil {
				return fmt.Errorf("decide: %w", err)
			}
		}
		if err := q.SetMeetingState(ctx, gen.SetMeetingStateParams{ID: m.ID, State: MeetingClosed}); err != nil {
			return fmt.Errorf("close meeting: %w", err)
		}
		return s.log(ctx, tx, "decide:close", "meeting:"+m.ID, "")
	})
}

// settle compares votes with the order.
func (s *Service) settle(ctx context.Context, c accredit.Call, m Meeting) ([]gen.SetDecisionParams, error) {
	apps, err := s.deliberated(ctx, c)
	if err != nil {
		return nil, err
	}
	in, err := s.byRule(ctx, c)
	if err != nil {
		return nil, err
	}
	notes, err := s.outcomes(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	var out []gen.SetDecisionParams
	passed := 0
	for _, a := range apps {
		if t := m.Tally(a.ID); t.Yes+t.No+t.Abstain+t.Recused < m.Present() {
			return nil, errs.New(errs.Conflict, "decide.votes_missing", "Code", a.Code)
		}
		d := gen.SetDecisionParams{ApplicationID: a.ID, CallID: c.ID}
		yes := m.Passed(RulesOf(c), a.ID)
		if yes {
			passed++
		}
		if i := slices.IndexFunc(notes, func(o Outcome) bool { return o.ApplicationID == a.ID }); i >= 0 {
			d.Reason = notes[i].Reason
		}
		if yes != in[a.Code] {
			if d.Reason == "" {
				return nil, errs.New(errs.Conflict, "decide.deviation_unexplained", "Code", a.Code)
			}
			d.Decision = map[bool]string{true: score.DecisionIn, false: score.DecisionOut}[yes]
		}
		out = append(out, d)
	}
	if most := c.Places; most > 0 && passed > most {
		return nil, errs.New(errs.Conflict, "decide.too_many", "Passed", passed, "Places", most)
	}
	return out, nil
}

func (s *Service) deliberated(ctx context.Context, c accredit.Call) ([]accredit.Application, error) {
	apps, err := s.Calls.OfCall(ctx, c.ID)
	return slices.DeleteFunc(apps, func(a accredit.Application) bool { return a.State != "deliberation" }), err
}

// byRule tells which applications are in by the order alone, by number.
func (s *Service) byRule(ctx context.Context, c accredit.Call) (map[string]bool, error) {
	r, _, err := s.Record(ctx, c)
	if err != nil {
		return nil, err
	}
	for i := range r.Entries {
		r.Entries[i].Decision, r.Entries[i].Reason = "", ""
	}
	list, err := score.Rank(r)
	in := map[string]bool{}
	for _, st := range list {
		in[st.Application] = st.In
	}
	return in, err
}

// Standing returns the order as members of a meeting see it, by application.
func (s *Service) Standing(ctx context.Context, m Meeting) (map[string]Outcome, error) {
	list, err := s.outcomes(ctx, m.CallID)
	out := make(map[string]Outcome, len(list))
	for _, o := range list {
		out[o.ApplicationID] = o
	}
	return out, err
}

// TieFrozen reports whether a draw of a call's ties waits for its value.
func (s *Service) TieFrozen(ctx context.Context, callID string) (bool, error) {
	id, err := s.openDraw(ctx, callID)
	return id != "", err
}
