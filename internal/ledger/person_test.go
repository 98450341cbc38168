package ledger_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
)

func TestPerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newService(t, d), t.Context()
		in := ledger.NewPerson{Key: "110101195003071234", Name: "王秀英", Phone: "+86 138-0000-1234", BirthYear: 1950, Sex: "f", Consent: "2024-03-01 窗口"}
		id := addPerson(t, s, in)
		if again := addPerson(t, s, in); again != id {
			t.Errorf("the same key gave %d and %d", id, again)
		}
		child := addPerson(t, s, ledger.NewPerson{Name: "王小明", Phone: "13800001234", HomeID: east})
		nameless := addPerson(t, s, ledger.NewPerson{})

		got, err := s.FindByPhone(ctx, "138 0000 1234", "签到")
		want := []ledger.Contact{{PersonID: id, HomeID: west, Name: "王秀英", Phone: "+86 138-0000-1234", Consent: "2024-03-01 窗口"},
			{PersonID: child, HomeID: east, Name: "王小明", Phone: "13800001234"}}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("FindByPhone: %v (-want +got):\n%s", err, diff)
		}
		names, err := s.Names(ctx, []int64{id, child, nameless, 999}, "点名册")
		if diff := cmp.Diff(map[int64]string{id: "王秀英", child: "王小明", nameless: ""}, names); err != nil || diff != "" {
			t.Errorf("Names: %v (-want +got):\n%s", err, diff)
		}
		if n := count(t, d, `SELECT count(*) FROM audit_entry WHERE verb = 'person:names' AND reason = '点名册' AND detail = '{"count":3}'`); n != 1 {
			t.Errorf("%d reads in the trail, want 1", n)
		}
		homes, err := s.Homes(ctx, []int64{id, child})
		if diff := cmp.Diff(map[int64]int64{id: west, child: east}, homes); err != nil || diff != "" {
			t.Errorf("Homes: %v\n%s", err, diff)
		}
		nothingInClear(t, d, "王秀英", "13800001234", "110101195003071234")
	})
}

// nothingInClear looks for personal data in every text that is stored of people.
func nothingInClear(t *testing.T, d *db.DB, secrets ...string) {
	t.Helper()
	for _, query := range []string{"SELECT pseudonym FROM person", "SELECT sealed FROM person_contact", "SELECT phone_tag FROM person_contact",
		"SELECT detail FROM audit_entry", "SELECT object FROM audit_entry"} {
		rows, err := d.Read.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			for _, s := range secrets {
				if strings.Contains(text, s) {
					t.Errorf("%s holds %s in clear", query, s)
				}
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		rows.Close()
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newService(t, d), t.Context()
		id := addPerson(t, s, ledger.NewPerson{Key: "k", Name: "王秀英", Phone: "13800001234", BirthYear: 1950, Consent: "窗口"})
		if _, err := s.Record(ctx, []ledger.Entry{entry("m1", id), entry("m2", id)}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Reverse(ctx, []ledger.Pair{{SessionKey: "m1", PersonID: id}}, "点错"); err != nil {
			t.Fatal(err)
		}
		if err := s.CorrectPerson(ctx, id, 1951, "f", "本人更正"); err != nil {
			t.Fatal(err)
		}
		if err := s.SetContact(ctx, ledger.Contact{PersonID: id, HomeID: east, Name: "王秀英", Phone: "13900001111", Consent: "窗口"}, "搬家"); err != nil {
			t.Fatal(err)
		}
		got, err := s.Export(ctx, id, "本人查询")
		if err != nil {
			t.Fatal(err)
		}
		if got.BirthYear != 1951 || got.Sex != "f" || got.Phone != "13900001111" || got.Home != "110102001001" || len(got.Changes) != 1 {
			t.Errorf("Export = %+v", got)
		}
		if a := got.Attendances; len(a) != 2 || a[0].Reversed != "点错" || a[1].Reversed != "" || a[1].Session != "m2" || a[1].Day != "2024-03-05" ||
			a[1].Home != "110101001001" || a[1].Theme != "culture" || !a[1].RecordedAt.Equal(noon) {
			t.Errorf("Attendances = %+v", a)
		}
		if found, err := s.FindByPhone(ctx, "13800001234", "签到"); err != nil || len(found) != 0 {
			t.Errorf("found by the old number: %v, %v", found, err)
		}

		if err := s.EraseContact(ctx, id, "本人要求"); err != nil {
			t.Fatal(err)
		}
		if err := s.EraseContact(ctx, id, "本人要求"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("erased twice: %v", err)
		}
		if got, err = s.Export(ctx, id, "核对"); err != nil || got.Name != "" || got.Phone != "" || got.Consent != "" || len(got.Attendances) != 2 {
			t.Errorf("after erasure: %+v, %v", got, err)
		}
		for name, err := range map[string]error{
			"no reason":  s.EraseContact(ctx, id, ""),
			"no reason2": s.CorrectPerson(ctx, id, 1950, "f", "x"),
			"bad year":   s.CorrectPerson(ctx, id, 1850, "f", "更正"),
			"bad sex":    s.CorrectPerson(ctx, id, 1950, "x", "更正"),
		} {
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.Export(ctx, 999, "核对"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("nobody: %v", err)
		}
	})
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"王秀英": "王**", "欧阳修": "欧**", "Ann Lee": "A**", " ": ""} {
		if got := ledger.MaskName(in); got != want {
			t.Errorf("MaskName(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"13812341234": "138****1234", "+86 138 1234 1234": "138****1234", "6512345": "****45", "": ""} {
		if got := ledger.MaskPhone(in); got != want {
			t.Errorf("MaskPhone(%q) = %q, want %q", in, got, want)
		}
	}
}

// A sealed contact that is moved to another person does not open.
func TestSealIsBound(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	s := newService(t, d)
	a, b := addPerson(t, s, ledger.NewPerson{Name: "甲某"}), addPerson(t, s, ledger.NewPerson{Name: "乙某"})
	if _, err := d.Write.ExecContext(t.Context(), "UPDATE person_contact SET sealed = (SELECT sealed FROM person_contact WHERE person_id = $1) WHERE person_id = $2", a, b); err != nil {
		t.Fatal(err)
	}
	if names, err := s.Names(t.Context(), []int64{b}, "test"); err == nil {
		t.Errorf("opened as %v", names)
	}
}
