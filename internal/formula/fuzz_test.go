package formula_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/formula"
)

// Reading never panics; what can be read is printed so that it reads as the
// same thing; problems lie within the source.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "1", "100 * participants[age=60+, theme=health] / population[age=60+]", "if(not a > 1 and b = 2 or c != 3, -x, +y)",
		"count_units(share(paid, city) >= 0.1, level=community)", "（１００＊ｐａｉｄ）÷ｓｅａｔｓ ≥ ２", "prev(ytd(D01), 4) - target(D01)",
		"((((((((1))))))))", "1 < 2 < 3", "a[b=c,d=", "coalesce(,)", "round(1.50, 2)", "00012.3400", "参与居民 / 常住人口", "--1", "not not a", "\xff\x00", "1.", ".5",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		_, problems := formula.Compile(src, catalogue)
		for _, p := range problems {
			if p.Offset < 0 || p.Length < 0 || p.Offset+p.Length > len(src) || p.Key == "" {
				t.Fatalf("%q: %+v", src, p)
			}
		}
		text, ok := formula.Format(src)
		if !ok {
			return
		}
		again, ok := formula.Format(text)
		if !ok || again != text {
			t.Fatalf("%q is printed as %q, and that as %q", src, text, again)
		}
		if p, _ := formula.Compile(src, catalogue); p != nil {
			q, problems := formula.Compile(text, catalogue)
			if q == nil || q.Type != p.Type || q.Unit != p.Unit || q.String() != text {
				t.Fatalf("%q compiles, %q does not: %v", src, text, problems)
			}
		}
	})
}

// A formula full of brackets reads as the same tree as its canonical spelling:
// both have the same canonical spelling, and that has no bracket too many.
func TestFormatKeepsTheTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := genNumber(t, 4)
		if rapid.Bool().Draw(t, "truth") {
			x = genTruth(t, 4)
		}
		text, ok := formula.Format(x.String())
		if !ok {
			t.Fatalf("%s cannot be read", x)
		}
		if again, _ := formula.Format(text); again != text {
			t.Fatalf("%s is printed as %s, and that as %s", x, text, again)
		}
		for i, r := range text { // every bracket matters
			if r != '(' || i > 0 && isName(text[i-1]) {
				continue
			}
			end := closing(text, i)
			bare := text[:i] + text[i+1:end] + text[end+1:]
			if same, ok := formula.Format(bare); ok && same == text {
				t.Fatalf("%s has a needless bracket at %d", text, i)
			}
		}
	})
}

func isName(b byte) bool { return 'a' <= b && b <= 'z' || b == '_' }

func closing(s string, open int) int {
	depth := 0
	for i := open; ; i++ {
		depth += strings.Count(s[i:i+1], "(") - strings.Count(s[i:i+1], ")")
		if depth == 0 {
			return i
		}
	}
}

func TestFormat(t *testing.T) {
	for src, want := range map[string]string{
		"１００＊（ａ＋ｂ）÷ｃ":                     "100 * (a + b) / c",
		"IF(A and NOT b<>c,007.50,.1)":    "",
		"IF(A AND NOT b<>c, 007.50, 0.1)": "if(A and not b != c, 7.5, 0.1)",
		"a-(b-c)-(d)":                     "a - (b - c) - d",
		"x[sex = f ,age=60+]":             "x[age=60+, sex=f]",
		"a ≤ b":                           "a <= b",
		"-(-1)":                           "--1",
		"(a = b) = c":                     "(a = b) = c",
		"count_units(a>1,level = street)": "count_units(a > 1, level=street)",
		"share((a),city)":                 "share(a, city)",
	} {
		if got, _ := formula.Format(src); got != want {
			t.Errorf("%s is %q, not %q", src, got, want)
		}
	}
}
