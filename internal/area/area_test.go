package area_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/sheet"
	"xuedu/packs"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newService(d *db.DB) *area.Service {
	return area.New(d, func() time.Time { return noon })
}

func table(t testing.TB, csv string) *sheet.Table {
	t.Helper()
	tb, err := sheet.NewBytes([]byte(csv))
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

func packFile(t testing.TB, pack, name string) *sheet.Table {
	t.Helper()
	dir, err := packs.Open(pack)
	if err != nil {
		t.Fatal(err)
	}
	b, err := fs.ReadFile(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	return table(t, string(b))
}

func mustImport(t testing.TB, s *area.Service, csv, from string) area.ImportReport {
	t.Helper()
	r, err := s.Import(t.Context(), table(t, csv), area.ImportOptions{From: from, Name: "t.csv"})
	if err != nil {
		t.Fatalf("Import: %v %v", err, r.Problems)
	}
	return r
}

// small is a city of statistical codes without levels and parents: both follow
// from the digits. The code 1101… only groups the districts.
const small = `code,name
110000000000,北京市
110100000000,市辖区
110108000000,海淀区
110108015000,中关村街道
110108015001,科馨社区居委会
110108015002,东里南社区居委会
110115000000,大兴区
110115001000,兴丰街道
`

func TestImportStatisticalCodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		r := mustImport(t, s, small, "")
		if r.Added != 7 || r.Skipped != 1 || r.Rows != 8 {
			t.Errorf("first import = %+v, want 7 added, 1 skipped", r)
		}
		if r = mustImport(t, s, small, ""); r.Added != 0 || r.Changed != 0 || r.Same != 7 {
			t.Errorf("second import = %+v, want 7 the same", r)
		}
		tr := s.Tree()
		for code, want := range map[string]struct {
			level  area.Level
			parent string
		}{
			"110000000000": {area.City, ""},
			"110108000000": {area.District, "110000000000"},
			"110108015000": {area.Street, "110108000000"},
			"110108015001": {area.Community, "110108015000"},
		} {
			n, ok := tr.ByCode(code)
			if !ok {
				t.Fatalf("%s is not in the tree", code)
			}
			parent := ""
			if p := tr.Parent(n); p >= 0 {
				parent = tr.At(p).Code
			}
			if a := tr.At(n); a.Level != want.level || parent != want.parent {
				t.Errorf("%s: level %s, parent %q; want %+v", code, a.Level, parent, want)
			}
		}
		// Another process sees the same.
		other := newService(d)
		if err := other.Reload(t.Context()); err != nil || other.Tree().Len() != 7 {
			t.Errorf("Reload: %d areas, %v; want 7", other.Tree().Len(), err)
		}
		if again, err := other.Refresh(t.Context()); again || err != nil {
			t.Errorf("Refresh without a change = %v, %v", again, err)
		}
		mustImport(t, s, "code,name\n110115002000,林校路街道\n", "")
		if again, err := other.Refresh(t.Context()); !again || err != nil || other.Tree().Len() != 8 {
			t.Errorf("Refresh after a change = %v, %v; %d areas, want 8", again, err, other.Tree().Len())
		}
	})
}

