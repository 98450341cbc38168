package accredit

import (
	"context"
	"fmt"
	"strings"

	"xuedu/internal/db"
	"xuedu/internal/workflow"
)

// guardsOf answers for the conditions of an application's moves: those of this
// package, then those that another registered. A guard that nobody answers for
// does not hold.
func (s *Service) guardsOf(w *writing, q db.Querier) workflow.Guards {
	return func(ctx context.Context, name string) (string, error) {
		holds, mine, err := s.guard(ctx, w, q, name)
		if err != nil {
			return "", fmt.Errorf("guard %s: %w", name, err)
		}
		if mine && !holds {
			return "accredit.why." + name, nil
		}
		if g := s.guards[name]; g != nil {
			return g(ctx, w.call, w.app.ID)
		}
		if !mine {
			return "accredit.why.nobody_answers", nil
		}
		return "", nil
	}
}

func (s *Service) guard(ctx context.Context, w *writing, q db.Querier, name string) (holds, mine bool, err error) {
	if to, ok := strings.CutPrefix(name, routeGuard); ok {
		return to == s.route(w.call, w.app.AreaID), true, nil
	}
	switch name {
	case "whole":
		var c Completeness
		c, err = s.completeness(ctx, w.q, w.call, w.app)
		holds = len(c.Missing) == 0
	case guardGates:
		holds, err = s.gatesAre(ctx, q, w.app.ID, func(g GateResult) bool { return g.State != GateFails })
	case "gates_confirmed":
		holds, err = s.gatesAre(ctx, q, w.app.ID, func(g GateResult) bool { return g.State == GateHolds })
	case "in_time":
		holds = s.inTime(w.call, w.app)
	case "evidence_seen":
		holds, err = s.allSeen(ctx, w)
	case "recommended_in_order":
		holds, err = s.recommended(ctx, w)
	case "within_quota":
		holds, err = s.withinQuota(ctx, w)
	case "call_checking":
		holds = w.call.State == callOpen || w.call.State == callChecking
	case "supplement_left":
		holds = w.app.Supplements == 0 // once only
	case "no_bar":
		var bars []Bar
		bars, err = s.openBars(ctx, q, w.app.OrgID, w.app.AreaID)
		holds = len(bars) == 0
	case "no_duplicate":
		var like []Alike
		like, err = s.alike(ctx, q, w.call, w.app)
		holds = allCleared(like)
	default:
		return false, false, nil
	}
	return holds, true, err
}

// inTime reports whether an application may be submitted today: while the call
// is open, or later if it was sent back.
func (s *Service) inTime(c Call, a Application) bool {
	if !a.Submitted.IsZero() && (c.State == callOpen || c.State == callChecking) {
		return !over(s.today(), a.Due)
	}
	return s.mayBegin(c) == nil
}

func (s *Service) gatesAre(ctx context.Context, q db.Querier, id string, so func(GateResult) bool) (bool, error) {
	gates, err := s.gatesAsFound(ctx, q, id)
	for _, g := range gates {
		if !so(g) {
			return false, err
		}
	}
	return true, err
}

// allSeen reports whether the street has said of every file and link that it
// exists or is missing. What our figures give needs no eyes.
func (s *Service) allSeen(ctx context.Context, w *writing) (bool, error) {
	list, err := evidenceOf(ctx, w.q, w.call, w.app.ID)
	for _, e := range list {
		if e.Figure == nil && e.Verdict == "" {
			return false, err
		}
	}
	return true, err
}
