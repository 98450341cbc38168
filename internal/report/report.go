// Package report makes the participation bulletin: for a year, a quarter or a
// month, for the city and each district, as data with a digest, as a page that
// needs nothing else, and as a workbook. The same ledger, pack and areas give
// the same bytes on every machine (plan P1.8).
package report

import (
	"context"
	"regexp"

	"xuedu/internal/area"
	"xuedu/internal/chart"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
)

// Figures answers questions about the ledger; *ledger.Figures does.
type Figures interface {
	Query(context.Context, ledger.Query) ([]ledger.Figure, error)
	Breakdown(context.Context, ledger.Query, ledger.Axis) ([]ledger.Slice, error)
	// Span is the first and the last day with a record; ok is false where there is none.
	Span() (from, to ledger.Day, ok bool)
	// Version is the number of the last record that is counted.
	Version() int64
}

// Deps is what bulletins are made of.
type Deps struct {
	DB        *db.DB
	Figures   Figures
	Tree      func() *area.Tree
	Pack      func() *pack.Pack
	Map       func() *chart.Outlines // nil where the pack has no map
	Bundle    *i18n.Bundle
	Synthetic func() bool       // activity data are invented
	Today     func() ledger.Day // in the city's time zone: a period that has not ended is a draft
}

// Service makes bulletins. It is safe for concurrent use.
type Service struct{ Deps }

// New returns a Service.
func New(d Deps) *Service { return &Service{Deps: d} }

var periodName = regexp.MustCompile(`^\d{4}(-Q[1-4]|-\d{2})?$`)

// ParsePeriod reads the name of a period that has a bulletin: a year, a
// quarter or a month. It fails with Invalid.
func ParsePeriod(name string) (ledger.Period, error) {
	if !periodName.MatchString(name) {
		return ledger.Period{}, errs.InvalidField("period", "report.bad_period", "Value", name)
	}
	return ledger.ParsePeriod(name)
}

// Root returns the area the pack calls the city. It fails with Invalid where
// there are no areas.
func (s *Service) Root() (*area.Area, error) {
	t := s.Tree()
	if n, ok := t.ByCode(s.Pack().RootArea); ok {
		return t.At(n), nil
	}
	if t.Len() == 0 {
		return nil, errs.New(errs.Invalid, "report.no_areas")
	}
	return t.At(0), nil
}

// Areas returns the areas that have a bulletin: the city and what is directly
// below it.
func (s *Service) Areas() ([]*area.Area, error) {
	root, err := s.Root()
	if err != nil {
		return nil, err
	}
	t := s.Tree()
	n, _ := t.ByCode(root.Code)
	out := []*area.Area{root}
	for i := n + 1; i < t.Last(n); i++ {
		if t.Parent(i) == n {
			out = append(out, t.At(i))
		}
	}
	return out, nil
}

// area returns an area that has a bulletin, or NotFound.
func (s *Service) area(code string) (*area.Area, error) {
	list, err := s.Areas()
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.Code == code {
			return a, nil
		}
	}
	return nil, errs.New(errs.NotFound, "report.no_bulletin", "Area", code)
}
