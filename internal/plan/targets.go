package plan

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"strconv"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/period"
	"xuedu/internal/plan/internal/gen"
)

// Targets gives formulas what was set: it is behind target(x). It needs
// nothing but the database. It is safe for concurrent use.
type Targets struct{ db *db.DB }

// NewTargets returns the targets that d holds.
func NewTargets(d *db.DB) *Targets { return &Targets{db: d} }

var _ measure.Targets = (*Targets)(nil)

// Version changes whenever any target changes.
func (t *Targets) Version(ctx context.Context) (string, error) {
	n, err := gen.New(t.db.Read).TargetStamp(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read number of changes of targets: %w", err)
	}
	return strconv.FormatInt(n, 10), nil
}

// Read implements measure.Targets. Numbers are set for years: in a quarter or
// a month every area is without a target. Where two targets speak of one
// measure, the one whose code comes first holds.
func (t *Targets) Read(ctx context.Context, code string, p period.Period, tree *area.Tree) (measure.Block, error) {
	b := measure.Block{Num: make([]int64, tree.Len()), State: make([]formula.State, tree.Len()), Cause: make([]formula.Cause, tree.Len())}
	for i := range b.State {
		b.State[i], b.Cause[i] = formula.NotComputable, formula.NoTarget
	}
	if !p.IsYear() {
		return b, nil
	}
	all, err := newest(ctx, t.db.Read)
	if err != nil {
		return b, err
	}
	for _, target := range all {
		if target.Measure == code && target.State == InForce {
			target.fill(&b, p.From.Year(), tree)
		}
	}
	return b, nil
}

// fill writes the numbers of one year where no other target has written.
func (t Target) fill(b *measure.Block, year int, tree *area.Tree) {
	scale := big.NewRat(1_000_000, 1) // measure.TargetScale
	for _, n := range t.Numbers {
		nr, ok := tree.ByID(n.Area)
		if !ok || n.Kind != Path || n.Year != year || b.State[nr] != formula.NotComputable {
			continue
		}
		v, ok := whole(new(big.Rat).Mul(n.Value, scale)) // no finer than six digits: ParseNumber
		if !ok {
			continue
		}
		b.Num[nr], b.State[nr], b.Cause[nr] = v, formula.Value, formula.NoCause
		if v == 0 {
			b.State[nr] = formula.Nil
		}
	}
}
