package measure

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/period"
)

// call is one use of the engine: one catalogue, one tree, and each version
// asked for once, so that all its columns speak of one moment as far as the
// sources can tell.
type call struct {
	*Engine
	ctx  context.Context
	cat  *Catalogue
	axis *axis

	mu       sync.Mutex
	versions map[versionKey]string
}

type versionKey struct {
	code string
	at   period.Period
}

func (e *Engine) begin(ctx context.Context) (*call, error) {
	cat, err := e.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	return &call{Engine: e, ctx: ctx, cat: cat, axis: e.axisOf(), versions: map[versionKey]string{}}, nil
}

func (c *call) entry(code string) (*entry, error) {
	if en, ok := c.cat.entry(code); ok {
		return en, nil
	}
	near := strings.Join(c.cat.Near(code), ", ")
	if near == "" {
		return nil, errs.New(errs.Invalid, "measure.unknown", "Code", code)
	}
	return nil, errs.New(errs.Invalid, "measure.unknown_near", "Code", code, "Near", near)
}

// column is Engine.Column.
func (c *call) column(r formula.Ref, at period.Period) (formula.Loaded, error) {
	p, ok := resolve(r.Op, r.Back, at)
	if r.Op == formula.Target {
		if !ok {
			return c.axis.never(formula.NoPeriod), nil
		}
		return c.target(r.Code, p)
	}
	en, err := c.entry(r.Code)
	if err != nil {
		return formula.Loaded{}, err
	}
	filter, err := en.filterOf(r.Filter)
	switch {
	case err != nil:
		return formula.Loaded{}, err
	case en.Absent:
		return c.axis.never(formula.NoSource), nil
	case !ok:
		return c.axis.never(formula.NoPeriod), nil
	}
	return c.measure(en, filter, r.Filter, p)
}

// measure returns the column of a measure in a period, from the source or from
// the columns of its parts.
func (c *call) measure(en *entry, filter map[string]string, text string, p period.Period) (formula.Loaded, error) {
	plan := planFor(&en.Decl, p)
	if len(plan.parts) == 0 {
		return c.axis.never(formula.NoPeriod), nil
	}
	if plan.how == formula.Last || plan.direct() && plan.parts[0] != p {
		return c.measure(en, filter, text, plan.parts[0])
	}
	version, err := c.version(en, plan)
	if err != nil {
		return formula.Loaded{}, err
	}
	k := key{code: en.Code, filter: text, at: p, shape: shape{en.den(), en.Level, en.Area, en.Time}}
	return c.cache.get(c.ctx, k, stamp{c.axis, version}, func() (formula.Loaded, error) {
		if plan.direct() {
			return c.read(en, Ask{Code: en.Code, Filter: maps.Clone(filter), Period: p, Tree: c.axis.tree})
		}
		parts := make([]formula.Loaded, len(plan.parts))
		for i, part := range plan.parts {
			if parts[i], err = c.measure(en, filter, text, part); err != nil {
				return formula.Loaded{}, err
			}
		}
		return merge(parts, plan.how), nil
	})
}

// read asks the source and rolls its answer up.
func (c *call) read(en *entry, a Ask) (formula.Loaded, error) {
	b, err := en.source.Read(c.ctx, a)
	if err == nil {
		err = b.fits(c.axis.tree.Len())
	}
	adds := en.Area == formula.Sum && en.Level != ""
	if num, ok := c.axis.addWhole(b, adds && err == nil); ok {
		return formula.Loaded{Column: formula.Column{State: formula.Whole(len(num)), Num: num, Den: c.axis.dens(en.den())}}, nil
	}
	if err == nil {
		err = b.states()
	}
	switch {
	case err != nil:
		return formula.Loaded{}, fmt.Errorf("measure %s in %s: %w", a.Code, a.Period.Name, err)
	case adds:
		return c.axis.rollUp(&en.Decl, b), nil
	}
	return c.axis.asGiven(b, en.den()), nil
}

