package statistic_test

import (
	"math"
	"testing"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/statistic"
)

var (
	count   = pack.Field{Code: "n", Type: "count"}
	money   = pack.Field{Code: "m", Type: "decimal", Decimals: 2}
	yesno   = pack.Field{Code: "y", Type: "yesno"}
	text    = pack.Field{Code: "t", Type: "text"}
	choices = pack.Field{Code: "c", Type: "choice", Choices: []pack.Coded{{Code: "own", Name: pack.Text{"zh-CN": "自有", "en": "Own"}}}}
)

// Numbers as people write them.
func TestParseEntry(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		f     pack.Field
		in    string
		state formula.State
		num   int64
		text  string
		bad   bool
	}{
		{count, "", formula.NotReported, 0, "", false},
		{count, "  \u3000", formula.NotReported, 0, "", false},
		{count, "0", formula.Value, 0, "", false},
		{count, "１，２３４", formula.Value, 1234, "", false},
		{count, "1,234,567", formula.Value, 1234567, "", false},
		{count, "1 234", formula.Value, 1234, "", false},
		{count, "12,34", 0, 0, "", true},
		{count, ",123", 0, 0, "", true},
		{count, "1,,234", 0, 0, "", true},
		{count, "007", formula.Value, 7, "", false},
		{count, "-5", formula.Value, -5, "", false},
		{count, "−5", formula.Value, -5, "", false},
		{count, "3.0", formula.Value, 3, "", false},
		{count, "3.5", 0, 0, "", true},
		{count, "3.", 0, 0, "", true},
		{count, ".5", 0, 0, "", true},
		{count, "1e3", 0, 0, "", true},
		{count, "十", 0, 0, "", true},
		{count, "约30", 0, 0, "", true},
		{count, "9999999999999999", 0, 0, "", true},
		{count, "无", formula.Nil, 0, "", false},
		{count, "NIL", formula.Nil, 0, "", false},
		{count, "N/A", formula.NotApplicable, 0, "", false},
		{count, "不适用", formula.NotApplicable, 0, "", false},
		{money, "12.5", formula.Value, 1250, "", false},
		{money, "０．０５", formula.Value, 5, "", false},
		{money, "-0.01", formula.Value, -1, "", false},
		{money, "1,000.10", formula.Value, 100010, "", false},
		{money, "0.123", 0, 0, "", true},
		{money, "1.2.3", 0, 0, "", true},
		{yesno, "是", formula.Value, 1, "yes", false},
		{yesno, "No", formula.Value, 0, "no", false},
		{yesno, "无", formula.Value, 0, "no", false},
		{yesno, "maybe", 0, 0, "", true},
		{choices, "自有", formula.Value, 0, "own", false},
		{choices, "OWN", formula.Value, 0, "own", false},
		{choices, "共享", 0, 0, "", true},
		{text, " 某街道 ", formula.Value, 0, "某街道", false},
		{text, "a\x00b", 0, 0, "", true},
	} {
		st, num, s, err := statistic.ParseEntry(tt.f, tt.in)
		if (err != nil) != tt.bad || !tt.bad && (st != tt.state || num != tt.num || s != tt.text) {
			t.Errorf("%s %q = %v %d %q, %v", tt.f.Type, tt.in, st, num, s, err)
		}
	}
}

// What is shown is read back as it was, whatever was typed.
func FuzzParseEntry(f *testing.F) {
	for _, s := range []string{"", "1,234.5", "０．５", "无", "n/a", "-0", "是", "own", "1'000", "999999999999999", "\u2212" + "3", "文字"} {
		f.Add(s, uint8(0))
		f.Add(s, uint8(1))
	}
	fields := []pack.Field{count, money, yesno, choices, text}
	f.Fuzz(func(t *testing.T, s string, which uint8) {
		fd := fields[int(which)%len(fields)]
		st, num, txt, err := statistic.ParseEntry(fd, s)
		if err != nil {
			return
		}
		if st != formula.Value && (num != 0 || txt != "") {
			t.Fatalf("%q: a cell that is %v has content", s, st)
		}
		back := statistic.Cell{State: st, Num: num, Text: txt}.Show(fd)
		st2, num2, txt2, err := statistic.ParseEntry(fd, back)
		if err != nil || st2 != st || num2 != num || txt2 != txt {
			t.Fatalf("%q became %q and then %v %d %q, %v", s, back, st2, num2, txt2, err)
		}
	})
}

func TestPrint(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0.00", 5: "0.05", -5: "-0.05", 123456: "1234.56", math.MaxInt64: "92233720368547758.07"} {
		if got := statistic.Print(money, n); got != want {
			t.Errorf("%d = %s, want %s", n, got, want)
		}
	}
}
