package plan

import (
	"context"
	"fmt"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/plan/internal/gen"
)

// Awards counts targets from the register of awards.
type Awards struct{ db *db.DB }

// NewAwards returns the counter of the sources "award:KIND".
func NewAwards(d *db.DB) *Awards { return &Awards{db: d} }

// Count implements Counter. A kind without an award counts zero: the register
// is there, and holds none.
func (a *Awards) Count(ctx context.Context, source string, asOf time.Time) (Tally, bool, error) {
	register, kind := kindOf(source)
	if register != "award" {
		return Tally{}, false, nil
	}
	n, err := gen.New(a.db.Read).CountAwards(ctx, gen.CountAwardsParams{Kind: kind, Day: asOf.Format(time.DateOnly)})
	if err != nil {
		return Tally{}, false, fmt.Errorf("count awards %s: %w", kind, err)
	}
	return Tally{InForce: n.InForce, UnderWay: n.UnderWay}, true, nil
}