// version joins the versions of the parts of a plan.
func (c *call) version(en *entry, p plan) (string, error) {
	all := make([]string, 0, len(p.parts))
	for _, part := range p.parts {
		v, err := c.memo(versionKey{en.Code, part}, func() (string, error) { return en.source.Version(c.ctx, en.Code, part) })
		if err != nil {
			return "", fmt.Errorf("version of measure %s: %w", en.Code, err)
		}
		all = append(all, v)
	}
	return strings.Join(all, "\x00"), nil
}

func (c *call) memo(k versionKey, ask func() (string, error)) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.versions[k]; ok {
		return v, nil
	}
	v, err := ask()
	if err == nil {
		c.versions[k] = v
	}
	return v, err
}

func (c *call) targetVersion() (string, error) {
	if c.targets == nil {
		return "", nil
	}
	v, err := c.memo(versionKey{code: "target()"}, func() (string, error) { return c.targets.Version(c.ctx) })
	if err != nil {
		return "", fmt.Errorf("version of targets: %w", err)
	}
	return v, nil
}

func (c *call) target(code string, p period.Period) (formula.Loaded, error) {
	if c.targets == nil {
		return c.axis.never(formula.NoTarget), nil
	}
	version, err := c.targetVersion()
	if err != nil {
		return formula.Loaded{}, err
	}
	return c.cache.get(c.ctx, key{code: code, target: true, at: p}, stamp{c.axis, version}, func() (formula.Loaded, error) {
		b, err := c.targets.Read(c.ctx, code, p, c.axis.tree)
		if err == nil {
			err = b.fits(c.axis.tree.Len())
		}
		if err == nil {
			err = b.states()
		}
		if err != nil {
			return formula.Loaded{}, fmt.Errorf("target of %s in %s: %w", code, p.Name, err)
		}
		return c.axis.asGiven(b, pow10(TargetScale)), nil
	})
}

// fits refuses a block that is not one cell an area, or whose coverage makes no
// sense: a fault of the source.
func (b *Block) fits(n int) error {
	either := func(l int) bool { return l == n || l == 0 }
	switch {
	case len(b.State) != n, len(b.Num) != n, !either(len(b.Cause)):
		return fmt.Errorf("%w: block of %d states, %d numbers, %d causes for %d areas", errBlock, len(b.State), len(b.Num), len(b.Cause), n)
	case !either(len(b.Expected)), len(b.Reported) != len(b.Expected), len(b.NotApplicable) != len(b.Expected):
		return fmt.Errorf("%w: coverage of %d, %d, %d areas for %d", errBlock, len(b.Expected), len(b.Reported), len(b.NotApplicable), n)
	}
	for i := range b.Expected {
		if b.Expected[i] < 0 || b.Reported[i] < 0 || b.NotApplicable[i] < 0 || b.Reported[i] > b.Expected[i] {
			return fmt.Errorf("%w: area %d has %d of %d", errBlock, i, b.Reported[i], b.Expected[i])
		}
	}
	return nil
}

// states refuses a state that is none, and one that owes its cause.
func (b *Block) states() error {
	for i, s := range b.State {
		if s > formula.NotComputable || s == formula.NotComputable && (b.Cause == nil || b.Cause[i] == formula.NoCause) {
			return fmt.Errorf("%w: area %d has state %d without a cause", errBlock, i, s)
		}
	}
	return nil
}

var errBlock = errors.New("answer of the source does not fit")

// asGiven makes a column of a block whose source speaks for every level.
func (x *axis) asGiven(b Block, den int64) formula.Loaded {
	return formula.Loaded{Column: formula.Column{State: b.State, Num: b.Num, Den: x.dens(den), Cause: b.Cause}, Coverage: b.Coverage}
}

// never is a column of which no cell is computable.
func (x *axis) never(cause formula.Cause) formula.Loaded {
	l := x.all(formula.NotComputable)
	l.Cause = slices.Repeat([]formula.Cause{cause}, len(l.State))
	return l
}

// all is a column of one state without numbers.
func (x *axis) all(s formula.State) formula.Loaded {
	n := len(x.parent)
	return formula.Loaded{Column: formula.Column{State: slices.Repeat([]formula.State{s}, n), Num: make([]int64, n)}}
}
