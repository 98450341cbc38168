package activity_test

import (
	"strings"
	"testing"

	"xuedu/internal/activity"
	"xuedu/internal/activity/activitytest"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

const head = "机构代码,title,form,theme,tags,class,teacher,capacity,mode,first_day,weekdays,starts,minutes,count,area,room\n"

func table(t testing.TB, text string) *sheet.Table {
	t.Helper()
	tb, err := sheet.NewBytes([]byte(text))
	if err != nil {
		t.Skip(err) // of the fuzzer: no table at all
	}
	return tb
}

var options = activity.ImportOptions{Labels: map[string]string{"机构代码": "org"},
	Codes: map[string]string{"课程": "course", "周二": "2", "周四": "4", "线下": activity.Onsite, "中skills": "skills"}}

func TestImport(t *testing.T) {
	each(t, func(t *testing.T, w *activitytest.World) {
		good := "C-o1,书法,课程,中skills,health、culture,一班,t1,20,线下,2026/9/1,周二、周四,9:00,90,4,二里庄社区,2 室\n" +
			"C-o1,书法,course,skills,,二班,,20,,2026-09-02,,09:30,60,2,110108001002,\n"
		bad := "C-o2,书法,course,skills,,三班,,20,,2026-09-02,,09:30,60,2,110108001002,\n" +
			"nope,书法,course,skills,,三班,,20,,2026-09-02,,09:30,60,2,110108001002,\n" +
			"C-o1,书法,course,x,,三班,,20,,2026-09-02,,09:30,60,2,110108001002,\n" +
			"C-o1,书法,course,skills,,三班,t2,20,,2026-09-02,,09:30,60,2,110108001002,\n" +
			"C-o1,书法,course,skills,,三班,,many,,2026-09-02,,09:30,60,2,110108001002,\n" +
			"C-o1,书法,course,skills,,三班,,20,,2026-13-02,,09:30,60,2,110108001002,\n" +
			"C-o1,书法,course,skills,,三班,,20,,2026-09-02,9,09:30,60,2,110108001002,\n" +
			"C-o1,书法,course,skills,,三班,,20,,2026-09-02,,25:00,60,2,110108001002,\n" +
			"C-o1,书法,course,skills,,三班,,20,,2026-09-02,,09:30,60,999,110108001002,\n" +
			"C-o1,书法,course,skills,,三班,,20,,2026-09-02,,09:30,60,2,火星,\n" +
			"C-o1,书法,course,skills,,一班,,20,,2026-09-02,,09:30,60,2,110108001002,\n"
		columns := []string{"org", "org", "theme", "teacher", "capacity", "first_day", "weekdays", "starts", "count", "area", "class"}
		ctx := w.As(activitytest.Staff)

		dry := options
		dry.DryRun = true
		r, err := w.Activity.Import(ctx, table(t, head+good+bad), dry)
		if err != nil || r.Written || r.Classes != 2 || r.Activities != 1 || r.Meetings != 6 || len(r.Rejects) != len(columns) {
			t.Fatalf("dry run = %+v, %v", r, err)
		}
		for i, x := range r.Rejects {
			if x.Column != columns[i] || x.Line != i+4 || x.Err.Kind != errs.Invalid {
				t.Errorf("refused %d = line %d, column %s, %v; want line %d, column %s", i, x.Line, x.Column, x.Err, i+4, columns[i])
			}
		}
		strict := options
		strict.Strict = true
		if r, err = w.Activity.Import(ctx, table(t, head+good+bad), strict); err != nil || r.Written || w.Int("SELECT count(*) FROM class") != 0 {
			t.Errorf("strict with refusals = %+v, %v; want nothing written", r, err)
		}
		if r, err = w.Activity.Import(ctx, table(t, head+good+bad), options); err != nil || !r.Written || r.Classes != 2 {
			t.Errorf("import = %+v, %v", r, err)
		}
		if r, err = w.Activity.Import(ctx, table(t, head+good), options); err != nil || r.Written || len(r.Rejects) != 2 {
			t.Errorf("again = %+v, %v; want both refused", r, err)
		}
		if a, m := w.Int("SELECT count(*) FROM activity"), w.Int("SELECT count(*) FROM meeting"); a != 1 || m != 6 {
			t.Errorf("%d activities, %d meetings; want 1, 6", a, m)
		}
		_, err = w.Activity.Import(ctx, table(t, "title\nx\n"), options)
		wantKind(t, "no columns", err, errs.Invalid, "file")
	})
}

func FuzzImport(f *testing.F) {
	f.Add(head + "C-o1,书法,course,skills,,一班,,20,,2026-09-01,2,09:00,90,4,110108001001,\n")
	f.Add(head + "C-o1,书法,course,skills,x,一班,t1,0,线下,2026年9月1日,周二,9：00,0,-1,二里庄,\"\n")
	f.Add("org\ttitle\tform\ttheme\tclass\tcapacity\tfirst_day\tstarts\tminutes\tcount\tarea\n\t\t\t\t\t\t\t\t\t\t\n")
	w := activitytest.New(f, dbtest.SQLite(f))
	dry := options
	dry.DryRun = true
	ctx := w.As(activitytest.Staff)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, "\n") > 50 {
			return
		}
		tb := table(t, text)
		r, err := w.Activity.Import(ctx, tb, dry)
		if err != nil && errs.KindOf(err) == errs.Internal {
			t.Fatal(err)
		}
		if err == nil && r.Classes+len(r.Rejects) != r.Rows {
			t.Errorf("%d rows make %d classes and %d refusals", r.Rows, r.Classes, len(r.Rejects))
		}
	})
}

func TestDaysAndTimes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"2026/9/1": "2026-09-01", "2026年9月1日": "2026-09-01", "2026-09-01 00:00:00": "2026-09-01", "x": "x"} {
		if got := activity.ISODay(in); got != want {
			t.Errorf("ISODay(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"9:00": "09:00", "9：05": "09:05", "09:00:00": "09:00", "x": "x"} {
		if got := activity.ClockTime(in); got != want {
			t.Errorf("ClockTime(%q) = %q, want %q", in, got, want)
		}
	}
	s := activity.Slot{Starts: "23:30", Minutes: 90}
	if got := s.Ends(); got != "24:00" {
		t.Errorf("Ends = %s, want 24:00", got)
	}
}
