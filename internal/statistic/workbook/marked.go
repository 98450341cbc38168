package workbook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/statistic/workbook/internal/gen"
)

// keptFor is how long a marked file waits to be fetched.
const keptFor = 24 * time.Hour

// Keep stores the marked copy of a file for the caller, and returns the id by
// which it is fetched. What is older than a day goes.
func (s *Service) Keep(ctx context.Context, name string, marked []byte) (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make id: %w", err)
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		g := gen.New(tx)
		if err := g.DropMarked(ctx, now.Add(-keptFor)); err != nil {
			return err
		}
		return g.KeepMarked(ctx, gen.KeepMarkedParams{ID: id.String(), Account: account.From(ctx).ID, Name: name, Content: marked, CreatedAt: now})
	})
	if err != nil {
		return "", fmt.Errorf("keep marked file: %w", err)
	}
	return id.String(), nil
}

// Marked returns a kept file; NotFound if it has gone or is somebody else's.
func (s *Service) Marked(ctx context.Context, id string) (name string, content []byte, err error) {
	row, err := gen.New(s.db.Read).Marked(ctx, gen.MarkedParams{ID: id, Account: account.From(ctx).ID})
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil, errs.New(errs.NotFound, "workbook.marked_gone")
	}
	if err != nil {
		return "", nil, fmt.Errorf("read marked file: %w", err)
	}
	return row.Name, row.Content, nil
}
