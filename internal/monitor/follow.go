package monitor

import (
	"context"
	"database/sql"
	"errors"

	"xuedu/internal/monitor/internal/gen"
	"xuedu/internal/workflow"
)

// Moves that the program makes when a release was decided.
const (
	moveRelease = "release" // approved
	moveThaw    = "thaw"    // sent back: it can be written again
)

// Follow takes a draft on when its release was decided: publish.Decided.
func (s *Service) Follow(ctx context.Context, tx *sql.Tx, releaseID string, approved bool) error {
	row, err := gen.New(tx).DraftOfRelease(ctx, releaseID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // frozen by a command, without a draft
	}
	if err != nil {
		return err
	}
	d, err := draft(row)
	if err != nil {
		return err
	}
	rep, err := s.report(d)
	if err != nil {
		return err
	}
	m, err := s.machine(rep)
	if err != nil {
		return err
	}
	move := moveThaw
	if approved {
		move = moveRelease
	}
	st, err := m.Step(ctx, d.State, move, "", workflow.Hand{}, s.guards(d, rep))
	if err != nil {
		return err
	}
	if !approved {
		d.ReleaseID = ""
	}
	return s.move(ctx, tx, d, st, nil)
}
