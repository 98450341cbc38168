package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/ledger"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

func source(t testing.TB, f *ledger.Figures, p *pack.Pack) *ledger.Measures {
	return ledger.NewMeasures(func() *ledger.Figures { return f }, func() *pack.Pack { return p }, texts2(t))
}

func texts2(t testing.TB) measure.Translate {
	zh, en := texts(t, "zh-CN"), texts(t, "en")
	return func(lang, key string, args ...any) string {
		if lang == "en" {
			return en(key, args...)
		}
		return zh(key, args...)
	}
}

func span(t testing.TB, name string) period.Period {
	t.Helper()
	p, err := period.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(t testing.TB, s measure.Source, a measure.Ask) measure.Block {
	t.Helper()
	b, err := s.Read(t.Context(), a)
	if err != nil {
		t.Fatalf("Read(%s, %v, %s): %v", a.Code, a.Filter, a.Period.Name, err)
	}
	return b
}

// Every measure of the ledger equals plain SQL in every area, adds up where it
// says so, and never holds more than its parts where it does not.
func TestMeasuresAgainstSQL(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.people()
		w.record(40_000 / share)
		f := w.figures("")
		start(t, f)
		defer closeFigures(t, f)
		w.record(4_000 / share)
		refresh(t, f)
		w.oracle()
		s := source(t, f, w.pack)
		decls, err := s.Decls(t.Context())
		if err != nil || len(decls) != 12 {
			t.Fatalf("%d measures, %v; want 12", len(decls), err)
		}
		filters := []map[string]string{nil, {"theme": "t1"}, {"mode": "online"}, {"age": "60-69", "sex": "f"}, {"theme": "never"}}
		for i, decl := range decls {
			names := []string{"2023", []string{"2024-Q2", "2023-05", "2023-11-03..2024-01-31"}[i%3]}
			for _, name := range names {
				if !slices.Contains(decl.Periods, span(t, name).Kind()) {
					continue
				}
				for _, filter := range filters[i%2:] {
					w.compareBlock(s, decl, filter, span(t, name))
				}
			}
		}
	})
}

func (w *town) compareBlock(s measure.Source, d measure.Decl, filter map[string]string, p period.Period) {
	w.t.Helper()
	for dim := range filter {
		if !slices.ContainsFunc(d.Dims, func(x formula.Dim) bool { return x.Name == dim }) {
			return
		}
	}
	b := read(w.t, s, measure.Ask{Code: d.Code, Filter: filter, Period: p, Tree: w.tree})
	code, place := strings.CutSuffix(d.Code, "_by_place")
	q := ledger.Query{Measure: ledger.Measure(code), Period: p, By: ledger.ByHome,
		Filter: ledger.Filter{Theme: filter["theme"], Mode: filter["mode"], Age: filter["age"], Sex: filter["sex"]}}
	if place {
		q.By = ledger.ByPlace
	}
	for _, l := range []area.Level{area.City, area.District, area.Street, area.Community} {
		want := w.count(q, l)
		for _, n := range w.tree.Below(0, l) {
			x := want[w.tree.At(n).ID]
			exact := map[ledger.Measure]int64{ledger.Participants: x.persons, ledger.Attendances: x.rows + x.heads, ledger.Headcount: x.heads,
				ledger.Hours: x.minutes, ledger.CreditHours: x.minutes, ledger.Regular: x.regular}[q.Measure]
			if b.State[n] != formula.Value || b.Num[n] != exact {
				w.t.Fatalf("%s %v %s at %s = %s %d, want %d", d.Code, filter, p.Name, w.tree.At(n).Code, b.State[n], b.Num[n], exact)
			}
			w.checkParts(d, b, n)
		}
	}
}

func (w *town) checkParts(d measure.Decl, b measure.Block, n int) {
	w.t.Helper()
	children := w.tree.Children(n)
	if len(children) == 0 {
		return
	}
	sum := int64(0)
	for _, c := range children {
		sum += b.Num[c]
	}
	regular := strings.HasPrefix(d.Code, "regular") // one may be regular in a district and in none of its streets
	if d.Area == formula.Sum && sum != b.Num[n] || d.Area == formula.Distinct && !regular && sum < b.Num[n] {
		w.t.Fatalf("%s at %s = %d, its parts %d", d.Code, w.tree.At(n).Code, b.Num[n], sum)
	}
}

