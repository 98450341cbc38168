package ballot_test

import (
	"context"
	"strings"
	"testing"

	"xuedu/internal/accredit/ballot"
	"xuedu/internal/accredit/ballot/ballottest"
	"xuedu/internal/accredit/score"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	e, ok := err.(*errs.Error)
	if !ok || e.Key != key {
		t.Errorf("%v, want %s", err, key)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func each(t *testing.T, f func(t *testing.T, w *ballottest.World)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, ballottest.New(t, d)) })
}

func guards(t *testing.T, w *ballottest.World) string {
	t.Helper()
	in, err := w.Service.BallotsIn(t.Context(), w.C, "")
	must(t, err)
	talks, err := w.Service.DiscussionsClosed(t.Context(), w.C, "")
	must(t, err)
	return in + "|" + talks
}

// TestBallot: a mark is written, changed in the version that was read, and
// final once submitted (P1.7).
func TestBallot(t *testing.T) {
	each(t, func(t *testing.T, w *ballottest.World) {
		me, id := w.Seat(1), ballottest.ID(1, 1)
		m, err := w.Service.Mark(me, id, ballot.Mark{Leaf: "1.1", Level: "B", Comment: "有出处", Private: "再看一遍"})
		must(t, err)
		_, err = w.Service.Mark(me, id, ballot.Mark{Leaf: "1.1", Level: "A"})
		wantKey(t, err, "ballot.changed")
		if m, err = w.Service.Mark(me, id, ballot.Mark{Leaf: "1.1", Level: "A", Version: m.Version}); err != nil || m.Version != 2 {
			t.Fatalf("%+v, %v", m, err)
		}
		_, err = w.Service.Mark(me, id, ballot.Mark{Leaf: "9.9", Level: "A"})
		wantKey(t, err, "ballot.no_leaf")
		_, err = w.Service.Mark(me, id, ballot.Mark{Leaf: "1.2", Level: "E"})
		wantKey(t, err, "ballot.no_level")
		_, err = w.Service.Mark(me, id, ballot.Mark{Leaf: "1.2", Comment: strings.Repeat("长", 2001)})
		wantKey(t, err, "ballot.too_long")
		wantKey(t, w.Service.Submit(me, id), "ballot.not_whole")

		w.Fill(1, 2, "A")
		must(t, w.Service.Submit(me, ballottest.ID(1, 2)))
		wantKey(t, w.Service.Submit(me, ballottest.ID(1, 2)), "ballot.not_open")
		_, err = w.Service.Mark(me, ballottest.ID(1, 2), ballot.Mark{Leaf: "1.1", Level: "D", Version: 1})
		wantKey(t, err, "ballot.not_open")
		sh, err := w.Service.Sheet(me, ballottest.ID(1, 2))
		must(t, err)
		if sh.Points != "100.00" || sh.Done() != len(w.C.Rules.Programme.Leaves()) {
			t.Errorf("points %s, %d done", sh.Points, sh.Done())
		}
	})
}

// TestBlind: an expert sees nothing of others, whoever asks for a foreign
// assignment finds none, and the dossier names nobody (P1.7).
func TestBlind(t *testing.T) {
	each(t, func(t *testing.T, w *ballottest.World) {
		w.Submitted("A", "A", "A", "A")
		w.Fill(5, 1, "D")
		for seat := 1; seat <= 5; seat++ {
			sh, err := w.Service.Sheet(w.Seat(seat), ballottest.ID(seat, 1))
			must(t, err)
			if sh.Discussion != nil {
				t.Errorf("seat %d sees others before all are in", seat)
			}
			if sh.Dossier.OrgID != "" || sh.Dossier.CreatedBy != "" || sh.Dossier.AreaID != 0 || sh.Dossier.Claims["1.1"].Author != "" || sh.Dossier.Evidence[0].Author != "" {
				t.Errorf("the dossier says who applies: %+v", sh.Dossier.Application)
			}
		}
		_, err := w.Service.Sheet(w.Seat(2), ballottest.ID(1, 1))
		wantKey(t, err, "panel.not_found")
		_, err = w.Service.Sheet(w.Office(), ballottest.ID(1, 1))
		wantKey(t, err, "panel.not_found")
		_, err = w.Service.Progress(w.Seat(1), "call")
		wantKey(t, err, "ballot.not_office")
		list, err := w.Service.Progress(w.Office(), "call")
		must(t, err)
		if len(list) != 11 || list[0].Done != list[0].Of {
			t.Errorf("progress %+v", list)
		}
		if _, _, _, err := w.Service.File(w.Seat(6), ballottest.ID(1, 1), "d1"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a foreign file: %v", err)
		}
	})
}

