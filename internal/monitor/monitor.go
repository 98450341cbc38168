// Package monitor composes the reports of the city: figures computed from the
// registers, texts bound to them, checked by the districts, frozen (P1.8).
package monitor

import (
	"context"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/disclosure"
	"xuedu/internal/i18n"
	"xuedu/internal/indicator"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
	"xuedu/internal/publish"
	"xuedu/internal/release"
)

// Figures computes indicators; *indicator.Service does.
type Figures interface {
	Eval(context.Context, indicator.Query) ([]indicator.Cell, error)
	Preview(context.Context, pack.Indicator, indicator.Query) ([]indicator.Cell, error)
	Definitions(ctx context.Context, day string) ([]indicator.Definition, error)
	Version(context.Context) (int64, error)
	SliceName(dim, value, lang string) string
}

// Deps are what a Service works with.
type Deps struct {
	DB        *db.DB
	Pack      func() *pack.Pack
	Tree      func() *area.Tree
	Figures   Figures
	Record    func(context.Context) (*indicator.Service, *measure.Tape, error) // Figures that write down what they read; nil = releases cannot be computed again
	Targets   func(context.Context) ([]plan.Progress, error)
	Publish   *publish.Service
	Bundle    *i18n.Bundle
	Protect   func(context.Context, *release.Release, pack.DisclosureRule) (disclosure.Report, error) // hides what would tell about persons; nil = nothing is hidden
	Program   string                                                                                  // version of this program
	Synthetic func() bool
	Now       func() time.Time
}

// Service composes reports. It is safe for concurrent use.
type Service struct{ Deps }

// New returns a Service.
func New(d Deps) *Service { return &Service{d} }
