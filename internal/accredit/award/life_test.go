package award_test

import (
	"context"
	"slices"
	"testing"

	"xuedu/internal/account"
	"xuedu/internal/accredit/award"
	"xuedu/internal/accredit/award/awardtest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

// desk is somebody who acts for an award of the first district.
type desk struct{ city, leading, holder, other context.Context }

func desks(t *testing.T) desk {
	return desk{city: awardtest.As(t.Context(), account.RoleCity, 0), leading: awardtest.As(t.Context(), account.RoleLeading, 0),
		holder: awardtest.As(t.Context(), account.RoleDistrict, awardtest.District), other: awardtest.As(t.Context(), account.RoleDistrict, awardtest.District2)}
}

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func refused(t *testing.T, what string, err error, kind errs.Kind) {
	t.Helper()
	if errs.KindOf(err) != kind {
		t.Errorf("%s: %v, want kind %d", what, err, kind)
	}
}

func now(t *testing.T, w *awardtest.World, id string) award.Award {
	t.Helper()
	a, err := w.Get(t.Context(), id)
	must(t, "get", err)
	return a
}

// P1.7: who loses an award is heard for all of the working days there are, and
// may appeal; fraud keeps them from applying; nothing vanishes.
func TestRevocation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, by := awardtest.New(t, d), desks(t)
		w.To("2026-03-02") // a Monday
		a := w.Granted(t, awardtest.District)[0]
		w.To("2026-06-01") // a Monday
		refused(t, "a district proposes", w.Move(by.other, a.ID, "propose_revocation", award.In{Reason: "x", Cause: award.CauseFraud}), errs.Forbidden)
		refused(t, "without a cause", w.Move(by.city, a.ID, "propose_revocation", award.In{Reason: "x"}), errs.Invalid)
		refused(t, "without a reason", w.Move(by.city, a.ID, "propose_revocation", award.In{Cause: award.CauseFraud}), errs.Invalid)
		must(t, "propose", w.Move(by.city, a.ID, "propose_revocation", award.In{Reason: "数据造假", Cause: award.CauseFraud}))
		if got := now(t, w, a.ID); got.Due != "2026-06-15" || got.Desk != "holder" { // ten working days
			t.Errorf("heard until %s at the desk of %s", got.Due, got.Desk)
		}
		w.To("2026-06-15")
		refused(t, "revoked on the last day to be heard", w.Move(by.leading, a.ID, "revoke", award.In{Reason: "x"}), errs.Conflict)
		refused(t, "a stranger speaks", w.Record(by.other, a.ID, award.RecordStatement, "x"), errs.Forbidden)
		must(t, "ask for a hearing", w.Record(by.holder, a.ID, award.RecordHearingAsked, "请求听证"))
		w.To("2026-06-16")
		refused(t, "revoked without the hearing", w.Move(by.leading, a.ID, "revoke", award.In{Reason: "x"}), errs.Conflict)
		must(t, "hear", w.Record(by.city, a.ID, award.RecordHearing, "听证笔录"))
		must(t, "revoke", w.Move(by.leading, a.ID, "revoke", award.In{Reason: "经听证，数据造假属实。"}))
		if got := progress(t, w, awardtest.City); got != "0" {
			t.Errorf("after the revocation the target counts %s", got)
		}
		if !slices.Equal(w.Bars, []string{" 2 2026-06-16 2029-06-16"}) {
			t.Errorf("bars %v", w.Bars)
		}
		n, err := w.InForce(t.Context(), awardtest.Programme, "2026-06-15")
		if err != nil || n != 1 {
			t.Errorf("the day before, %d were in force (%v)", n, err)
		}
		refused(t, "restored without an appeal", w.Move(by.leading, a.ID, "restore", award.In{Reason: "x"}), errs.Conflict)
		must(t, "appeal", w.Record(by.holder, a.ID, award.RecordAppeal, "申诉"))
		w.To("2026-12-01")
		_, err = w.Tick(t.Context())
		must(t, "tick", err)
		if got := now(t, w, a.ID); got.State != "revoked" {
			t.Errorf("an open appeal ended as %s", got.State)
		}
		must(t, "restore", w.Move(by.leading, a.ID, "restore", award.In{Reason: "申诉成立"}))
		if got := now(t, w, a.ID); !got.Holds("2026-12-01") || got.To != "2029-03-02" || len(w.Bars) != 0 {
			t.Errorf("restored: %+v, bars %v", got, w.Bars)
		}
		list, err := w.Events(t.Context(), a.ID)
		if err != nil || len(list) != 4 || list[2].Move != "revoke" || list[2].Reason == "" {
			t.Errorf("history %+v, %v", list, err)
		}
	})
}

func TestAppealOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, by := awardtest.New(t, d), desks(t)
		w.To("2026-03-02")
		a := w.Granted(t, awardtest.District)[0]
		must(t, "propose", w.Move(by.city, a.ID, "propose_revocation", award.In{Reason: "不再达标", Cause: award.CauseStandard}))
		must(t, "waive", w.Record(by.holder, a.ID, award.RecordWaiver, "放弃听证"))
		must(t, "revoke", w.Move(by.leading, a.ID, "revoke", award.In{Reason: "不再达标"}))
		due := now(t, w, a.ID).Due
		w.To(due)
		_, err := w.Tick(t.Context())
		must(t, "tick", err)
		if got := now(t, w, a.ID); got.State != "revoked" {
			t.Errorf("on the last day to appeal: %s", got.State)
		}
		w.Clock = w.Clock.AddDate(0, 0, 1)
		refused(t, "an appeal too late", w.Record(by.holder, a.ID, award.RecordAppeal, "x"), errs.Conflict)
		_, err = w.Tick(t.Context())
		must(t, "tick", err)
		if got := now(t, w, a.ID); got.State != "ended" || !got.Final || len(w.Bars) != 0 {
			t.Errorf("after it: %+v, bars %v", got, w.Bars)
		}
	})
}

// P1.7: half a year before its term an award is re-evaluated; who is excellent
// is carried on once, who fails twice is to be revoked.
func TestReevaluation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, by := awardtest.New(t, d), desks(t)
		w.To("2026-03-02")
		list := w.Granted(t, awardtest.District, awardtest.District2)
		a, b := list[0], list[1]
		w.To("2028-09-01")
		refused(t, "too early", w.Move(by.city, a.ID, "reevaluate", award.In{}), errs.Conflict)
		w.To("2028-09-02")
		due, err := w.DueAgain(by.city, awardtest.Programme)
		if err != nil || len(due) != 2 {
			t.Fatalf("due: %v, %v", due, err)
		}
		for _, x := range list {
			must(t, "reevaluate", w.Move(by.city, x.ID, "reevaluate", award.In{}))
		}
		refused(t, "renewed without a score", w.Move(by.city, a.ID, "renew", award.In{}), errs.Conflict)
		must(t, "score", w.Score(by.city, a.ID, "90.00"))
		must(t, "score", w.Score(by.city, b.ID, "59.99"))
		must(t, "renew", w.Move(by.city, a.ID, "renew", award.In{}))
		refused(t, "renewed below the bound", w.Move(by.city, b.ID, "renew", award.In{}), errs.Conflict)
		must(t, "defer", w.Move(by.city, b.ID, "defer", award.In{Reason: "得分不足"}))
		if got := now(t, w, a.ID); got.To != "2032-03-02" || !got.Exempt {
			t.Errorf("renewed: %+v", got)
		}
		must(t, "again", w.Move(by.city, b.ID, "reevaluate", award.In{}))
		refused(t, "deferred on the score of the time before", w.Move(by.city, b.ID, "defer", award.In{Reason: "x"}), errs.Conflict)
		must(t, "score again", w.Score(by.city, b.ID, "40"))
		refused(t, "deferred twice", w.Move(by.city, b.ID, "defer", award.In{Reason: "x"}), errs.Conflict)
		must(t, "propose", w.Move(by.city, b.ID, "propose_revocation", award.In{Reason: "两次复评未通过", Cause: award.CauseStandard}))
		w.To("2031-09-02")
		_, err = w.Tick(t.Context())
		must(t, "tick", err)
		if got := now(t, w, a.ID); got.To != "2035-03-02" || got.Exempt {
			t.Errorf("carried on: %+v", got)
		}
	})
}

