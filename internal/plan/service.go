package plan

import (
	"slices"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Service reads the plans of the pack in force, keeps the targets of the city
// and counts their progress. It is safe for concurrent use.
type Service struct{ Deps }

// Deps is what a Service is made of.
type Deps struct {
	DB    *db.DB
	Pack  func() *pack.Pack
	Tree  func() *area.Tree
	Meter Meter
	Now   func() time.Time
}

// New returns a Service.
func New(d Deps) *Service { return &Service{d} }

// Plans returns the plans of the pack in force.
func (s *Service) Plans() []pack.Plan { return s.Pack().Plans }

// Today is today in the city.
func (s *Service) Today() time.Time {
	t := s.Now().In(s.Pack().Zone())
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// Bodies returns the bodies that the plans name, in the pack's order. A body
// that no plan gives anything to do is left out.
func (s *Service) Bodies() []Body {
	var out []Body
	for _, b := range s.Pack().Bodies {
		if body := s.body(b); len(body.Issues)+len(body.Tasks) > 0 {
			out = append(out, body)
		}
	}
	return out
}

// Body returns one body with its tasks; NotFound if no plan names it.
func (s *Service) Body(code string) (Body, error) {
	for _, b := range s.Bodies() {
		if b.Code == code {
			return b, nil
		}
	}
	return Body{}, errs.New(errs.NotFound, "plan.no_body")
}

// Name returns a body's name, or its code if the pack does not know it.
func (s *Service) Name(code, lang string) string {
	for _, b := range s.Pack().Bodies {
		if b.Code == code {
			return b.Name.In(lang)
		}
	}
	return code
}

func (s *Service) body(b pack.Body) Body {
	out := Body{Body: b}
	for _, p := range s.Plans() {
		if slices.Contains(p.Issuers, b.Code) {
			out.Issues = append(out.Issues, p)
		}
		out.Tasks = append(out.Tasks, tasksOf(p, b.Code)...)
	}
	return out
}

func tasksOf(p pack.Plan, org string) []Task {
	var out []Task
	take := func(pr pack.Programme, list []pack.Clause) {
		for _, c := range list {
			if slices.Contains(p.Responsible(c), org) {
				out = append(out, Task{Plan: p, Programme: pr, Clause: c})
			}
		}
	}
	take(pack.Programme{}, p.Document)
	take(pack.Programme{}, p.Goals)
	for _, pr := range p.Programmes {
		take(pr, pr.Clauses)
	}
	return out
}
