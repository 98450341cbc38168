package decide_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"xuedu/internal/account"
	"xuedu/internal/accredit/accredittest"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/accredit/score"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	if e, ok := errors.AsType[*errs.Error](err); !ok || e.Key != key {
		t.Errorf("error %v, want %s", err, key)
	}
}

// P1.7: from the scores to the award, and the sealed record computes the same.
func TestFromScoresToAwards(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := judged(t, d, "A", "B", "C", "D")
		w.deliberating()
		if got := w.state("app-4"); got != "not_shortlisted" {
			t.Errorf("the last of four for two places (shortlist 120 per cent) is %s", got)
		}
		wantKey(t, w.MoveCall(w.office(), w.call.ID, "propose", ""), "decide.meeting_missing")
		w.met("app-1", "app-2")
		w.Move(w.call.ID, "propose")
		w.Move(w.call.ID, "notice")
		record, digest, err := w.s.Sealed(w.public(), w.call.ID)
		w.ok(err)
		r, err := score.ParseRecord("record.json", record)
		w.ok(err)
		if _, diffs, err := score.Replay(r); err != nil || len(diffs) > 0 || digest != score.Digest(record) {
			t.Errorf("replay: %v %v", diffs, err)
		}
		wantKey(t, w.MoveCall(w.office(), w.call.ID, "end_notice", ""), "decide.notice_runs")
		w.Day("2026-03-12")
		w.Move(w.call.ID, "end_notice")
		wantKey(t, w.MoveCall(w.leading(), w.call.ID, "approve", ""), "decide.no_approval")
		w.ok(w.s.RecordApproval(w.leading(), w.call.ID, decide.Paper{Number: "纪要1", Day: "2026-03-12"}))
		w.ok(w.MoveCall(w.leading(), w.call.ID, "approve", ""))
		wantKey(t, w.MoveCall(w.office(), w.call.ID, "award", ""), "decide.no_document")
		if len(w.granted) > 0 {
			t.Fatal("awarded before the decision was issued")
		}
		w.ok(w.s.RecordDocument(w.office(), w.call.ID, decide.Paper{Number: "示例〔2026〕1号", Day: "2026-03-12"}))
		w.Move(w.call.ID, "award")
		if len(w.granted) != 2 || w.granted[0].Document != "示例〔2026〕1号" || w.state("app-1") != "recognised" || w.state("app-3") != "not_proposed" {
			t.Errorf("granted %+v, states %s %s", w.granted, w.state("app-1"), w.state("app-3"))
		}
	})
}

// Domain 2.3, state 12: seven working days, the day of the notice not counted,
// by the official calendar: 2026-03-02 is a Monday.
func TestNoticeRunsWorkingDays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := judged(t, d, "A", "B", "C")
		w.deliberating()
		w.met("app-1", "app-2")
		w.Move(w.call.ID, "propose")
		w.Move(w.call.ID, "notice")
		n, err := w.s.NoticeOf(w.public(), w.call.ID)
		w.ok(err)
		if n.From != "2026-03-02" || n.To != "2026-03-11" || len(n.Lines) != 2 {
			t.Errorf("notice %s to %s with %d lines", n.From, n.To, len(n.Lines))
		}
		w.Day("2026-03-11")
		wantKey(t, w.MoveCall(w.office(), w.call.ID, "end_notice", ""), "decide.notice_runs")
	})
}

