package accredit

import (
	"context"
	"fmt"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/workflow"
)

// QuotaLeft is how many places a call may offer: the programme's quota without
// the awards in force and without the places of other calls under way.
func (s *Service) QuotaLeft(ctx context.Context, c Call) (int, error) {
	held, err := s.Awards.InForce(ctx, c.Programme, s.today())
	if err != nil {
		return 0, err
	}
	left := c.Rules.Programme.Quota - held
	rows, err := gen.New(s.DB.Read).Calls(ctx)
	if err != nil {
		return 0, fmt.Errorf("list calls: %w", err)
	}
	for _, r := range rows {
		if r.ID == c.ID || r.Programme != c.Programme || r.Digest == "" || r.Kind == KindReevaluation {
			continue
		}
		other, err := s.readCall(gen.AwardCall(r))
		if err != nil {
			return 0, err
		}
		if !other.Ended() {
			left -= other.Places
		}
	}
	return max(left, 0), nil
}

// Ended reports whether nothing more is expected of a call.
func (c Call) Ended() bool {
	st, ok := c.state()
	return ok && st.Final
}

// state is the state the call is in, as its workflow has it.
func (c Call) state() (workflow.State, bool) {
	for _, st := range c.Rules.Workflows[flowCall].States {
		if st.Code == c.State {
			return st, true
		}
	}
	return workflow.State{}, false
}

func (s *Service) countByState(ctx context.Context, callID string) (map[string]int, error) {
	rows, err := gen.New(s.DB.Read).CountByState(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("count applications: %w", err)
	}
	counts := map[string]int{}
	for _, r := range rows {
		counts[r.State] = int(r.N)
	}
	return counts, nil
}
