package plan

import "slices"

// Changed names what differs between two versions, in the order of a page:
// clause, name, measure, unit, direction, bodies, tolerance, due, document,
// path, split, dropped, back.
func (s *Service) Changed(old, t Target) []string {
	top, err := s.areaOf("")
	if err != nil {
		return nil
	}
	a, _ := rowOf(old) // texts and lists of codes always encode
	b, _ := rowOf(t)
	var out []string
	for _, c := range []struct {
		what    string
		changed bool
	}{
		{"clause", a.Plan != b.Plan || a.Clause != b.Clause}, {"name", a.Name != b.Name}, {"measure", a.Measure != b.Measure},
		{"unit", a.Unit != b.Unit}, {"direction", a.Direction != b.Direction},
		{"bodies", a.Responsible != b.Responsible || a.Supporting != b.Supporting},
		{"tolerance", a.Tolerance != b.Tolerance || a.About != b.About}, {"due", a.Due != b.Due}, {"document", a.SetBy != b.SetBy},
		{"path", !sameNumbers(old, t, func(n Number) bool { return n.Area == top })}, {"split", !sameNumbers(old, t, func(n Number) bool { return n.Area != top })},
		{"dropped", old.State != Dropped && t.State == Dropped}, {"back", old.State == Dropped && t.State != Dropped},
	} {
		if c.changed {
			out = append(out, c.what)
		}
	}
	return out
}

// sameNumbers compares the numbers that take lets through.
func sameNumbers(a, b Target, take func(Number) bool) bool {
	some := func(t Target) []Number {
		out := slices.DeleteFunc(slices.Clone(t.Numbers), func(n Number) bool { return !take(n) })
		sortNumbers(out)
		return out
	}
	return slices.EqualFunc(some(a), some(b), Number.equal)
}
