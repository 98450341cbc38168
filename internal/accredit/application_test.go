package accredit_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/accredittest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

// The programme of the tests goes by street and district and asks for figures of
// the institution, files and links.
const programme = "community-project"

// town is the small city with one call that is open.
type town struct {
	*accredittest.World
	call accredit.Call
}

func newTown(t testing.TB, d *db.DB) *town {
	w := accredittest.New(t, d)
	return &town{World: w, call: w.Opened(programme)}
}

func (w *town) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatalf("%+v", err)
	}
}

func (w *town) kind(err error, want errs.Kind, what string) {
	w.T.Helper()
	if errs.KindOf(err) != want || err == nil {
		w.T.Errorf("%s: %v, want kind %v", what, err, want)
	}
}

func (w *town) begin(org, title string) accredit.Application {
	w.T.Helper()
	a, err := w.Begin(w.As(w.Staff(org)), accredit.NewApplication{CallID: w.call.ID, OrgID: org, Title: title})
	w.must(err)
	return a
}

// fill writes all that an application needs.
func (w *town) fill(a accredit.Application) {
	w.T.Helper()
	ctx := w.As(w.Staff(a.OrgID))
	c, err := w.Completeness(ctx, a.ID)
	w.must(err)
	for _, m := range c.Missing {
		switch m.Kind {
		case accredit.MissingText:
			text := "2024-03-01"
			if m.Code != "began" {
				text = "讲身边的故事"
			}
			_, err = w.SetContent(ctx, a.ID, m.Code, text, 0)
		case accredit.MissingClaim:
			_, err = w.Claim(ctx, a.ID, m.Code, "A", "有记录可查", 0)
		case accredit.MissingEvidence:
			_, err = w.AddFile(ctx, a.ID, m.Leaf, m.Code, m.Code+".pdf", []byte("%PDF-1.7 "+m.Code))
		}
		w.must(err)
	}
}

func (w *town) move(who account.Actor, id, move string) error {
	return w.MoveApplication(w.As(who), id, move, "test")
}

// submitted is a whole application that lies with the street.
func (w *town) submitted(org, title string) accredit.Application {
	w.T.Helper()
	a := w.begin(org, title)
	w.fill(a)
	w.must(w.move(w.Staff(org), a.ID, "assess"))
	w.must(w.move(w.Staff(org), a.ID, "submit_street"))
	return w.read(a.ID)
}

func (w *town) read(id string) accredit.Application {
	w.T.Helper()
	a, err := w.Application(w.Program(), id)
	w.must(err)
	return a
}

func (w *town) dossier(id string) accredit.Dossier {
	w.T.Helper()
	d, err := w.DossierFor(w.Program(), id)
	w.must(err)
	return d
}

// verified is an application that lies with the district.
func (w *town) verified(org, title string) accredit.Application {
	w.T.Helper()
	a := w.submitted(org, title)
	street := w.Officer(w.streetOf(a))
	for _, e := range w.dossier(a.ID).Evidence {
		if e.Figure == nil {
			w.must(w.VerifyEvidence(w.As(street), a.ID, e.ID, accredit.VerdictExists, ""))
		}
	}
	w.must(w.move(street, a.ID, "verify"))
	return w.read(a.ID)
}

func (w *town) streetOf(a accredit.Application) int64 { return a.District + 1 }

// checked is an application in the formal check.
func (w *town) checked(org, title string) accredit.Application {
	w.T.Helper()
	a := w.verified(org, title)
	district := w.As(w.Officer(a.District))
	w.must(w.Recommend(district, w.call.ID, a.District, []accredit.RecommendationInput{{Application: a.ID, Place: 1, Score: "92.5"}}))
	w.must(w.SendRecommendations(district, w.call.ID, a.District))
	return w.read(a.ID)
}

