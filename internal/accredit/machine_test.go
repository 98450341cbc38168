package accredit_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/accredittest"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// A run of the state machine fills a database of its own: a few say enough.
func TestMain(m *testing.M) {
	flag.Parse()
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "rapid.checks" })
	if !set {
		_ = flag.Set("rapid.checks", "3")      // the flags are there: rapid is imported
		_ = flag.Set("rapid.shrinktime", "5s") // a step takes milliseconds
	}
	os.Exit(m.Run())
}

const quota = 2 // of each district, in the machine's call

// Whatever people do in whatever order: only lawful moves are made, a district
// never recommends more than its quota, there is one supplement, what was frozen
// stays, a withdrawal releases, and every version is kept (P1.7).
func TestInvariantsOfApplications(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		postgres := d.SQLitePath() == ""
		rapid.Check(t, func(rt *rapid.T) {
			if d = dbtest.SQLite(t); postgres {
				d = dbtest.Postgres(t)
			}
			m := newMachine(t, rt, d)
			for range rapid.IntRange(20, 90).Draw(rt, "steps") {
				m.step()
				m.check()
			}
			if err := d.Close(); err != nil {
				rt.Fatal(err)
			}
		})
	})
}

// machine does what comes to people's minds, and remembers what it saw.
type machine struct {
	*town
	rt       *rapid.T
	ids      []string
	titles   int
	released map[string]int
	frozen   map[string][]accredit.Figure
	claims   map[string][]accredit.Claim
	events   map[string][]accredit.Event
}

func newMachine(t *testing.T, rt *rapid.T, d *db.DB) *machine {
	w := accredittest.New(t, d, func(p *pack.Pack) {
		p.Awards = slices.Clone(p.Awards)
		for i := range p.Awards {
			p.Awards[i].Recommend.Quota = quota
		}
	})
	m := &machine{town: &town{World: w, call: w.Opened(programme)}, rt: rt, released: map[string]int{}, frozen: map[string][]accredit.Figure{},
		claims: map[string][]accredit.Claim{}, events: map[string][]accredit.Event{}}
	w.OnEffect("release", func(_ context.Context, _ *sql.Tx, _ accredit.Call, id string) error {
		m.released[id]++
		return nil
	})
	return m
}

func (m *machine) pick(label string, list ...string) string {
	return rapid.SampledFrom(list).Draw(m.rt, label)
}

// lawful lets pass what a person may be told; anything else is a fault.
func (m *machine) lawful(err error) {
	m.rt.Helper()
	if err != nil && errs.KindOf(err) == errs.Internal {
		m.rt.Fatalf("%+v", err)
	}
}

func (m *machine) anyone() account.Actor {
	return rapid.SampledFrom([]account.Actor{m.Staff(accredittest.School), m.Staff(accredittest.School2), m.Officer(accredittest.Street),
		m.Officer(accredittest.District), m.Officer(accredittest.District2), m.Officer(accredittest.Street2), accredittest.Technical, accredittest.Office}).Draw(m.rt, "who")
}

func (m *machine) step() {
	what := m.pick("act", "begin", "write", "prepare", "prepare", "prepare", "move", "move", "recommend", "recommend", "figures", "gate", "days", "close")
	if len(m.ids) == 0 {
		what = "begin"
	}
	switch what {
	case "begin":
		m.titles++
		org := m.pick("org", accredittest.School, accredittest.School2)
		a, err := m.Begin(m.As(m.Staff(org)), accredit.NewApplication{CallID: m.call.ID, OrgID: org, Title: fmt.Sprintf("第%d号", m.titles)})
		if m.lawful(err); err == nil {
			m.ids = append(m.ids, a.ID)
		}
	case "figures":
		m.Figures.Values["sessions"] = fmt.Sprint(rapid.IntRange(0, 99).Draw(m.rt, "sessions"))
	case "days":
		m.Travel(rapid.IntRange(1, 9).Draw(m.rt, "days"))
		_, err := m.Expire(m.Program())
		m.lawful(err)
	case "close":
		m.lawful(m.MoveCall(m.As(accredittest.Office), m.call.ID, "close", ""))
	case "recommend":
		m.recommend()
	default:
		m.one(what, m.read(m.pick("application", m.ids...)))
	}
}

