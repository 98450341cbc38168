package pack_test

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"xuedu/internal/calendar"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/packs"
)

func folder(t testing.TB, name string) fs.FS {
	t.Helper()
	fsys, err := packs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return fsys
}

func embedded(t testing.TB, name string) *pack.Pack {
	t.Helper()
	p, err := pack.Load(folder(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return p
}

// edit is a pack with one file changed: the first old becomes new.
type edit struct{ file, old, new string }

// edited returns the files of the minimal pack after edits. An edit without
// old replaces the file, one without old and new removes it.
func edited(t testing.TB, edits ...edit) fstest.MapFS {
	t.Helper()
	src := folder(t, "minimal")
	out := fstest.MapFS{}
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(src, name)
		out[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		switch {
		case e.old == "" && e.new == "":
			delete(out, e.file)
		case e.old == "":
			out[e.file] = &fstest.MapFile{Data: []byte(e.new)}
		default:
			s := string(out[e.file].Data)
			if !strings.Contains(s, e.old) {
				t.Fatalf("%s does not hold %q", e.file, e.old)
			}
			out[e.file] = &fstest.MapFile{Data: []byte(strings.Replace(s, e.old, e.new, 1))}
		}
	}
	return out
}

// What ships is what plan.md and domain.md 3.2 say, in both languages.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	for _, name := range packs.Names {
		if p := embedded(t, name); p.Name != name {
			t.Errorf("pack %s calls itself %s", name, p.Name)
		}
	}
	p := embedded(t, "beijing-2021")
	pl := p.Plans[0]
	for _, tt := range []struct {
		what      string
		got, want int
	}{
		{"H1 issuers", len(pl.Issuers), 16},
		{"P1.11 responsible", len(pl.Programmes[0].Responsible), 11},
		{"programmes", len(pl.Programmes), 2},
		{"P1 clauses", len(pl.Programmes[0].Clauses), 11},
		{"P2 clauses", len(pl.Programmes[1].Clauses), 10},
		{"goals G1 to G3", len(pl.Goals), 3},
		{"targets", len(pl.Targets), 4},
		{"G1 needs", len(p.Needs), 12},
		{"themes", len(p.Themes), 15},
		{"P2.6 themes", slices.IndexFunc(p.Themes, func(c pack.Coded) bool { return c.Clause != "P2.6" }), 6},
		{"age bands", len(p.AgeBands), 8},
		{"holiday years", len(p.Calendar.Years), 6},
	} {
		if tt.got != tt.want {
			t.Errorf("%s = %d, want %d", tt.what, tt.got, tt.want)
		}
	}
	var targets []string
	for _, x := range pl.Targets {
		targets = append(targets, fmt.Sprint(x.Clause, " ", x.Value, " ", x.About, " ", x.By))
	}
	want := "[P1.3 12 false 2025-12-31 P1.7 100 true 2025-12-31 P1.7 15 false 2025-12-31 P2.8 100 false 2025-12-31]"
	if fmt.Sprint(targets) != want {
		t.Errorf("targets = %v, want %s", targets, want)
	}
	if got := pl.Responsible(pl.Programmes[0].Clauses[2]); len(got) != 11 {
		t.Errorf("P1.3 has %d responsible units, want the programme's 11", len(got))
	}
}