// P1.7: from the first word to the end of the formal check.
func TestAnApplicationGoesItsWay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		a := w.checked(accredittest.School, "胡同里的故事")
		if a.State != "formal_check" || a.Desk != "technical" || a.Code != "JY-2026-0001" || a.District != accredittest.District || a.Due == "" {
			t.Fatalf("application %+v", a)
		}
		if r := a.Recommendation; r == nil || !r.Yes || r.Place != 1 || r.Score != "92.5" {
			t.Errorf("recommendation %+v", r)
		}
		w.kind(w.move(accredittest.Technical, a.ID, "accept"), errs.Conflict, "accepted with a gate that nobody confirmed")
		w.must(w.ConfirmGate(w.As(accredittest.Technical), a.ID, "spread", true, "两个社区均有开课记录"))
		w.kind(w.ConfirmGate(w.As(accredittest.Technical), a.ID, "no_case", false, "x"), errs.Conflict, "a gate that the register decided")
		w.must(w.move(accredittest.Technical, a.ID, "accept"))
		events, err := w.ApplicationEvents(w.As(accredittest.Technical), a.ID)
		w.must(err)
		var moves []string
		for _, e := range events {
			moves = append(moves, e.Move)
		}
		if got := strings.Join(moves, " "); got != "begin assess submit_street verify recommend accept" {
			t.Errorf("moves %s", got)
		}
	})
}

func TestEverybodySeesOnlyWhatIsTheirs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		draft := w.begin(accredittest.School, "草稿")
		sent := w.submitted(accredittest.School, "已提交")
		expert := account.Actor{ID: "x", Login: "x", Grants: []account.Grant{{Role: account.RoleExpert}}}
		for _, tt := range []struct {
			who         account.Actor
			draft, sent bool
		}{
			{w.Staff(accredittest.School), true, true},
			{w.Staff(accredittest.School2), false, false},
			{w.Officer(accredittest.Street), false, true},
			{w.Officer(accredittest.District), false, true}, // covers the institution's area, but does not write for it
			{w.Officer(accredittest.District2), false, false},
			{accredittest.Office, true, true},
			{accredittest.Technical, true, true},
			{accredittest.Leading, false, true},
			{accredittest.Handler, false, false},
			{expert, false, false},
		} {
			ctx := w.As(tt.who)
			list, err := w.Applications(ctx, accredit.Filter{})
			w.must(err)
			counts, err := w.CountApplications(ctx, accredit.Filter{})
			w.must(err)
			for _, x := range []struct {
				a    accredit.Application
				sees bool
			}{{draft, tt.draft}, {sent, tt.sent}} {
				_, err := w.Application(ctx, x.a.ID)
				_, err2 := w.Dossier(ctx, x.a.ID)
				if (err == nil) != x.sees || (err2 == nil) != x.sees || !x.sees && errs.KindOf(err) != errs.NotFound {
					t.Errorf("%s reads %s: %v, %v; want %v", tt.who.Name, x.a.Title, err, err2, x.sees)
				}
				if in := slices.ContainsFunc(list, func(o accredit.Application) bool { return o.ID == x.a.ID }); in != x.sees {
					t.Errorf("%s lists %s: %v, want %v", tt.who.Name, x.a.Title, in, x.sees)
				}
				if n := counts[w.read(x.a.ID).State]; (n > 0) != x.sees {
					t.Errorf("%s counts %s: %d, want %v", tt.who.Name, x.a.Title, n, x.sees)
				}
			}
		}
		if n := w.Int(`SELECT count(*) FROM audit_entry WHERE verb = 'application:read'`); n == 0 {
			t.Error("nobody noted that officers read an application")
		}
	})
}

