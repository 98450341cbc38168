package ledger_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
	"xuedu/internal/sheet"
)

const header = "session,person,home,place,birth_year,sex,date,theme,mode,minutes,count\n"

func load(t testing.TB, s *ledger.Service, file []byte, opt ledger.ImportOptions) (ledger.ImportReport, string) {
	t.Helper()
	var rejected bytes.Buffer
	opt.Rejected = &rejected
	if opt.T == nil {
		opt.T = func(key string, _ ...any) string { return key }
	}
	r, err := s.Import(t.Context(), ledger.ImportSource{Name: "f.csv", R: bytes.NewReader(file)}, opt)
	if err != nil {
		t.Fatal(err)
	}
	if !opt.DryRun && !r.NothingDone && r.Recorded+r.Already+r.Refused != r.Rows {
		t.Errorf("report does not add up: %+v", r)
	}
	return r, rejected.String()
}

func mustLoad(t testing.TB, s *ledger.Service, rows string) ledger.ImportReport {
	t.Helper()
	r, _ := load(t, s, []byte(header+rows), ledger.ImportOptions{})
	if r.Refused > 0 {
		t.Fatalf("refused: %+v", r.Problems)
	}
	return r
}

func TestFixtures(t *testing.T) {
	t.Parallel()
	s := newService(t, dbtest.SQLite(t))
	files, err := filepath.Glob("testdata/*.csv")
	if err != nil || len(files) < 20 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".csv")
		r, rejected := load(t, s, b, ledger.ImportOptions{DryRun: true})
		reason, bad := strings.CutPrefix(name, "fail_")
		if !bad {
			if r.Refused > 0 || r.Rows == 0 || rejected != "" {
				t.Errorf("%s: %+v", name, r)
			}
			continue
		}
		if r.Refused != 1 || len(r.Problems) != 1 {
			t.Errorf("%s: %+v", name, r)
			continue
		}
		_, key, _ := strings.Cut(r.Problems[0].Key, ".")
		if key = strings.TrimPrefix(key, "import."); !strings.HasPrefix(reason, key) || r.Problems[0].Line != 2 {
			t.Errorf("%s: refused for %+v", name, r.Problems[0])
		}
		rows, _ := table(t, []byte(rejected))
		if len(rows) != 2 || rows[1][0] != "2" || rows[1][1] != r.Problems[0].Column || rows[1][3] != r.Problems[0].Key {
			t.Errorf("%s: rejected file %q", name, rows)
		}
	}
}

func table(t testing.TB, b []byte) (rows [][]string, lines []int) {
	t.Helper()
	tab, err := sheet.NewBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	for {
		r, err := tab.Read()
		if err != nil {
			return rows, lines
		}
		rows, lines = append(rows, append([]string(nil), r.Cells...)), append(lines, r.Line)
	}
}

func TestHeaderIsRefused(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	s := newService(t, d)
	for in, want := range map[string]string{
		"":                                   "sheet.empty",
		"session,person\n":                   "sheet.column_missing",
		strings.TrimSpace(header) + ",SEX\n": "sheet.column_twice",
		"%PDF-1.4":                           "sheet.not_table",
	} {
		_, err := s.Import(t.Context(), ledger.ImportSource{R: strings.NewReader(in)}, ledger.ImportOptions{})
		if e, ok := errors.AsType[*errs.Error](err); !ok || e.Kind != errs.Invalid || e.Key != want {
			t.Errorf("Import(%q) = %v, want %s", in, err, want)
		}
	}
}

func TestImportTwiceAddsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(t, d)
		rows := "s1,a,110101001001,110101001001,1950,f,2024-03-05,culture,onsite,90,\n" +
			"s1,,,110101001001,,,2024-03-05,culture,onsite,90,12\n" +
			"s2,a,110102001001,110101001001,,,2024-03-06,skills,online,45,\n" +
			"s1,a,110101001001,110101001001,1950,f,2024-03-05,culture,onsite,90,\n" // twice in the file
		r := mustLoad(t, s, rows)
		if r.Recorded != 3 || r.Already != 1 || r.Persons != 1 || r.Sessions != 2 || r.Warned != 0 {
			t.Errorf("first: %+v", r)
		}
		was := dump(t, d)
		batches := count(t, d, "SELECT count(*) FROM batch")
		if r = mustLoad(t, s, rows); r.Recorded != 0 || r.Already != 4 || r.Persons != 0 || r.Sessions != 0 || r.Warned != 0 {
			t.Errorf("again: %+v", r)
		}
		if diff := cmp.Diff(was, dump(t, d)); diff != "" || count(t, d, "SELECT count(*) FROM batch") != batches {
			t.Errorf("the ledger changed:\n%s", diff)
		}
		if n := count(t, d, "SELECT count(*) FROM audit_entry WHERE verb = 'ledger:import'"); n != 2 {
			t.Errorf("%d entries in the trail, want 2", n)
		}
	})
}

func TestImportNeverResurrects(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(t, d)
		row := "s1,a,110101001001,110101001001,1950,f,2024-03-05,culture,onsite,90,\n"
		mustLoad(t, s, row)
		id := count(t, d, "SELECT id FROM attendance")
		if n, err := s.ReverseRows(t.Context(), []int64{id}, "误录"); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if r := mustLoad(t, s, row); r.Recorded != 0 || r.Already != 1 {
			t.Errorf("after the reversal: %+v", r)
		}
	})
}

func TestImportWarns(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(t, d)
		mustLoad(t, s, "s1,a,110101001001,110101001001,1950,,2024-03-05,culture,onsite,90,\n")
		changed := "s1,a,110101001001,110101001001,1999,m,2024-03-05,culture,onsite,60,\n" + // recorded before: nothing of it counts
			"s2,a,110101001001,110101001001,1951,f,2024-03-06,culture,onsite,90,\n" +
			"s3,a,110101001001,110101001001,,,2024-03-07,culture,onsite,90,\n" +
			"s4,a,110101001001,110101001001,1952,f,2024-03-08,culture,onsite,90,\n" +
			"s4,a,110102001001,110101001001,1953,f,2024-03-08,culture,onsite,90,\n"
		want := []string{"2 minutes 60 ledger.import.differs [Old 90]", "3 birth_year 1951 ledger.import.birth_year_changed [Old 1950]",
			"5 birth_year 1952 ledger.import.birth_year_changed [Old 1951]", "6 home 110102001001 ledger.import.differs [Old 110101001001]"}
		for _, dry := range []bool{true, false} {
			r, _ := load(t, s, []byte(header+changed), ledger.ImportOptions{DryRun: dry})
			var got []string
			for _, w := range r.Warnings {
				got = append(got, fmt.Sprintln(w.Line, w.Column, w.Value, w.Key, w.Args))
			}
			if diff := cmp.Diff(strings.Join(want, "\n")+"\n", strings.Join(got, "")); diff != "" || r.Warned != 4 || r.Already != 2 {
				t.Errorf("dry %v: %+v (-want +got):\n%s", dry, r, diff)
			}
		}
		if n := count(t, d, "SELECT birth_year FROM person_change ORDER BY id DESC LIMIT 1"); n != 1952 {
			t.Errorf("birth year %d, want 1952", n)
		}
		if n := count(t, d, "SELECT count(*) FROM person_change WHERE sex = 'f'"); n != 1 {
			t.Errorf("%d changes, want 1 of the whole chunk", n)
		}
		// A blank cell never takes away what is known.
		mustLoad(t, s, "s9,a,110101001001,110101001001,,,2024-03-09,culture,onsite,90,\n")
		if n := count(t, d, "SELECT count(*) FROM person_change"); n != 1 {
			t.Errorf("%d changes after a blank row, want 1", n)
		}
	})
}

func TestDryRunAndStrictWriteNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(t, d)
		good := "s1,a,110101001001,110101001001,1950,f,2024-03-05,culture,onsite,90,\n"
		bad := "s1,b,110101001001,110101001001,1950,f,2024-03-05,culture,onsite,0,\n"
		themes := int64(0)
		empty := func(what string) {
			t.Helper()
			if n := count(t, d, "SELECT (SELECT count(*) FROM attendance) + (SELECT count(*) FROM person) + (SELECT count(*) FROM session) + (SELECT count(*) FROM batch) + (SELECT count(*) FROM audit_entry) + (SELECT count(*) FROM theme)"); n != themes {
				t.Errorf("%s wrote %d rows", what, n)
			}
		}
		if _, err := d.Write.ExecContext(t.Context(), "DELETE FROM theme"); err != nil {
			t.Fatal(err)
		}
		r, rejected := load(t, s, []byte(header+good+bad), ledger.ImportOptions{DryRun: true})
		if empty("dry run"); !r.DryRun || r.Rows != 2 || r.Refused != 1 || rejected == "" {
			t.Errorf("dry run: %+v, %q", r, rejected)
		}
		if err := s.SyncThemes(t.Context()); err != nil {
			t.Fatal(err)
		}
		themes = 3
		r, rejected = load(t, s, []byte(header+good+bad), ledger.ImportOptions{Strict: true})
		if empty("strict"); !r.NothingDone || r.Recorded != 0 || r.Refused != 1 || rejected == "" {
			t.Errorf("strict: %+v, %q", r, rejected)
		}
		if r, rejected = load(t, s, []byte(header+good), ledger.ImportOptions{Strict: true}); r.NothingDone || r.Recorded != 1 || rejected != "" {
			t.Errorf("strict, all good: %+v, %q", r, rejected)
		}
	})
}

func TestRejectedFileCanBeImported(t *testing.T) {
	t.Parallel()
	s := newService(t, dbtest.SQLite(t))
	file := "note," + header + "=1+1,s1,a,110101001001,110101001001,1950,f,2024-03-05,culture,onsite,0,\n"
	_, rejected := load(t, s, []byte(file), ledger.ImportOptions{T: texts(t, "zh-CN")})
	if !strings.Contains(rejected, "'=1+1") || !strings.Contains(rejected, "2,minutes,0,请填 1 至 1440 的整数。") {
		t.Errorf("rejected file:\n%s", rejected)
	}
	r, again := load(t, s, []byte(strings.Replace(rejected, "onsite,0,", "onsite,90,", 1)), ledger.ImportOptions{})
	if r.Recorded != 1 || again != "" || len(r.Unknown) != 1 {
		t.Errorf("put right: %+v, %q", r, again)
	}
	_, again = load(t, s, []byte(strings.Replace(rejected, "culture", "none", 1)), ledger.ImportOptions{})
	if rows, _ := table(t, []byte(again)); len(rows) != 2 || len(rows[0]) != 4+12 {
		t.Errorf("refused again: %q", rows)
	}
}

func TestImportXLSX(t *testing.T) {
	t.Parallel()
	b, err := sheet.NewBook(sheet.Info{At: noon})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var cols []sheet.Col
	for _, c := range strings.Split(strings.TrimSpace(header), ",") {
		cols = append(cols, sheet.Col{Title: c})
	}
	cols[6].Format, cols[9].Format, cols[2].Format = sheet.Date, sheet.Integer, sheet.Integer
	sh, err := b.Sheet("三月", cols...)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		sh.Row("s1", "a", int64(110101001001), "110101001001", int64(1950), "f", noon.Truncate(24*3600e9), "culture", "onsite", int64(90), nil),
		sh.Row("s1", "b", "110101001001", "110101001001", "", "", "2024-03-05", "culture", "onsite", "0"), sh.Flush())
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := b.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	d := dbtest.SQLite(t)
	r, rejected := load(t, newService(t, d), file.Bytes(), ledger.ImportOptions{})
	if r.Recorded != 1 || r.Refused != 1 || !strings.Contains(rejected, "3,minutes,0") {
		t.Errorf("%+v\n%s", r, rejected)
	}
	if n := count(t, d, "SELECT day FROM attendance WHERE home_id = 4 AND minutes = 90"); n != 20240601 {
		t.Errorf("day %d", n)
	}
}

