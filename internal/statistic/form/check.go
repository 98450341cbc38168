package form

import (
	"context"

	"xuedu/internal/pack"
)

// Check returns what stands against a form: what is wrong in it, what the law
// wants of it on a day, and fields that are derivable or already collected.
// Nothing is kept of it.
func (s *Service) Check(ctx context.Context, f pack.Form, day string) ([]Problem, error) {
	forms, err := s.Registered(ctx)
	if err != nil {
		return nil, err
	}
	return s.check(ctx, f, forms, day)
}

func (s *Service) check(ctx context.Context, f pack.Form, forms []Form, day string) ([]Problem, error) {
	head, err := s.headProblems(ctx, f, day)
	if err != nil {
		return nil, err
	}
	content, err := s.content(ctx, f, forms, day)
	return append(head, content...), err
}

// content is what stands against a form without its head.
func (s *Service) content(ctx context.Context, f pack.Form, forms []Form, day string) ([]Problem, error) {
	out := said(f, day)
	known, err := s.known(ctx, f, forms, day)
	if err != nil {
		return nil, err
	}
	symbols, err := s.symbols(ctx)
	if err != nil {
		return nil, err
	}
	return append(append(out, known...), s.formulaProblems(f, symbols)...), nil
}

// said is what a form must say of itself: an owner, and for each field a basis
// and no end that has passed.
func said(f pack.Form, day string) []Problem {
	var out []Problem
	if f.Owner == "" {
		out = append(out, problem(NoOwner, "owner"))
	}
	if len(f.Fields) == 0 {
		out = append(out, Problem{Ground: NoBasis, Field: "fields", Key: "form.ground.no_fields"})
	}
	for _, fd := range f.Fields {
		if blank(fd.Basis) && blank(f.Basis) {
			out = append(out, problem(NoBasis, fd.Code, "Field", fd.Code))
		}
		if fd.Until != "" && fd.Until < day {
			out = append(out, problem(FieldExpired, fd.Code, "Field", fd.Code, "Until", fd.Until))
		}
	}
	return out
}