// Several people write: who comes second gets both texts, and nothing is lost.
func TestAClashKeepsBothTexts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		a := w.begin(accredittest.School, "故事")
		ctx := w.As(w.Staff(accredittest.School))
		first, err := w.Claim(ctx, a.ID, "1.1", "A", "甲写的", 0)
		w.must(err)
		_, err = w.Claim(ctx, a.ID, "1.1", "B", "乙写的", 0)
		clash, ok := errors.AsType[*accredit.Clash](err)
		if !ok || clash.Mine.Reason != "乙写的" || clash.Theirs.Reason != "甲写的" || errs.KindOf(err) != errs.Conflict {
			t.Fatalf("second writer got %v", err)
		}
		again, err := w.Claim(ctx, a.ID, "1.1", "A", "甲写的", 0)
		if err != nil || again.Version != first.Version {
			t.Errorf("the same text again: %+v, %v", again, err)
		}
		if _, err := w.Claim(ctx, a.ID, "1.1", "B", "合并", clash.Theirs.Version); err != nil {
			t.Errorf("brought together: %v", err)
		}
		_, err = w.SetContent(ctx, a.ID, "summary", "简介", 0)
		w.must(err)
		history, err := w.History(ctx, a.ID)
		w.must(err)
		if len(history) != 3 || history[0].Reason != "甲写的" || history[1].Reason != "合并" || history[1].Author != w.Staff(accredittest.School).ID {
			t.Errorf("history %+v", history)
		}
		for _, tt := range []struct{ leaf, level string }{{"9.9", "A"}, {"1.1", "Z"}} {
			_, err := w.Claim(ctx, a.ID, tt.leaf, tt.level, "x", 2)
			w.kind(err, errs.Invalid, tt.leaf+tt.level)
		}
		_, err = w.SetContent(ctx, a.ID, "began", "昨天", 0)
		w.kind(err, errs.Invalid, "a day that is none")
	})
}

// Evidence from our own figures: pre-filled, locked for everybody, counted anew
// until the application is submitted, and never after (P1.7).
func TestOurFiguresAreLockedAndFreeze(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		a := w.begin(accredittest.School, "故事")
		sessions := func() *accredit.Evidence {
			for _, e := range w.dossier(a.ID).Evidence {
				if e.Kind == accredit.EvidenceOrg && e.Figure.Code == "sessions" {
					return &e
				}
			}
			t.Fatal("no figure for the sessions of the institution")
			return nil
		}
		e := sessions()
		if e.Figure.Value != "12" || e.Figure.Period != w.call.Period || len(e.Figure.Sources) == 0 {
			t.Errorf("figure %+v", e.Figure)
		}
		staff := w.As(w.Staff(accredittest.School))
		w.kind(w.RemoveEvidence(staff, a.ID, e.ID, "不要"), errs.Forbidden, "removing a figure")
		_, err := w.AddFile(staff, a.ID, e.Leaf, e.Slot, "假的.pdf", []byte("%PDF-"))
		w.kind(err, errs.Forbidden, "a file in the slot of a figure")
		_, err = w.AddLink(staff, a.ID, e.Leaf, e.Slot, "假的", "https://example.org/")
		w.kind(err, errs.Forbidden, "a link in the slot of a figure")

		w.Figures.Values["sessions"] = "20"
		w.must(w.RefreshFigures(staff, a.ID))
		if v := sessions().Figure.Value; v != "20" {
			t.Errorf("refreshed to %s", v)
		}
		w.fill(a)
		w.must(w.move(w.Staff(a.OrgID), a.ID, "assess"))
		w.Figures.Values["sessions"] = "21"
		w.must(w.move(w.Staff(a.OrgID), a.ID, "submit_street"))
		w.Figures.Values["sessions"] = "99"
		w.must(w.move(w.Officer(accredittest.Street), a.ID, "verify_back"))
		w.kind(w.RefreshFigures(staff, a.ID), errs.Conflict, "refreshing what is frozen")
		w.must(w.move(w.Staff(a.OrgID), a.ID, "assess"))
		w.must(w.move(w.Staff(a.OrgID), a.ID, "submit_street"))
		if v := sessions().Figure.Value; v != "21" {
			t.Errorf("frozen at submission: %s, want 21", v)
		}
	})
}

