package accredit_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/accredittest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

const project = "community-project"

func keyOf(err error) string {
	if e, ok := err.(*errs.Error); ok {
		return e.Key
	}
	return ""
}

// No call opens without leave of a competent organ, above its level, outside
// its time, or by criteria found elsewhere (P1.3, P1.7).
func TestNothingOpensWithoutAuthorisation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*pack.Authorisation)
		want   string
	}{
		{"none", func(a *pack.Authorisation) { *a = pack.Authorisation{} }, "accredit.why.no_authorisation"},
		{"no item", func(a *pack.Authorisation) { a.Item = nil }, "accredit.why.authorisation_incomplete"},
		{"above", func(a *pack.Authorisation) { a.Name = "nation" }, "accredit.why.above_level"},
		{"unknown level", func(a *pack.Authorisation) { a.Level = "world" }, "accredit.why.above_level"},
		{"not yet", func(a *pack.Authorisation) { a.From = "2027-01-01" }, "accredit.why.not_in_force"},
		{"over", func(a *pack.Authorisation) { a.To = "2025-12-31" }, "accredit.why.not_in_force"},
		{"good", func(*pack.Authorisation) {}, ""},
		{"below", func(a *pack.Authorisation) { a.Name = "city" }, ""},
	} {
		a := accredittest.Authorisation()
		tt.change(&a)
		if got := accredit.AuthorisedOn(a, "2026-03-02"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	w := accredittest.New(t, dbtest.SQLite(t))
	for _, p := range w.Pack.Awards { // the bare pack invents no leave
		c, err := w.Draft(w.As(accredittest.Office), accredit.NewCall{Programme: p.Code})
		if err != nil {
			t.Fatal(err)
		}
		err = w.MoveCall(w.As(accredittest.Office), c.ID, "open", "")
		if errs.KindOf(err) != errs.Conflict || (keyOf(err) != "accredit.why.no_authorisation" && keyOf(err) != "accredit.why.example") {
			t.Errorf("%s opened: %v", p.Code, err)
		}
	}
}

func TestExamplesOpenNothing(t *testing.T) {
	t.Parallel()
	w := accredittest.New(t, dbtest.SQLite(t), func(p *pack.Pack) {
		p.Awards = slices.Clone(p.Awards)
		for i := range p.Awards {
			p.Awards[i].Example = true
		}
	})
	c := w.Drafted(project)
	if err := w.MoveCall(w.As(accredittest.Office), c.ID, "open", ""); keyOf(err) != "accredit.why.example" {
		t.Errorf("an example opened: %v", err)
	}
}

// Only the office drafts and opens; a draft does not exist for others.
func TestDraftsAreTheOffices(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accredittest.New(t, d)
		c := w.Drafted(project)
		district := w.As(w.Officer(accredittest.District))
		if _, err := w.Draft(district, accredit.NewCall{Programme: project}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a district drafted: %v", err)
		}
		if _, err := w.Call(district, c.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a district sees a draft: %v", err)
		}
		if list, err := w.Calls(district); err != nil || len(list) != 0 {
			t.Errorf("a district lists %d drafts, %v", len(list), err)
		}
		if err := w.MoveCall(w.As(accredittest.Technical), c.ID, "open", ""); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("the technical body opened: %v", err)
		}
		w.Move(c.ID, "open")
		if _, err := w.CallByCode(district, c.Code); err != nil {
			t.Errorf("an open call is not public: %v", err)
		}
		if n := w.Int(`SELECT COUNT(*) FROM audit_entry WHERE verb IN ('call:draft', 'call:open')`); n != 2 {
			t.Errorf("%d records in the trail", n)
		}
	})
}

// What a call is judged by is frozen: a later pack does not touch it (P1.7).
func TestFrozen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accredittest.New(t, d)
		c := w.Opened(project)
		changed := *w.Pack
		changed.Awards = slices.Clone(w.Pack.Awards)
		for i := range changed.Awards {
			changed.Awards[i].Quota, changed.Awards[i].Rubric = 1, nil
		}
		w.Pack = &changed
		again := w.Reload(c.ID)
		if again.Digest != c.Digest || len(again.Rules.Programme.Leaves()) != len(c.Rules.Programme.Leaves()) || again.Rules.Programme.Quota != 100 {
			t.Error("the pack changed an open call")
		}
		text, err := w.RulesText(w.Program(), c.ID)
		if err != nil || accredit.DigestOf([]byte(text)) != c.Digest {
			t.Errorf("the digest is not that of the rules: %v", err)
		}
		var r accredit.Rules
		if err := json.Unmarshal([]byte(text), &r); err != nil || r.PackName != "beijing-2021" || len(r.Workflows) != 4 {
			t.Errorf("rules do not read back: %v", err)
		}
		office := w.As(accredittest.Office)
		if err := w.Authorise(office, c.ID, accredittest.Authorisation()); keyOf(err) != "accredit.call_frozen" {
			t.Errorf("authorised after opening: %v", err)
		}
		if err := w.Change(office, c.ID, accredit.NewCall{Places: 99}); keyOf(err) != "accredit.call_frozen" {
			t.Errorf("changed after opening: %v", err)
		}
	})
}

