package statistichttp_test

import (
	"database/sql"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
)

// Pages of the desk in a city of 16 districts, 343 streets and 7,535
// communities, each of which owes six forms.
func BenchmarkDesk(b *testing.B) {
	w := newWorld(b)
	c := w.send()
	crowd(b, w)
	id := c.ID
	for _, x := range []struct {
		name, target string
		who          account.Actor
	}{
		{"city returns", "/desk/returns", city},
		{"city all", "/desk/returns?which=all", city},
		{"city matrix", "/desk/collections/" + id + "?area=110000000000", city},
		{"city collections", "/desk/collections", city},
		{"city chase", "/desk/collections/" + id + "/chase?area=110000000000", city},
		{"district returns", "/desk/returns", actor("d", account.RoleDistrict, 100)},
		{"district matrix", "/desk/collections/" + id, actor("d", account.RoleDistrict, 100)},
		{"street returns", "/desk/returns", actor("s", account.RoleStreet, 200)},
		{"community returns", "/desk/returns", actor("w", account.RoleCommunity, 1000)},
	} {
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
				rec := httptest.NewRecorder()
				r := httptest.NewRequest("GET", x.target, nil)
				w.h.ServeHTTP(rec, r.WithContext(audit.With(account.With(r.Context(), x.who), audit.Who{Actor: x.who.ID})))
				if rec.Code != 200 {
					b.Fatalf("%s: %d", x.target, rec.Code)
				}
			}
		})
	}
}

// crowd grows the city and its collection to the size of a real one.
func crowd(b *testing.B, w *world) {
	list := []area.Area{*w.tree.At(0)}
	add := func(id int64, level area.Level, parent int64) {
		list = append(list, area.Area{ID: id, Code: fmt.Sprintf("%012d", id), Name: fmt.Sprint("区域", id), Level: level, ParentID: parent})
	}
	for i := range int64(16) {
		add(100+i, area.District, 1)
	}
	for i := range int64(343) {
		add(200+i, area.Street, 100+i%16)
	}
	for i := range int64(7535) {
		add(1000+i, area.Community, 200+i%343)
	}
	err := w.db.InBulk(b.Context(), func(tx *sql.Tx, put db.CopyFunc) error {
		var areas [][]any
		for _, a := range list[1:] {
			areas = append(areas, []any{a.ID, a.Code, string(a.Level), "", ""})
		}
		if err := put("area", []string{"id", "code", "level", "valid_from", "valid_to"}, areas); err != nil {
			return err
		}
		return fillCollections(b, tx, put)
	})
	if err != nil {
		b.Fatal(err)
	}
	old := w.tree
	w.tree = area.NewTree(append(list, rest(old)...))
}

func rest(t *area.Tree) (out []area.Area) {
	for i := 1; i < t.Len(); i++ {
		out = append(out, *t.At(i))
	}
	return out
}

func fillCollections(b *testing.B, tx *sql.Tx, put db.CopyFunc) error {
	var first string
	if err := tx.QueryRowContext(b.Context(), "SELECT id FROM collection WHERE base_id = ''").Scan(&first); err != nil {
		return err
	}
	for n := range 6 {
		id := first
		if n > 0 {
			id = fmt.Sprint("c", n)
			if err := another(b, tx, id, fmt.Sprint("f", n), first); err != nil {
				return err
			}
		}
		var rows [][]any
		for i := range 7535 {
			x := [][3]string{{"sent", "unit", "2026-12-01"}, {"review", "parent", "2026-12-02"}, {"accepted", "", ""}, {"entering", "unit", "2026-11-20"}}[i%4]
			state, desk, due := x[0], x[1], x[2]
			var sub, ok any
			if i%4 == 1 || i%4 == 2 {
				sub = noon
			}
			if i%4 == 2 {
				ok = noon
			}
			rows = append(rows, []any{fmt.Sprint(id, "-", i), id, int64(1000 + i), state, desk, noon.Add(-time.Hour), due, int64(0), int64(1), sub, ok,
				int64(0), int64(0), int64(8), int64(2), int64(3), int64(1), int64(0), int64(0), int64(0), int64(0)})
		}
		err := put("form_return", []string{"id", "collection_id", "area_id", "state", "desk", "since", "due", "stale", "version", "submitted_at", "approved_at",
			"reminders", "escalated", "cells", "computed", "done", "expected", "reported", "flags", "flags_open", "revised"}, rows)
		if err != nil {
			return err
		}
	}
	return nil
}

// another makes a collection of the same period, of a form of its own.
func another(b *testing.B, tx *sql.Tx, id, form, like string) error {
	_, err := tx.ExecContext(b.Context(), `INSERT INTO form (id, code, version, number, organ, basis, approver, document, valid_from, valid_to, body, origin, state, reason, author, created_at)
		SELECT $1, $2, 1, number, organ, basis, approver, document, valid_from, valid_to, body, origin, state, reason, author, created_at
		FROM form WHERE id = (SELECT form_id FROM collection WHERE id = $3)`, form, form, like)
	if err == nil {
		_, err = tx.ExecContext(b.Context(), `INSERT INTO collection (id, form_id, period, area_id, base_id, due, state, version, sent_by, sent_at, changed)
			SELECT $1, $2, period, area_id, '', due, state, 0, sent_by, sent_at, 1 FROM collection WHERE id = $3`, id, form, like)
	}
	return err
}