// one does something with one application.
func (m *machine) one(what string, a accredit.Application) {
	switch what {
	case "write":
		_, err := m.Claim(m.As(m.anyone()), a.ID, m.pick("leaf", "1.1", "1.2", "2.1"), m.pick("level", "A", "B"), m.pick("text", "甲", "乙", "丙"),
			int64(rapid.IntRange(0, 3).Draw(m.rt, "version")))
		m.lawful(err)
	case "gate":
		m.lawful(m.ConfirmGate(m.As(m.anyone()), a.ID, "spread", rapid.Bool().Draw(m.rt, "holds"), "看过"))
	case "move":
		flow, err := m.call.Machine("application")
		m.lawful(err)
		var codes []string
		for _, v := range flow.Definition().Moves {
			codes = append(codes, v.Code)
		}
		m.lawful(m.move(m.anyone(), a.ID, m.pick("move", codes...)))
	case "prepare":
		m.forward(a)
	}
}

// forward does what its desk is asked to do.
func (m *machine) forward(a accredit.Application) {
	staff := m.Staff(a.OrgID)
	switch a.State {
	case "applying":
		if a.Submitted.IsZero() {
			m.fillSome(a)
		}
		m.lawful(m.move(staff, a.ID, "assess"))
	case "self_assessed":
		m.lawful(m.move(staff, a.ID, "submit_street"))
	case "verifying":
		for _, e := range m.dossier(a.ID).Evidence {
			if e.Figure == nil {
				m.lawful(m.VerifyEvidence(m.As(m.Officer(m.streetOf(a))), a.ID, e.ID, accredit.VerdictExists, ""))
			}
		}
		m.lawful(m.move(m.Officer(m.streetOf(a)), a.ID, "verify"))
	case "recommending":
		m.lawful(m.move(m.Officer(a.District), a.ID, "recommend"))
	case "formal_check":
		m.lawful(m.move(accredittest.Technical, a.ID, m.pick("verdict", "accept", "ask_supplement", "ask_supplement", "reject")))
	case "supplement":
		m.lawful(m.move(staff, a.ID, "supplement"))
	}
}

// fillSome fills what is missing, whoever wrote before.
func (m *machine) fillSome(a accredit.Application) {
	ctx := m.As(m.Staff(a.OrgID))
	c, err := m.Completeness(ctx, a.ID)
	m.lawful(err)
	d := m.dossier(a.ID)
	for _, x := range c.Missing {
		switch x.Kind {
		case accredit.MissingText:
			_, err = m.SetContent(ctx, a.ID, x.Code, "2024-03-01", 0)
		case accredit.MissingClaim:
			_, err = m.Claim(ctx, a.ID, x.Code, "A", "有记录", d.Claims[x.Code].Version)
		case accredit.MissingEvidence:
			_, err = m.AddFile(ctx, a.ID, x.Leaf, x.Code, "佐证.pdf", []byte("%PDF-"+x.Code))
		}
		m.lawful(err)
	}
}

// recommend drafts and sends what lies with a district, more than it may.
func (m *machine) recommend() {
	district := rapid.SampledFrom([]int64{accredittest.District, accredittest.District2}).Draw(m.rt, "district")
	ctx := m.As(m.Officer(district))
	list, err := m.Applications(ctx, accredit.Filter{Call: m.call.ID, State: "recommending", Area: district})
	m.lawful(err)
	left, err := m.RecommendLeft(ctx, m.call.ID, district)
	m.lawful(err)
	place := quota - left
	var in []accredit.RecommendationInput
	for _, a := range list {
		x := accredit.RecommendationInput{Application: a.ID, Reason: "理由"}
		if rapid.Bool().Draw(m.rt, "yes") {
			place++
			x.Place = place
		}
		in = append(in, x)
	}
	m.lawful(m.Recommend(ctx, m.call.ID, district, in))
	if rapid.Bool().Draw(m.rt, "send") {
		m.lawful(m.SendRecommendations(ctx, m.call.ID, district))
	}
}

