package statistic_test

import (
	"testing"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/formula"
	"xuedu/internal/period"
	"xuedu/internal/statistic"
	. "xuedu/internal/statistic/statistictest"
)

// What a street and a district hold themselves is in their summaries, so that
// the city's sum is what the registers hold (P2.3).
func TestSummariesHoldWhatIsTheirsAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := New(t, d)
		all := int64(5 + 2)
		for i, a := range Communities {
			w.Counted.Set("met", "indoors", a, int64(10+i))
			all += int64(10 + i)
		}
		w.Counted.Set("met", "indoors", Street, 5)
		w.Counted.Set("met", "indoors", District, 2)
		w.Send()
		must(t, w.HandIn(North, 1, 1))
		must(t, w.Accept(Base, North))
		if x := w.SheetOf(Sum, Street).Cells[Key("indoors", "met")]; x.Num != 15 {
			t.Errorf("the street after one return: %+v, want its 5 and the return's 10", x)
		}
		for _, a := range Communities[1:] {
			must(t, w.HandIn(a, 1, 1))
			must(t, w.Accept(Base, a))
		}
		for _, row := range []string{"indoors", "total"} {
			if x := w.SheetOf(Sum, City).Cells[Key(row, "met")]; x.Num != all || x.State != formula.Value {
				t.Errorf("%s of the city %+v, want %d", row, x, all)
			}
		}
	})
}

// In a pilot, what does not add up cannot be told of an area that is asked in
// part only.
func TestPilotTellsNothingOfTheRest(t *testing.T) {
	t.Parallel()
	w := New(t, dbtest.SQLite(t))
	w.Counted.Set("people", "indoors", Street, 7)
	w.Counted.Set("people", "indoors", City, 70)
	f, err := w.Forms.Current(w.Program(), Base)
	must(t, err)
	var at period.Period = Quarter
	_, err = w.SendOrder(w.As(Boss), statistic.Order{FormID: f.ID, Period: at, AreaID: Street}, nil)
	must(t, err)
	if x := w.SheetOf(Sum, Street).Cells[Key("indoors", "people")]; x.State != formula.Value || x.Num != 7 {
		t.Errorf("the pilot itself: %+v", x)
	}
	if x := w.SheetOf(Sum, City).Cells[Key("indoors", "people")]; x.State != formula.NotComputable {
		t.Errorf("the city around it: %+v", x)
	}
}