// TestDiscussion: the last of ballots that lie far apart opens a discussion;
// in it a level changes for a reason and the first stays (P1.7).
func TestDiscussion(t *testing.T) {
	each(t, func(t *testing.T, w *ballottest.World) {
		w.Submitted("A", "A", "A", "B", "D")
		me, id := w.Seat(5), ballottest.ID(5, 1)
		sh, err := w.Service.Sheet(me, id)
		must(t, err)
		if sh.Discussion == nil || sh.Discussion.Spread != "70.00" || len(sh.Discussion.Others) != 5 {
			t.Fatalf("no discussion: %+v", sh.Discussion)
		}
		if g := guards(t, w); g != "ballot.why.missing|ballot.why.discussion" {
			t.Error(g)
		}
		wantKey(t, w.Service.Reopen(w.Office(), "call", id, "写错了"), "ballot.discussed")
		wantKey(t, w.Service.Say(me, id, " "), "ballot.no_words")
		must(t, w.Service.Say(me, id, "我没有看到课程大纲。"))
		wantKey(t, w.Service.Revise(me, id, ballot.Mark{Leaf: "1.1", Level: "B"}), "ballot.no_reason")
		wantKey(t, w.Service.Revise(me, id, ballot.Mark{Leaf: "1.1", Level: "D", Reason: "没有变"}), "ballot.same_level")
		must(t, w.Service.Revise(me, id, ballot.Mark{Leaf: "1.1", Level: "C", Reason: "大纲在附件里"}))
		must(t, w.Service.Revise(me, id, ballot.Mark{Leaf: "1.1", Level: "B", Reason: "大纲很完整", Version: 1}))
		other, err := w.Service.Sheet(w.Seat(1), ballottest.ID(1, 1))
		must(t, err)
		if p := other.Discussion.Posts; len(p) != 1 || p[0].Seat != "E05" || p[0].Mine {
			t.Errorf("posts %+v", p)
		}
		for _, o := range other.Discussion.Others {
			if !o.Mine && o.Marks["1.1"].Private != "" {
				t.Error("private notes are seen")
			}
		}
		must(t, w.Service.CloseDiscussion(w.Office(), sh.Discussion.ID, "各自说明了依据"))
		wantKey(t, w.Service.Revise(me, id, ballot.Mark{Leaf: "1.2", Level: "B", Reason: "太晚了"}), "ballot.discussion_closed")
		list, err := w.Service.Ballots(t.Context(), "call")
		must(t, err)
		last := list[len(list)-1]
		if last.Expert != "E05" || last.Levels["1.1"] != "B" || last.First["1.1"] != "D" || last.Reasons["1.1"] != "大纲很完整" {
			t.Errorf("ballot %+v", last)
		}
		if _, _, err := score.Official(w.C.Rules.Programme, list); err != nil {
			t.Error(err)
		}
	})
}

