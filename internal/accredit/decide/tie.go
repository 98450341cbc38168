package decide

import (
	"context"
	"database/sql"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/score"
	"xuedu/internal/draw/register"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// purposeTie is what the draws of ties are for, in the register of draws.
const purposeTie = register.PurposeTie

// Ties lists the ties of a call that only a draw can break: anonymous numbers.
func (s *Service) Ties(ctx context.Context, c accredit.Call) ([][]string, error) {
	r, _, err := s.Record(ctx, c)
	if err != nil {
		return nil, err
	}
	return score.NeedDraw(r)
}

// TiesShown lists the same to who looks at the result as it was last computed.
// It reads the ballots only where a draw may be needed at all: where the last
// place and the next have equal finals that no link of the chain parted which
// neither votes nor draws can change.
func (s *Service) TiesShown(ctx context.Context, c accredit.Call) ([][]string, error) {
	list, err := s.outcomes(ctx, c.ID)
	if err != nil || c.Places < 1 || len(list) <= c.Places {
		return nil, err
	}
	last, next := list[c.Places-1], list[c.Places]
	open := func(o Outcome) bool {
		return slices.Contains([]string{score.TieBallot, score.TieDraw, score.TieShared}, o.Tie)
	}
	if last.Final != next.Final || last.Place != next.Place && !open(last) && !open(next) {
		return nil, nil
	}
	return s.Ties(ctx, c)
}

// FreezeTie fixes the draw of all open ties of a call; rule says which public
// value, not known yet, will decide. It fails with Conflict where no tie needs
// one or a draw is frozen already.
func (s *Service) FreezeTie(ctx context.Context, callID, rule string) (string, error) {
	c, err := s.managed(ctx, callID, "deliberating")
	if err != nil {
		return "", err
	}
	ties, err := s.Ties(ctx, c)
	if err != nil {
		return "", err
	}
	if open, err := s.openDraw(ctx, callID); err != nil || open != "" || len(ties) == 0 {
		if err == nil {
			err = errs.New(errs.Conflict, "decide.no_tie")
		}
		return "", err
	}
	n := register.NewDraw{Purpose: purposeTie, Subject: callID, Title: pack.Text(c.Title), Rule: rule}
	for _, group := range ties {
		for _, code := range group {
			n.Entries = append(n.Entries, register.Ticket{Thing: code, Weight: 1})
		}
	}
	n.Seats = len(n.Entries)
	return s.Draws.Freeze(ctx, n)
}

// DrawTie draws with the public value that was named before.
func (s *Service) DrawTie(ctx context.Context, callID, value string) error {
	if _, err := s.managed(ctx, callID, "deliberating"); err != nil {
		return err
	}
	id, err := s.openDraw(ctx, callID)
	if err != nil {
		return err
	}
	if id == "" {
		return errs.New(errs.Conflict, "decide.no_tie")
	}
	if _, err = s.Draws.Draw(ctx, id, value); err != nil {
		return err
	}
	return s.Recompute(ctx, callID)
}

// openDraw returns the draw of a call's ties that waits for its value.
func (s *Service) openDraw(ctx context.Context, callID string) (string, error) {
	list, err := s.Draws.List(ctx, callID)
	for _, d := range list {
		if d.Purpose == purposeTie && d.State == register.Frozen {
			return d.ID, err
		}
	}
	return "", err
}

// drawn returns the places of applications in the tie draws of a call, by id
// of the application.
func (s *Service) drawn(ctx context.Context, callID string) (map[string]int, error) {
	out := map[string]int{}
	if s.Draws == nil {
		return out, nil
	}
	list, err := s.Draws.List(ctx, callID)
	if err != nil {
		return nil, err
	}
	codes := map[string]int{}
	for _, d := range list {
		if d.Purpose != purposeTie || d.State != register.Drawn {
			continue
		}
		order, _, err := s.Draws.Things(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		for i, code := range order {
			codes[code] = i + 1
		}
	}
	if len(codes) == 0 {
		return out, nil
	}
	apps, err := s.Calls.OfCall(ctx, callID)
	for _, a := range apps {
		if n := codes[a.Code]; n > 0 {
			out[a.ID] = n
		}
	}
	return out, err
}

// Recompute makes the result again, after a draw or new votes.
func (s *Service) Recompute(ctx context.Context, callID string) error {
	c, err := s.managed(ctx, callID, "deliberating")
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if _, _, err := s.compute(ctx, tx, c); err != nil {
			return err
		}
		return s.log(ctx, tx, "decide:compute", "call:"+callID, "")
	})
}
