package measure

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"xuedu/internal/formula"
	"xuedu/internal/period"
)

// Job is one program to compute in one period. Filter is that of EvalWith.
type Job struct {
	Program *formula.Program
	Missing formula.Missing
	At      period.Period
	Filter  map[string]string
}

// EvalAll computes many programs and periods on all processors; the results
// stand in the order of the jobs. It ends with the first failure. Jobs of one
// period should stand side by side: they share columns.
func (e *Engine) EvalAll(ctx context.Context, jobs []Job) ([]formula.Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c, err := e.begin(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]formula.Result, len(jobs))
	fails := make([]error, runtime.GOMAXPROCS(0))
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range fails {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(jobs) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if out[i], fails[w] = c.eval(jobs[i]); fails[w] != nil {
					cancel()
					return
				}
			}
		})
	}
	wg.Wait()
	if err := firstFailure(fails); err != nil {
		return nil, err
	}
	return out, ctx.Err()
}

// firstFailure prefers what failed to what was broken off because of it.
func firstFailure(fails []error) error {
	var first error
	for _, err := range fails {
		if err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = err
		}
	}
	return first
}

// eval computes a job, or finds what it gave before.
func (c *call) eval(j Job) (formula.Result, error) {
	version, err := c.versionOf(j)
	if err != nil {
		return formula.Result{}, err
	}
	k := key{program: j.Program, missing: j.Missing, at: j.At, filter: FilterText(j.Filter)}
	l, err := c.cache.get(c.ctx, k, stamp{c.axis, version}, func() (formula.Loaded, error) {
		r, err := j.Program.Eval(env{c, j.At, j.Filter}, j.Missing)
		return formula.Loaded(r), err
	})
	return formula.Result(l), err
}

// versionOf joins the versions of all that a program reads.
func (c *call) versionOf(j Job) (string, error) {
	var all strings.Builder
	for _, r := range j.Program.Refs() {
		p, ok := resolve(r.Op, r.Back, j.At)
		switch {
		case !ok:
			continue
		case r.Op == formula.Target:
			v, err := c.targetVersion()
			if err != nil {
				return "", err
			}
			all.WriteString(v)
			continue
		}
		en, err := c.entry(r.Code)
		if err != nil {
			return "", err
		}
		if en.Absent {
			continue
		}
		v, err := c.version(en, planFor(&en.Decl, p))
		if err != nil {
			return "", err
		}
		all.WriteString(v)
		all.WriteByte(1)
	}
	return all.String(), nil
}

// env is the formula.Env of one job.
type env struct {
	*call
	at     period.Period
	filter map[string]string
}

func (v env) Len() int { return len(v.axis.parent) }

func (v env) Load(r formula.Ref) (formula.Loaded, error) {
	if err := v.ctx.Err(); err != nil {
		return formula.Loaded{}, err
	}
	if len(v.filter) > 0 {
		en, err := v.entry(r.Code)
		if err != nil && r.Op != formula.Target {
			return formula.Loaded{}, err
		}
		ok := true
		if err == nil {
			r, ok = narrow(&en.Decl, r, v.filter)
		}
		if !ok {
			return v.axis.all(formula.NotApplicable), nil
		}
	}
	return v.column(r, v.at)
}

func (v env) Ancestor(level string) ([]int32, error) { return v.axis.ancestor(level) }

func (v env) Within(level string) ([]int32, []bool, error) { return v.axis.within(level) }