// P2.1: the three levels of the network stand on 16 districts, 349 streets and
// townships, 7,535 communities and villages.
func TestImportPacks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		if _, err := s.Import(t.Context(), packFile(t, "beijing-2021", "data/areas.csv"), area.ImportOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ImportPopulation(t.Context(), packFile(t, "beijing-2021", "data/population.csv"), area.ImportOptions{}); err != nil {
			t.Fatal(err)
		}
		tr := s.Tree()
		for level, want := range map[area.Level]int{area.City: 1, area.District: 16, area.Street: 349, area.Community: 7535} {
			if got := len(tr.Below(0, level)); got != want {
				t.Errorf("%d areas of level %s, want %d", got, level, want)
			}
		}
		persons, asOf, _, vintage, ok := s.Populations().At(tr.At(0).ID, "2024-12-31")
		if !ok || persons != 21_893_095 || asOf != "2020-11-01" || vintage != "2020" {
			t.Errorf("population of the city = %d, %s, %s, %v", persons, asOf, vintage, ok)
		}
		if _, _, _, _, ok := s.Populations().At(tr.At(2).ID, "2024-12-31"); ok {
			t.Errorf("%s has a population, want none", tr.At(2).Name)
		}
		checkSearch(t, tr)
	})
	t.Run("minimal", func(t *testing.T) {
		t.Parallel()
		s := newService(dbtest.SQLite(t))
		if _, err := s.Import(t.Context(), packFile(t, "minimal", "data/areas.csv"), area.ImportOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ImportPopulation(t.Context(), packFile(t, "minimal", "data/population.csv"), area.ImportOptions{}); err != nil {
			t.Fatal(err)
		}
		if n := s.Tree().Len(); n != 43 || s.Populations().Len() != 13 {
			t.Errorf("%d areas, %d with population; want 43, 13", n, s.Populations().Len())
		}
	})
}

func checkSearch(t *testing.T, tr *area.Tree) {
	t.Helper()
	for _, tt := range []struct{ text, first string }{
		{"海淀区", "海淀区"},
		{"海淀", "海淀区"},
		{"hdq", "海淀区"},
		{"HDQ", "海淀区"},
		{"haidian", "海淀区"},
		{"hai dian qu", "海淀区"},
		{"Haidian", "海淀区"},
		{"dxq", "大兴区"},
		{"daxing", "大兴区"},
		{"cyq", "朝阳区"},
		{"dashilan", "大栅栏街道"},
		{"shichahai", "什刹海街道"},
		{"110108000000", "海淀区"},
		{"110108011", "中关村街道"},
		{"zgc", "中关村街道"},
		{"海淀 中关村", "中关村街道"},
	} {
		got := tr.Search(tt.text, 5)
		if len(got) == 0 || tr.At(got[0]).Name != tt.first {
			t.Errorf("Search(%q) = %v, want %s first", tt.text, names(tr, got), tt.first)
		}
	}
	for _, text := range []string{"", "  ", "没有这里", "zzzz"} {
		if got := tr.Search(text, 5); len(got) != 0 {
			t.Errorf("Search(%q) = %v, want none", text, names(tr, got))
		}
	}
	if got := tr.Search("社区", 7); len(got) != 7 {
		t.Errorf("Search with limit 7 found %d", len(got))
	}
}

