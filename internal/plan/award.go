package plan

import (
	"context"
	"fmt"
	"strings"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/plan/internal/gen"
)

// awards is what the codes of measures that count awards begin with.
const awards = "award."

// kindOf returns the kind of award that a measure counts; ok is false for a
// measure that counts something else.
func kindOf(code string) (kind string, ok bool) {
	kind, ok = strings.CutPrefix(code, awards)
	return strings.ReplaceAll(kind, "_", "-"), ok
}

// tally counts the awards of a kind on a day, among them those not decided,
// which no measure counts.
func tally(ctx context.Context, q db.Querier, kind string, day time.Time) (Tally, error) {
	n, err := gen.New(q).CountAwards(ctx, gen.CountAwardsParams{Kind: kind, Day: day.Format(time.DateOnly)})
	if err != nil {
		return Tally{}, fmt.Errorf("count awards %s: %w", kind, err)
	}
	return Tally{InForce: n.InForce, UnderWay: n.UnderWay}, nil
}
