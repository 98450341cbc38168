package statistic

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// value is the content of a cell.
type value struct {
	state formula.State
	num   int64
	text  string
}

// maxText is the most characters that a text cell holds.
const maxText = 200

// Words for a nil return and for what does not apply, in the languages that
// people type.
var (
	nilWords  = []string{"nil", "none", "无", "没有"}
	naWords   = []string{"n/a", "na", "不适用"}
	yesWords  = []string{"yes", "y", "true", "1", "是", "有"}
	noWords   = []string{"no", "n", "false", "0", "否", "无", "没有"}
	maxDigits = 15
)

// ParseEntry reads what people write into a cell of field f: a number with
// full-width digits or thousands separators, "nil" or 无 for a nil return,
// "n/a" or 不适用, nothing for not reported; a choice by code or name. It fails
// with Invalid and says what to write instead.
func ParseEntry(f pack.Field, s string) (state formula.State, num int64, text string, err error) {
	v, err := parseValue(f, s)
	return v.state, v.num, v.text, err
}

func parseValue(f pack.Field, s string) (value, error) {
	s = strings.TrimSpace(norm.NFKC.String(s))
	low := strings.ToLower(s)
	switch {
	case s == "":
		return value{}, nil
	case slices.Contains(naWords, low):
		return value{state: formula.NotApplicable}, nil
	case f.Type != "yesno" && slices.Contains(nilWords, low):
		return value{state: formula.Nil}, nil
	}
	switch f.Type {
	case "yesno":
		return parseYesNo(low)
	case "choice":
		return parseChoice(f, s)
	case "text":
		if utf8.RuneCountInString(s) > maxText || strings.ContainsFunc(s, isControl) {
			return value{}, errs.New(errs.Invalid, "statistic.text_long", "N", maxText)
		}
		return value{state: formula.Value, text: s}, nil
	}
	return parseNumber(f, s)
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }

func parseYesNo(low string) (value, error) {
	switch {
	case slices.Contains(yesWords, low):
		return value{state: formula.Value, num: 1, text: "yes"}, nil
	case slices.Contains(noWords, low):
		return value{state: formula.Value, text: "no"}, nil
	}
	return value{}, errs.New(errs.Invalid, "statistic.not_yesno")
}

func parseChoice(f pack.Field, s string) (value, error) {
	for _, c := range f.Choices {
		if strings.EqualFold(c.Code, s) {
			return value{state: formula.Value, text: c.Code}, nil
		}
		for _, name := range c.Name {
			if strings.EqualFold(norm.NFKC.String(name), s) {
				return value{state: formula.Value, text: c.Code}, nil
			}
		}
	}
	return value{}, errs.New(errs.Invalid, "statistic.not_choice", "Value", clip(s))
}

func clip(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), 20)])
}

// parseNumber reads an exact number at the field's decimals.
func parseNumber(f pack.Field, s string) (value, error) {
	bad := errs.New(errs.Invalid, "statistic.not_number", "Value", clip(s))
	places := decimals(f)
	sign := int64(1)
	if rest, ok := strings.CutPrefix(strings.Replace(s, "−", "-", 1), "-"); ok {
		s, sign = rest, -1
	}
	whole, part, point := strings.Cut(s, ".")
	whole, ok := ungroup(whole)
	if !ok || point && part == "" || !allDigits(whole) || point && !allDigits(part) {
		return value{}, bad
	}
	part = strings.TrimRight(part, "0")
	if len(part) > places {
		if places == 0 {
			return value{}, errs.New(errs.Invalid, "statistic.not_whole", "Value", clip(s))
		}
		return value{}, errs.New(errs.Invalid, "statistic.too_exact", "N", places)
	}
	digits := strings.TrimLeft(whole+part+strings.Repeat("0", places-len(part)), "0")
	if len(digits) > maxDigits {
		return value{}, errs.New(errs.Invalid, "statistic.too_great")
	}
	n := int64(0)
	for _, d := range digits {
		n = n*10 + int64(d-'0')
	}
	return value{state: formula.Value, num: sign * n}, nil
}

// ungroup takes the thousands separators out; ok is false where they do not
// stand before every third digit.
func ungroup(s string) (string, bool) {
	groups := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\'' })
	if len(groups) == 0 {
		return "", false
	}
	for i, g := range groups {
		if len(groups) > 1 && (i > 0 && len(g) != 3 || i == 0 && len(g) > 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), !strings.HasPrefix(s, ",") && !strings.HasSuffix(s, ",") && !strings.Contains(s, ",,")
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func decimals(f pack.Field) int {
	if f.Type == "decimal" {
		return f.Decimals
	}
	return 0
}

// Print writes a number of field f exactly, without separators, as ParseEntry
// reads it.
func Print(f pack.Field, num int64) string {
	places := decimals(f)
	if places == 0 {
		return strconv.FormatInt(num, 10)
	}
	sign := ""
	if num < 0 {
		sign, num = "-", -num
	}
	s := strconv.FormatInt(num, 10)
	if len(s) <= places {
		s = strings.Repeat("0", places-len(s)+1) + s
	}
	return sign + s[:len(s)-places] + "." + s[len(s)-places:]
}

// Show returns the content of a cell as ParseEntry reads it back: a number, a
// text, "nil", "n/a", or nothing.
func (c Cell) Show(f pack.Field) string {
	return value{c.State, c.Num, c.Text}.show(f)
}

func (v value) show(f pack.Field) string {
	switch {
	case v.state == formula.Nil:
		return nilWords[0]
	case v.state == formula.NotApplicable:
		return naWords[0]
	case v.state != formula.Value:
		return ""
	case f.Numeric():
		return Print(f, v.num)
	}
	return v.text
}

// log is how the history of a cell writes a value: a state, and behind a space
// the number or text.
func (v value) log(f pack.Field) string {
	if v.state != formula.Value {
		return v.state.String()
	}
	return v.state.String() + " " + v.show(f)
}
