package form

import (
	"context"
	"slices"
	"strings"

	"xuedu/internal/pack"
)

// Body is one who may have forms: a body of the pack or of the city's register.
type Body struct {
	Code, Type string
	Name       pack.Text
}

// headProblems is what the law wants of the head of a form on a day.
func (s *Service) headProblems(ctx context.Context, f pack.Form, day string) ([]Problem, error) {
	h := f.Head
	var out []Problem
	for _, part := range []struct {
		missing       bool
		ground, field string
	}{
		{strings.TrimSpace(h.Number) == "", NoNumber, "number"},
		{blank(h.Organ), NoOrgan, "organ"},
		{h.Basis != "approval" && h.Basis != "filing", NoBasisKind, "basis"},
		{blank(h.Approver), NoApprover, "approver"},
		{strings.TrimSpace(h.Document) == "", NoDocument, "document"},
		{!isDay(h.From) || !isDay(h.Until), NoValidity, "until"},
	} {
		if part.missing {
			out = append(out, problem(part.ground, part.field))
		}
	}
	out = append(out, validity(h, day)...)
	more, err := s.issuer(ctx, f)
	return append(out, more...), err
}

// validity says whether a day is within the validity of a head.
func validity(h pack.Head, day string) []Problem {
	switch {
	case !isDay(h.From) || !isDay(h.Until):
		return nil
	case h.Until < h.From:
		return []Problem{problem(Order, "until", "From", h.From, "Until", h.Until)}
	case day < h.From:
		return []Problem{problem(NotYet, "from", "From", h.From, "Day", day)}
	case day > h.Until:
		return []Problem{problem(Expired, "until", "Until", h.Until, "Day", day)}
	}
	return nil
}

// issuer says whether the owner of a form may issue it, on the basis that its
// head names.
func (s *Service) issuer(ctx context.Context, f pack.Form) ([]Problem, error) {
	if f.Owner == "" {
		return nil, nil // no_owner is a problem of the content
	}
	b, ok, err := s.body(ctx, f.Owner)
	if err != nil {
		return nil, err
	}
	if !ok {
		return []Problem{problem(NoIssuer, "owner", "Code", f.Owner)}, nil
	}
	may, ok := s.pack().Issuer(b.Type)
	if !ok {
		return []Problem{problem(MayNotIssue, "owner", "Name", b.Name.In("zh-CN"), "Code", b.Code)}, nil
	}
	h := f.Head
	var out []Problem
	if !blank(h.Organ) && !names(h.Organ, b.Name) {
		out = append(out, problem(OrganDiffers, "organ", "Name", b.Name.In("zh-CN")))
	}
	if h.Basis != "" && len(may.Basis) > 0 && !slices.Contains(may.Basis, h.Basis) {
		out = append(out, problem(BasisNotAllowed, "basis"))
	}
	if !blank(h.Approver) && len(may.Approver) > 0 && !names(h.Approver, may.Approver) {
		out = append(out, problem(ApproverDiffers, "approver", "Name", may.Approver.In("zh-CN")))
	}
	return out, nil
}

// names reports whether a text holds a name, in some language that both have.
func names(t, name pack.Text) bool {
	for lang, n := range name {
		if n != "" && strings.Contains(t[lang], n) {
			return true
		}
	}
	return false
}

func (s *Service) body(ctx context.Context, code string) (Body, bool, error) {
	if b, ok := s.pack().Body(code); ok {
		return Body{Code: b.Code, Type: b.Type, Name: b.Name}, true, nil
	}
	if s.out.Body == nil {
		return Body{}, false, nil
	}
	return s.out.Body(ctx, code)
}

// blank reports whether a text says nothing in any language.
func blank(t pack.Text) bool {
	for _, s := range t {
		if strings.TrimSpace(s) != "" {
			return false
		}
	}
	return true
}