// The holidays as the State Council announced them, at days people remember.
func TestBeijingWorkDays(t *testing.T) {
	t.Parallel()
	c := embedded(t, "beijing-2021").WorkDays()
	for _, tt := range []struct {
		day  string
		want calendar.Kind
		name string
	}{
		{"2021-02-20", calendar.MakeUp, "春节"}, {"2021-05-05", calendar.Holiday, "劳动节"},
		{"2022-01-29", calendar.MakeUp, "春节"}, {"2022-10-09", calendar.MakeUp, "国庆节"},
		{"2022-12-31", calendar.Holiday, "元旦"}, {"2023-01-02", calendar.Holiday, "元旦"},
		{"2023-06-25", calendar.MakeUp, "端午节"}, {"2023-10-06", calendar.Holiday, "中秋节、国庆节"},
		{"2024-02-09", calendar.Workday, ""}, {"2024-02-10", calendar.Holiday, "春节"}, {"2024-02-18", calendar.MakeUp, "春节"},
		{"2024-09-14", calendar.MakeUp, "中秋节"}, {"2024-10-12", calendar.MakeUp, "国庆节"},
		{"2025-01-28", calendar.Holiday, "春节"}, {"2025-09-28", calendar.MakeUp, "国庆节、中秋节"},
		{"2025-10-08", calendar.Holiday, "国庆节、中秋节"}, {"2025-10-09", calendar.Workday, ""}, {"2025-10-11", calendar.MakeUp, "国庆节、中秋节"},
		{"2026-01-04", calendar.MakeUp, "元旦"}, {"2026-02-23", calendar.Holiday, "春节"}, {"2026-05-09", calendar.MakeUp, "劳动节"},
		{"2026-10-10", calendar.MakeUp, "国庆节"}, {"2026-11-23", calendar.Workday, ""},
	} {
		d, err := time.Parse(time.DateOnly, tt.day)
		if err != nil {
			t.Fatal(err)
		}
		if r := c.Reason(d); r.Kind != tt.want || r.Name["zh-CN"] != tt.name || !r.Announced {
			t.Errorf("%s is %s %s, want %s %s", tt.day, r.Kind, r.Name["zh-CN"], tt.want, tt.name)
		}
	}
	// Working days of a year: 365 less weekends less the days the law grants.
	for year, want := range map[int]int{2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248} {
		last := time.Date(year-1, 12, 31, 0, 0, 0, 0, time.UTC)
		if got := c.Between(last, last.AddDate(1, 0, 0)); got != want {
			t.Errorf("%d has %d working days, want %d", year, got, want)
		}
	}
	if c.Announced(2027) {
		t.Error("2027 is not in the pack")
	}
}