// Peers e 4 and b.4: a tie across the last place is broken by a draw that
// everybody can verify; the meeting cannot go round it.
func TestTieNeedsDraw(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := judged(t, d, "A", "B", "B", "D")
		w.deliberating()
		ties, err := w.s.Ties(w.office(), w.call)
		w.ok(err)
		if len(ties) != 1 || strings.Join(ties[0], " ") != "T-0002 T-0003" {
			t.Fatalf("ties %v", ties)
		}
		shown, err := w.s.TiesShown(w.office(), w.call)
		w.ok(err)
		if !reflect.DeepEqual(shown, ties) {
			t.Errorf("shown are %v, not %v", shown, ties)
		}
		_, err = w.s.FreezeTie(w.leading(), w.call.ID, "彩票第100期")
		if errs.KindOf(err) != errs.Forbidden {
			t.Errorf("the leading group froze a draw: %v", err)
		}
		_, err = w.s.FreezeTie(w.office(), w.call.ID, "彩票第100期开奖号码")
		w.ok(err)
		_, err = w.s.FreezeTie(w.office(), w.call.ID, "另一个")
		wantKey(t, err, "decide.no_tie")
		w.ok(w.s.DrawTie(w.office(), w.call.ID, "03 07 12 19 28 33"))
		r, _, err := w.s.Record(w.office(), w.call)
		w.ok(err)
		if need, _ := score.NeedDraw(r); len(need) > 0 || r.Result[1].Place == r.Result[2].Place || !r.Result[1].In {
			t.Errorf("after the draw: %v %+v", need, r.Result)
		}
	})
}

// b.4: what departs from the order needs a reason, and never exceeds the places.
func TestDeviationNeedsReason(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := judged(t, d, "A", "B", "C")
		w.deliberating()
		id := w.convened()
		w.voted(id, "app-1", "app-2", "app-3")
		wantKey(t, w.s.Close(w.office(), id), "decide.deviation_unexplained")
		w.ok(w.s.Explain(w.office(), w.call.ID, "app-3", "唯一的乡村项目"))
		wantKey(t, w.s.Close(w.office(), id), "decide.too_many")
		w.voted(id, "app-1", "app-3")
		wantKey(t, w.s.Close(w.office(), id), "decide.deviation_unexplained")
		w.ok(w.s.Explain(w.office(), w.call.ID, "app-2", "材料不实"))
		w.ok(w.s.Close(w.office(), id))
		w.Move(w.call.ID, "propose")
		if w.state("app-2") != "not_proposed" || w.state("app-3") != "proposed" {
			t.Errorf("states %s %s", w.state("app-2"), w.state("app-3"))
		}
		r, _, err := w.s.Record(w.office(), w.call)
		w.ok(err)
		for _, e := range r.Entries {
			if e.Decision != "" && e.Reason == "" {
				t.Errorf("%s departs without a reason in the record", e.Application)
			}
		}
	})
}

// b.4: what little separates from the other side of the cut is read again,
// with a reason, before anything is proposed.
func TestGreyZoneIsReadAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := judged(t, d, "A", "B", "B")
		first := w.call.Rules.Programme.Leaves()[0].Code
		for i, b := range w.ballots {
			if b.Application == "T-0003" && i%5 < 2 {
				b.Levels[first] = "C"
			}
		}
		w.deliberating()
		id := w.convened()
		w.voted(id, "app-1", "app-2")
		w.ok(w.s.Close(w.office(), id))
		wantKey(t, w.MoveCall(w.office(), w.call.ID, "propose", ""), "decide.grey_open")
		if err := w.s.Read(w.office(), w.call.ID, "app-2", decide.Keeps, " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("read again without a reason: %v", err)
		}
		w.readAgain()
		w.Move(w.call.ID, "propose")
	})
}

func TestQuorum(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := judged(t, d, "A", "B", "C")
		w.deliberating()
		_, err := w.s.Convene(w.office(), decide.NewMeeting{CallID: w.call.ID, Day: "2026-03-02", Members: voters()[:4]})
		wantKey(t, err, "decide.too_few_members")
		id := w.convened()
		w.voted(id, "app-1", "app-2")
		w.ok(w.s.Attend(w.office(), id, map[string]bool{"v1": true, "v2": true, "v3": true}))
		wantKey(t, w.s.Close(w.office(), id), "decide.no_quorum") // 3 of 5 is less than two thirds
		wantKey(t, w.s.Vote(w.office(), id, "v5", map[string]string{"app-1": decide.Yes}), "decide.absent")
	})
}

