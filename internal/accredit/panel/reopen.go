package panel

import (
	"context"
	"database/sql"
	"fmt"

	"xuedu/internal/errs"
)

// Reopen gives a submitted assignment back to its expert, in the transaction
// of who keeps the ballot, checked that it may be changed and writes the trail.
// Conflict if it is not submitted.
func (s *Service) Reopen(ctx context.Context, tx *sql.Tx, id string) error {
	res, err := tx.ExecContext(ctx, `UPDATE assignment SET state = $2, submitted_at = NULL WHERE id = $1 AND state = $3`, id, Open, Submitted)
	if err != nil {
		return fmt.Errorf("reopen assignment: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errs.New(errs.Conflict, "panel.not_open")
	}
	return nil
}
