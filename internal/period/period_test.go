package period_test

import (
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/period"
)

func TestKindAndAdd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		kind period.Kind
		n    int
		want string
	}{
		{"2024", period.Year, -1, "2023"},
		{"2024-Q1", period.Quarter, -1, "2023-Q4"},
		{"2024-Q3", period.Quarter, 2, "2025-Q1"},
		{"2024-01", period.Month, -1, "2023-12"},
		{"2024-12", period.Month, 1, "2025-01"},
		{"2024-03-05..2024-04-10", period.Range, 1, ""},
		{"2024-03-05", period.Range, 1, ""},
		{"1900", period.Year, -1, ""},
	} {
		p, err := period.Parse(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := p.Add(tt.n)
		if p.Kind() != tt.kind || got.Name != tt.want {
			t.Errorf("%s: kind %s, Add(%d) = %q; want %s, %q", tt.name, p.Kind(), tt.n, got.Name, tt.kind, tt.want)
		}
	}
}

// Going forward and back comes back, and neighbours touch without a gap.
func TestAddProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`20[0-9]{2}(-Q[1-4]|-0[1-9]|-1[0-2])?`).Draw(t, "name")
		p, err := period.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		n := rapid.IntRange(-40, 40).Draw(t, "n")
		q, ok := p.Add(n)
		if !ok {
			t.Fatalf("%s + %d is no period", name, n)
		}
		if back, _ := q.Add(-n); back != p {
			t.Errorf("%s + %d − %d = %s", name, n, n, back.Name)
		}
		next, _ := q.Add(1)
		if period.DayOf(q.To.Time().AddDate(0, 0, 1)) != next.From {
			t.Errorf("%s ends %s, %s begins %s", q.Name, q.To, next.Name, next.From)
		}
	})
}