// Each mistake is found once, with its file and line.
func TestCheckSaysWhere(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("[", 60) + strings.Repeat("]", 60)
	for _, tt := range []struct {
		name string
		edit edit
		want string // FILE:LINE key
	}{
		{"no_file", edit{"themes.yaml", "", ""}, "themes.yaml:0 pack.problem.no_file"},
		{"unknown_file", edit{"theme.yaml", "", "[]"}, "theme.yaml:0 pack.problem.unknown_file"},
		{"no_yaml", edit{"themes.yaml", "- {code: digital", "- {code: digital: x"}, "themes.yaml:2 pack.problem.no_yaml"},
		{"empty", edit{"themes.yaml", "", "# nothing\n"}, "themes.yaml:1 pack.problem.empty"},
		{"two_documents", edit{"themes.yaml", "- {code: crafts", "---\n- {code: crafts"}, "themes.yaml:4 pack.problem.two_documents"},
		{"alias", edit{"themes.yaml", "code: digital", "code: &x digital"}, "themes.yaml:2 pack.problem.alias"},
		{"too_deep", edit{"themes.yaml", "", long}, "themes.yaml:1 pack.problem.too_deep"},
		{"twice", edit{"themes.yaml", "{code: digital", "{code: x, code: digital"}, "themes.yaml:2 pack.problem.twice"},
		{"no_text", edit{"README.md", "", "\xff\xfe"}, "README.md:0 pack.problem.no_text"},
		{"unknown_field", edit{"themes.yaml", "code: digital,", "code: digital, colour: red,"}, "themes.yaml:2 pack.problem.unknown_field"},
		{"required", edit{"pack.yaml", "root_area: QH\n", ""}, "pack.yaml:2 pack.problem.required"},
		{"type", edit{"pack.yaml", `version: "1.0"`, "version: 1.0"}, "pack.yaml:4 pack.problem.type"},
		{"enum", edit{"org-types.yaml", "group: network, level: street", "group: network, level: village"}, "org-types.yaml:3 pack.problem.enum"},
		{"pattern", edit{"themes.yaml", "code: digital", "code: Digital!"}, "themes.yaml:2 pack.problem.pattern"},
		{"day", edit{"calendar/2026.yaml", "2026-09-26", "2026-09-31"}, "calendar/2026.yaml:4 pack.problem.day"},
		{"range", edit{"pack.yaml", "credit_minutes: 60", "credit_minutes: 0"}, "pack.yaml:16 pack.problem.range"},
		{"too_few", edit{"themes.yaml", "", "[]"}, "themes.yaml:1 pack.problem.too_few"},
		{"repeated", edit{"pack.yaml", "weekend: [fri, sat]", "weekend: [fri, fri]"}, "pack.yaml:12 pack.problem.repeated"},
		{"licence", edit{"pack.yaml", "https://creativecommons.org", "creativecommons.org"}, "pack.yaml:18 pack.problem.pattern"},
		{"licence without a name", edit{"pack.yaml", "4.0 International}", "4.0 International, de: x}"}, "pack.yaml:19 pack.problem.other_language"},
		{"newer", edit{"pack.yaml", "format: 1", "format: 2"}, "pack.yaml:2 pack.problem.newer"},
		{"zone", edit{"pack.yaml", "Asia/Urumqi", "Asia/Nowhere"}, "pack.yaml:11 pack.problem.zone"},
		{"no_area", edit{"pack.yaml", "root_area: QH", "root_area: XX"}, "pack.yaml:10 pack.problem.no_area"},
		{"no_text_in", edit{"themes.yaml", "name: {zh-CN: 自然, en: Nature}", "name: {zh-CN: 自然}"}, "themes.yaml:3 pack.problem.no_text_in"},
		{"empty_text", edit{"themes.yaml", "en: Nature", `en: " "`}, "themes.yaml:3 pack.problem.empty_text"},
		{"other_language", edit{"themes.yaml", "en: Nature", "en: Nature, fr: Nature"}, "themes.yaml:3 pack.problem.other_language"},
		{"code_twice_at", edit{"themes.yaml", "code: crafts", "code: nature"}, "themes.yaml:4 pack.problem.code_twice_at"},
		{"clause twice", edit{"plan/scheme.yaml", "code: P1.2", "code: P1.1"}, "plan/scheme.yaml:14 pack.problem.code_twice_at"},
		{"age_gap", edit{"age-bands.yaml", "{code: 18-59, from: 18", "{code: 20-59, from: 20"}, "age-bands.yaml:2 pack.problem.age_gap"},
		{"age_overlap", edit{"age-bands.yaml", "{code: 18-59, from: 18", "{code: 17-59, from: 17"}, "age-bands.yaml:2 pack.problem.age_overlap"},
		{"age_end", edit{"age-bands.yaml", "code: 60+, from: 60", "code: 60-99, from: 60, to: 99"}, "age-bands.yaml:3 pack.problem.age_end"},
		{"age_code", edit{"age-bands.yaml", "code: 60+", "code: 61+"}, "age-bands.yaml:3 pack.problem.age_code"},
		{"no_clause", edit{"themes.yaml", "clause: P1.1", "clause: P9.1"}, "themes.yaml:1 pack.problem.no_clause"},
		{"order", edit{"plan/scheme.yaml", "to: 2028-12-31", "to: 2025-12-31"}, "plan/scheme.yaml:4 pack.problem.order"},
		{"no_org", edit{"plan/scheme.yaml", "issuers: [qh-learning-office]", "issuers: [nobody]"}, "plan/scheme.yaml:5 pack.problem.no_org"},
		{"no_type", edit{"data/orgs.csv", "qh-lifelong,partner", "qh-lifelong,club"}, "data/orgs.csv:3 pack.problem.no_type"},
		{"columns", edit{"data/orgs.csv", "code,type", "id,type"}, "data/orgs.csv:1 pack.problem.columns"},
		{"no_csv", edit{"data/orgs.csv", "qh-lifelong,", `qh-life"long,`}, "data/orgs.csv:3 pack.problem.no_csv"},
		{"work_on_weekday", edit{"calendar/2026.yaml", "2026-09-26", "2026-09-27"}, "calendar/2026.yaml:4 pack.problem.work_on_weekday"},
		{"statutory", edit{"calendar/2026.yaml", "holidays:", "statutory_days: 2\nholidays:"}, "calendar/2026.yaml:3 pack.problem.statutory"},
		{"long_holiday", edit{"calendar/2026.yaml", "to: 2026-09-24", "to: 2027-09-24"}, "calendar/2026.yaml:4 pack.problem.long_holiday"},
		{"other_year", edit{"calendar/2026.yaml", "year: 2026", "year: 2028"}, "calendar/2026.yaml:4 pack.problem.other_year"},
		{"day_twice", edit{"calendar/2026.yaml", "work: [2026-09-26]", "work: [2026-09-26]}\n  - {name: {zh-CN: 又, en: Again}, from: 2026-09-24, to: 2026-09-24"}, "calendar/2026.yaml:5 pack.problem.day_twice"},
	} {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			_, bad := pack.Check(edited(t, tt.edit))
			if len(bad) == 0 || !slices.ContainsFunc(bad, func(p pack.Problem) bool { return said(p) == tt.want }) {
				t.Fatalf("Check = %v, want %s", bad, tt.want)
			}
			if len(bad) > 2 { // one mistake gives one problem, or one with its echo
				t.Errorf("%d problems for one mistake: %v", len(bad), bad)
			}
		})
	}
}