// TestRecusal: what a conflicted expert wrote is kept and read by nobody; what
// was said in a discussion goes with who said it (P1.7).
func TestRecusal(t *testing.T) {
	each(t, func(t *testing.T, w *ballottest.World) {
		w.Submitted("A", "A", "A", "A", "D")
		must(t, w.Service.Say(w.Seat(5), ballottest.ID(5, 1), "看法不同"))
		w.End(ballottest.ID(5, 1))
		list, err := w.Service.Ballots(t.Context(), "call")
		must(t, err)
		if len(list) != 4 {
			t.Errorf("%d ballots, want 4", len(list))
		}
		sh, err := w.Service.Sheet(w.Seat(1), ballottest.ID(1, 1))
		must(t, err)
		if d := sh.Discussion; len(d.Posts) != 0 || len(d.Others) != 4 {
			t.Errorf("still seen: %+v", d)
		}
		w.C.State = "decided"
		said, err := w.Service.Comments(t.Context(), "app1")
		must(t, err)
		if strings.Contains(strings.Join(said["1.1"], ""), "席位5") || len(said["1.1"]) != 4 {
			t.Errorf("comments %v", said["1.1"])
		}
	})
}

// TestGuards: a call goes on only with all ballots, enough of them, and every
// discussion held and closed (P1.7).
func TestGuards(t *testing.T) {
	each(t, func(t *testing.T, w *ballottest.World) {
		if g := guards(t, w); g != "ballot.why.missing|" {
			t.Error(g)
		}
		w.Exec(`UPDATE assignment SET state = 'released' WHERE application_id = 'app2'`)
		w.Apps[1].State = "withdrawn"
		w.Submitted("A", "A", "A", "A", "A")
		if g := guards(t, w); g != "|" {
			t.Error(g)
		}
		w.Exec(`UPDATE assignment SET state = 'released' WHERE id = $1`, ballottest.ID(5, 1))
		if g := guards(t, w); g != "ballot.why.few|" {
			t.Error(g)
		}
		w.Exec(`UPDATE mark SET level = 'D' WHERE assignment_id = $1`, ballottest.ID(4, 1))
		if g := guards(t, w); g != "ballot.why.few|ballot.why.undiscussed" {
			t.Error(g)
		}
		due, err := w.Service.ToDiscuss(w.Office(), "call")
		must(t, err)
		if len(due) != 1 || due[0] != "app1" {
			t.Fatalf("to discuss: %v", due)
		}
		must(t, w.Service.Discuss(w.Office(), "call", "app1"))
		wantKey(t, w.Service.Discuss(w.Office(), "call", "app1"), "ballot.no_need")
	})
}

// TestPaper: the office types in a paper ballot, the expert sees that it did,
// and only the office gives a ballot back (P1.7).
func TestPaper(t *testing.T) {
	each(t, func(t *testing.T, w *ballottest.World) {
		id := ballottest.ID(1, 1)
		list := []ballot.Mark{{Leaf: "1.1", Level: "B", Comment: "纸质评分表"}}
		wantKey(t, w.Service.Paper(w.Seat(2), "call", id, list, "代录"), "ballot.not_office")
		wantKey(t, w.Service.Paper(w.Office(), "call", id, list, ""), "ballot.no_reason")
		must(t, w.Service.Paper(w.Office(), "call", id, list, "专家现场评审，提交纸质评分表"))
		sh, err := w.Service.Sheet(w.Seat(1), id)
		must(t, err)
		if m := sh.Marks["1.1"]; m.Author != "office" || m.Level != "B" {
			t.Errorf("%+v", m)
		}
		w.Fill(2, 1, "A")
		must(t, w.Service.SubmitPaper(w.Office(), "call", ballottest.ID(2, 1)))
		wantKey(t, w.Service.Reopen(w.Seat(2), "call", ballottest.ID(2, 1), "想改"), "ballot.not_office")
		must(t, w.Service.Reopen(w.Office(), "call", ballottest.ID(2, 1), "专家来函说明笔误"))
		_, err = w.Service.Mark(w.Seat(2), ballottest.ID(2, 1), ballot.Mark{Leaf: "1.1", Level: "B", Version: 1})
		must(t, err)
	})
}

// TestComments: nothing before the decision.
func TestComments(t *testing.T) {
	each(t, func(t *testing.T, w *ballottest.World) {
		w.Submitted("A")
		said, err := w.Service.Comments(context.Background(), "app1")
		if err != nil || len(said) != 0 {
			t.Errorf("%v, %v", said, err)
		}
	})
}
