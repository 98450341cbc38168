package decide_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/accredittest"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/accredit/score"
	"xuedu/internal/area"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/draw/register"
)

// world is a call that the experts have judged.
type world struct {
	*accredittest.World
	s       *decide.Service
	call    accredit.Call
	ballots []score.Ballot
	granted []decide.Awarded
	judges  []string
}

// mark is what every expert of the fixture finds of all leaves.
type mark = string

// judged makes a call with two places whose applications got these levels
// from five experts, and leaves it at the end of the review.
func judged(t *testing.T, d *db.DB, levels ...mark) *world {
	t.Helper()
	w := &world{World: accredittest.New(t, d)}
	w.s = decide.New(decide.Deps{DB: d, Calls: w.Service, Draws: register.New(register.Deps{DB: d, Now: w.Now}),
		Tree: func() *area.Tree { return w.Tree }, Days: func() *calendar.Calendar { return w.Calendar },
		Zone: func() *time.Location { return w.Pack.Zone() }, Key: make([]byte, 32), Now: w.Now,
		Ballots: func(context.Context, string) ([]score.Ballot, error) { return w.ballots, nil },
		Judges:  func(context.Context, string) ([]string, error) { return w.judges, nil },
		Grant: func(_ context.Context, _ *sql.Tx, list []decide.Awarded) error {
			w.granted = append(w.granted, list...)
			return nil
		},
		Keep: w.Files.Put})
	for _, name := range []string{"ballots_in", "discussions_closed", "visits_done", "visits_asked"} {
		w.OnGuard(name, func(context.Context, accredit.Call, string) (string, error) { return "", nil })
	}
	c := w.Opened("community-project", func(n *accredit.NewCall) { n.Places = 2 })
	w.Exec(`UPDATE award_call SET state = 'reviewing' WHERE id = $1`, c.ID)
	w.call = w.Reload(c.ID)
	for i, level := range levels {
		id, code := fmt.Sprint("app-", i+1), fmt.Sprintf("T-%04d", i+1)
		w.Exec(`INSERT INTO application (id, call_id, code, object, org_id, area_id, district, title, channel, award_id, gates, state, desk, since, due, supplements, version, created_by, created_at)
			VALUES ($1, $2, $3, 'project', $4, $5, $6, $7, 'self', '', '[]', 'desk_review', 'city', $8, '', 0, 1, $9, $8)`,
			id, c.ID, code, accredittest.School, accredittest.Street, accredittest.District, fmt.Sprint("项目", i+1), w.Clock, "s-org-1")
		for e := range 5 {
			b := score.Ballot{Application: code, Expert: fmt.Sprintf("E%02d", e+1), Levels: map[string]string{}}
			for _, l := range w.call.Rules.Programme.Leaves() {
				b.Levels[l.Code] = level
			}
			w.ballots = append(w.ballots, b)
		}
	}
	return w
}

// deliberating moves the call on to its meeting.
func (w *world) deliberating() {
	w.Move(w.call.ID, "shortlist")
	w.Move(w.call.ID, "deliberate")
}

// voters are the five members of the panel.
func voters() []decide.Member {
	var list []decide.Member
	for i := range 5 {
		list = append(list, decide.Member{AccountID: fmt.Sprint("v", i+1), Name: fmt.Sprint("评委", i+1), Present: true})
	}
	return list
}

// met holds the meeting: every member says yes to these applications.
func (w *world) met(yes ...string) string {
	w.T.Helper()
	id := w.convened()
	w.voted(id, yes...)
	w.readAgain()
	w.ok(w.s.Close(w.office(), id))
	return id
}

// readAgain gives every application near the line its second reading.
func (w *world) readAgain() {
	w.T.Helper()
	list, err := w.s.Outcomes(w.office(), w.call.ID)
	w.ok(err)
	for _, o := range list {
		if o.Grey {
			w.ok(w.s.Read(w.office(), w.call.ID, o.ApplicationID, decide.Keeps, "复读后维持"))
		}
	}
}

func (w *world) convened() string {
	w.T.Helper()
	id, err := w.s.Convene(w.office(), decide.NewMeeting{CallID: w.call.ID, Day: "2026-03-02", Members: voters()})
	w.ok(err)
	return id
}

func (w *world) voted(meeting string, yes ...string) {
	w.T.Helper()
	apps, err := w.OfCall(w.Program(), w.call.ID)
	w.ok(err)
	for _, m := range voters() {
		choices := map[string]string{}
		for _, a := range apps {
			if a.State != "deliberation" {
				continue
			}
			choices[a.ID] = decide.No
			for _, y := range yes {
				if y == a.ID {
					choices[a.ID] = decide.Yes
				}
			}
		}
		w.ok(w.s.Vote(w.office(), meeting, m.AccountID, choices))
	}
}

func (w *world) office() context.Context  { return w.As(accredittest.Office) }
func (w *world) leading() context.Context { return w.As(accredittest.Leading) }
func (w *world) handler() context.Context { return w.As(accredittest.Handler) }
func (w *world) public() context.Context  { return w.As(account.Actor{}) }

func (w *world) ok(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatalf("%+v", err)
	}
}

func (w *world) state(id string) string {
	w.T.Helper()
	return w.Text(`SELECT state FROM application WHERE id = $1`, id)
}