func names(tr *area.Tree, nrs []int) (out []string) {
	for _, n := range nrs {
		out = append(out, tr.At(n).Name)
	}
	return out
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, csv, key, field string
		line                  int
	}{
		{"no code", "code,name,level\n,甲,city\n", "area.code_missing", "code", 2},
		{"long code", "code,name,level\n" + strings.Repeat("A", 65) + ",甲,city\n", "area.code_long", "code", 2},
		{"no name", "code,name,level\nA,,city\n", "area.name_missing", "name", 2},
		{"unknown level", "code,name,level\nA,甲,town\n", "area.bad_level", "level", 2},
		{"level unknown", "code,name\nA,甲\n", "area.level_missing", "level", 2},
		{"own parent", "code,name,level,parent\nA,甲,city,A\n", "area.own_parent", "parent", 2},
		{"cycle", "code,name,level,parent\nA,甲,district,B\nB,乙,district,A\n", "area.level_order", "level", 2},
		{"wrong order", "code,name,level,parent\nA,甲,city,\nB,乙,street,A\nC,丙,district,B\n", "area.level_order", "level", 4},
		{"twice", "code,name,level,parent\nA,甲,city,\nA,乙,city,\n", "area.twice", "code", 3},
		{"unknown parent", "code,name,level,parent\nA,甲,city,\nB,乙,district,X\n", "area.no_parent", "parent", 3},
		{"orphan", "code,name,level,parent\nA,甲,city,\nB,乙,district,\n", "area.orphan", "parent", 3},
		{"orphan by digits", "code,name\n110000000000,北京市\n110108015001,科馨\n", "area.orphan", "parent", 3},
		{"bad day", "code,name,level,valid_from\nA,甲,city,2024-13-01\n", "area.bad_day", "valid_from", 2},
		{"ends before", "code,name,level,valid_from,valid_to\nA,甲,city,2024-02-01,2024-01-01\n", "area.ends_before", "valid_to", 2},
		{"broken quotes", "code,name,level\nA,甲,city\nB,\"乙\" x,district\n", "sheet.quote", "", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newService(dbtest.SQLite(t))
			r, err := s.Import(t.Context(), table(t, tt.csv), area.ImportOptions{})
			if errs.KindOf(err) != errs.Invalid {
				t.Fatalf("Import = %v, want Invalid", err)
			}
			if len(r.Problems) == 0 {
				t.Fatalf("Import = %v without problems", err)
			}
			p := r.Problems[0]
			if p.Key != tt.key || p.Field != tt.field || p.Line != tt.line {
				t.Errorf("problem = %+v, want %s in column %q, line %d", p, tt.key, tt.field, tt.line)
			}
			for _, lang := range i18n.Langs {
				if !b.Has(lang, p.Key) || strings.Contains(b.T(lang, p.Key, p.Args...), "<no value>") {
					t.Errorf("%s: %q", lang, b.T(lang, p.Key, p.Args...))
				}
			}
			if err := s.Reload(t.Context()); err != nil || s.Tree().Len() != 0 {
				t.Errorf("%d areas were written, %v", s.Tree().Len(), err)
			}
		})
	}
}

// A name and a parent change on a day; the areas of before stay as they were.
func TestImportThroughTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		mustImport(t, s, "code,name,level,parent\nC,市,city,\nD,东区,district,C\nE,西区,district,C\nS,桥街道,street,D\n", "")
		r := mustImport(t, s, "code,name,parent\nS,新桥街道,E\n", "2025-07-01")
		if r.Changed != 1 {
			t.Fatalf("change = %+v", r)
		}
		if r = mustImport(t, s, "code,name,parent\nS,新桥街道,E\n", "2025-07-01"); r.Same != 1 || r.Changed != 0 {
			t.Errorf("again = %+v, want the same", r)
		}
		if r = mustImport(t, s, "code,name\nS,新桥街道\n", ""); r.Same != 1 {
			t.Errorf("without a parent column = %+v, want the same", r)
		}
		for day, want := range map[string]string{"2025-06-30": "市/东区/桥街道", "2025-07-01": "市/西区/新桥街道"} {
			then := s.Tree().On(day)
			n, _ := then.ByCode("S")
			if got := strings.Join(names(then, then.Path(n)), "/"); got != want {
				t.Errorf("on %s: %s, want %s", day, got, want)
			}
		}
		n, _ := s.Tree().ByCode("S")
		if got := s.Tree().At(n); got.Name != "新桥街道" || got.Initials != "xqjd" {
			t.Errorf("today = %+v", got)
		}
	})
}

