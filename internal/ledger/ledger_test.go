package ledger_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/i18n"
	"xuedu/internal/keys"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
)

var noon = time.Date(2024, 6, 1, 4, 0, 0, 0, time.UTC)

// The small city of the tests: two districts, a street each, communities, and
// one community that was split at the end of 2023.
const (
	west, east     = int64(4), int64(7) // communities
	eastStreet     = int64(6)
	ended, cityNow = int64(8), int64(1)
)

func testTree() *area.Tree {
	return area.NewTree([]area.Area{
		{ID: 1, Code: "110000000000", Name: "北京市", Level: area.City},
		{ID: 2, Code: "110101000000", Name: "东城区", Level: area.District, ParentID: 1},
		{ID: 3, Code: "110101001000", Name: "东华门街道", Level: area.Street, ParentID: 2},
		{ID: 4, Code: "110101001001", Name: "多福巷社区居委会", Level: area.Community, ParentID: 3},
		{ID: 5, Code: "110102000000", Name: "西城区", Level: area.District, ParentID: 1},
		{ID: 6, Code: "110102001000", Name: "西长安街街道", Level: area.Street, ParentID: 5},
		{ID: 7, Code: "110102001001", Name: "西黄城根南街社区居委会", Level: area.Community, ParentID: 6},
		{ID: 8, Code: "110102001009", Name: "旧社区居委会", Level: area.Community, ParentID: 6, ValidTo: "2024-01-01"},
		{ID: 9, Code: "110102001010", Name: "新社区居委会", Level: area.Community, ParentID: 6, ValidFrom: "2024-01-01"},
	})
}

func testPack() *pack.Pack {
	return &pack.Pack{Themes: []pack.Coded{{Code: "culture"}, {Code: "skills"}, {Code: "health"}}}
}

func testRing() *keys.Ring {
	return &keys.Ring{Pseudonym: []byte(strings.Repeat("p", 32)), Contact: []byte(strings.Repeat("c", 32)), Phone: []byte(strings.Repeat("t", 32))}
}

func newService(t testing.TB, d *db.DB) *ledger.Service {
	t.Helper()
	tree, p := testTree(), testPack()
	s := ledger.New(d, func() *area.Tree { return tree }, func() *pack.Pack { return p }, testRing(), func() time.Time { return noon })
	if err := s.SyncThemes(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func texts(t testing.TB, lang string) func(string, ...any) string {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return func(key string, args ...any) string { return b.T(lang, key, args...) }
}

func count(t testing.TB, d *db.DB, query string, args ...any) (n int64) {
	t.Helper()
	if err := d.Read.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// dump is what the ledger says, without the numbers that it gave.
func dump(t testing.TB, d *db.DB) []string {
	t.Helper()
	var out []string
	list := func(query string, n int) {
		rows, err := d.Read.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			cells := make([]any, n)
			for i := range cells {
				cells[i] = new(any)
			}
			if err := rows.Scan(cells...); err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, c := range cells {
				fmt.Fprintf(&b, "%v|", *c.(*any))
			}
			out = append(out, b.String())
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	list(`SELECT s.key, COALESCE(p.pseudonym, ''), a.rev, a.home_id, a.place_id, a.day, t.code, a.online, a.minutes, a.heads, COALESCE(r.reason, '')
		FROM attendance a JOIN session s ON s.id = a.session_id JOIN theme t ON t.id = a.theme_id
		LEFT JOIN person p ON p.id = a.person_id LEFT JOIN reversal r ON r.attendance_id = a.id ORDER BY 1, 2, 3`, 11)
	list(`SELECT p.pseudonym,
		COALESCE((SELECT c.birth_year FROM person_change c WHERE c.person_id = p.id ORDER BY c.id DESC LIMIT 1), p.birth_year),
		COALESCE((SELECT c.sex FROM person_change c WHERE c.person_id = p.id ORDER BY c.id DESC LIMIT 1), p.sex) FROM person p ORDER BY 1`, 3)
	return out
}
