package formula_test

import (
	"testing"

	"xuedu/internal/formula"
	"xuedu/internal/i18n"
)

// namer names everything by its code.
type namer struct {
	b    *i18n.Bundle
	lang string
}

func (n namer) Code(code string) string           { return code }
func (n namer) Value(_, dim, value string) string { return dim + " " + value }
func (n namer) T(key string, args ...any) string  { return n.b.T(n.lang, key, args...) }

func TestWords(t *testing.T) {
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for src, want := range map[string][2]string{
		"100 * participants[age=60+, sex=f] / population": {
			"“participants”（age 60+、sex f）占“population”的百分比",
			"“participants” (age 60+, sex f) as a percentage of “population”"},
		"10000 * volunteers / population": {
			"每 10000 个单位的“population”对应的“volunteers”", "“volunteers” per 10000 of “population”"},
		"D01 - prev(D01, 4)":  {"“D01”减往前数 4 期的“D01”", "“D01” minus “D01” 4 period(s) before"},
		"(paid + budget) / 2": {"（“paid”加“budget”）除以2", "(“paid” plus “budget”) divided by 2"},
		"not (paid > 1 and missing(budget)) or paid <= budget": {
			"并非（“paid”大于1，并且没有“budget”的数），或者“paid”不大于“budget”",
			"it is not so that (“paid” is more than 1, and there is no figure for “budget”), or “paid” is at most “budget”"},
		"if(paid = 0, -hours, max(hours, 2)) / round(abs(hours), 1)": {
			"（如果“paid”等于0，取负的“hours”，否则取下列各项中最大的：“hours”、2）除以（“hours”的绝对值，四舍六入五成双，保留 1 位小数）",
			"(minus “hours” if “paid” equals 0, otherwise the greatest of “hours”, 2) divided by (the amount of “hours” without its sign rounded to 1 decimal places)"},
		"count_units(share(paid, city) > 0.1, level=community)": {
			"（“paid”占所在市的比重）大于0.1的社区（村）个数",
			"the number of units (community or village) where (the share of “paid” in that of its city) is more than 0.1"},
		"coalesce(ytd(paid), target(paid)) > 0 and reported(paid) != 1": {
			"（依次取有数的一项：年初以来的“paid”、“paid”的目标）大于0，并且已报“paid”的单位数不等于1",
			"(the first of these that is known: “paid” since the beginning of the year, the target for “paid”) is more than 0, and the number of units that reported “paid” differs from 1"},
	} {
		p, problems := formula.Compile(src, catalogue)
		if problems != nil {
			t.Fatal(src, problems)
		}
		for i, lang := range []string{i18n.ZH, i18n.EN} {
			if got := p.Words(namer{b, lang}); got != want[i] {
				t.Errorf("%s:\n%s\nwant\n%s", src, got, want[i])
			}
		}
	}
}