func said(p pack.Problem) string { return fmt.Sprintf("%s:%d %s", p.File, p.Line, p.Key) }

// All mistakes are told at once, in the order of files and lines.
func TestCheckSaysAll(t *testing.T) {
	t.Parallel()
	_, bad := pack.Check(edited(t,
		edit{"pack.yaml", "credit_minutes: 60", "credit_minutes: 0"},
		edit{"themes.yaml", "code: digital,", "code: digital, colour: red,"},
		edit{"themes.yaml", "code: crafts", "code: Crafts"},
		edit{"org-types.yaml", "group: partner", "group: friend"}))
	var got []string
	for _, p := range bad {
		got = append(got, said(p))
	}
	want := []string{"org-types.yaml:6 pack.problem.enum", "pack.yaml:16 pack.problem.range", "themes.yaml:2 pack.problem.unknown_field", "themes.yaml:4 pack.problem.pattern"}
	if !slices.Equal(got, want) {
		t.Errorf("Check = %v, want %v", got, want)
	}
	if _, err := pack.Load(edited(t, edit{"themes.yaml", "", ""})); errs.KindOf(err) != errs.Invalid {
		t.Errorf("Load = %v, want Invalid", err)
	}
}

// The fixtures are whole packs as somebody might send them.
func TestFixtures(t *testing.T) {
	t.Parallel()
	dirs, err := fs.Glob(fixtures(t), "fail_*")
	if err != nil || len(dirs) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, dir := range dirs {
		sub, err := fs.Sub(fixtures(t), dir)
		if err != nil {
			t.Fatal(err)
		}
		want := "pack.problem." + strings.TrimPrefix(path.Base(dir), "fail_")
		if _, bad := pack.Check(sub); !slices.ContainsFunc(bad, func(p pack.Problem) bool { return p.Key == want }) {
			t.Errorf("%s: Check = %v, want %s", dir, bad, want)
		}
	}
}

// Whatever is in a folder, the loader ends and says where each problem is.
func FuzzCheck(f *testing.F) {
	for _, name := range []string{"pack.yaml", "themes.yaml", "age-bands.yaml", "plan/scheme.yaml", "calendar/2026.yaml", "data/orgs.csv"} {
		b, err := fs.ReadFile(folder(f, "minimal"), name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, string(b))
	}
	f.Add("themes.yaml", "a: &a [*a, *a]")
	f.Add("themes.yaml", "? {a: b}\n: c")
	f.Add("pack.yaml", "version: 0x_1\nformat: .nan")
	f.Add("age-bands.yaml", "- {code: 0-5, from: 9223372036854775807}")
	src := edited(f)
	f.Fuzz(func(t *testing.T, name, content string) {
		files := make([]pack.File, 0, len(src))
		for n, m := range src {
			if n != name {
				files = append(files, pack.NewFile(n, string(m.Data)))
			}
		}
		files = append(files, pack.NewFile(name, content))
		p, bad := pack.FromFiles(files)
		for _, b := range bad {
			if b.File == "" || b.Key == "" || b.Line < 0 {
				t.Fatalf("a problem without a place: %+v", b)
			}
		}
		if len(bad) == 0 && len(pack.Diff(p, p)) > 0 {
			t.Fatal("a pack differs from itself")
		}
	})
}
