package accredit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/workflow"
)

// What follows a workflow of a programme.
const (
	flowCall        = "call"
	flowApplication = "application"
	flowObjection   = "objection"
	flowAward       = "award"
)

// rulesOf are the rules that a call of a programme opened now would be judged by.
func (s *Service) rulesOf(p pack.AwardProgramme, kind string) Rules {
	pk := s.Pack()
	if kind == KindReevaluation {
		p = coreOnly(p)
	}
	r := Rules{Programme: p, Workflows: map[string]workflow.Definition{}, PackName: pk.Name, PackVersion: pk.Version}
	for _, what := range []string{flowCall, flowApplication, flowObjection, flowAward} {
		if d, ok := pk.Workflow(p.Workflow(what)); ok {
			r.Workflows[what] = d
		}
	}
	return r
}

// packMachine is a workflow of a programme of the pack in force; Unavailable if
// the pack has none.
func (s *Service) packMachine(p pack.AwardProgramme, what string) (*workflow.Machine, error) {
	d, ok := s.Pack().Workflow(p.Workflow(what))
	if !ok {
		return nil, errs.New(errs.Unavailable, "accredit.no_workflow", "Code", p.Workflow(what))
	}
	return workflow.Compile(d)
}

// coreOnly is the lighter programme of a re-evaluation (P1.6): the core leaves,
// their weights brought to 100 by largest remainders, the earlier leaf first
// where two are equal; what is left over of the groups is dropped. Nothing new
// is awarded, so no quota counts and no district recommends. A programme that
// marks no leaf is asked whole.
func coreOnly(p pack.AwardProgramme) pack.AwardProgramme {
	p.Quota, p.RoundQuota, p.Recommend.Quota = 0, 0, 0
	var weights []int
	for _, l := range p.Leaves() {
		if l.Core {
			weights = append(weights, l.Weight)
		}
	}
	if len(weights) == 0 {
		return p
	}
	weights = to100(weights)
	var groups []pack.Criterion
	for _, g := range p.Rubric {
		g.Leaves = slices.DeleteFunc(slices.Clone(g.Leaves), func(l pack.Leaf) bool { return !l.Core })
		g.Weight = 0
		for i := range g.Leaves {
			g.Leaves[i].Weight, weights = weights[0], weights[1:]
			g.Weight += g.Leaves[i].Weight
		}
		if len(g.Leaves) > 0 {
			groups = append(groups, g)
		}
	}
	p.Rubric = groups
	return p
}

// to100 scales whole weights to a sum of 100 by the method of largest
// remainders, exactly.
func to100(weights []int) []int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	out := make([]int, len(weights))
	rest := make([]*big.Rat, len(weights))
	order := make([]int, len(weights))
	left := 100
	for i, w := range weights {
		out[i] = w * 100 / sum
		rest[i] = big.NewRat(int64(w*100%sum), int64(sum))
		order[i] = i
		left -= out[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return rest[b].Cmp(rest[a]) })
	for _, i := range order[:left] {
		out[i]++
	}
	return out
}

// RulesText returns the frozen rules of a call byte for byte as they were
// hashed. It fails with NotFound for a draft.
func (s *Service) RulesText(ctx context.Context, id string) (string, error) {
	row, err := gen.New(s.DB.Read).Call(ctx, id)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && row.Digest == "":
		return "", noCall()
	case err != nil:
		return "", fmt.Errorf("read rules: %w", err)
	}
	return row.Rules, nil
}
