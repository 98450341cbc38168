package formula_test

import (
	"slices"
	"testing"

	"xuedu/internal/formula"
)

func TestRatio(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ src, scale, over, under string }{
		{"100 * participants / population", "100", "participants", "population"},
		{"100*(participants/population)", "100", "participants", "population"},
		{"participants[age=60+] * 1000 / population[age=60+]", "1000", "participants[age=60+]", "population[age=60+]"},
		{"enrol.applicants / enrol.seats", "1", "enrol.applicants", "enrol.seats"},
		{"100 * (a + b) / (c + d)", "100", "a + b", "c + d"},
		{"100 * 10 * a / b", "1000", "a", "b"},
		{"a / b / c", "1", "a / b", "c"},
		{"participants", "", "", ""},
		{"a / b + 1", "", "", ""},
		{"a /", "", "", ""},
	} {
		scale, over, under, ok := formula.Ratio(x.src)
		if ok != (x.scale != "") {
			t.Errorf("Ratio(%s): %v", x.src, ok)
			continue
		}
		if ok && (scale.RatString() != x.scale || over != x.over || under != x.under) {
			t.Errorf("Ratio(%s) = %s, %s, %s", x.src, scale.RatString(), over, under)
		}
	}
}

func TestNarrowAndReferences(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ src, want string }{
		{"participants", "participants[age=60+]"},
		{"participants[theme=farming]", "participants[age=60+, theme=farming]"},
		{"participants[age=80+] / population", "participants[age=80+] / population[age=60+]"},
	} {
		if got, ok := formula.Narrow(x.src, "age", "60+"); !ok || got != x.want {
			t.Errorf("Narrow(%s) = %s", x.src, got)
		}
	}
	if _, ok := formula.Narrow("a +", "age", "60+"); ok {
		t.Error("narrows what cannot be read")
	}
	if got := formula.References("a[x=1] / (b + a[x=1]) + sum(c)"); got != nil && !slices.Equal(got, []string{"a[x=1]", "b", "c"}) {
		t.Error(got)
	}
	if got := formula.References("100 * a[x=1] / (b + a[x=1])"); !slices.Equal(got, []string{"a[x=1]", "b"}) {
		t.Error(got)
	}
}
