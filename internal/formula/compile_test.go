package formula_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/formula"
	"xuedu/internal/i18n"
)

func TestUnitsOfFormulas(t *testing.T) {
	for src, want := range map[string]string{
		"participants":                           "person",
		"100 * participants / population":        "",
		"paid / population":                      "yuan/person",
		"population / paid":                      "person/yuan",
		"hours * paid / population":              "hour*yuan/person",
		"1 / population":                         "1/person",
		"paid / budget":                          "",
		"coalesce(paid, 0)":                      "yuan",
		"if(paid > 5, paid, 0)":                  "yuan",
		"max(0, paid - budget)":                  "yuan",
		"share(paid, city)":                      "",
		"count_units(paid > 0, level=community)": "area",
		"D01":                                    "",
		"target(paid)":                           "yuan",
		"paid > 3 and not paid = budget":         "truth",
	} {
		p, problems := formula.Compile(src, catalogue)
		if problems != nil {
			t.Errorf("%s: %v", src, problems)
			continue
		}
		got := string(p.Unit)
		if p.Type == formula.Truth {
			got = "truth"
		}
		if got != want {
			t.Errorf("%s has unit %q, not %q", src, got, want)
		}
	}
}

func TestRefs(t *testing.T) {
	for src, want := range map[string][]formula.Ref{
		"participants[theme=health, age=60+] / population[age=60+]": {
			{Code: "participants", Filter: "age=60+,theme=health"}, {Code: "population", Filter: "age=60+"}},
		"D01[theme=health]":                     {{Code: "participants", Filter: "theme=health"}, {Code: "population"}},
		"D01[theme=health, sex=f]":              {{Code: "participants", Filter: "sex=f,theme=health"}, {Code: "population", Filter: "sex=f"}},
		"prev(D01, 4)":                          {{Code: "participants", Back: 4}, {Code: "population", Back: 4}},
		"paid - prev(prev(paid, 1), 3)":         {{Code: "paid"}, {Code: "paid", Back: 4}},
		"ytd(paid / seats)":                     {{Code: "paid", Op: formula.YTD}, {Code: "seats", Op: formula.YTD}},
		"prev(ytd(paid), 1)":                    {{Code: "paid", Op: formula.YTD, Back: 1}},
		"D01 / target(D01) + paid/target(paid)": {{Code: "participants"}, {Code: "population"}, {Code: "D01", Op: formula.Target}, {Code: "paid"}, {Code: "paid", Op: formula.Target}},
		"ytd(learners)":                         {{Code: "learners", Op: formula.YTD}},
		"reported(paid)":                        {{Code: "paid"}},
		"paid + paid + paid":                    {{Code: "paid"}},
		"７ ＊ ｐａｉｄ （":                            nil,
		"（７＊ｐａｉｄ）÷ｓｅａｔｓ":                        {{Code: "paid"}, {Code: "seats"}},
	} {
		p, _ := formula.Compile(src, catalogue)
		var got []formula.Ref
		if p != nil {
			got = p.Refs()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", src, diff)
		}
	}
}

// problems shows each as KEY@the part of the source it points at.
func show(src string, problems []formula.Problem) (out []string) {
	for _, p := range problems {
		out = append(out, strings.TrimPrefix(p.Key, "formula.")+"@"+src[p.Offset:p.Offset+p.Length])
	}
	return out
}