// A failing gate stops before anybody writes, and says what was found.
func TestGatesStopBeforeWriting(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		bar, err := w.Bar(w.As(accredittest.Technical), accredit.Bar{OrgID: accredittest.School, Source: "示例案件 1 号", Reason: "统计造假"})
		w.must(err)
		staff := w.As(w.Staff(accredittest.School))
		gates, err := w.Eligibility(staff, w.call.ID, accredittest.School, 0)
		w.must(err)
		i := slices.IndexFunc(gates, func(g accredit.GateResult) bool { return g.Code == "no_case" })
		if i < 0 || gates[i].State != accredit.GateFails || gates[i].Value != "示例案件 1 号" {
			t.Errorf("gates %+v", gates)
		}
		_, err = w.Begin(staff, accredit.NewApplication{CallID: w.call.ID, OrgID: accredittest.School, Title: "故事"})
		w.kind(err, errs.Conflict, "begun although barred")
		if n := w.Int(`SELECT count(*) FROM application`); n != 0 {
			t.Errorf("%d applications were written", n)
		}
		w.kind(w.LiftBar(staff, bar.ID, "x"), errs.Forbidden, "an applicant lifts a bar")
		w.must(w.LiftBar(w.As(accredittest.Office), bar.ID, "复核后撤销"))
		a := w.begin(accredittest.School, "故事")

		_, err = w.Begin(staff, accredit.NewApplication{CallID: w.call.ID, OrgID: accredittest.School, Title: "故事"})
		w.kind(err, errs.Conflict, "begun twice")
		_, err = w.Begin(w.As(w.Officer(accredittest.District)), accredit.NewApplication{CallID: w.call.ID, OrgID: accredittest.School, Title: "替"})
		w.kind(err, errs.Forbidden, "who recommends does not write for an institution")
		_, err = w.Begin(w.As(w.Staff(accredittest.Business)), accredit.NewApplication{CallID: w.call.ID, OrgID: accredittest.Business, Title: "企"})
		w.kind(err, errs.Invalid, "a type of institution that may not apply")

		w.fill(a)
		w.must(w.move(w.Staff(a.OrgID), a.ID, "assess"))
		_, err = w.Bar(w.As(accredittest.Technical), accredit.Bar{OrgID: accredittest.School, Source: "示例案件 2 号", Reason: "统计造假"})
		w.must(err)
		w.kind(w.move(w.Staff(a.OrgID), a.ID, "submit_street"), errs.Conflict, "submitted although barred meanwhile")
	})
}

// Of the ways to submit only the programme's own is offered.
func TestOnlyTheProgrammesWayIsOffered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		a := w.begin(accredittest.School, "故事")
		codes := func() (list []string) {
			open, err := w.ApplicationMoves(w.As(w.Staff(a.OrgID)), a.ID)
			w.must(err)
			for _, o := range open {
				list = append(list, o.Code+"|"+o.Why)
			}
			return list
		}
		if got := codes(); !slices.Equal(got, []string{"assess|accredit.why.whole", "withdraw|"}) {
			t.Errorf("moves at first: %v", got)
		}
		w.fill(a)
		w.must(w.move(w.Staff(a.OrgID), a.ID, "assess"))
		if got := codes(); !slices.Equal(got, []string{"rewrite|", "submit_street|", "withdraw|"}) {
			t.Errorf("moves once assessed: %v", got)
		}
		w.kind(w.move(w.Staff(a.OrgID), a.ID, "submit_city"), errs.Conflict, "a way the programme does not go")
	})
}

