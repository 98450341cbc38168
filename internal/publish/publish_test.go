package publish_test

import (
	"context"
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/release/proof"
)

// world is a city that publishes, with a clock that a test moves.
type world struct {
	*publish.Service
	now time.Time
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{now: time.Date(2025, 3, 1, 2, 0, 0, 0, time.UTC)}
	w.Service = publish.New(publish.Deps{DB: d, Now: func() time.Time { return w.now },
		Key: func(nr int64) (ed25519.PrivateKey, error) {
			return ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune('a'+nr)), 32))), nil
		},
		Deliver: func(_ context.Context, r *release.Release) (map[string][]byte, error) {
			return map[string][]byte{"report.txt": []byte(r.Version + " " + r.Signoffs[len(r.Signoffs)-1].Role)}, nil
		},
		Post: func(a account.Actor) pack.Text { return pack.Text{"zh-CN": "岗位" + a.ID, "en": "post " + a.ID} }})
	if _, err := w.NewKey(as("system")); err != nil {
		t.Fatal(err)
	}
	return w
}

// as is the context of somebody with a role.
func as(id string) context.Context {
	roles := map[string]string{"preparer": account.RoleCity, "approver": account.RoleLeading, "early": account.RoleDistrict}
	ctx := audit.With(context.Background(), audit.Who{Actor: id})
	if roles[id] == "" {
		return ctx
	}
	return account.With(ctx, account.Actor{ID: id, Grants: []account.Grant{{Role: roles[id]}}})
}

func text(zh, en string) release.Text { return release.Text{"zh-CN": zh, "en": en} }

func draft(value string) *release.Release {
	return &release.Release{Series: "yearly", Area: "1", Period: "2024", Stage: release.Final, Title: text("监测报告", "Report"), Languages: []string{"zh-CN", "en"},
		Areas: []release.Area{{Code: "1", Level: "city", Name: text("示例市", "Sample")}}, Measures: []release.Definition{{Code: "D01", Version: 1}},
		Cells: []release.Cell{{Code: "D01", Area: "1", Period: "2024", State: "value", Value: value}}}
}

func (w *world) freeze(t testing.TB, r *release.Release) publish.Edition {
	t.Helper()
	e, err := w.Freeze(as("preparer"), r)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (w *world) approve(t testing.TB, e publish.Edition, public time.Time) {
	t.Helper()
	if err := w.Approve(as("approver"), e.ID, e.Digest, public); err != nil {
		t.Fatal(err)
	}
}

func want(t testing.TB, err error, k errs.Kind, what string) {
	t.Helper()
	if errs.KindOf(err) != k || err == nil {
		t.Errorf("%s: %v", what, err)
	}
}

// P1.8: one freezes, another approves; until the embargo ends only those on the
// list read it; then everybody, and the sealed file verifies.
func TestPublish(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		_, err := w.Freeze(as("approver"), draft("22.3"))
		want(t, err, errs.Forbidden, "frozen without the right")
		e := w.freeze(t, draft("22.3"))
		_, err = w.Freeze(as("preparer"), draft("9"))
		want(t, err, errs.Conflict, "two wait")
		want(t, w.Approve(as("preparer"), e.ID, e.Digest, w.now), errs.Forbidden, "approved without the right")
		want(t, w.Approve(as("approver"), e.ID, "other", w.now), errs.Conflict, "approved something else")
		_, err = w.Sealed(as("preparer"), e.ID)
		want(t, err, errs.Conflict, "sealed before it is approved")
		w.now = w.now.Add(time.Hour)
		embargo := w.now.AddDate(0, 0, 3)
		w.approve(t, e, embargo)
		want(t, w.Approve(as("approver"), e.ID, e.Digest, w.now), errs.Conflict, "approved twice")
		w.early(t, e.ID)

		w.now = embargo
		for _, who := range []string{"", "early", "preparer"} {
			got, err := w.Find(as(who), "yearly", "1", "2024", "")
			if err != nil || !got.Public || got.Version != "1.0.0" {
				t.Errorf("%q: %+v, %v", who, got, err)
			}
		}
		want(t, w.Embargo(as("approver"), e.ID, w.now.AddDate(0, 0, 1), "later"), errs.Conflict, "embargo after it")
		sealed, err := w.Sealed(as(""), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := w.Keys(as(""))
		if err != nil {
			t.Fatal(err)
		}
		if r := proof.Verify(sealed, keys); !r.Agrees() || r.Trust != proof.Trusted || r.Files != 3 || len(r.Release.Signoffs) != 2 {
			t.Errorf("%+v", r)
		}
		if events, err := w.Events(as(""), e.ID); err != nil || len(events) != 6 {
			t.Errorf("%+v %v", events, err)
		}
	})
}