func TestProblems(t *testing.T) {
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for src, want := range map[string][]string{
		"":                                  {"empty@"},
		"1 +":                               {"unfinished@"},
		"1 + # 2":                           {"char@#"},
		"paid ! 2":                          {"char@!"},
		"50%":                               {"char@%"},
		"(paid":                             {"want@"},
		"paid)":                             {"bracket@)"},
		"paid paid":                         {"unexpected@paid"},
		"1 < 2 < 3":                         {"chain@<"},
		"paid[":                             {"no_dim@"},
		"paid[x":                            {"want@"},
		"paid[x=]":                          {"no_value@]"},
		"paid[x=1,x=2]":                     {"dim_twice@x"},
		"sqrt(paid)":                        {"no_function@sqrt"},
		"abs()":                             {"few_arguments@abs()"},
		"abs(1, 2)":                         {"many_arguments@abs(1, 2)"},
		"round(1, 2.5)":                     {"not_whole@2.5"},
		"prev(paid, 0)":                     {"not_whole@0"},
		"share(paid)":                       {"want_level@share(paid)"},
		"share(paid, town)":                 {"no_level@town"},
		"count_units(paid > 1, level=town)": {"no_level@town"},
		"1234567890123456789":               {"long_number@1234567890123456789"},
		strings.Repeat("(", 100):            {"deep@("},
		strings.Repeat(" ", 5000):           {"too_long@" + strings.Repeat(" ", 5000)},

		"participant / popolation":             {"unknown_near@participant", "unknown_near@popolation"},
		"zzz + paid[x=1] + hours":              {"unknown@zzz", "no_dims@x=1"},
		"participants[topic=health]":           {"unknown_dim@topic=health"},
		"participants[theme=sport]":            {"unknown_value@theme=sport"},
		"D01[mode=online]":                     {"unknown_dim@mode=online"},
		"D01[theme=sport] / D01[topic=x]":      {"unknown_value@theme=sport", "unknown_dim@topic=x"},
		"D98":                                  {"cycle@D98"},
		"1 + D99":                              {"cycle@D99"},
		"1 + BAD + EMPTY":                      {"broken@BAD", "broken@EMPTY"},
		"participants + hours":                 {"units@participants + hours"},
		"paid + 1":                             {"units_pure@paid + 1"},
		"participants > hours":                 {"units@participants > hours"},
		"paid / seats > paid":                  {"units@paid / seats > paid"},
		"paid and hours > 1":                   {"want_truth@paid"},
		"if(paid, 1, 2)":                       {"want_truth@paid"},
		"if(paid > 1, 1, paid > 2)":            {"if_types@if(paid > 1, 1, paid > 2)"},
		"1 + (paid > 1)":                       {"want_number@(paid > 1)"},
		"count_units(paid, level=street)":      {"want_truth@paid"},
		"coalesce(paid, hours)":                {"units@coalesce(paid, hours)"},
		"target(paid + budget)":                {"want_code@paid + budget"},
		"target(participants[sex=f])":          {"target_filter@target(participants[sex=f])"},
		"ytd(target(paid))":                    {"target_ytd@target(paid)"},
		"target(nothing)":                      {"unknown@nothing"},
		"reported(D01)":                        {"want_measure@reported(D01)"},
		"ytd(participants)":                    {"ytd@participants"},
		"ytd(satisfaction)":                    {"ytd@satisfaction"},
		"participants + learners":              {"sum_distinct@participants + learners"},
		"participants + prev(participants, 1)": {"sum_time@participants + prev(participants, 1)"},
		"attendances[theme=health] + attendances[theme=arts]":                         {"sum_filter@attendances[theme=health] + attendances[theme=arts]"},
		"100 * (participants[theme=health] + hours/hours*participants[theme=arts])":   {"sum_filter@(participants[theme=health] + hours/hours*participants[theme=arts])"},
		"participants[theme=health]/population + participants[theme=arts]/population": {"sum_filter@participants[theme=health]/population + participants[theme=arts]/population"},
		"participants + participants[sex=f]":                                          {"sum_filter@participants + participants[sex=f]"},
		"hours - (participants - learners) + 1 + abs(hours)":                          {"units@hours - (participants - learners)"},
	} {
		_, problems := formula.Compile(src, catalogue)
		if diff := cmp.Diff(want, show(src, problems)); diff != "" {
			t.Errorf("%s: %s", src, diff)
		}
		for _, p := range problems {
			for _, lang := range []string{i18n.ZH, i18n.EN} {
				if s := b.T(lang, p.Key, p.Args...); !b.Has(lang, p.Key) || strings.Contains(s, "<no value>") || strings.Contains(s, "{{") {
					t.Errorf("%s: %s %v: %s", lang, p.Key, p.Args, s)
				}
			}
		}
	}
}

// What adds up may be added.
func TestAllowedSums(t *testing.T) {
	for _, src := range []string{
		"participants[sex=f] + participants[sex=m]",
		"participants[age=18-34] + participants[age=60-69]",
		"participants[sex=f,theme=health] + participants[sex=m,theme=arts]",
		"attendances + prev(attendances, 1)",
		"(population + prev(population, 1)) / 2",
		"participants - participants[theme=health]",
		"participants - learners",
		"participants + volunteers",
		"attendances[sex=f] + attendances[sex=m]",
		"participants + participants",
	} {
		if _, problems := formula.Compile(src, catalogue); problems != nil {
			t.Errorf("%s: %v", src, show(src, problems))
		}
	}
}

// A cycle shows its way.
func TestCycleShowsItsWay(t *testing.T) {
	_, problems := formula.Compile("D99", catalogue)
	if len(problems) != 1 || fmt.Sprint(problems[0].Args) != "[Path D98 → D97 → D98]" {
		t.Errorf("%v", problems)
	}
}

// Indicators that double each other do not make a program without end.
func TestGrowthIsBounded(t *testing.T) {
	s := symbols{"X0": {Inline: "1"}}
	for i := range 30 {
		s[fmt.Sprintf("X%d", i+1)] = formula.Symbol{Inline: fmt.Sprintf("X%d + X%d", i, i)}
	}
	_, problems := formula.Compile("X30", s)
	if len(problems) != 1 || problems[0].Key != "formula.too_big" {
		t.Errorf("%v", problems)
	}
}
