package accredithttp

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is kept and new is the new text, what is kept and taken out the old one.
func TestDiffGivesBothTextsBack(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.StringOfN(rapid.SampledFrom([]rune("课十二ab1 \n\uFFFD")), 0, 24, -1), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "before"), text.Draw(t, "after")
		checkDiff(t, a, b)
	})
}

func checkDiff(t interface{ Errorf(string, ...any) }, a, b string) {
	var before, after strings.Builder
	for _, p := range diff(a, b) {
		if !p.New {
			before.WriteString(p.Text)
		}
		if !p.Out {
			after.WriteString(p.Text)
		}
	}
	if before.String() != a || after.String() != b {
		t.Errorf("diff(%q, %q) gives %q and %q", a, b, before.String(), after.String())
	}
}

func FuzzDiff(f *testing.F) {
	f.Add("十二堂课", "十堂课")
	f.Add("a\xffb", "\xff\xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) < 4000 {
			checkDiff(t, a, b)
		}
	})
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"1846": "1,846", "-1234567.50": "−1,234,567.50", "12": "12", "": "", "2/3": "2/3", "0.5": "0.5"} {
		if got := grouped(in); got != want {
			t.Errorf("grouped(%q) = %q, want %q", in, got, want)
		}
	}
}