// early walks the list of who may read a release before it is public.
func (w *world) early(t testing.TB, id string) {
	t.Helper()
	_, err := w.Edition(as("early"), id)
	want(t, err, errs.NotFound, "read before the list")
	want(t, w.AddReader(as("preparer"), id, publish.Reader{AccountID: "early", Post: "甲区", Reason: "核对"}), errs.Forbidden, "listed without the right")
	want(t, w.AddReader(as("approver"), id, publish.Reader{AccountID: "early", Post: "甲区"}), errs.Invalid, "listed without a reason")
	add := publish.Reader{AccountID: "early", Post: "甲区教委", Reason: "核对本区数据"}
	if err := w.AddReader(as("approver"), id, add); err != nil {
		t.Fatal(err)
	}
	want(t, w.AddReader(as("approver"), id, add), errs.Conflict, "listed twice")
	if e, err := w.Edition(as("early"), id); err != nil || !e.ReadEarly || e.Public {
		t.Errorf("early: %+v, %v", e, err)
	}
	if _, err := w.Find(as(""), "yearly", "1", "2024", ""); errs.KindOf(err) != errs.NotFound {
		t.Errorf("found by the public: %v", err)
	}
	if err := w.Embargo(as("approver"), id, w.now.AddDate(0, 0, 3), "等新闻发布会"); err != nil {
		t.Fatal(err)
	}
	if err := w.RemoveReader(as("approver"), id, "early", "已核对"); err != nil {
		t.Fatal(err)
	}
	_, err = w.Edition(as("early"), id)
	want(t, err, errs.NotFound, "read after the list")
	if err := w.AddReader(as("approver"), id, add); err != nil {
		t.Fatal(err)
	}
}

// A revision is a new version with a public reason; what was published stays.
func TestRevision(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		one := w.freeze(t, draft("22.3"))
		w.approve(t, one, w.now)
		w.now = w.now.AddDate(0, 1, 0)
		_, err := w.Freeze(as("preparer"), draft("23.1"))
		want(t, err, errs.Invalid, "revised without a reason")
		same := draft("22.3")
		same.Reason = text("重新核对", "Checked again")
		_, err = w.Freeze(as("preparer"), same)
		want(t, err, errs.Conflict, "nothing changed")
		next := draft("23.1")
		next.Reason = text("甲区补报", "District A reported late")
		two := w.freeze(t, next)
		if two.Version != "1.0.1" || two.Stage != release.Revised || two.Supersedes != one.ID {
			t.Errorf("%+v", two)
		}
		if err := w.Reject(as("approver"), two.ID, "再核一遍"); err != nil {
			t.Fatal(err)
		}
		next = draft("23.2")
		next.Reason = text("甲区补报", "District A reported late")
		two = w.freeze(t, next)
		w.approve(t, two, w.now)
		first, err := w.Find(as(""), "yearly", "1", "2024", "1.0.0")
		if err != nil || !first.Public {
			t.Errorf("the first is gone: %+v, %v", first, err)
		}
		list, err := w.Series(as(""), "yearly", "1")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range release.Vintages(list, release.Key{Code: "D01", Area: "1", Period: "2024"}) {
			got = append(got, v.Version+" "+v.Cell.Value)
		}
		if s := strings.Join(got, ", "); s != "1.0.0 22.3, 1.0.1 23.2" {
			t.Errorf("vintages %s", s)
		}
	})
}