// e 8: only the affected award waits; who sat in the call handles nothing;
// both ends are public and name nobody.
func TestObjections(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := judged(t, d, "A", "B", "C")
		w.deliberating()
		w.met("app-1", "app-2")
		w.Move(w.call.ID, "propose")
		w.Move(w.call.ID, "notice")
		n, err := w.s.NoticeOf(w.public(), w.call.ID)
		w.ok(err)
		o := decide.NewObjection{NoticeID: n.ID, ApplicationID: "app-1", Channel: decide.ChannelWeb, Grounds: "申报的照片不是这个项目的，是别处的。"}
		_, err = w.s.Object(w.public(), o)
		wantKey(t, err, "decide.evidence_required")
		o.Name = "王某某"
		_, err = w.s.Object(w.public(), o)
		wantKey(t, err, "decide.contact_required")
		o.Contact = "13800000000"
		code, err := w.s.Object(w.public(), o)
		w.ok(err)
		o.ApplicationID, o.Name, o.Contact, o.File, o.Media = "app-2", "", "", []byte("photo"), "image/png"
		code2, err := w.s.Object(w.public(), o)
		w.ok(err)
		if w.Text(`SELECT name || contact FROM objection WHERE code = $1`, code) == "王某某13800000000" {
			t.Error("name and contact are kept in clear")
		}
		w.judges = []string{accredittest.Handler.ID}
		list, err := w.s.Objections(w.handler())
		w.ok(err)
		id, id2 := list[1].ID, list[0].ID
		if list[0].Code != code2 {
			id, id2 = id2, id
		}
		wantKey(t, w.s.Handle(w.handler(), id, "take", ""), "decide.handler_sat")
		w.judges = nil
		w.ok(w.s.Handle(w.handler(), id, "take", ""))
		w.ok(w.s.Handle(w.handler(), id2, "take", ""))
		if w.state("app-1") != "objection" || w.state("app-2") != "objection" {
			t.Fatalf("states %s %s", w.state("app-1"), w.state("app-2"))
		}
		if err := w.s.Handle(w.handler(), id, "uphold", " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("upheld without a reason: %v", err)
		}
		w.ok(w.s.Handle(w.handler(), id, "uphold", "照片确系他处。"))
		w.ok(w.s.Handle(w.handler(), id2, "refuse", "经核实，材料属实。"))
		if w.state("app-1") != "struck" || w.state("app-2") != "approving" {
			t.Errorf("states %s %s", w.state("app-1"), w.state("app-2"))
		}
		st, err := w.s.Status(w.public(), strings.ToLower(code))
		w.ok(err)
		if st.Finding != "upheld" || st.Answer == "" || st.Name+st.Contact+st.Grounds+st.Handler != "" {
			t.Errorf("status %+v", st)
		}
		full, err := w.s.Objection(w.handler(), id)
		w.ok(err)
		if full.Name != "王某某" || full.Contact != "13800000000" {
			t.Errorf("the handler sees %q %q", full.Name, full.Contact)
		}
		if _, err := w.s.Objection(w.office(), id); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("the office reads who objected: %v", err)
		}
	})
}

