package indicator_test

import (
	"slices"
	"strings"
	"testing"

	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/indicator"
	"xuedu/internal/pack"
)

// Each mistake is found at its field (P1.8).
func TestCheck(t *testing.T) {
	t.Parallel()
	k := newDesk(t, dbtest.SQLite(t), base(def("A01", "people", "person", func(d *pack.Indicator) { d.By = []string{"sex", "theme"} }),
		def("A02", "A01 / residents", "percent")))
	k.adopt(t)
	by := func(dims ...string) func(*pack.Indicator) { return func(d *pack.Indicator) { d.By = dims } }
	for _, tt := range []struct {
		name string
		d    pack.Indicator
		want string // FIELD KEY, in order
	}{
		{"in order", def("A03", "100 * people / residents", "percent", by("theme")), ""},
		{"inlined", def("A03", "A02 * 100", "percent"), ""},
		{"unknown code", def("A03", "peple", "person"), "formula formula.unknown_near"},
		{"syntax", def("A03", "people +", "person"), "formula formula.unfinished"},
		{"cycle", def("A01", "A02 * residents", "person"), "formula formula.cycle"},
		{"breaks another", def("A01", "paid", "yuan"), "formula indicator.problem.breaks"},
		{"itself", def("A03", "A03 + people", "person"), "formula formula.cycle"},
		{"truth", def("A03", "people > 3", "person"), "formula indicator.problem.truth"},
		{"unit", def("A03", "people", "percent"), "unit indicator.problem.unit"},
		{"unit unknown", def("A03", "people", "people"), "unit pack.problem.no_unit"},
		{"code of a measure", def("people", "residents", "person"), "code pack.problem.pattern, code indicator.problem.measure"},
		{"period", def("A03", "distinct", "person"), "periods[1] indicator.problem.period"},
		{"group", def("A03", "people", "person", func(d *pack.Indicator) { d.Group = "Z" }), "group pack.problem.no_group"},
		{"zero without why", def("A03", "people", "person", func(d *pack.Indicator) { d.Missing.Policy = "zero" }), "missing pack.problem.zero_why"},
		{"share", def("A03", "people", "person", missing("share", "1.5")), "missing.share pack.problem.share"},
		{"idle share", def("A03", "people", "person", missing("all", "0.5")), "missing.share pack.problem.share_idle"},
		{"policy", def("A03", "people", "person", missing("some", "")), "missing.policy pack.problem.enum"},
		{"by of nothing", def("A03", "paid", "yuan", by("sex")), "by[0] indicator.problem.by"},
		{"by people and all", def("A03", "100 * people / residents", "percent", by("theme", "sex")), "by[1] indicator.problem.by_whole"},
		{"by what is fixed", def("A03", "people[sex=f]", "person", by("sex")), "by[0] indicator.problem.by_fixed"},
		{"by a target", def("A03", "people - target(people)", "person", by("sex")), "by[0] indicator.problem.by_target"},
		{"clause", def("A03", "people", "person", func(d *pack.Indicator) { d.Clauses = []string{"P9.9"} }), "clauses[0] pack.problem.no_clause"},
		{"tag", def("A03", "people", "person", func(d *pack.Indicator) { d.Tags = []string{"unesco:5.2", "unesco:99"} }), "tags[1] pack.problem.no_tag"},
		{"language", def("A03", "people", "person", func(d *pack.Indicator) { d.Name = pack.Text{"en": "x"} }), "name pack.problem.no_text_in"},
		{"day", def("A03", "people", "person", from("2024-02-30")), "from pack.problem.day"},
		{"direction", def("A03", "people", "person", func(d *pack.Indicator) { d.Direction = "sideways" }), "direction pack.problem.enum"},
	} {
		bad, err := k.Check(t.Context(), tt.d)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range bad {
			got = append(got, p.Field+" "+p.Key)
			if p.Code != tt.d.Code {
				t.Errorf("%s: problem of %q", tt.name, p.Code)
			}
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: %s; want %s", tt.name, strings.Join(got, ", "), tt.want)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	k := newDesk(t, dbtest.SQLite(t), base(def("A01", "people[sex=f, theme=health]", "person")))
	k.adopt(t)
	for _, tt := range []struct{ formula, lang, want string }{
		{"100 * people[sex=f] / residents", "en", "“people” (women)"},
		{"100 * people[sex=f] / residents", "zh-CN", "“参加人数”（女性）占“常住人口”的百分比。"},
		{"A01 * 2", "en", "A01"},
		{"people +", "en", "people +"},
	} {
		got, err := k.Explain(t.Context(), def("A09", tt.formula, "percent"), tt.lang)
		if err != nil || !strings.Contains(got, tt.want) {
			t.Errorf("%s in %s: %q, %v; want %q in it", tt.formula, tt.lang, got, err, tt.want)
		}
	}
	got, _ := k.Explain(t.Context(), def("A09", "paid", "yuan", missing("share", "0.8")), "en")
	if !strings.Contains(got, "0.8") {
		t.Errorf("the share is not said: %s", got)
	}
	for _, tt := range [][3]string{{"age", "60+", "60+"}, {"age", "70+", "aged 70 and over"}, {"age", "18-49", "aged 18 to 49"}, {"theme", "arts", "arts"}, {"mode", "online", "online"}, {"x", "y", "y"}} {
		if got := k.SliceName(tt[0], tt[1], "en"); got != tt[2] {
			t.Errorf("SliceName(%s, %s) = %s, want %s", tt[0], tt[1], got, tt[2])
		}
	}
}

// A breakdown gives one cell for each value; a level or a period that the
// definition does not hold for gives its cause.
func TestEvalShapes(t *testing.T) {
	t.Parallel()
	k := newDesk(t, dbtest.SQLite(t), base(
		def("A01", "people", "person", func(d *pack.Indicator) { d.By = []string{"sex"} }),
		def("A02", "100 * people / residents", "percent", func(d *pack.Indicator) { d.Levels = []string{"city", "district"}; d.Periods = []string{"year"} }),
		def("A03", "A02 * 2", "percent")))
	k.adopt(t)
	show1 := func(q indicator.Query) string {
		var out []string
		for _, c := range k.eval(t, q) {
			out = append(out, c.Code+c.Slice+"="+show(c))
		}
		return strings.Join(out, " ")
	}
	one := periods(t, "2024-Q1")
	p := one[0]
	n, _ := k.town.tree.ByCode("C01")
	f, m := k.town.people(n, p, "sex=f"), k.town.people(n, p, "sex=m")
	if got, want := show1(indicator.Query{Codes: []string{"A01"}, Area: "C01", Periods: one, By: "sex"}), "A01f="+f.rat.FloatString(2)+" A01m="+m.rat.FloatString(2); got != want {
		t.Errorf("by sex: %s, want %s", got, want)
	}
	if got := show1(indicator.Query{Area: "C01", Periods: one, By: "sex"}); !strings.HasPrefix(got, "A01f=") || strings.Contains(got, "A02") {
		t.Errorf("all by sex: %s", got)
	}
	if got := show1(indicator.Query{Codes: []string{"A02"}, Area: "C", Periods: one}); got != "A02=not_computable: no_period" {
		t.Errorf("a quarter: %s", got)
	}
	if got := show1(indicator.Query{Codes: []string{"A02"}, Area: "C01", Periods: periods(t, "2024")}); got != "A02=not_computable: no_level" {
		t.Errorf("a street: %s", got)
	}
	if got := show1(indicator.Query{Codes: []string{"A01"}, Area: "C", Periods: periods(t, "2024-01-01..2024-02-03")}); got != "A01=not_computable: no_period" {
		t.Errorf("a range: %s", got)
	}
	r, d, err := k.Column(t.Context(), "A02", at(t, "2024"))
	if err != nil || d.Code != "A02" || len(r.State) != k.town.tree.Len() || r.Cause[n].String() != "no_level" {
		t.Errorf("Column = %+v, %v", r, err)
	}
	for name, q := range map[string]indicator.Query{
		"code": {Codes: []string{"X1"}, Area: "C", Periods: one}, "area": {Area: "nowhere", Periods: one},
		"level": {Area: "C", Level: "planet", Periods: one}, "by": {Codes: []string{"A02"}, Area: "C", Periods: one, By: "sex"},
	} {
		if _, err := k.Eval(t.Context(), q); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
}

// A definition is tried on past periods before it is saved.
func TestPreview(t *testing.T) {
	t.Parallel()
	k := newDesk(t, dbtest.SQLite(t), base(def("A01", "people", "person")))
	k.adopt(t)
	q := indicator.Query{Area: "C", Level: "district", Periods: periods(t, "2023-Q1", "2023-Q2")}
	saved := k.eval(t, q)
	tried, err := k.Preview(t.Context(), def("A01", "people * 10", "person", from("2026-01-01")), q)
	if err != nil || len(tried) != len(saved) {
		t.Fatalf("Preview = %v, %v", tried, err)
	}
	for i := range tried {
		if want := strings.TrimSuffix(show(saved[i]), ".00") + "0.00"; show(saved[i]) != "0.00" && show(tried[i]) != want {
			t.Errorf("cell %d: %s, want %s", i, show(tried[i]), want)
		}
	}
	if again := k.eval(t, q); !slices.EqualFunc(again, saved, func(a, b indicator.Cell) bool { return show(a) == show(b) }) {
		t.Error("the preview changed what is in force")
	}
	if _, err := k.Preview(t.Context(), def("A01", "people +", "person"), q); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a broken formula: %v", err)
	}
}

// A cell opens into its references, and these into what they are made of: the
// parts add up to the figure.
func TestOpen(t *testing.T) {
	t.Parallel()
	k := newDesk(t, dbtest.SQLite(t), base(def("A01", "100 * people[sex=f] / prev(people, 1)", "percent"), def("A02", "later / residents", "percent")))
	k.adopt(t)
	l, err := k.Open(t.Context(), "A01", "C1", at(t, "2024-Q2"), "en", 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Refs) != 2 || l.Def.Version != 1 || l.Words == "" || !l.Cell.State.Known() {
		t.Fatalf("Open = %+v", l)
	}
	for _, r := range l.Refs {
		sum := int64(0)
		for _, p := range r.Parts {
			sum += p.Value
		}
		if v, err := r.Value.Int64(); err != nil || v != sum || r.Total != len(r.Parts) || r.Decl.Code != "people" {
			t.Errorf("%+v: parts add up to %d", r, sum)
		}
	}
	if l.Refs[0].At.Name != "2024-Q2" || l.Refs[1].At.Name != "2024-Q1" {
		t.Errorf("references speak of %s and %s", l.Refs[0].At.Name, l.Refs[1].At.Name)
	}
	if l, err = k.Open(t.Context(), "A01", "C1", at(t, "2024-Q2"), "en", 2); err != nil || len(l.Refs[0].Parts) != 2 || l.Refs[0].Total != 6 {
		t.Errorf("two of six parts: %+v, %v", l.Refs[0], err)
	}
	l, err = k.Open(t.Context(), "A02", "C", at(t, "2024"), "en", 5)
	if err != nil || l.Refs[0].Cause.String() != "no_source" || l.Refs[0].Parts != nil {
		t.Errorf("a measure without a source: %+v, %v", l.Refs, err)
	}
	if _, err := k.Open(t.Context(), "X9", "C", at(t, "2024"), "en", 5); errs.KindOf(err) != errs.NotFound {
		t.Errorf("no such code: %v", err)
	}
	if _, err := k.Open(t.Context(), "A01", "nowhere", at(t, "2024"), "en", 5); errs.KindOf(err) != errs.Invalid {
		t.Errorf("no such area: %v", err)
	}
}