// The formal check: look-alikes, one supplement, and what comes too late.
func TestFormalCheck(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		other := w.begin(accredittest.School, "胡同里的老故事")
		w.begin(accredittest.School, "太极拳入门班")
		a := w.checked(accredittest.School, "胡同里的故事")
		tech := w.As(accredittest.Technical)
		f, err := w.FormalCheck(tech, a.ID)
		w.must(err)
		if len(f.Alike) != 1 || f.Alike[0].ID != other.ID || !f.Alike[0].Same || len(f.Missing) != 0 || len(f.Bars) != 0 {
			t.Errorf("findings %+v", f)
		}
		w.must(w.ConfirmGate(tech, a.ID, "spread", true, "看过"))
		w.kind(w.move(accredittest.Technical, a.ID, "accept"), errs.Conflict, "accepted with a look-alike")
		w.must(w.ClearAlike(tech, a.ID, other.ID, "对象和课程都不同"))
		w.kind(w.ClearAlike(tech, a.ID, other.ID, "再来"), errs.Conflict, "cleared twice")
		_, err = w.FormalCheck(w.As(w.Staff(a.OrgID)), a.ID)
		w.kind(err, errs.Forbidden, "the applicant looks at others' applications")

		w.must(w.move(accredittest.Technical, a.ID, "ask_supplement"))
		_, err = w.Claim(w.As(w.Staff(a.OrgID)), a.ID, "1.1", "B", "补充说明", 1)
		w.must(err)
		w.must(w.move(w.Staff(a.OrgID), a.ID, "supplement"))
		w.kind(w.move(accredittest.Technical, a.ID, "ask_supplement"), errs.Conflict, "a second supplement")
		w.must(w.move(accredittest.Technical, a.ID, "accept"))
	})
}

func TestWhatIsNotDoneInTimeEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		late := w.begin(accredittest.School2, "写不完")
		a := w.checked(accredittest.School, "故事")
		w.must(w.move(accredittest.Technical, a.ID, "ask_supplement"))
		if n, err := w.Expire(w.Program()); err != nil || n != 0 {
			t.Fatalf("expired before any day was past: %d, %v", n, err)
		}
		w.Travel(60)
		if n, err := w.Expire(w.Program()); err != nil || n != 2 {
			t.Errorf("expired %d, %v; want 2", n, err)
		}
		if x, y := w.read(late.ID).State, w.read(a.ID).State; x != "withdrawn" || y != "not_accepted" {
			t.Errorf("states %s and %s", x, y)
		}
	})
}

// Withdrawing needs a reason, and lets go what others hold of it.
func TestWithdrawingReleases(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		var released []string
		w.OnEffect("release", func(_ context.Context, _ *sql.Tx, _ accredit.Call, id string) error {
			released = append(released, id)
			return nil
		})
		a := w.submitted(accredittest.School, "故事")
		staff := w.As(w.Staff(a.OrgID))
		w.kind(w.MoveApplication(staff, a.ID, "withdraw", " "), errs.Invalid, "withdrawn without a reason")
		w.must(w.MoveApplication(staff, a.ID, "withdraw", "项目停办"))
		if len(released) != 1 || released[0] != a.ID {
			t.Errorf("released %v", released)
		}
		w.kind(w.move(w.Staff(a.OrgID), a.ID, "rewrite"), errs.Conflict, "moved after its end")
	})
}