// However calls are drafted and opened, places of calls under way and awards in
// force never go above the quota (P1.3).
func TestQuotaNeverExceeded(t *testing.T) {
	t.Parallel()
	w := accredittest.New(t, dbtest.SQLite(t), func(p *pack.Pack) {
		p.Awards = slices.Clone(p.Awards)
		for i := range p.Awards {
			if p.Awards[i].Code == project {
				p.Awards[i].Quota, p.Awards[i].RoundQuota = 20, 0
			}
		}
	})
	rapid.Check(t, func(r *rapid.T) {
		w.Exec(`DELETE FROM call_event`)
		w.Exec(`DELETE FROM award_call`)
		w.Awards.N = rapid.IntRange(0, 22).Draw(r, "held")
		for range rapid.IntRange(1, 6).Draw(r, "calls") {
			n := rapid.IntRange(0, 22).Draw(r, "places")
			c := w.Drafted(project, func(c *accredit.NewCall) { c.Places = n })
			err := w.MoveCall(w.As(accredittest.Office), c.ID, "open", "")
			if err == nil && rapid.Bool().Draw(r, "cancel") {
				err = w.MoveCall(w.As(accredittest.Office), c.ID, "cancel", "test")
			}
			if err != nil && errs.KindOf(err) != errs.Conflict {
				r.Fatal(err)
			}
		}
		open := w.Int(`SELECT COALESCE(SUM(places), 0) FROM award_call WHERE state = 'open'`)
		if open > 0 && int(open)+w.Awards.N > 20 {
			r.Fatalf("%d places and %d awards of 20", open, w.Awards.N)
		}
	})
}

// Days are those of the official calendar: National Day 2025 and the days
// worked for it, Spring Festival 2026 (P1.7).
func TestTimelineByTheOfficialCalendar(t *testing.T) {
	t.Parallel()
	w := accredittest.New(t, dbtest.SQLite(t))
	for _, day := range []string{"2025-09-26", "2026-02-11", "2026-03-02", "2025-12-30"} {
		w.Day(day)
		c := w.Drafted(project)
		last, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range c.Timeline {
			n := 0
			for n < st.Days { // by hand: one day after the other
				last = last.AddDate(0, 0, 1)
				if w.Calendar.IsWorkday(last) {
					n++
				}
			}
			if st.To != last.Format(time.DateOnly) {
				t.Errorf("from %s: %s ends %s, want %s", day, st.Code, st.To, last.Format(time.DateOnly))
			}
		}
	}
	w.Day("2025-09-26") // Friday; 28 September and 11 October are worked, 1 to 8 October are free
	if st, _ := w.Drafted(project).Stage("applying"); st.From != "2025-09-26" || st.To != "2025-10-30" {
		t.Errorf("applications from %s to %s", st.From, st.To)
	}
}

// A call closes only after the last day to apply.
func TestClosesAfterTheLastDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accredittest.New(t, d)
		c := w.Opened(project)
		office, st := w.As(accredittest.Office), func() accredit.Stage { st, _ := c.Stage("applying"); return st }()
		if c.Due != st.To {
			t.Errorf("due %s, applications until %s", c.Due, st.To)
		}
		w.Day(st.To)
		if err := w.MoveCall(office, c.ID, "close", ""); keyOf(err) != "accredit.why.still_open" {
			t.Errorf("closed on the last day: %v", err)
		}
		w.Travel(1)
		w.Move(c.ID, "close")
		if got := w.Reload(c.ID); got.State != "checking" {
			t.Errorf("state %s", got.State)
		}
		events, err := w.CallEvents(office, c.ID)
		if err != nil || len(events) != 2 || events[1].Move != "close" || events[1].Actor != "c1" {
			t.Errorf("events %+v, %v", events, err)
		}
	})
}

// A re-evaluation asks the core leaves, their weights are exactly 100 again (P1.6).
func TestReevaluation(t *testing.T) {
	t.Parallel()
	w := accredittest.New(t, dbtest.SQLite(t))
	for _, p := range w.Pack.Awards {
		if p.Object == accredit.ObjectEvaluation || p.Example {
			continue
		}
		c := w.Opened(p.Code, func(n *accredit.NewCall) { n.Kind = accredit.KindReevaluation })
		sum := 0
		for _, g := range c.Rules.Programme.Rubric {
			group := 0
			for _, l := range g.Leaves {
				if !l.Core {
					t.Errorf("%s asks %s", p.Code, l.Code)
				}
				group += l.Weight
			}
			if sum += group; group != g.Weight {
				t.Errorf("%s: group %s is %d, not %d", p.Code, g.Code, group, g.Weight)
			}
		}
		if sum != 100 || c.Places != 0 || len(c.Rules.Programme.Leaves()) >= len(p.Leaves()) {
			t.Errorf("%s: weights %d, places %d", p.Code, sum, c.Places)
		}
	}
}

// Questions and answers are for all; who asked is for nobody.
func TestQuestions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accredittest.New(t, d)
		c := w.Opened(project)
		staff, office := w.As(w.Staff(accredittest.School)), w.As(accredittest.Office)
		q, err := w.Ask(staff, c.ID, " 两期怎么算？ ")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Ask(w.As(w.Officer(accredittest.Street)), c.ID, "?"); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a street asked: %v", err)
		}
		if _, err := w.Ask(staff, c.ID, " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("an empty question: %v", err)
		}
		if err := w.Answer(staff, q.ID, "x"); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("an applicant answered: %v", err)
		}
		if err := w.Answer(office, q.ID, "连续开课两期。"); err != nil {
			t.Fatal(err)
		}
		list, err := w.Questions(w.As(w.Staff(accredittest.School2)), c.ID)
		if err != nil || len(list) != 1 || list[0].Text != "两期怎么算？" || list[0].Answer != "连续开课两期。" || list[0].AnsweredAt.IsZero() {
			t.Errorf("questions %+v, %v", list, err)
		}
	})
}
