package statistic_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
	. "xuedu/internal/statistic/statistictest"
)

func must(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, err error,
) {
	t.Helper()
	if err != nil {
		t.Fatalf("%+v", err)
	}
}

func wantKind(t testing.TB, err error, k errs.Kind, what string) {
	t.Helper()
	if err == nil || errs.KindOf(err) != k {
		t.Errorf("%s: %v, want kind %v", what, err, k)
	}
}

// A form goes out to every area that owes it, with what the registers know.
func TestSend(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := New(t, d)
		w.Counted.Set("met", "indoors", North, 30)
		w.Counted.Set("met", "outdoors", North, 12)
		w.Counted.Set("people", "indoors", Street, 7)
		c := w.Send()
		list, err := w.Returns(w.As(Boss), statistic.ReturnQuery{Collection: c.ID})
		must(t, err)
		var areas []int64
		for _, r := range list {
			areas = append(areas, r.AreaID)
		}
		if !slices.Equal(areas, Communities) {
			t.Errorf("owed by %v, want %v", areas, Communities)
		}
		if c.Due != "2026-10-19" { // five working days after Monday the 12th
			t.Errorf("due %s", c.Due)
		}
		sh := w.SheetOf(Base, North)
		for k, want := range map[[2]string]int64{{"indoors", "met"}: 30, {"outdoors", "met"}: 12, {"total", "met"}: 42} {
			if x := sh.Cells[Key(k[0], k[1])]; x.Num != want || x.State != formula.Value || x.Origin != statistic.OriginDerived || !x.Locked {
				t.Errorf("%v = %+v, want %d derived and locked", k, x, want)
			}
		}
		if x := w.SheetOf(Sum, Street).Cells[Key("indoors", "people")]; x.Num != 7 {
			t.Errorf("people of the street = %+v, want 7, counted anew", x)
		}
		if r := w.Return(Sum, City); r.Expected != 5 || r.Reported != 0 {
			t.Errorf("the city waits for %d, has %d", r.Expected, r.Reported)
		}
		_, err = w.Service.Send(w.As(Boss), c.Form.ID, Quarter, nil)
		wantKind(t, err, errs.Conflict, "sent twice")
	})
}

// P2.3, Statistics Law: no form without its legal head, and nobody but the city.
func TestSendRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := New(t, d, func(p *pack.Pack) {
			f := p.Forms[0]
			f.Code, f.SummaryOf, f.Fields = "bare", "", slices.Clone(f.Fields[2:3])
			f.Fields[0].Code, f.Rules = "chairs", nil
			p.Forms = append(p.Forms, f)
		})
		bare, err := w.Forms.Current(w.Program(), "bare")
		must(t, err)
		_, err = w.Service.Send(w.As(Boss), bare.ID, Quarter, nil)
		wantKind(t, err, errs.Forbidden, "without a head")
		if n := w.Int("SELECT count(*) FROM collection") + w.Int("SELECT count(*) FROM form_return"); n != 0 {
			t.Errorf("%d rows were made", n)
		}
		base, err := w.Forms.Current(w.Program(), Base)
		must(t, err)
		_, err = w.Service.Send(w.As(w.Officer(District)), base.ID, Quarter, nil)
		wantKind(t, err, errs.Forbidden, "a district")
		w.Clock = w.Clock.AddDate(2, 0, 0)
		_, err = w.Service.Send(w.As(Boss), base.ID, Quarter, nil)
		wantKind(t, err, errs.Forbidden, "after its end")
	})
}

// One return from the first entry to the accepted summary of the city.
func TestLife(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := New(t, d)
		c := w.Send()
		for i, a := range Communities {
			must(t, w.HandIn(a, int64(10*(i+1)), 1))
			must(t, w.Accept(Base, a))
		}
		for _, a := range []int64{Street, Street2, Street3, District, District2, City} {
			if r := w.Return(Sum, a); r.State != "checked" {
				t.Fatalf("summary of %d is %s: %d of %d", a, r.State, r.Reported, r.Expected)
			}
			must(t, w.HandInSummary(a))
		}
		sh := w.SheetOf(Sum, City)
		if x := sh.Cells[Key("total", "places")]; x.Num != 155 || *x.Approved != 155 {
			t.Errorf("places of the city %+v, want 155", x)
		}
		if x := sh.Cells[Key("indoors", "money")]; x.Num != 15250 { // 10.50 + 20.50 + …
			t.Errorf("money of the city %+v, want 152.50", x)
		}
		must(t, w.MoveCollection(w.As(Boss), c.ID, "finish", ""))
		must(t, w.MoveCollection(w.As(Boss), c.ID, "publish", ""))
		wantKind(t, w.MoveCollection(w.As(Boss), c.ID, "revise", "again"), errs.Conflict, "a revision of nothing")
		releasedParts(t, w)
		reviseOne(t, w, c)
	})
}

