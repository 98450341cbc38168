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

// reviewed are the states of applications that have been before the experts.
var reviewed = []string{"desk_review", "not_shortlisted", "shortlisted", "on_site", "deliberation", "not_proposed", "proposed",
	"public_notice", "objection", "approving", "approved", "recognised", "struck"}

// Record makes the record of a call as it stands: rules, ballots, visits,
// votes, draws and decisions, and the result that follows from them. It names
// no person. It fails with Invalid where ballots cannot be computed with.
func (s *Service) Record(ctx context.Context, c accredit.Call) (score.Record, map[string]string, error) {
	r := score.Record{Format: score.Format, Call: c.Code, Digest: c.Digest, Programme: c.Rules.Programme, Places: c.Places}
	apps, err := s.Calls.OfCall(ctx, c.ID)
	if err != nil {
		return r, nil, err
	}
	if r.Ballots, err = s.Ballots(ctx, c.ID); err != nil {
		return r, nil, err
	}
	m, err := s.made(ctx, c.ID)
	if err != nil {
		return r, nil, err
	}
	ids := map[string]string{} // by anonymous number
	for _, a := range apps {
		if slices.Contains(reviewed, a.State) {
			ids[a.Code] = a.ID
			r.Entries = append(r.Entries, m.entry(a))
		}
	}
	r.Ballots = slices.DeleteFunc(r.Ballots, func(b score.Ballot) bool { return ids[b.Application] == "" })
	r.Result, err = score.Rank(r)
	return r, ids, err
}

// made is what people have done beside the ballots.
type made struct {
	visits   map[string]map[string]string
	yes      map[string]int
	draws    map[string]int
	outcomes map[string]Outcome
}

func (m made) entry(a accredit.Application) score.Entry {
	e := score.Entry{Application: a.Code, Visit: m.visits[a.ID], Yes: m.yes[a.ID], Draw: m.draws[a.ID]}
	if a.Recommendation != nil {
		e.Recommendation = a.Recommendation.Place
	}
	if o := m.outcomes[a.ID]; o.Decision != "" {
		e.Decision, e.Reason = o.Decision, o.Reason
	}
	return e
}

func (s *Service) made(ctx context.Context, callID string) (m made, err error) {
	if s.Visits != nil {
		if m.visits, err = s.Visits(ctx, callID); err != nil {
			return m, err
		}
	}
	if m.draws, err = s.drawn(ctx, callID); err != nil {
		return m, err
	}
	if m.yes, err = s.yes(ctx, callID); err != nil {
		return m, err
	}
	list, err := s.outcomes(ctx, callID)
	m.outcomes = map[string]Outcome{}
	for _, o := range list {
		m.outcomes[o.ApplicationID] = o
	}
	return m, err
}

// Outcomes lists the result of a call as it was last computed, best first. It
// fails with Forbidden for who has no part in the decision.
func (s *Service) Outcomes(ctx context.Context, callID string) ([]Outcome, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	return s.outcomes(ctx, callID)
}

func (s *Service) outcomes(ctx context.Context, callID string) ([]Outcome, error) {
	rows, err := gen.New(s.DB.Read).Outcomes(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("outcomes: %w", err)
	}
	out := make([]Outcome, len(rows))
	for i, r := range rows {
		out[i] = Outcome{ApplicationID: r.ApplicationID, Second: r.Second, Decision: r.Decision, Reason: r.Reason, Sentence: r.Sentence,
			Standing: score.Standing{Score: r.Score, Visit: r.Visit, Final: r.Final, Spread: r.Spread, Place: int(r.Place), Tie: r.Tie, Grey: r.Grey == 1, In: r.Proposed == 1}}
	}
	return out, nil
}

// compute makes the result again and stores it.
func (s *Service) compute(ctx context.Context, tx *sql.Tx, c accredit.Call) (score.Record, map[string]string, error) {
	r, ids, err := s.Record(ctx, c)
	if err != nil {
		return r, nil, err
	}
	q := gen.New(tx)
	for _, st := range r.Result {
		err := q.PutOutcome(ctx, gen.PutOutcomeParams{ApplicationID: ids[st.Application], CallID: c.ID, Score: st.Score, Visit: st.Visit,
			Final: st.Final, Spread: st.Spread, Place: int64(st.Place), Tie: st.Tie, Grey: bit(st.Grey), Proposed: bit(st.In)})
		if err != nil {
			return r, nil, fmt.Errorf("store outcome: %w", err)
		}
	}
	return r, ids, nil
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Sealed returns the sealed record of a call, public from the notice on, and
// its SHA-256. It fails with NotFound before.
func (s *Service) Sealed(ctx context.Context, callID string) (record []byte, digest string, err error) {
	r, err := gen.New(s.DB.Read).Sealed(ctx, callID)
	if err != nil {
		return nil, "", orNone(err, "decide.not_sealed")
	}
	return []byte(r.Record), r.Digest, nil
}

// orNone turns "no row" into NotFound.
func orNone(err error, key string) error {
	if isNone(err) {
		return errs.New(errs.NotFound, key)
	}
	return fmt.Errorf("%s: %w", key, err)
}
