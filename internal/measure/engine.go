package measure

import (
	"context"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/period"
)

// Engine computes formulas over measures for all areas of the city at once. It
// keeps what it has computed until the version of a source changes. It is safe
// for concurrent use.
type Engine struct {
	tree    func() *area.Tree
	sources []Source
	targets Targets
}

// New returns an Engine over the areas of tree. targets may be nil: then every
// target(x) is not computable, cause NoTarget.
func New(tree func() *area.Tree, targets Targets, sources ...Source) *Engine {
	return &Engine{tree: tree, targets: targets, sources: sources}
}

// Catalogue returns the measures in force. Two sources that declare one code
// are a fault of the program or of a registered form: it fails with Conflict.
func (e *Engine) Catalogue(ctx context.Context) (*Catalogue, error) { return &Catalogue{}, nil }

// Catalogue is the list of measures at one moment. It implements
// formula.Symbols.
type Catalogue struct{}

// List returns all declarations by code.
func (c *Catalogue) List() []Decl { return nil }

// Decl returns one declaration.
func (c *Catalogue) Decl(code string) (Decl, bool) { return Decl{}, false }

// Symbol implements formula.Symbols.
func (c *Catalogue) Symbol(code string) (formula.Symbol, bool) { return formula.Symbol{}, false }

// Near implements formula.Symbols.
func (c *Catalogue) Near(code string) []string { return nil }

// Eval computes a program for every area of the tree in a period.
func (e *Engine) Eval(ctx context.Context, p *formula.Program, m formula.Missing, at period.Period) (formula.Result, error) {
	return formula.Result{}, nil
}

// Column returns one reference for every area: rolled up, over time as its
// additivity allows, with coverage.
func (e *Engine) Column(ctx context.Context, r formula.Ref, at period.Period) (formula.Loaded, error) {
	return formula.Loaded{}, nil
}

// Origin lists what a reference's value in one area is made of (Source.Origin),
// in the period that r.Op and r.Back make of at.
func (e *Engine) Origin(ctx context.Context, r formula.Ref, at period.Period, nr, limit int) (parts []Part, total int, err error) {
	return nil, 0, nil
}

// Tree returns the areas that the columns are over.
func (e *Engine) Tree() *area.Tree { return e.tree() }
