package ledgerhttp

import (
	"context"

	"xuedu/internal/ledger"
)

// Lineage opens a figure; *ledger.Figures does.
type Lineage interface {
	Sessions(ctx context.Context, q ledger.Query, page int) error
}
