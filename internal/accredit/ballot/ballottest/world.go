// Package ballottest makes a call that is being judged, for tests of ballots
// and their pages: the community projects of Beijing, two applications, six
// experts, of whom five judge each.
package ballottest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/accredittest"
	"xuedu/internal/accredit/ballot"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
	"xuedu/packs"
)

// Noon is when the tests play: a Monday.
var Noon = time.Date(2025, 10, 13, 4, 0, 0, 0, time.UTC)

// World is the call with its experts. It is the ballots' panel and their
// register of calls; what experts write stands in the database.
type World struct {
	T       testing.TB
	DB      *db.DB
	Pack    *pack.Pack
	Service *ballot.Service
	C       accredit.Call
	Apps    []accredit.Application
	Hidden  map[string]bool // assignments that a conflict hides
}

// New makes the world in d.
func New(t testing.TB, d *db.DB) *World {
	t.Helper()
	fsys, err := packs.Open("beijing-2021")
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatalf("%+v", err)
	}
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, _ := p.AwardProgramme("community-project")
	w := &World{T: t, DB: d, Pack: p, Hidden: map[string]bool{}}
	w.C = accredit.Call{ID: "call", Code: "2025-JY-1", Title: a.Name, State: "reviewing", Rules: accredit.Rules{Programme: a},
		Timeline: []accredit.Stage{{Code: "desk_review", From: "2025-10-09", To: "2025-10-30"}}}
	for i, title := range []string{"胡同里的京剧课", "运河边的非遗工坊"} {
		w.Apps = append(w.Apps, accredit.Application{ID: fmt.Sprint("app", i+1), CallID: "call", Code: fmt.Sprint("JY-2025-000", i+1), Title: title, State: "desk_review",
			OrgID: "org-secret", AreaID: 7, CreatedBy: "account-secret"})
	}
	for e := range 6 {
		w.Exec(`INSERT INTO seat (call_id, expert_id, place, panel, state, draw_id, reason, at) VALUES ('call', $1, $2, 0, 'seated', '', '', $3)`, expertID(e), e+1, Noon)
		for i := range w.Apps {
			if e < 5 || i == 1 && e == 5 {
				w.Exec(`INSERT INTO assignment (id, call_id, application_id, code, expert_id, state, anchor, pinned, kind, reason, author, created_at)
					VALUES ($1, 'call', $2, $3, $4, 'open', 0, 0, '', '', '', $5)`, ID(e+1, i+1), w.Apps[i].ID, w.Apps[i].Code, expertID(e), Noon)
			}
		}
	}
	w.Service = ballot.New(ballot.Deps{DB: d, Panel: seats{w}, Calls: w, Texts: b, Now: func() time.Time { return Noon }})
	return w
}

// ID is the assignment of a seat and an application, both from 1.
func ID(seat, app int) string { return fmt.Sprintf("s%d-a%d", seat, app) }

func expertID(i int) string { return fmt.Sprint("x", i+1) }

// Seat acts as the expert of a seat, from 1.
func (w *World) Seat(n int) context.Context {
	return account.With(w.T.Context(), account.Actor{ID: fmt.Sprint("x", n), Name: "专家", Grants: []account.Grant{{Role: account.RoleExpert}}})
}

// Office acts as the technical body.
func (w *World) Office() context.Context {
	return account.With(w.T.Context(), account.Actor{ID: "office", Name: "李岚", Grants: []account.Grant{{Role: account.RoleTechnical}}})
}

// Exec runs a statement.
func (w *World) Exec(query string, args ...any) {
	w.T.Helper()
	if _, err := w.DB.Write.ExecContext(w.T.Context(), query, args...); err != nil {
		w.T.Fatal(err)
	}
}

// Fill marks every item of an assignment with a level.
func (w *World) Fill(seat, app int, level string) {
	w.T.Helper()
	var list []ballot.Mark
	for _, l := range w.C.Rules.Programme.Leaves() {
		list = append(list, ballot.Mark{Leaf: l.Code, Level: level, Comment: "席位" + fmt.Sprint(seat) + "：材料与台账一致，居民参与面广，建议补充青年人参与的情况。"})
	}
	if err := w.Service.MarkAll(w.Seat(seat), ID(seat, app), list); err != nil {
		w.T.Fatal(err)
	}
}

// Submitted fills and submits the ballots of the first application.
func (w *World) Submitted(levels ...string) {
	w.T.Helper()
	for i, level := range levels {
		w.Fill(i+1, 1, level)
		if err := w.Service.Submit(w.Seat(i+1), ID(i+1, 1)); err != nil {
			w.T.Fatal(err)
		}
	}
}