// Only the affected award waits: the others are awarded, and it follows alone.
func TestLateApproval(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := judged(t, d, "A", "B", "C")
		w.deliberating()
		w.met("app-1", "app-2")
		w.Move(w.call.ID, "propose")
		w.Move(w.call.ID, "notice")
		n, err := w.s.NoticeOf(w.public(), w.call.ID)
		w.ok(err)
		_, err = w.s.Object(w.public(), decide.NewObjection{NoticeID: n.ID, ApplicationID: "app-2", Channel: decide.ChannelWeb, Name: "某人", Contact: "x@example.org", Grounds: "项目与去年重复，请核实。"})
		w.ok(err)
		list, err := w.s.Objections(w.handler())
		w.ok(err)
		w.ok(w.s.Handle(w.handler(), list[0].ID, "take", ""))
		w.Day("2026-03-12")
		w.Move(w.call.ID, "end_notice")
		w.ok(w.s.RecordApproval(w.leading(), w.call.ID, decide.Paper{Number: "纪要1", Day: "2026-03-12"}))
		w.ok(w.MoveCall(w.leading(), w.call.ID, "approve", ""))
		w.ok(w.s.RecordDocument(w.office(), w.call.ID, decide.Paper{Number: "示例1号", Day: "2026-03-12"}))
		w.Move(w.call.ID, "award")
		if len(w.granted) != 1 || w.state("app-2") != "objection" {
			t.Fatalf("granted %d, app-2 %s", len(w.granted), w.state("app-2"))
		}
		wantKey(t, w.s.ApproveLate(w.leading(), w.call.ID, "app-2", "纪要2"), "decide.not_now")
		w.ok(w.s.Handle(w.handler(), list[0].ID, "refuse", "不重复。"))
		if err := w.s.ApproveLate(w.office(), w.call.ID, "app-2", "纪要2"); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("the office approved: %v", err)
		}
		w.ok(w.s.ApproveLate(w.leading(), w.call.ID, "app-2", "纪要2"))
		if len(w.granted) != 2 || w.state("app-2") != "recognised" {
			t.Errorf("granted %d, app-2 %s", len(w.granted), w.state("app-2"))
		}
	})
}

// The leading group sends the result back: the old votes are void.
func TestSentBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := judged(t, d, "A", "B", "C")
		w.deliberating()
		w.met("app-1", "app-2")
		w.Move(w.call.ID, "propose")
		w.Move(w.call.ID, "notice")
		w.Day("2026-03-12")
		w.Move(w.call.ID, "end_notice")
		w.ok(w.MoveCall(w.leading(), w.call.ID, "refuse", "请再议第二名"))
		if w.state("app-1") != "deliberation" || w.state("app-3") != "deliberation" {
			t.Errorf("states %s %s", w.state("app-1"), w.state("app-3"))
		}
		wantKey(t, w.MoveCall(w.office(), w.call.ID, "propose", ""), "decide.meeting_missing")
		w.met("app-1", "app-2")
		w.Move(w.call.ID, "propose")
	})
}

func TestOnlyWhoDecidesReads(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := judged(t, d, "A", "B", "C")
		w.deliberating()
		id := w.convened()
		for _, who := range []account.Actor{{}, accredittest.Handler, w.Staff(accredittest.School), w.Officer(accredittest.District)} {
			if _, err := w.s.Outcomes(w.As(who), w.call.ID); errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s reads outcomes: %v", who.ID, err)
			}
			if _, err := w.s.Meeting(w.As(who), id); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s reads the meeting: %v", who.ID, err)
			}
		}
	})
}

// TestAdvise: the advice is of the result as it stands, by seat, and forbidden
// to whoever may not see the result (P1.7).
func TestAdvise(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := judged(t, d, "A", "B", "C")
		if a, err := w.s.Advise(w.office(), w.call); err != nil || len(a.Listed) != 0 {
			t.Fatalf("advice before there is a result: %+v, %v", a, err)
		}
		w.deliberating()
		a, err := w.s.Advise(w.office(), w.Reload(w.call.ID))
		w.ok(err)
		if len(a.Listed) == 0 || a.Listed[0].Rank != 1 || a.Listed[0].Outcome.Place != 1 || a.Alpha != 1 || len(a.Offsets) != 5 {
			t.Errorf("%+v", a)
		}
		for _, o := range a.Offsets {
			if o.Points < -1e-9 || o.Points > 1e-9 || !strings.HasPrefix(o.Expert, "E0") {
				t.Errorf("seat %+v", o)
			}
		}
		if _, err := w.s.Advise(w.public(), w.call); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("the public: %v", err)
		}
	})
}
