package measure_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/i18n"
	"xuedu/internal/measure"
	"xuedu/internal/sheet"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// town is a database with the areas of city(), a series source and an engine.
type town struct {
	t      *testing.T
	db     *db.DB
	areas  *area.Service
	series *measure.Series
	*measure.Engine
}

const areasCSV = `code,name,level,parent
1,城,city,
11,甲区,district,1
12,乙区,district,1
111,甲一街,street,11
1111,甲一社区,community,111
1112,甲二社区,community,111
121,乙一街,street,12
1211,乙一社区,community,121
`

func openTown(t *testing.T, d *db.DB) *town {
	t.Helper()
	now := func() time.Time { return noon }
	w := &town{t: t, db: d, areas: area.New(d, now)}
	if _, err := w.areas.Import(t.Context(), table(t, areasCSV), area.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	w.series = measure.NewSeries(d, w.areas.Tree, func(ctx context.Context, code string) (measure.Decl, bool, error) {
		c, err := w.Catalogue(ctx)
		if err != nil {
			return measure.Decl{}, false, err
		}
		decl, ok := c.Decl(code)
		return decl, ok, nil
	}, now)
	w.Engine = measure.New(w.areas.Tree, nil, w.series, measure.NewPopulation(w.areas.Populations, w.series, bundle.T), measure.Absent{},
		newSource(counted("learners")))
	return w
}

func table(t testing.TB, csv string) *sheet.Table {
	t.Helper()
	tb, err := sheet.NewBytes([]byte(csv))
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

func (w *town) bring(csv string, o measure.ImportOptions) (measure.ImportReport, string) {
	w.t.Helper()
	var rejected bytes.Buffer
	o.Rejected, o.T = &rejected, func(key string, args ...any) string { return fmt.Sprint(append([]any{key}, args...)...) }
	if o.Source == "" {
		o.Source = "年鉴 | Yearbook"
	}
	r, err := w.series.Import(w.t.Context(), table(w.t, csv), o)
	if err != nil {
		w.t.Fatal(err)
	}
	return r, rejected.String()
}

func (w *town) is(ref, at, areaCode, want string) {
	w.t.Helper()
	r := formula.Ref{Code: ref}
	r.Code, r.Filter, _ = strings.Cut(ref, "|")
	if got := show(w.Tree(), load(w.t, w.Engine, r, at), areaCode); got != want {
		w.t.Errorf("%s of %s in %s: %s, want %s", ref, areaCode, at, got, want)
	}
}

func (w *town) audited() (n int) {
	w.t.Helper()
	if err := w.db.Read.QueryRowContext(w.t.Context(), "SELECT count(*) FROM audit_entry WHERE verb = 'series:import'").Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

const literacy = `code,name,name_en,unit,time,area,period,value,vintage
literacy,识字率,Literacy,,none,1,2023,98.50,2024-05-01
literacy,,,,,11,2023,"99.25",2024-05-01
literacy,,,,,12,2023,nil,2024-05-01
literacy,,,,,121,2023,不公布,2024-05-01
`

func TestSeries(t *testing.T) { // P1.8
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := openTown(t, d)
		r, _ := w.bring(literacy, measure.ImportOptions{Name: "literacy.csv"})
		if r.Added != 4 || r.Refused != 0 || !r.Written {
			t.Fatalf("%+v", r)
		}
		w.is("literacy", "2023", "1", "9850/100")
		w.is("literacy", "2023", "11", "9925/100")
		w.is("literacy", "2023", "12", "0/100")
		w.is("literacy", "2023", "121", "withheld")
		w.is("literacy", "2023", "111", "not_reported")
		w.is("literacy", "2022", "1", "not_reported")
		w.is("literacy", "2023-Q1", "1", "not_computable no_period")

		r, _ = w.bring(literacy, measure.ImportOptions{})
		if r.Added != 0 || r.Same != 4 || r.Written {
			t.Errorf("the same file again: %+v", r)
		}
		if w.audited() != 1 {
			t.Errorf("%d entries in the trail", w.audited())
		}
	})
}

func TestSeriesEditions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := openTown(t, d)
		w.bring(literacy, measure.ImportOptions{})
		r, bad := w.bring("code,area,period,value,vintage\nliteracy,1,2023,98.6,2024-05-01\n", measure.ImportOptions{})
		if r.Refused != 1 || r.Written || !strings.Contains(bad, "measure.series.differs") {
			t.Errorf("a changed figure of one edition: %+v %s", r, bad)
		}
		r, _ = w.bring("code,area,period,value,vintage\nliteracy,1,2023,98.6,2025-05-01\nliteracy,11,2023,99.125,2023-05-01\n", measure.ImportOptions{})
		if r.Added != 2 || r.Revised != 1 {
			t.Errorf("a new and an older edition: %+v", r)
		}
		w.is("literacy", "2023", "1", "98600/1000")
		w.is("literacy", "2023", "11", "99250/1000") // the older edition came in later, and is not in force
		n, _ := w.Tree().ByCode("1")
		parts, total, err := w.Origin(t.Context(), formula.Ref{Code: "literacy"}, at(t, "2023"), n, 10)
		if err != nil || total != 2 || parts[0].Value != 98600 || parts[1].Value != 98500 || parts[0].Name.In("en") != "Yearbook (2025-05-01), 2023" {
			t.Errorf("origin: %+v %d %v", parts, total, err)
		}
	})
}

