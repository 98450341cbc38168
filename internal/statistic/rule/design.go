package rule

import (
	"slices"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// Fault is one thing that is wrong with a rule of a form.
type Fault struct {
	Rule string // its code
	formula.Problem
}

// CheckForm returns all that is wrong with the rules of a form: formulas that
// cannot be read or name what the form does not ask, give a number, or ask for
// what rows do not have; pairs of one field or of unknown ones; a kind that
// does not exist. Offsets count in Rule.Check.
func CheckForm(f pack.Form) (faults []Fault) {
	seen := map[string]bool{}
	for _, r := range f.Rules {
		say := func(p formula.Problem) { faults = append(faults, Fault{r.Code, p}) }
		if r.Code == "" || seen[r.Code] || slices.Contains(builtIn, r.Code) {
			say(formula.Problem{Key: "rule.code_taken", Args: []any{"Code", r.Code}})
		}
		seen[r.Code] = true
		switch r.Kind {
		case "", "check":
			checkFormula(&f, r.Check, say)
		case "compulsory", "exclusive":
			checkPair(&f, r.Pair, say)
		default:
			say(formula.Problem{Key: "rule.no_kind", Args: []any{"Kind", r.Kind}})
		}
	}
	return faults
}

var builtIn = []string{Type, Range, Required, Change, Outlier, Sources, Round, Copied, SameMinute}

func checkFormula(f *pack.Form, src string, say func(formula.Problem)) {
	p, problems := formula.Compile(src, symbols{f})
	for _, x := range problems {
		say(explain(f, src, x))
	}
	whole := formula.Problem{Length: len(src)}
	switch {
	case p == nil:
	case p.Type != formula.Truth:
		whole.Key = "rule.not_truth"
		say(whole)
	case len(p.Refs()) == 0:
		whole.Key = "rule.no_field"
		say(whole)
	case slices.ContainsFunc(p.Calls(), notInRows):
		whole.Key = "rule.not_here"
		say(whole)
	case slices.ContainsFunc(p.Refs(), func(r formula.Ref) bool { return r.Back > 1 }):
		whole.Key = "rule.one_back"
		say(whole)
	}
}

// notInRows reports whether a function makes no sense over the rows of a form.
func notInRows(fn string) bool {
	return slices.Contains([]string{"ytd", "target", "share", "count_units", "reported"}, fn)
}

// explain puts an unknown code in terms of forms.
func explain(f *pack.Form, src string, p formula.Problem) formula.Problem {
	if p.Key != "formula.unknown" && p.Key != "formula.unknown_near" {
		return p
	}
	code := src[p.Offset : p.Offset+p.Length]
	if _, ok := f.Field(code); ok {
		p.Key, p.Args = "rule.text_field", []any{"Code", code}
		return p
	}
	p.Key = map[string]string{"formula.unknown": "rule.unknown_field", "formula.unknown_near": "rule.unknown_field_near"}[p.Key]
	return p
}

func checkPair(f *pack.Form, pair []string, say func(formula.Problem)) {
	if len(pair) < 2 {
		say(formula.Problem{Key: "rule.short_pair"})
	}
	for _, code := range pair {
		if _, ok := f.Field(code); !ok {
			say(formula.Problem{Key: "rule.unknown_field", Args: []any{"Code", code}})
		}
	}
}