// P1.7: the district's order, within its quota, and its reasons.
func TestTheDistrictRecommends(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		var list []accredit.Application
		for i := range 8 {
			list = append(list, w.verified(accredittest.School, "第"+strings.Repeat("一", i+1)+"个"))
		}
		district := w.As(w.Officer(accredittest.District))
		order := func(places ...int) (in []accredit.RecommendationInput) {
			for i, p := range places {
				x := accredit.RecommendationInput{Application: list[i].ID, Place: p}
				if p == 0 {
					x.Reason = "开课不足两期"
				}
				in = append(in, x)
			}
			return in
		}
		send := func(in []accredit.RecommendationInput) error {
			return w.Recommend(district, w.call.ID, accredittest.District, in)
		}
		w.kind(send(order(1, 2, 3, 4, 5, 6, 7)), errs.Invalid, "seven of six")
		w.kind(send(order(1, 1)), errs.Invalid, "a place twice")
		w.kind(send(order(1, 3)), errs.Invalid, "a place left out")
		w.kind(send([]accredit.RecommendationInput{{Application: list[0].ID}}), errs.Invalid, "no reason")
		w.kind(w.Recommend(w.As(w.Officer(accredittest.District2)), w.call.ID, accredittest.District, nil), errs.Forbidden, "another district")
		w.must(send(order(2, 1, 3, 4, 5, 6, 0)))
		mine, err := w.Application(w.As(w.Staff(accredittest.School)), list[6].ID)
		if err != nil || mine.Recommendation != nil {
			t.Errorf("the applicant sees the draft: %+v, %v", mine.Recommendation, err)
		}
		w.must(w.SendRecommendations(district, w.call.ID, accredittest.District))
		if n, err := w.RecommendLeft(district, w.call.ID, accredittest.District); err != nil || n != 0 {
			t.Errorf("left %d, %v", n, err)
		}
		mine, err = w.Application(w.As(w.Staff(accredittest.School)), list[6].ID)
		if err != nil || mine.State != "not_recommended" || mine.Recommendation.Reason != "开课不足两期" {
			t.Errorf("not recommended: %+v, %v", mine, err)
		}
		w.kind(w.move(w.Officer(accredittest.District), list[7].ID, "recommend"), errs.Conflict, "one more than the quota")
		w.must(w.move(w.Officer(accredittest.District), list[6].ID, "reconsider"))
		w.must(w.MoveApplication(w.As(w.Staff(accredittest.School)), list[0].ID, "withdraw", "停办"))
		w.must(w.Recommend(district, w.call.ID, accredittest.District, []accredit.RecommendationInput{{Application: list[6].ID, Place: 2}}))
	})
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		a := w.begin(accredittest.School, "故事")
		staff := w.As(w.Staff(a.OrgID))
		for _, bad := range []string{"", "ftp://example.org/x", "https://", "javascript:alert(1)", "https://me:secret@example.org/"} {
			_, err := w.AddLink(staff, a.ID, "1.2", "p12_link", "作品", bad)
			w.kind(err, errs.Invalid, bad)
		}
		link, err := w.AddLink(staff, a.ID, "1.2", "p12_link", "作品", "https://example.org/works")
		w.must(err)
		file, err := w.AddFile(staff, a.ID, "1.1", "p11_outline", "大纲.pdf", []byte("%PDF-1.7"))
		w.must(err)
		_, err = w.AddFile(staff, a.ID, "1.1", "p11_outline", "大纲.exe", []byte("MZ"))
		w.kind(err, errs.Invalid, "a type that is not allowed")
		content, media, name, err := w.File(staff, a.ID, file.Digest)
		if err != nil || string(content) != "%PDF-1.7" || media != "application/pdf" || name != "大纲.pdf" {
			t.Errorf("file %q %s %s, %v", content, media, name, err)
		}
		other := w.begin(accredittest.School2, "别的")
		_, _, _, err = w.File(w.As(w.Staff(accredittest.School2)), other.ID, file.Digest)
		w.kind(err, errs.NotFound, "a file of another application")
		w.kind(w.RemoveEvidence(staff, a.ID, link.ID, ""), errs.Invalid, "removed without a reason")
		w.must(w.RemoveEvidence(staff, a.ID, link.ID, "网页已关闭"))
		w.kind(w.RemoveEvidence(staff, a.ID, link.ID, "再来"), errs.NotFound, "removed twice")
		w.kind(w.VerifyEvidence(w.As(w.Officer(accredittest.Street)), a.ID, file.ID, "exists", ""), errs.NotFound, "verified before it was submitted")
		for range 9 {
			_, err = w.AddFile(staff, a.ID, "1.1", "p11_outline", "更多.pdf", []byte("%PDF-more"))
			w.must(err)
		}
		_, err = w.AddFile(staff, a.ID, "1.1", "p11_outline", "更多.pdf", []byte("%PDF-more"))
		w.kind(err, errs.Conflict, "an eleventh file")
	})
}

// Who took part in an application is what experts' conflicts are found from.
func TestSubjectNamesWhoTookPart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		a := w.checked(accredittest.School, "故事")
		s, err := w.Subject(w.Program(), a.ID)
		w.must(err)
		want := []string{w.Officer(accredittest.District).ID, w.Officer(accredittest.Street).ID, w.Staff(accredittest.School).ID}
		if s.OrgID != accredittest.School || s.AreaID != accredittest.Street || !slices.Equal(s.Staff, want) {
			t.Errorf("subject %+v, want staff %v", s, want)
		}
	})
}

