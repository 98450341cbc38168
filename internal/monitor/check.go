package monitor

import (
	"context"
	"slices"

	"xuedu/internal/narrative"
	"xuedu/internal/pack"
	"xuedu/internal/release"
	"xuedu/internal/release/proof"
)

// Problem is what keeps a section from being frozen.
type Problem struct {
	Section, Area, Lang string
	narrative.Problem
}

// Compose puts a draft together: the figures as they are now, the sections
// filled in. What cannot be filled in is a problem, and its text stays empty.
func (s *Service) Compose(ctx context.Context, d Draft) (*release.Release, []Problem, error) {
	rep, err := s.report(d)
	if err != nil {
		return nil, nil, err
	}
	r, err := s.Collect(ctx, rep, d.Area, d.Period)
	if err != nil {
		return nil, nil, err
	}
	r.Stage, r.Reason = d.Stage, release.Text(d.Reason)
	list, err := s.Sections(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	var bad []Problem
	x := release.NewIndex(r)
	for _, sec := range list {
		out := release.Section{Code: sec.Code, Area: sec.Area, Title: release.Text(sec.Title), Source: release.Text(sec.Body), Text: release.Text{}}
		bad = append(bad, fillIn(x, r, &out)...)
		r.Sections = append(r.Sections, out)
	}
	return r, bad, nil
}

// fillIn makes the texts of a section from the cells, in every language, and
// wants them to show the same cells.
func fillIn(x *release.Index, r *release.Release, out *release.Section) (bad []Problem) {
	var first []string
	for i, lang := range r.Languages {
		text, problems := proof.Sentences(x, r, *out, lang)
		for _, p := range problems {
			bad = append(bad, Problem{out.Code, out.Area, lang, p})
		}
		out.Text[lang] = text
		doc, _ := narrative.Parse(out.Source[lang])
		bound := narrative.Bindings(doc)
		if i == 0 {
			first = bound
		} else if other := missing(first, bound); other != "" {
			bad = append(bad, Problem{out.Code, out.Area, lang, narrative.Problem{Place: narrative.Place{Line: 1, Col: 1}, Key: "narrative.problem.other_cells", Text: other}})
		}
	}
	return bad
}

// missing is the first binding that only one of two languages has.
func missing(a, b []string) string {
	for _, x := range a {
		if !slices.Contains(b, x) {
			return x
		}
	}
	for _, x := range b {
		if !slices.Contains(a, x) {
			return x
		}
	}
	return ""
}

// Preview fills one section in as it would be with a body that is not saved.
func (s *Service) Preview(ctx context.Context, d Draft, sec Section, body pack.Text) (*release.Release, release.Section, []Problem, error) {
	rep, err := s.report(d)
	if err != nil {
		return nil, release.Section{}, nil, err
	}
	r, err := s.Collect(ctx, rep, d.Area, d.Period)
	if err != nil {
		return nil, release.Section{}, nil, err
	}
	out := release.Section{Code: sec.Code, Area: sec.Area, Title: release.Text(sec.Title), Source: release.Text(body), Text: release.Text{}}
	return r, out, fillIn(release.NewIndex(r), r, &out), nil
}