func TestSeriesOfLevel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := openTown(t, d)
		r, bad := w.bring(`code,name,unit,level,time,area,period,value,age
elders,老年人,person,community,last,1111,2023,"1,200",60+
elders,,,,,1112,2023,300,60+
elders,,,,,11,2023,5,60+
elders,,,,,1111,2023,90,80+
elders,,,,,1112,2023,10,80+
elders,,,,,1211,2023,7,80+
`, measure.ImportOptions{})
		if r.Added != 5 || r.Refused != 1 || !strings.Contains(bad, "measure.series.other_level") {
			t.Fatalf("%+v %s", r, bad)
		}
		w.is("elders|age=60+", "2023", "11", "1500")
		w.is("elders|age=60+", "2023", "12", "not_reported")
		w.is("elders|age=60+", "2023", "1", "1500")
		w.is("elders|age=80+", "2023", "1", "107")
		l := load(t, w.Engine, formula.Ref{Code: "elders", Filter: "age=60+"}, "2023")
		n, _ := w.Tree().ByCode("1")
		if l.Expected[n] != 3 || l.Reported[n] != 2 {
			t.Errorf("coverage %d of %d: a community without a figure must show", l.Reported[n], l.Expected[n])
		}
		if _, err := w.Column(t.Context(), formula.Ref{Code: "elders", Filter: "age=70+"}, at(t, "2023")); errs.KindOf(err) != errs.Invalid {
			t.Errorf("an age that no figure has: %v", err)
		}
	})
}

func TestPopulationByAge(t *testing.T) { // D04
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := openTown(t, d)
		if _, err := w.areas.ImportPopulation(t.Context(), table(t, "code,persons,as_of,source,vintage\n1,5000,2020-11-01,普查 | Census,2020\n1,5200,2023-12-31,年报 | Report,2024\n"), area.ImportOptions{}); err != nil {
			t.Fatal(err)
		}
		w.is("population", "2022", "1", "5000")
		w.is("population", "2023-Q4", "1", "5200")
		w.is("population", "2023-Q3", "1", "5000")
		w.is("population", "2023", "11", "not_computable no_population")
		w.is("population|age=60+", "2023", "1", "not_computable no_population")
		r, bad := w.bring("code,area,period,value,age\npopulation,1,2023,900,60+\npopulation,1,2023,5200,\n", measure.ImportOptions{})
		if r.Added != 1 || r.Refused != 1 || !strings.Contains(bad, "whole_population") {
			t.Errorf("%+v %s", r, bad)
		}
		w.is("population|age=60+", "2024-03", "1", "900")
		w.is("population|age=60+", "2022", "1", "not_computable no_population")
		parts, _, err := w.Origin(t.Context(), formula.Ref{Code: "population"}, at(t, "2023"), 0, 5)
		if err != nil || len(parts) != 1 || parts[0].Name.In("en") != "Report (2024), 2023-12-31" {
			t.Errorf("origin: %+v %v", parts, err)
		}
	})
}

func TestSeriesReplacesAbsent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := openTown(t, d)
		w.is("population.disabled", "2023", "1", "not_computable no_source")
		w.bring("code,area,period,value\npopulation.disabled,1,2023,40\n", measure.ImportOptions{})
		w.is("population.disabled", "2023", "1", "40")
		c, err := w.Catalogue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if decl, _ := c.Decl("population.disabled"); decl.Absent || decl.Unit != "person" || decl.Time != formula.Last {
			t.Errorf("%+v", decl)
		}
	})
}