func (w *World) list(ctx context.Context, cond string, arg any) ([]ballot.Assignment, error) {
	rows, err := w.DB.Read.QueryContext(ctx, `SELECT a.id, a.call_id, a.application_id, a.code, a.expert_id, a.state, s.place FROM assignment a
		JOIN seat s ON s.call_id = a.call_id AND s.expert_id = a.expert_id WHERE `+cond+` ORDER BY a.code, s.place, a.id`, arg)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ballot.Assignment
	for rows.Next() {
		var a ballot.Assignment
		var place int
		if err := rows.Scan(&a.ID, &a.CallID, &a.ApplicationID, &a.Application, &a.ExpertID, &a.State, &place); err != nil {
			return nil, err
		}
		a.Seat = fmt.Sprintf("E%02d", place)
		out = append(out, a)
	}
	return out, rows.Err()
}

// Mine implements ballot.Panel.
func (w *World) Mine(ctx context.Context) ([]ballot.Assignment, error) {
	list, err := w.list(ctx, "a.expert_id = $1 AND a.state IN ('open', 'submitted')", account.From(ctx).ID)
	return slices.DeleteFunc(list, func(a ballot.Assignment) bool { return w.Hidden[a.ID] }), err
}

// Assignment implements ballot.Panel.
func (w *World) Assignment(ctx context.Context, id string) (ballot.Assignment, error) {
	list, err := w.Mine(ctx)
	for _, a := range list {
		if a.ID == id {
			return a, err
		}
	}
	return ballot.Assignment{}, errs.New(errs.NotFound, "panel.not_found")
}

// OfCall implements ballot.Calls.
func (w *World) OfCall(context.Context, string) ([]accredit.Application, error) { return w.Apps, nil }

// seats is the world as ballot.Panel.
type seats struct{ *World }

// OfCall implements ballot.Panel.
func (s seats) OfCall(ctx context.Context, callID string) ([]ballot.Assignment, error) {
	return s.list(ctx, "a.call_id = $1", callID)
}

// Submit implements ballot.Panel.
func (w *World) Submit(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `UPDATE assignment SET state = 'submitted' WHERE id = $1`, id)
	return err
}

// Reopen implements ballot.Panel.
func (w *World) Reopen(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `UPDATE assignment SET state = 'open' WHERE id = $1`, id)
	return err
}

// End ends an assignment as a conflict does.
func (w *World) End(id string) {
	w.T.Helper()
	err := w.DB.InTx(w.T.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(w.T.Context(), `UPDATE assignment SET state = 'recused' WHERE id = $1`, id); err != nil {
			return err
		}
		return w.Service.Seal(w.T.Context(), tx, id)
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// Call implements ballot.Calls.
func (w *World) Call(context.Context, string) (accredit.Call, error) { return w.C, nil }

// Application implements ballot.Calls.
func (w *World) Application(_ context.Context, id string) (accredit.Application, error) {
	for _, a := range w.Apps {
		if a.ID == id {
			return a, nil
		}
	}
	return accredit.Application{}, errs.New(errs.NotFound, "accredit.no_application")
}

// DossierFor implements ballot.Calls.
func (w *World) DossierFor(ctx context.Context, id string) (accredit.Dossier, error) {
	a, err := w.Application(ctx, id)
	d := accredit.Dossier{Application: a, Rules: w.C.Rules, Content: map[string]string{"summary": "面向社区居民的京剧入门课，十二堂身段课、三场汇报演出。"}, Claims: map[string]accredit.Claim{}}
	for _, l := range w.C.Rules.Programme.Leaves() {
		d.Claims[l.Code] = accredit.Claim{Leaf: l.Code, Level: "B", Reason: "年轻人偏少，已增晚间班。", Author: "account-secret"}
		d.Evidence = append(d.Evidence,
			accredit.Evidence{ID: "f" + l.Code, Leaf: l.Code, Kind: "figure", Author: "account-secret", Figure: &accredit.Figure{Code: "participants", Name: pack.Text{"zh-CN": "参与居民", "en": "Residents taking part"},
				Unit: pack.Text{"zh-CN": "人", "en": "people"}, Period: "2024", State: "reported", Value: "1846", Before: "1203", Definition: "第 3 版", Sources: []string{"96 次课的点名台账"}, FrozenAt: Noon}},
			accredit.Evidence{ID: "e" + l.Code, Leaf: l.Code, Kind: "file", Label: "双职工家庭周末班的做法.pdf", Digest: "d1", Media: "application/pdf", Size: 1_200_000, Verdict: "exists", Author: "account-secret"})
	}
	return d, err
}

// FileFor implements ballot.Calls.
func (w *World) FileFor(_ context.Context, _, digest string) ([]byte, string, string, error) {
	if digest != "d1" {
		return nil, "", "", errs.New(errs.NotFound, "accredit.no_evidence")
	}
	return []byte("%PDF-1.4"), "application/pdf", "双职工家庭周末班的做法.pdf", nil
}

// Days is the official calendar of the pack.
func (w *World) Days() *calendar.Calendar { return accredittest.Calendar(w.Pack) }
