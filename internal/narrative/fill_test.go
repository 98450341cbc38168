package narrative_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xuedu/internal/narrative"
	"xuedu/internal/release"
)

// words are phrases as a release keeps them.
var words = map[string]release.Words{
	"zh-CN": {
		"value.percent": "{Value}%", "value.unit": "{Value}{Unit}", "state.withheld": "不公布", "state.not_reported": "未报送", "state.not_computable": "无法计算",
		"change.up.points": "上升{Value}个百分点", "change.down.points": "下降{Value}个百分点", "change.up.percent": "增长{Value}%", "change.down.percent": "下降{Value}%",
		"change.up.amount": "增加{Value}{Unit}", "change.same": "没有变化", "change.near": "基本持平", "rank.one": "第{Rank}位（共{Of}个）", "rank.tie": "并列第{Rank}位（共{Of}个）",
		"period.year": "{Year}年", "period.quarter": "{Year}年第{Quarter}季度", "period.month": "{Year}年{Month}月",
		"head.area": "地区", "head.period": "时间", "head.slice": "分组", "head.unit": "{Name}（{Unit}）",
	},
	"en": {
		"value.percent": "{Value}%", "value.unit": "{Value} {Unit}", "change.up.points": "rose by {Value} percentage points", "change.up.percent": "rose by {Value}%",
		"period.quarter": "Q{Quarter} {Year}", "period.year": "{Year}", "head.area": "Area", "head.period": "Period", "head.unit": "{Name}, {Unit}",
	},
}

func text(zh, en string) release.Text { return release.Text{"zh-CN": zh, "en": en} }

// sample is a city with three districts; D01 is a share of residents, D02
// counts people, D03 attendances.
func sample() *release.Release {
	r := &release.Release{Words: words,
		Areas: []release.Area{{Code: "1", Level: "city", Name: text("示例市", "Sample")}, {Code: "11", Level: "district", Name: text("甲区", "A"), Parent: "1"},
			{Code: "12", Level: "district", Name: text("乙区", "B"), Parent: "1"}, {Code: "13", Level: "district", Name: text("丙区", "C"), Parent: "1"}},
		Measures: []release.Definition{
			{Code: "D01", Name: text("参与率", "Participation"), Unit: "percent", UnitName: text("%", "%"), Kind: release.KindRatio, Places: 1, Direction: "up"},
			{Code: "D02", Name: text("参与人数", "Participants"), Unit: "person", UnitName: text("人", "people"), Kind: release.KindPersons, Direction: "up"},
			{Code: "D03", Name: text("参与人次", "Attendances"), Unit: "person_time", UnitName: text("人次", "attendances"), Kind: release.KindPersonTimes},
		},
		Targets: []release.Target{{Code: "T1", Name: text("示范区", "Districts"), Want: "12", Have: "5", By: "2025-12-31"}},
	}
	add := func(code, area, period, state, value, exact string) {
		r.Cells = append(r.Cells, release.Cell{Code: code, Area: area, Period: period, State: state, Value: value, Exact: exact})
	}
	add("D01", "1", "2023", "value", "20.0", "")
	add("D01", "1", "2024", "value", "22.3", "67/3")
	add("D01", "11", "2024", "value", "30.0", "")
	add("D01", "12", "2024", "value", "30.0", "")
	add("D01", "13", "2024", "not_reported", "", "")
	add("D02", "1", "2023", "value", "1000", "")
	add("D02", "1", "2024", "value", "12345", "")
	add("D02", "11", "2024", "value", "12340", "")
	add("D02", "12", "2024", "withheld", "", "")
	add("D02", "13", "2024", "nil", "0", "")
	add("D03", "1", "2023", "nil", "0", "")
	add("D03", "1", "2024", "value", "40000", "")
	return r
}

func filled(t testing.TB, src, lang, area string) (string, []narrative.Problem) {
	t.Helper()
	doc, bad := narrative.Parse(src)
	if len(bad) > 0 {
		t.Fatalf("%q: %v", src, bad)
	}
	out, bad := narrative.Fill(doc, release.NewIndex(sample()), narrative.Scope{Area: area, Period: "2024", Lang: lang})
	return strings.TrimSpace(narrative.Text(out)), bad
}

