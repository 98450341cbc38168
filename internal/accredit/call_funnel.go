package accredit

import (
	"context"
	"fmt"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/errs"
)

// Reached is how many applications of a call came to a step.
type Reached struct {
	Step string // begun, submitted, or a state of the application's workflow
	N    int
}

// funnelStates are the states on the way to an award, in their order.
var funnelStates = []string{"formal_check", "ready", "shortlisted", "proposed", "recognised"}

// Funnel tells how many applications came how far: to the office and the
// technical body at any time, to all once the list was given public notice.
// Before that it is Forbidden.
func (s *Service) Funnel(ctx context.Context, callID string) ([]Reached, error) {
	c, err := s.Call(ctx, callID)
	if err != nil {
		return nil, err
	}
	if !s.seesDrafts(ctx) && !c.noticed() {
		return nil, errs.New(errs.Forbidden, "accredit.funnel_closed")
	}
	q := gen.New(s.DB.Read)
	begun, err := q.CountBegun(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("count applications: %w", err)
	}
	submitted, err := q.CountSubmitted(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("count applications: %w", err)
	}
	rows, err := q.ReachedStates(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("count states: %w", err)
	}
	reached := map[string]int{}
	for _, r := range rows {
		reached[r.ToState] = int(r.N)
	}
	list := []Reached{{"begun", int(begun)}, {"submitted", int(submitted)}}
	for _, st := range funnelStates {
		list = append(list, Reached{st, reached[st]})
	}
	return list, nil
}

// noticed reports whether the list of a call has been made public.
func (c Call) noticed() bool {
	switch c.State {
	case "noticed", callApproving, "decided", "closed":
		return true
	}
	return false
}

const callApproving = "approving"
