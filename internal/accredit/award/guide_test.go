package award_test

import (
	"slices"
	"testing"

	"xuedu/internal/account"
	"xuedu/internal/accredit/award"
	"xuedu/internal/accredit/award/awardtest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

// P1.6, P1.7: guidance is one line from before the application until after the
// award, and each contact makes the conflict of who guides by itself.
func TestGuidance(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, by := awardtest.New(t, d), desks(t)
		w.To("2026-03-02")
		n := award.NewCase{ExpertID: "e1", AreaID: awardtest.District, Programme: awardtest.Programme}
		_, err := w.OpenCase(by.other, n)
		refused(t, "another district opens", err, errs.Forbidden)
		c, err := w.OpenCase(by.city, n)
		must(t, "open", err)
		_, err = w.OpenCase(by.city, n)
		refused(t, "opened twice", err, errs.Conflict)
		w.To("2026-05-06")
		refused(t, "a day ahead", w.AddContact(by.city, c.ID, award.Contact{Day: "2026-05-07", Kind: "visit", Text: "x"}), errs.Invalid)
		must(t, "visit", w.AddContact(by.city, c.ID, award.Contact{Day: "2026-05-05", Kind: "visit", Text: "查看场地"}))
		for i, want := range []string{"2026-03-02", "2026-05-05"} {
			if e := w.Edges[i]; e.Kind != "coach" || e.ExpertID != "e1" || e.Subject != "area" || e.SubjectID != "2" || e.From != want {
				t.Errorf("tie %d: %+v", i, e)
			}
		}
		st, err := w.Story(by.holder, c.ID)
		must(t, "story", err)
		must(t, "answer", w.AnswerContact(by.holder, c.ID, st.Contacts[0].ID, "已安排"))
		refused(t, "answered twice", w.AnswerContact(by.holder, c.ID, st.Contacts[0].ID, "x"), errs.Conflict)
		refused(t, "an item of no leaf", w.AddItem(by.city, c.ID, award.Item{Leaf: "9.9", Text: "x", Due: "2026-06-01"}), errs.Invalid)
		must(t, "advise", w.AddItem(by.city, c.ID, award.Item{Leaf: "1.1", Text: "建立联席会议", Due: "2026-06-01", Before: "尚无"}))
		st, err = w.Story(by.city, c.ID)
		must(t, "story", err)
		must(t, "milestone", w.AddMilestone(by.holder, c.ID, st.Items[0].ID, "印发方案", "2026-05-20"))
		w.To("2026-06-02")
		st, err = w.Story(by.holder, c.ID)
		must(t, "story", err)
		if !st.Items[0].Overdue(w.Today()) || len(st.Items[0].Milestones) != 1 {
			t.Errorf("items %+v", st.Items)
		}
		must(t, "reach", w.ReachMilestone(by.holder, c.ID, st.Items[0].ID, st.Items[0].Milestones[0].ID))
		must(t, "finish", w.FinishItem(by.holder, c.ID, st.Items[0].ID, award.ItemDone, "已召开两次"))
		refused(t, "finished twice", w.FinishItem(by.holder, c.ID, st.Items[0].ID, award.ItemDone, "x"), errs.Conflict)
		w.Granted(t, awardtest.District)
		st, err = w.Story(by.city, c.ID)
		if err != nil || len(st.Awards) != 1 || st.Items[0].After != "已召开两次" {
			t.Errorf("story %+v, %v", st, err)
		}
		must(t, "close", w.CloseCase(by.city, c.ID, "转入常态"))
		refused(t, "after the end", w.AddContact(by.city, c.ID, award.Contact{Day: "2026-05-05", Kind: "visit", Text: "x"}), errs.Conflict)
	})
}

// A case is seen by who guides and who is guided, and by nobody else.
func TestGuidanceScope(t *testing.T) {
	w, by := awardtest.New(t, dbtest.SQLite(t)), desks(t)
	c, err := w.OpenCase(by.city, award.NewCase{ExpertID: "e1", AreaID: awardtest.District, Programme: awardtest.Programme})
	must(t, "open", err)
	_, err = w.Story(by.other, c.ID)
	refused(t, "another district reads", err, errs.NotFound)
	refused(t, "another district writes", w.AddContact(by.other, c.ID, award.Contact{Day: w.Today(), Kind: "call", Text: "x"}), errs.NotFound)
	for who, ctx := range map[string]struct {
		ok  bool
		got func() ([]award.Case, error)
	}{
		"district": {true, func() ([]award.Case, error) { return w.Cases(by.holder) }},
		"other":    {false, func() ([]award.Case, error) { return w.Cases(by.other) }},
		"expert":   {false, func() ([]award.Case, error) { return w.Cases(awardtest.As(t.Context(), account.RoleExpert, 0)) }},
	} {
		list, err := ctx.got()
		if err != nil || slices.ContainsFunc(list, func(x award.Case) bool { return x.ID == c.ID }) != ctx.ok {
			t.Errorf("%s: %+v, %v", who, list, err)
		}
	}
}