func TestLapse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, by := awardtest.New(t, d), desks(t)
		w.To("2024-02-29")
		list := w.Granted(t, awardtest.District, awardtest.District2)
		must(t, "leave", w.Move(by.other, list[1].ID, "leave", award.In{Reason: "机构调整"}))
		for _, x := range []struct{ day, want string }{{"2027-02-28", "active"}, {"2027-03-01", "lapsed"}} {
			w.To(x.day)
			_, err := w.Tick(t.Context())
			must(t, "tick", err)
			if got := now(t, w, list[0].ID); got.State != x.want {
				t.Errorf("on %s: %s, want %s", x.day, got.State, x.want)
			}
		}
		if got := now(t, w, list[1].ID); got.State != "withdrawn" || got.Holds("2024-02-29") {
			t.Errorf("left: %+v", got)
		}
	})
}

// P1.7: the yearly check asks for exceptions only, and warns by itself.
func TestCheck(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, by := awardtest.New(t, d), desks(t)
		w.To("2026-03-02")
		list := w.Granted(t, awardtest.District, awardtest.District2)
		w.Reds["D01 3"], w.Reds["B04 3"] = true, true
		w.To("2027-02-26")
		n, err := w.Tick(t.Context())
		if err != nil || n != (award.Ticked{}) {
			t.Fatalf("the month before: %+v, %v", n, err)
		}
		w.To("2027-03-01")
		if n, err = w.Tick(t.Context()); err != nil || n != (award.Ticked{Checks: 2, Moves: 1}) {
			t.Fatalf("%+v, %v", n, err)
		}
		if n, err = w.Tick(t.Context()); err != nil || n != (award.Ticked{}) {
			t.Errorf("again: %+v, %v", n, err)
		}
		calm, err := w.Checks(by.holder, list[0])
		must(t, "checks", err)
		refused(t, "answered by a stranger", w.Unchanged(by.other, calm[0].ID), errs.Forbidden)
		must(t, "nothing has changed", w.Unchanged(by.holder, calm[0].ID))
		red, err := w.Checks(by.other, list[1])
		must(t, "checks", err)
		if red[0].Reds() != 2 || red[0].Due != "2027-03-22" || now(t, w, list[1].ID).State != "warned" {
			t.Errorf("red: %+v", red[0])
		}
		refused(t, "nothing has changed, but for what was found", w.Unchanged(by.other, red[0].ID), errs.Conflict)
		refused(t, "half an answer", w.Answer(by.other, red[0].ID, []string{"x", " "}), errs.Invalid)
		must(t, "answer", w.Answer(by.other, red[0].ID, []string{"已补报", "已整改"}))
		must(t, "back", w.ReturnCheck(by.city, red[0].ID, "请附数据来源"))
		must(t, "answer again", w.Answer(by.other, red[0].ID, []string{"已补报，见季报", "已整改"}))
		must(t, "accept", w.Accept(by.city, red[0].ID, ""))
		must(t, "lift", w.Move(by.city, list[1].ID, "lift", award.In{Reason: "说明属实"}))
		if n, err = w.Tick(t.Context()); err != nil || n != (award.Ticked{}) {
			t.Errorf("a lifted warning came back: %+v, %v", n, err)
		}
	})
}