func TestFill(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ src, lang, area, want string }{
		{"{{period}}，{{name 1}}参与率为{{fig D01}}，比上年{{change D01 from=2023}}。", "zh-CN", "1", "2024年，示例市参与率为22.3%，比上年上升2.3个百分点。"},
		{"The rate {{change D01 from=2023}} to {{fig D01 places=0}} in {{period period=2024-Q4}}.", "en", "1", "The rate rose by 2.3 percentage points to 22% in Q4 2024."},
		{"{{fig D02}}，{{change D02 from=2023}}；{{fig D02 area=12}}；{{fig D02 unit=no}}", "zh-CN", "1", "12,345人，增长1,134.5%；不公布；12,345"},
		{"{{change D03 from=2023}}", "zh-CN", "1", "增加40,000人次"},
		{"{{change D01 from=-1}}，{{period period=-1}}，{{fig D01 period=0}}", "zh-CN", "1", "上升2.3个百分点，2023年，22.3%"},
		{"{{chart line D01 periods=-1..0}}", "zh-CN", "1", "chart 参与率\n时间\t参与率（%）\n2023年\t20.0\n2024年\t22.3"},
		{"{{change D01 from=2024}}", "zh-CN", "1", "没有变化"},
		{"{{rank D01 among=district}}", "zh-CN", "11", "并列第1位（共2个）"},
		{"{{rank D01 among=district}}", "zh-CN", "13", "未报送"},
		{"{{count D01 least=30 among=district}}个区，{{count D01 state=not_reported among=district}}个未报", "zh-CN", "1", "2个区，1个未报"},
		{"{{share D02 of=D02}}", "zh-CN", "11", "100.0%"},
		{"{{target T1}} / {{target T1 part=want}}，还差{{target T1 part=gap}}个", "zh-CN", "1", "5 / 12，还差7个"},
		{"{{table D01,D02 areas=1,11}}", "zh-CN", "1", "table 参与率\n地区\t参与率（%）\t参与人数（人）\n示例市\t22.3\t12,345\n甲区\t30.0\t12,340"},
		{"{{chart line D01 periods=2023..2024 caption=趋势}}", "zh-CN", "1", "chart 趋势\n时间\t参与率（%）\n2023年\t20.0\n2024年\t22.3"},
	} {
		got, bad := filled(t, tt.src, tt.lang, tt.area)
		if d := cmp.Diff(tt.want, got); d != "" || len(bad) > 0 {
			t.Errorf("%s: %s %v", tt.src, d, bad)
		}
	}
}

// TestFillRefused: what is not there, what cannot be compared, and what would
// give a hidden figure away is refused with its place.
func TestFillRefused(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"{{fig D09}}":                                         "no_measure",
		"{{fig D01 area=99}}":                                 "no_area",
		"{{fig D01 period=2020}}":                             "no_cell",
		"{{fig D01 places=4}}":                                "places",
		"{{rank D02 among=district}}":                         "withheld",
		"{{count D02 over=5 among=district}}":                 "withheld",
		"{{rank D03 among=district}}":                         "no_direction",
		"{{rank D01 among=street}}":                           "no_level",
		"{{count D01 among=district}}":                        "no_limit",
		"{{count D01 over=x among=district}}":                 "limit",
		"{{share D02 of=D03}}":                                "mixed",
		"{{table D02,D03 areas=district}}":                    "persons",
		"{{chart bars D01,D02 areas=district}}":               "units",
		"{{table D01,D02 areas=district periods=2023..2024}}": "dims",
		"{{name X}}":                                          "no_name",
		"{{target T9}}":                                       "no_target",
	} {
		_, bad := filled(t, "甲乙"+strings.Repeat("\n\n", strings.Count(src, "table")+strings.Count(src, "chart"))+src, "zh-CN", "1")
		if len(bad) == 0 || bad[0].Key != "narrative.problem."+want || bad[0].Line == 0 {
			t.Errorf("%s: %v, want %s", src, bad, want)
		}
	}
}

// TestRound: half to even, against the fraction itself.
func TestRound(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"1/8": "0.12", "3/8": "0.38", "-1/8": "-0.12", "5/2": "2.50", "1/3": "0.33", "-1/1000": "0.00", "1999/1000": "2.00"} {
		x, _ := new(big.Rat).SetString(in)
		if got := narrative.Round(x, 2); got != want {
			t.Errorf("Round(%s) = %s, want %s", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		x := big.NewRat(rapid.Int64Range(-1e9, 1e9).Draw(t, "num"), rapid.Int64Range(1, 1e6).Draw(t, "den"))
		places := rapid.Int32Range(0, 6).Draw(t, "places")
		y, ok := new(big.Rat).SetString(narrative.Round(x, places))
		if !ok {
			t.Fatal(narrative.Round(x, places))
		}
		step := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
		off := new(big.Rat).Sub(x, y)
		if off.Abs(off).Mul(off, big.NewRat(2, 1)).Cmp(step) > 0 {
			t.Fatalf("Round(%s, %d) = %s is off by more than half a step", x, places, y)
		}
	})
}

// TestLanguages: the same cells in every language, whatever the words.
func TestLanguages(t *testing.T) {
	t.Parallel()
	keys := func(src, lang string) string {
		doc, _ := narrative.Parse(src)
		out, _ := narrative.Fill(doc, release.NewIndex(sample()), narrative.Scope{Area: "1", Period: "2024", Lang: lang})
		return fmt.Sprint(narrative.Keys(out))
	}
	a := keys("参与率{{fig D01}}\n\n{{table D02 areas=11,13}}", "zh-CN")
	b := keys("Participation was {{fig D01}}.\n\n{{table D02 areas=11,13}}", "en")
	if a != b || !strings.Contains(a, "D02 13 2024") {
		t.Errorf("%s, %s", a, b)
	}
}