// A tick of today leaves last year's figures alone; a reversal or a correction
// of a person does not.
func TestMeasuresVersion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVillage(t, d)
		old := v.attend(1, 6, 6, 20230115, 1, 0, 45, 1)
		f := v.figures("")
		start(t, f)
		defer closeFigures(t, f)
		s := source(t, f, v.pack)
		versions := func() [3]string {
			t.Helper()
			refresh(t, f)
			var out [3]string
			for i, name := range []string{"2023", "2024-Q1", "2024"} {
				var err error
				if out[i], err = s.Version(t.Context(), "participants", span(t, name)); err != nil {
					t.Fatal(err)
				}
			}
			return out
		}
		moved := func(what string, before [3]string, want ...bool) [3]string {
			t.Helper()
			after := versions()
			for i := range want {
				if (after[i] != before[i]) != want[i] {
					t.Errorf("%s: version %d %s → %s, want changed = %v", what, i, before[i], after[i], want[i])
				}
			}
			return after
		}
		was := versions()
		was = moved("nothing", was, false, false, false)
		v.attend(1, 6, 6, 20241123, 1, 0, 45, 1)
		was = moved("a tick in November", was, false, false, true)
		v.attend(2, 6, 6, 20240202, 1, 0, 45, 1)
		was = moved("a tick in February", was, false, true, true)
		v.reverse(old)
		was = moved("a reversal of 2023", was, true, false, false)
		v.exec(`INSERT INTO person_change (id, person_id, birth_year, sex, batch_id) VALUES (5, 2, 1970, 'm', 1)`)
		v.exec(`UPDATE counter SET next = 6 WHERE name = 'ledger'`)
		was = moved("a corrected year of birth", was, true, true, true)
		if err := f.Rebuild(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		moved("all read again", was, true, true, true)
	})
}

// The six states: what was not recorded, what cannot be, and what was not there.
func TestMeasuresStates(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVillage(t, d)
		v.attend(1, 6, 6, 20230115, 1, 0, 45, 1)
		v.attend(2, 9, 9, 20230820, 1, 0, 90, 1) // in a community that had ended
		v.attend(3, 8, 6, 20240305, 1, 0, 60, 1)
		v.attend(1, 5, 6, 20240305, 1, 0, 50, 1) // lives in a street, nobody knows where
		f := v.figures("")
		start(t, f)
		defer closeFigures(t, f)
		s := source(t, f, v.pack)
		show := func(code, name string, filter map[string]string) string {
			b := read(t, s, measure.Ask{Code: code, Period: span(t, name), Tree: v.tree, Filter: filter})
			var out []string
			for n := range v.tree.Len() {
				x := b.State[n].String()
				if b.State[n] == formula.Value {
					x = fmt.Sprint(b.Num[n])
				}
				out = append(out, v.tree.At(n).Code+"="+x)
			}
			return strings.Join(out, " ")
		}
		for _, tt := range []struct{ code, period, want string }{
			{"participants", "2023-Q1", "c1=1 d1=1 s1=1 k1=1 k2=0 d2=0 s2=0 k3=0 k9=0"},
			{"participants", "2023-Q3", "c1=1 d1=0 s1=0 k1=0 k2=0 d2=1 s2=1 k3=0 k9=1"},
			{"participants", "2024", "c1=2 d1=0 s1=0 k1=0 k2=0 d2=2 s2=2 k3=1 k9=not_applicable"},
			{"participants_by_place", "2024", "c1=2 d1=2 s1=2 k1=2 k2=0 d2=0 s2=0 k3=0 k9=not_applicable"},
			{"credit_hours", "2024", "c1=110 d1=0 s1=0 k1=0 k2=0 d2=110 s2=110 k3=60 k9=not_applicable"},
			{"attendances", "2021", "c1=not_reported d1=not_reported s1=not_reported k1=not_reported k2=not_reported d2=not_reported s2=not_reported k3=not_reported k9=not_reported"},
			{"regular", "2023-Q1", "c1=not_computable d1=not_computable s1=not_computable k1=not_computable k2=not_computable d2=not_computable s2=not_computable k3=not_computable k9=not_computable"},
		} {
			if got := show(tt.code, tt.period, nil); got != tt.want {
				t.Errorf("%s %s =\n%s, want\n%s", tt.code, tt.period, got, tt.want)
			}
		}
		if got := show("participants", "2023", map[string]string{"age": "60+"}); !strings.HasPrefix(got, "c1=2") {
			t.Errorf("60 and over = %s", got)
		}
		if _, err := s.Read(t.Context(), measure.Ask{Code: "participants", Period: span(t, "2023"), Tree: v.tree, Filter: map[string]string{"theme": "nope"}}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("unknown theme: %v, want Invalid", err)
		}
		v.checkOrigin(s)
		none := ledger.NewMeasures(func() *ledger.Figures { return nil }, func() *pack.Pack { return v.pack }, texts2(t))
		if _, err := none.Read(t.Context(), measure.Ask{Code: "participants", Period: span(t, "2023"), Tree: v.tree}); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("before the start: %v, want Unavailable", err)
		}
	})
}

// checkOrigin opens the figure of a street: its community, and the person of
// whom only the street is known.
func (v *village) checkOrigin(s measure.Source) {
	v.t.Helper()
	nr, _ := v.tree.ByCode("s2")
	parts, total, err := s.Origin(v.t.Context(), measure.Ask{Code: "participants", Period: span(v.t, "2024"), Tree: v.tree, Filter: map[string]string{"mode": "onsite"}}, nr, 10)
	if err != nil || total != 2 || len(parts) != 2 || parts[0].Value != 1 || parts[1].Value != 1 {
		v.t.Fatalf("Origin = %+v, %d, %v; want two parts of 1", parts, total, err)
	}
	if want := "/figures/sessions?area=k3&measure=participants&mode=onsite&period=2024"; parts[0].Href != want {
		v.t.Errorf("Href = %s, want %s", parts[0].Href, want)
	}
}
