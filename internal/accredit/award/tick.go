package award

import (
	"context"
	"database/sql"

	"xuedu/internal/accredit/award/internal/gen"
	"xuedu/internal/workflow"
)

// Ticked is what a day brought by itself.
type Ticked struct{ Checks, Moves int }

// Tick opens the yearly checks that are due and makes the moves that are
// nobody's: warnings by rule, awards that are carried on, lapse, and appeals
// that are over. It may run as often as it likes.
func (s *Service) Tick(ctx context.Context) (Ticked, error) {
	var n Ticked
	list, err := s.read(ctx)
	if err != nil {
		return n, err
	}
	for _, a := range list {
		if a.Final {
			continue
		}
		opened, err := s.openCheck(ctx, a)
		if err != nil {
			return n, err
		}
		moved, err := s.settle(ctx, a)
		if err != nil {
			return n, err
		}
		n.Checks, n.Moves = n.Checks+int(flag(opened)), n.Moves+int(flag(moved))
	}
	return n, nil
}

// settle makes the first of the program's moves of an award that may be made.
func (s *Service) settle(ctx context.Context, a Award) (bool, error) {
	r, err := s.rulesOf(ctx, a)
	if err != nil {
		return false, err
	}
	asked := &turn{Service: s, q: gen.New(s.DB.Read), a: a, r: r, day: s.Today()}
	if move, err := asked.own(ctx); move == "" || err != nil { // no lock for the many that stay
		return false, err
	}
	moved := false
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		t, err := s.turn(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		move, err := t.own(ctx)
		if move == "" || err != nil {
			return err
		}
		moved = true
		return t.move(ctx, move, workflow.Hand{})
	})
	return moved, err
}

// own is the code of the program's move that may be made now, "" = none.
func (t *turn) own(ctx context.Context) (string, error) {
	open, err := t.r.Machine.Open(ctx, t.a.State, workflow.Hand{}, t.guard)
	for _, o := range open {
		if o.Why == "" {
			return o.Code, err
		}
	}
	return "", err
}