// A district is split, one of its parts is merged again.
func TestSuccessors(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		mustImport(t, s, "code,name,level,parent,valid_from\nC,市,city,,\nA,甲区,district,C,\nM,丙区,district,C,\n", "")
		mustImport(t, s, "code,name,level,parent,valid_from\nB1,乙一区,district,C,2024-01-01\nB2,乙二区,district,C,2024-01-01\n", "")
		in := "code,successor,share,date\nA,B1,0.6,2024-01-01\nA,B2,0.4,2024-01-01\nB2,M,1,2025-01-01\n"
		for i, want := range []int{3, 0} {
			r, err := s.ImportSuccessors(t.Context(), table(t, in), area.ImportOptions{})
			if err != nil || r.Added != want || r.Same != 3-want {
				t.Fatalf("import %d: %+v, %v", i, r, err)
			}
		}
		tr := s.Tree()
		id := func(code string) int64 { n, _ := tr.ByCode(code); return tr.At(n).ID }
		parts, exact := tr.Recast(id("A"))
		if exact || len(parts) != 2 || parts[0] != (area.Share{AreaID: id("B1"), Share: 0.6}) || parts[1] != (area.Share{AreaID: id("M"), Share: 0.4}) {
			t.Errorf("Recast(A) = %v, exact %v", parts, exact)
		}
		if parts, exact = tr.Recast(id("B2")); !exact || len(parts) != 1 || parts[0].AreaID != id("M") {
			t.Errorf("Recast(B2) = %v, exact %v; want all of it in M, exact", parts, exact)
		}
		then, _ := tr.On("2024-06-01").Recast(id("A"))
		if len(then) != 2 || then[1].AreaID != id("B2") {
			t.Errorf("Recast(A) in 2024 = %v, want B1 and B2", then)
		}
		sum := tr.RecastSum(map[int64]float64{id("A"): 100, id("B2"): 10, id("M"): 5})
		if got := sum[id("M")]; got.Value != 55 || !got.Estimate {
			t.Errorf("RecastSum: M = %+v, want 55, an estimate", got)
		}
		if _, ok := tr.ByCode("A"); !ok {
			t.Error("an ended area left the tree; old records would lose their place")
		}
		for day, want := range map[string]string{"2023-12-31": "市 甲区 丙区", "2024-06-01": "市 乙一区 乙二区 丙区", "2025-06-01": "市 乙一区 丙区"} {
			then := tr.On(day)
			var all []int
			for n := range then.Len() {
				all = append(all, n)
			}
			if got := strings.Join(names(then, all), " "); got != want {
				t.Errorf("on %s: %s, want %s", day, got, want)
			}
		}
	})
}

func TestSuccessorsRefuses(t *testing.T) {
	t.Parallel()
	s := newService(dbtest.SQLite(t))
	mustImport(t, s, "code,name,level,parent\nC,市,city,\nA,甲,district,C\nB,乙,district,C\n", "")
	for _, tt := range []struct{ csv, key string }{
		{"code,successor,share,date\nA,X,1,2024-01-01\n", "area.unknown_code"},
		{"code,successor,share,date\nA,A,1,2024-01-01\n", "area.own_successor"},
		{"code,successor,share,date\nA,B,1.5,2024-01-01\n", "area.bad_share"},
		{"code,successor,share,date\nA,B,NaN,2024-01-01\n", "area.bad_share"},
		{"code,successor,share,date\nA,B,0.5,2024-01-01\n", "area.shares_sum"},
		{"code,successor,share,date\nA,B,1,1.1.2024\n", "area.bad_day"},
		{"code,successor,share,date\nA,B,0.5,2024-01-01\nA,B,0.5,2024-01-01\n", "area.twice"},
		{"code,successor,share,date\nA,B,0.5,2024-01-01\nA,C,0.5,2025-01-01\n", "area.dates_differ"},
	} {
		r, err := s.ImportSuccessors(t.Context(), table(t, tt.csv), area.ImportOptions{})
		if errs.KindOf(err) != errs.Invalid || len(r.Problems) == 0 || r.Problems[0].Key != tt.key {
			t.Errorf("%q: %v %+v, want %s", tt.csv, err, r.Problems, tt.key)
		}
	}
}