// A changed key signs from then on; what a revoked one signed later is not the
// city's.
func TestKeys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		one := w.freeze(t, draft("1"))
		w.approve(t, one, w.now)
		w.now = w.now.AddDate(0, 0, 1)
		second, err := w.NewKey(as("system"))
		if err != nil {
			t.Fatal(err)
		}
		later := draft("2")
		later.Reason = text("补报", "Late")
		two := w.freeze(t, later)
		w.approve(t, two, w.now)
		w.now = w.now.AddDate(0, 0, 1)
		if err := w.RevokeKey(as("system"), second, "演练"); err != nil {
			t.Fatal(err)
		}
		want(t, w.RevokeKey(as("system"), second, "演练"), errs.NotFound, "revoked twice")
		keys, err := w.Keys(as(""))
		if err != nil || len(keys) != 2 || keys[0].Until == "" || keys[1].Revoked == "" {
			t.Fatalf("%+v, %v", keys, err)
		}
		for _, id := range []string{one.ID, two.ID} {
			sealed, err := w.Sealed(as(""), id)
			if err != nil {
				t.Fatal(err)
			}
			if r := proof.Verify(sealed, keys); r.Trust != proof.Trusted {
				t.Errorf("%s: %s %v", r.Key, r.Trust, r.Findings)
			}
		}
		third := draft("3")
		third.Reason = text("补报", "Late")
		e := w.freeze(t, third)
		want(t, w.Approve(as("approver"), e.ID, e.Digest, w.now), errs.Conflict, "approved without a key")
	})
}

// What is in the database cannot be changed unseen.
func TestSpoilt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		e := w.freeze(t, draft("22.3"))
		if _, err := d.Write.ExecContext(t.Context(), `UPDATE release SET frozen = $1 WHERE id = $2`, []byte(`{}`), e.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Release(as("preparer"), e.ID); err == nil || !strings.Contains(err.Error(), "changed") {
			t.Error(err)
		}
	})
}

// P1.8: what was public on a day is what was public on that day: not what came
// later, not what was under embargo, and nothing that a back-dated embargo claims.
func TestPublic(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		first := w.now
		w.approve(t, w.freeze(t, draft("22.3")), first.AddDate(-5, 0, 0))
		w.now = w.now.AddDate(0, 1, 0)
		r := draft("21.9")
		r.Reason = text("更正", "Corrected")
		second := w.now.AddDate(0, 0, 5)
		w.approve(t, w.freeze(t, r), second)
		at := func(who string, at time.Time) string {
			e, err := w.Public(as(who), "yearly", "1", "2024", at)
			if err != nil {
				want(t, err, errs.NotFound, "Public")
			}
			return e.Version
		}
		for _, who := range []string{"", "preparer"} {
			if got := at(who, second); got != "1.0.0" {
				t.Errorf("%q sees %s, which is under embargo", who, got)
			}
		}
		w.now = second.AddDate(1, 0, 0)
		for _, tt := range []struct {
			at   time.Time
			want string
		}{{first.AddDate(-1, 0, 0), ""}, {first.Add(-time.Second), ""}, {first, "1.0.0"}, {second.Add(-time.Second), "1.0.0"}, {second, "1.0.1"}, {w.now, "1.0.1"}, {w.now.AddDate(9, 0, 0), "1.0.1"}} {
			if got := at("", tt.at); got != tt.want {
				t.Errorf("public at %v: %q, want %q", tt.at, got, tt.want)
			}
		}
		if _, err := w.Public(as(""), "yearly", "1", "2023", w.now); errs.KindOf(err) != errs.NotFound {
			t.Error(err)
		}
	})
}