// Whatever the order of the rows, and however often they stand in the file,
// the ledger says the same.
func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var rows []string
		for i := range 60 {
			p := i % 17
			person, born, count := fmt.Sprint("p", p), fmt.Sprint(1940+p), ""
			if p == 0 {
				person, born, count = "", "", fmt.Sprint(1+i)
			}
			rows = append(rows, fmt.Sprintf("s%d,%s,110101001001,110102001001,%s,%s,2024-03-%02d,culture,onsite,%d,%s\n", i/4, person, born, "fm"[p%2:p%2+1], 1+i/4, 30+i, count))
		}
		s := newService(t, d)
		mustLoad(t, s, strings.Join(rows, ""))
		want := dump(t, d)
		rapid.Check(t, func(rt *rapid.T) {
			wipe(t, d)
			mixed := rapid.Permutation(rows).Draw(rt, "rows")
			cut := rapid.IntRange(0, len(rows)).Draw(rt, "cut")
			mustLoad(t, s, strings.Join(mixed[:cut], ""))
			mustLoad(t, s, strings.Join(mixed, "")+strings.Join(mixed[cut:], ""))
			if diff := cmp.Diff(want, dump(t, d)); diff != "" {
				rt.Fatalf("other ledger (-want +got):\n%s", diff)
			}
		})
	})
}

func wipe(t testing.TB, d *db.DB) {
	t.Helper()
	for _, table := range []string{"attendance", "reversal", "person_change", "person", "session", "batch"} {
		if _, err := d.Write.ExecContext(t.Context(), "DELETE FROM "+table); err != nil {
			t.Fatal(err)
		}
	}
}

// Two imports at once that name the same people and meetings.
func TestConcurrentImports(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(t, d)
		file := []byte(header)
		for i := range 2000 {
			file = fmt.Appendf(file, "s%d,p%d,110101001001,110101001001,1950,f,2024-03-05,culture,onsite,90,\n", i/20, i%300)
		}
		done := make(chan ledger.ImportReport)
		for range 3 {
			go func() {
				r, err := s.Import(t.Context(), ledger.ImportSource{R: bytes.NewReader(file)}, ledger.ImportOptions{})
				if err != nil {
					t.Error(err)
				}
				done <- r
			}()
		}
		var recorded, persons, sessions int64
		for range 3 {
			r := <-done
			recorded, persons, sessions = recorded+r.Recorded, persons+r.Persons, sessions+r.Sessions
		}
		if recorded != 2000 || persons != 300 || sessions != 100 || count(t, d, "SELECT count(*) FROM attendance") != 2000 {
			t.Errorf("recorded %d, %d persons, %d sessions", recorded, persons, sessions)
		}
	})
}

func FuzzImport(f *testing.F) {
	files, err := filepath.Glob("testdata/*.csv")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	s := newService(f, dbtest.SQLite(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		var rejected bytes.Buffer
		r, err := s.Import(t.Context(), ledger.ImportSource{R: bytes.NewReader(b)}, ledger.ImportOptions{DryRun: true, Rejected: &rejected, T: func(k string, _ ...any) string { return k }})
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatal(err)
			}
			return
		}
		if r.Refused > r.Rows || (r.Refused > 0) != (rejected.Len() > 0) {
			t.Fatalf("%+v with %d bytes rejected", r, rejected.Len())
		}
		if r.Refused == 0 {
			return
		}
		if rows, _ := table(t, rejected.Bytes()); int64(len(rows)) != r.Refused+1 {
			t.Fatalf("%d rows refused, %d lines written:\n%s", r.Refused, len(rows)-1, rejected.String())
		}
	})
}
