package measure

import (
	"context"
	"sync"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/period"
)

// DefaultMemory is how many bytes of columns an engine keeps.
const DefaultMemory = 512 << 20

// Engine computes formulas over measures for all areas of the city at once. It
// keeps what it has computed until the version of a source changes. It is safe
// for concurrent use.
type Engine struct {
	tree    func() *area.Tree
	sources []Source
	targets Targets
	cache   *cache

	catMu sync.Mutex
	cat   *Catalogue
	catOf [][]Decl

	axisMu sync.Mutex
	axis   *axis
}

// New returns an Engine over the areas of tree. targets may be nil: then every
// target(x) is not computable, cause NoTarget.
func New(tree func() *area.Tree, targets Targets, sources ...Source) *Engine {
	return &Engine{tree: tree, targets: targets, sources: sources, cache: newCache(DefaultMemory)}
}

// Memory sets how many bytes of columns are kept; 0 keeps nothing.
func (e *Engine) Memory(bytes int64) {
	e.cache.mu.Lock()
	defer e.cache.mu.Unlock()
	e.cache.limit = bytes
}

// Tree returns the areas that the columns are over.
func (e *Engine) Tree() *area.Tree { return e.tree() }

// axisOf returns the layout of the tree of now.
func (e *Engine) axisOf() *axis {
	t := e.tree()
	e.axisMu.Lock()
	defer e.axisMu.Unlock()
	if e.axis == nil || e.axis.tree != t {
		e.axis = newAxis(t)
	}
	return e.axis
}

// Column returns one reference for every area: rolled up, over time as its
// additivity allows, with coverage. It fails with Invalid for a code, a
// dimension or a value that does not exist, and with what a source fails with.
func (e *Engine) Column(ctx context.Context, r formula.Ref, at period.Period) (formula.Loaded, error) {
	c, err := e.begin(ctx)
	if err != nil {
		return formula.Loaded{}, err
	}
	return c.column(r, at)
}

// Eval computes a program for every area of the tree in a period.
func (e *Engine) Eval(ctx context.Context, p *formula.Program, m formula.Missing, at period.Period) (formula.Result, error) {
	return e.EvalWith(ctx, p, m, at, nil)
}

// EvalWith is Eval with a filter added to every reference whose measure knows
// the dimension; the others stay whole, and so do targets. A reference that
// itself asks for another value of the dimension is not applicable.
func (e *Engine) EvalWith(ctx context.Context, p *formula.Program, m formula.Missing, at period.Period, filter map[string]string) (formula.Result, error) {
	c, err := e.begin(ctx)
	if err != nil {
		return formula.Result{}, err
	}
	return c.eval(Job{Program: p, Missing: m, At: at, Filter: filter})
}