func TestSeriesRefuses(t *testing.T) {
	w := openTown(t, dbtest.SQLite(t))
	for what, c := range map[string]struct{ row, key, field string }{
		"a code in capitals":       {"Elders,甲,,,,1,2023,1,,s", "measure.series.bad_code", "code"},
		"a code of another domain": {"learners,甲,,,,1,2023,1,,s", "measure.series.taken", "code"},
		"a new code without name":  {"elders,,,,,1,2023,1,,s", "measure.series.no_name", "name"},
		"an unknown area":          {"elders,甲,,,,999,2023,1,,s", "area.unknown_code", "area"},
		"a range of days":          {"elders,甲,,,,1,2023-01-01..2023-02-01,1,,s", "measure.series.bad_period", "period"},
		"words for a number":       {"elders,甲,,,,1,2023,约100,,s", "measure.series.bad_value", "value"},
		"a percent sign":           {"elders,甲,,,,1,2023,98.5%,,s", "measure.series.bad_value", "value"},
		"too many digits":          {"elders,甲,,,,1,2023,1234567890123,,s", "measure.series.bad_value", "value"},
		"an edition by name":       {"elders,甲,,,,1,2023,1,first,s", "measure.series.bad_vintage", "vintage"},
		"a level of its own":       {"elders,甲,,village,,1,2023,1,,s", "measure.series.bad_level", "level"},
		"a sum of another kind":    {"elders,甲,,,distinct2,1,2023,1,,s", "measure.series.bad_time", "time"},
	} {
		csv := "code,name,unit,level,time,area,period,value,vintage,source\n" + c.row + "\n"
		r, rejected := w.bring(csv, measure.ImportOptions{})
		if r.Refused != 1 || r.Written || len(r.Problems) != 1 || r.Problems[0].Err.Key != c.key || r.Problems[0].Column != c.field || r.Problems[0].Line != 2 {
			t.Errorf("%s: %+v", what, r)
		}
		if !strings.Contains(rejected, "line,column,found,reason,code,name") {
			t.Errorf("%s: file of refused rows %q", what, rejected)
		}
	}
	if _, err := w.series.Import(t.Context(), table(t, "code,area,period,value,gender\nx,1,2023,1,f\n"), measure.ImportOptions{}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("an unknown column must not be passed over: %v", err)
	}
	r, _ := w.bring("code,name,area,period,value\nelders,甲,1,2023,1\nelders,,11,2023,x\n", measure.ImportOptions{Strict: true})
	if r.Refused != 1 || r.Written {
		t.Errorf("strict: %+v", r)
	}
	r, _ = w.bring("code,name,area,period,value\nelders,甲,1,2023,1\n", measure.ImportOptions{DryRun: true})
	if r.Added != 1 || r.Written || w.audited() != 0 {
		t.Errorf("dry run: %+v", r)
	}
}

// A file of refused rows, put right, is itself a file to import.
func TestRejectedFileComesBack(t *testing.T) {
	w := openTown(t, dbtest.SQLite(t))
	_, rejected := w.bring("code,name,area,period,value\nelders,甲,1,2023,１２\nelders,,11,2023,七\n", measure.ImportOptions{})
	w.is("elders", "2023", "1", "12") // full-width digits are digits
	r, _ := w.bring(strings.ReplaceAll(rejected, ",七\r", ",7\r"), measure.ImportOptions{})
	if r.Added != 1 || r.Refused != 0 {
		t.Errorf("%+v from %q", r, rejected)
	}
	w.is("elders", "2023", "11", "7")
}

func FuzzSeriesImport(f *testing.F) {
	f.Add(literacy)
	f.Add("code,area,period,value,age\npopulation,1,2023-Q1,1.50,60+\n")
	f.Add("代码\t区划\t时期\t数值\t名称\nx.y\t1\t2023-01\t-0.000001\t甲\n")
	f.Add("line,column,found,reason,code,area,period,value,name\n2,value,x,why,x,1,2023,1,n\n")
	f.Fuzz(func(t *testing.T, text string) {
		src, err := sheet.NewBytes([]byte(text))
		if err != nil {
			return
		}
		rows, refused := measure.CheckFile(src, city())
		if refused > rows {
			t.Errorf("%d of %d rows refused", refused, rows)
		}
	})
}