// A release holds the city and its districts; what the city has is the sum of
// what they have (P2.3).
func releasedParts(t *testing.T, w *World) {
	t.Helper()
	list, err := w.Releases(w.T.Context(), w.Return(Sum, City).Collection.ID)
	must(t, err)
	r := list[0]
	var codes []string
	sum, whole := map[rule.Key]int64{}, map[rule.Key]int64{}
	add := func(into map[rule.Key]int64, cells []statistic.ReleasedCell) {
		for _, c := range cells {
			fd, _ := r.Collection.Form.Field(c.Field)
			if _, n, _, err := statistic.ParseEntry(fd, c.Value); err == nil && fd.Adds() {
				into[Key(c.Row, c.Field)] += n
			}
		}
	}
	add(whole, r.Cells)
	expected := 0
	for _, a := range r.Areas {
		codes = append(codes, a.Area)
		expected += a.Expected
		add(sum, a.Cells)
	}
	if r.Area != "110000000000" || !slices.Equal(codes, []string{"110108000000", "110114000000"}) || expected != r.Expected {
		t.Errorf("published of %s: %v, %d of %d", r.Area, codes, expected, r.Expected)
	}
	if diff := cmp.Diff(whole, sum); diff != "" || whole[Key("total", "places")] != 155 {
		t.Errorf("the districts do not make the city:\n%s", diff)
	}
}

// After approval a cell changes only where it was opened, with a reason; its
// ancestors alone are to be confirmed again; the revision says why in public.
func reviseOne(t *testing.T, w *World, c statistic.Collection) {
	t.Helper()
	r := w.Return(Base, North)
	unit, above := w.As(w.Unit(North)), w.As(w.Above(North))
	entry := []statistic.Entry{{Key: Key("indoors", "places"), Text: "１，２１０"}}
	_, err := w.Enter(unit, r.ID, r.Version, entry)
	if e, ok := errors.AsType[statistic.EntryErrors](err); !ok || len(e) != 1 {
		t.Errorf("entered after approval: %v", err)
	}
	must(t, w.Correct(above, r.ID, statistic.Correction{Keys: []rule.Key{Key("indoors", "places")}, Reason: "counted twice", AskedBy: "the street", Until: "2026-10-20"}))
	r = w.Return(Base, North)
	entry[0].Text = "12"
	_, err = w.Enter(unit, r.ID, r.Version, append(entry, statistic.Entry{Key: Key("outdoors", "places"), Text: "3"}))
	if e, ok := errors.AsType[statistic.EntryErrors](err); !ok || e[Key("outdoors", "places")] == nil || len(e) != 1 {
		t.Errorf("a cell that was not opened: %v", err)
	}
	_, err = w.Enter(unit, r.ID, r.Version, entry)
	must(t, err)
	for _, a := range []int64{Street, District, City, Street2, Street3, District2} {
		want := a == Street || a == District || a == City
		if s := w.Return(Sum, a); s.Stale != want || (s.State == "moved") != want {
			t.Errorf("summary of %d: stale %v in %s", a, s.Stale, s.State)
		}
	}
	if diff := w.SheetOf(Sum, City).Difference; len(diff.Cells) != 2 || diff.Share != "1.3" {
		t.Errorf("difference %+v, want 2 cells and 1.3 %%", diff)
	}
	wantKind(t, w.SignAndSubmit(w.Return(Sum, Street)), errs.Conflict, "a summary above an open correction")
	must(t, w.Move(unit, r.ID, "recheck", ""))
	must(t, w.SignAndSubmit(r))
	must(t, w.Accept(Base, North))
	for _, a := range []int64{Street, District, City} {
		must(t, w.HandInSummary(a))
	}
	wantKind(t, w.MoveCollection(w.As(Boss), c.ID, "revise", ""), errs.Invalid, "a revision without a reason")
	must(t, w.MoveCollection(w.As(Boss), c.ID, "revise", "one community had counted twice"))
	list, err := w.Releases(w.T.Context(), w.Return(Sum, City).Collection.ID)
	must(t, err)
	if len(list) != 2 || list[0].Reason != "one community had counted twice" || list[1].Version != 1 {
		t.Errorf("releases %+v", list)
	}
}