// check compares what is there with what was, and with the rules.
func (m *machine) check() {
	sent := map[int64]int{}
	for _, id := range m.ids {
		d := m.dossier(id)
		m.checkMoves(d)
		m.checkKept(d)
		if d.Supplements > 1 {
			m.rt.Fatalf("%s was sent back %d times", d.Code, d.Supplements)
		}
		if r := d.Recommendation; r != nil && r.Yes && !slices.Contains([]string{"recommending", "not_recommended", "withdrawn", "cancelled"}, d.State) {
			sent[d.District]++
		}
	}
	for district, n := range sent {
		if n > quota {
			m.rt.Fatalf("district %d recommended %d, its quota is %d", district, n, quota)
		}
	}
}

// checkMoves follows an application from its beginning: each move leads on from
// where the one before led, as the workflow says.
func (m *machine) checkMoves(d accredit.Dossier) {
	flow, err := m.call.Machine("application")
	m.lawful(err)
	events, err := m.ApplicationEvents(m.Program(), d.ID)
	m.lawful(err)
	at, withdrawn := "", 0
	for i, e := range events {
		v, ok := flow.Move(e.Move)
		if i == 0 && (e.Move != "begin" || e.To != flow.Definition().Start) || i > 0 && (!ok || !slices.Contains(v.From, e.From) || v.To != e.To) || e.From != at {
			m.rt.Fatalf("%s: unlawful move %+v after %s", d.Code, e, at)
		}
		if at = e.To; slices.Contains(v.Does, "release") {
			withdrawn++
		}
	}
	if at != d.State || withdrawn != m.released[d.ID] {
		m.rt.Fatalf("%s is %s, its moves lead to %s; released %d, want %d", d.Code, d.State, at, m.released[d.ID], withdrawn)
	}
	if st, _ := flow.State(d.State); st.Desk != d.Desk || st.Days > 0 && d.Due == "" {
		m.rt.Fatalf("%s: desk %s, due %s in %s", d.Code, d.Desk, d.Due, d.State)
	}
	if was := m.events[d.ID]; was != nil {
		m.same(d.Code+" moves", cmp.Diff(was, events[:min(len(was), len(events))]))
	}
	m.events[d.ID] = events
}

// checkKept sees that versions are only added and frozen figures never change.
func (m *machine) checkKept(d accredit.Dossier) {
	all, err := m.History(m.Program(), d.ID)
	m.lawful(err)
	was := m.claims[d.ID]
	for _, c := range was {
		if !slices.Contains(all, c) {
			m.rt.Fatalf("%s: version %+v is gone", d.Code, c)
		}
	}
	next := map[string]int64{}
	for _, c := range all {
		if next[c.Leaf]++; c.Version != next[c.Leaf] {
			m.rt.Fatalf("%s: versions of %s are not 1, 2, 3 …", d.Code, c.Leaf)
		}
	}
	m.claims[d.ID] = all
	if d.Submitted.IsZero() {
		return
	}
	var figures []accredit.Figure
	for _, e := range d.Evidence {
		if e.Figure != nil {
			figures = append(figures, *e.Figure)
		}
	}
	if len(figures) == 0 {
		m.rt.Fatalf("%s has no figures", d.Code)
	}
	if old, ok := m.frozen[d.ID]; ok {
		m.same(d.Code+" figures", cmp.Diff(old, figures))
	}
	m.frozen[d.ID] = figures
}

func (m *machine) same(what, diff string) {
	if diff != "" {
		m.rt.Fatalf("%s changed:\n%s", what, diff)
	}
}

// Two districts' officers at once, and one of them twice: the quota holds.
func TestQuotaHoldsWhenManySendAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accredittest.New(t, d, func(p *pack.Pack) {
			p.Awards = slices.Clone(p.Awards)
			for i := range p.Awards {
				p.Awards[i].Recommend.Quota = 1
			}
		})
		m := &town{World: w, call: w.Opened(programme)}
		a, b := m.verified(accredittest.School, "甲"), m.verified(accredittest.School, "乙")
		done := make(chan error)
		for _, id := range []string{a.ID, b.ID} {
			go func() {
				ctx := m.As(m.Officer(accredittest.District))
				err := m.Recommend(ctx, m.call.ID, accredittest.District, []accredit.RecommendationInput{{Application: id, Place: 1}})
				done <- errors.Join(err, m.SendRecommendations(ctx, m.call.ID, accredittest.District))
			}()
		}
		<-done
		<-done
		if n := w.Int(`SELECT count(*) FROM application WHERE state = 'formal_check'`); n != 1 {
			t.Errorf("%d went on, the quota is 1", n)
		}
	})
}