func TestListsPageAndSort(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		for _, title := range []string{"丙", "甲", "乙", "100%", "a_b"} {
			w.begin(accredittest.School, title)
		}
		office := w.As(accredittest.Office)
		for _, sort := range []string{"", "-code", "title", "-title", "state", "-since", "due", "district"} {
			var paged, whole []string
			all, err := w.Applications(office, accredit.Filter{Sort: sort})
			w.must(err)
			for _, a := range all {
				whole = append(whole, a.ID)
			}
			for f := (accredit.Filter{Sort: sort, Limit: 2}); ; {
				page, err := w.Applications(office, f)
				w.must(err)
				for _, a := range page {
					paged = append(paged, a.ID)
				}
				if len(page) < f.Limit {
					break
				}
				f.After = page[len(page)-1].ID
			}
			if !slices.Equal(paged, whole) || len(whole) != 5 {
				t.Errorf("by %q: pages %v, whole %v", sort, paged, whole)
			}
		}
		for text, want := range map[string]int{"甲": 1, "%": 1, "_": 1, "A_B": 1, "jy-2026": 5, `\`: 0} {
			list, err := w.Applications(office, accredit.Filter{Text: text})
			if err != nil || len(list) != want {
				t.Errorf("%q finds %d, %v; want %d", text, len(list), err, want)
			}
		}
		_, err := w.Applications(office, accredit.Filter{Sort: "reason; DROP TABLE application"})
		w.kind(err, errs.Invalid, "an order that is none")
		if list, err := w.Applications(office, accredit.Filter{Area: accredittest.District2}); err != nil || len(list) != 0 {
			t.Errorf("another district has %d, %v", len(list), err)
		}
	})
}

// What was in time and is sent back after the call has closed keeps the days the
// street had, however often it is put aside; then it ends.
func TestSentBackAfterTheCallClosed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		a, never := w.submitted(accredittest.School, "故事"), w.begin(accredittest.School2, "没写完")
		w.Travel(30)
		w.Move(w.call.ID, "close")
		if x := w.read(never.ID).State; x != "withdrawn" {
			t.Errorf("never submitted: %s", x)
		}
		w.must(w.move(w.Officer(accredittest.Street), a.ID, "verify_back"))
		due := w.read(a.ID).Due
		for range 3 {
			w.must(w.move(w.Staff(a.OrgID), a.ID, "assess"))
			w.must(w.move(w.Staff(a.OrgID), a.ID, "rewrite"))
		}
		if x := w.read(a.ID); x.Due != due || due != "2026-04-09" { // five working days after 1 April; the 6th is a holiday
			t.Errorf("due %s, first %s", x.Due, due)
		}
		w.Day(due)
		w.must(w.move(w.Staff(a.OrgID), a.ID, "assess"))
		w.Travel(1)
		w.kind(w.move(w.Staff(a.OrgID), a.ID, "submit_street"), errs.Conflict, "submitted a day late")
		if n, err := w.Expire(w.Program()); err != nil || n != 1 || w.read(a.ID).State != "withdrawn" {
			t.Errorf("expired %d, %v", n, err)
		}
	})
}

// Who is declined reads why, also where the district had drafted no order.
func TestDeclinedWithAReason(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		a := w.verified(accredittest.School, "故事")
		district := w.As(w.Officer(accredittest.District))
		w.kind(w.MoveApplication(district, a.ID, "decline", ""), errs.Invalid, "declined without a reason")
		w.must(w.MoveApplication(district, a.ID, "decline", "开课不足两期"))
		mine, err := w.Application(w.As(w.Staff(a.OrgID)), a.ID)
		if err != nil || mine.Recommendation == nil || mine.Recommendation.Yes || mine.Recommendation.Reason != "开课不足两期" {
			t.Errorf("declined: %+v, %v", mine.Recommendation, err)
		}
	})
}
