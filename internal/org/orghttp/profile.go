package orghttp

import (
	"net/http"
	"strings"

	"xuedu/internal/org"
	"xuedu/internal/ui"
)

// fact is one line of a profile as it is shown.
type fact struct{ Label, Value string }

// facts shows what is known of an institution, or with all set every fact.
func facts(p ui.Page, profile org.Profile, all bool) []fact {
	var out []fact
	for _, f := range org.Facts {
		v := f.Get(profile)
		if v == "" && !all {
			continue
		}
		out = append(out, fact{Label: p.T("org.fact." + f.Name), Value: factText(p, f, v)})
	}
	return out
}

// factText is a fact in words, with its unit.
func factText(p ui.Page, f org.Fact, v string) string {
	switch {
	case v == "":
		return p.T("org.not_known")
	case f.Kind == org.YesNo || f.Kind == org.Lift:
		return p.T("org.answer." + v)
	case f.Kind == org.Words:
		return v
	}
	switch f.Name {
	case "space", "shared":
		return p.T("org.square_metres", "Value", v)
	case "open_hours":
		return p.T("org.hours_a_week", "Value", v)
	}
	return v
}

// factFields are the fields of the profile in a form.
func factFields(p ui.Page, profile org.Profile) []field {
	out := make([]field, 0, len(org.Facts))
	for _, f := range org.Facts {
		v := f.Get(profile)
		one := field{Name: f.Name, Label: p.T("org.fact." + f.Name), Value: v, Wide: f.Kind == org.Words, Short: f.Kind == org.Count || f.Kind == org.Decimal}
		switch f.Kind {
		case org.YesNo:
			one.Options = answers(p, v, "yes", "no")
		case org.Lift:
			one.Options = answers(p, v, "yes", "no", org.Ground)
		default:
			one.Hint = p.T("org.fact_hint." + f.Name)
		}
		out = append(out, one)
	}
	return out
}

func answers(p ui.Page, chosen string, values ...string) []option {
	out := []option{{Label: p.T("org.not_known"), Selected: chosen == ""}}
	for _, v := range values {
		out = append(out, option{Value: v, Label: p.T("org.answer." + v), Selected: v == chosen})
	}
	return out
}

// profileOf reads the profile of a form.
func profileOf(r *http.Request) org.Profile {
	var p org.Profile
	for _, f := range org.Facts {
		f.Set(&p, strings.TrimSpace(r.PostFormValue(f.Name)))
	}
	return p
}