func TestPopulation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		mustImport(t, s, small, "")
		const series = "code,year,persons,source,vintage\n" +
			"110108000000,2020,3133469,普查,2021-05\n110108000000,2020,3133500,普查,2021-09\n110108000000,2022,3120000,抽样,2023-03\n"
		for i, want := range []int{3, 0} {
			r, err := s.ImportPopulation(t.Context(), table(t, series), area.ImportOptions{})
			if err != nil || r.Added != want {
				t.Fatalf("import %d = %+v, %v", i, r, err)
			}
		}
		n, _ := s.Tree().ByCode("110108000000")
		id := s.Tree().At(n).ID
		for _, tt := range []struct {
			day     string
			persons int64
			vintage string
			ok      bool
		}{
			{"2020-12-30", 0, "", false},
			{"2020-12-31", 3133500, "2021-09", true},
			{"2022-12-30", 3133500, "2021-09", true},
			{"2024-03-31", 3120000, "2023-03", true},
		} {
			persons, _, _, vintage, ok := s.Populations().At(id, tt.day)
			if persons != tt.persons || vintage != tt.vintage || ok != tt.ok {
				t.Errorf("At(%s) = %d, %q, %v; want %+v", tt.day, persons, vintage, ok, tt)
			}
		}
		// The shape of a census table, and what is wrong.
		for _, tt := range []struct{ csv, key string }{
			{"code,name_zh,name_en,resident_population,census_date\n110115000000,大兴区,Daxing,1993591,2020-11-01\n", ""},
			{"code,year,persons\n110199000000,2020,1\n", "area.unknown_code"},
			{"code,year,persons\n110115000000,20,1\n", "area.bad_day"},
			{"code,year,persons\n110115000000,2020,-1\n", "area.bad_persons"},
			{"code,year,persons\n110115000000,2020,\"1,000\"\n", "area.bad_persons"},
			{"code,year,persons,source,vintage\n110108000000,2020,7,普查,2021-05\n", "area.population_differs"},
		} {
			r, err := s.ImportPopulation(t.Context(), table(t, tt.csv), area.ImportOptions{Name: "census.csv"})
			if tt.key == "" {
				if err != nil || r.Added != 1 {
					t.Errorf("%q: %+v, %v", tt.csv, r, err)
				}
				continue
			}
			if errs.KindOf(err) != errs.Invalid || len(r.Problems) == 0 || r.Problems[0].Key != tt.key {
				t.Errorf("%q: %v %+v, want %s", tt.csv, err, r.Problems, tt.key)
			}
		}
	})
}

func TestColumnMissing(t *testing.T) {
	t.Parallel()
	s := newService(dbtest.SQLite(t))
	mustImport(t, s, small, "")
	type importer func(context.Context, *sheet.Table, area.ImportOptions) (area.ImportReport, error)
	for _, tt := range []struct {
		csv string
		f   importer
	}{
		{"code\nA\n", s.Import},
		{"code,persons\n110115000000,1\n", s.ImportPopulation},
		{"code,year\n110115000000,2020\n", s.ImportPopulation},
		{"code,successor,share\nA,B,1\n", s.ImportSuccessors},
	} {
		_, err := tt.f(t.Context(), table(t, tt.csv), area.ImportOptions{})
		if e, ok := errors.AsType[*errs.Error](err); !ok || e.Key != "sheet.column_missing" {
			t.Errorf("%q: %v, want sheet.column_missing", tt.csv, err)
		}
	}
}

// An Excel file with Chinese headings is taken as a CSV file is.
func TestImportWorkbook(t *testing.T) {
	t.Parallel()
	book, err := sheet.NewBook(sheet.Info{Title: "区划", At: noon})
	if err != nil {
		t.Fatal(err)
	}
	sh, err := book.Sheet("区划", sheet.Col{Title: "代码"}, sheet.Col{Title: "名称"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][2]string{{"110000000000", "北京市"}, {"110108000000", "海淀区"}} {
		if err := sh.Row(row[0], row[1]); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := sh.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := book.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	s := newService(dbtest.SQLite(t))
	if r := mustImport(t, s, b.String(), ""); r.Added != 2 {
		t.Errorf("import = %+v, want 2 added", r)
	}
}

// An import that breaks off in the middle leaves nothing behind.
func TestImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := s.Import(ctx, packFile(t, "beijing-2021", "data/areas.csv"), area.ImportOptions{Progress: func(int, int) { cancel() }})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("Import = %v, want cancelled", err)
		}
		var n int
		if err := d.Read.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM area) + (SELECT count(*) FROM area_version)`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows were left, %v", n, err)
		}
		if r := mustImport(t, s, small, ""); r.Added != 7 {
			t.Errorf("the next import = %+v", r)
		}
	})
}
