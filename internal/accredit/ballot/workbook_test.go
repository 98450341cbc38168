package ballot_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"xuedu/internal/accredit/ballot"
	"xuedu/internal/accredit/ballot/ballottest"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

// book writes out what seat 1 judges and opens it.
func book(t *testing.T, w *ballottest.World) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	must(t, w.Service.Export(w.Seat(1), "call", "zh-CN", &b))
	f, err := excelize.OpenReader(&b)
	must(t, err)
	t.Cleanup(func() { must(t, f.Close()) })
	return f
}

func set(t *testing.T, f *excelize.File, page, cell, v string) {
	t.Helper()
	must(t, f.SetCellStr(page, cell, v))
}

func send(t *testing.T, w *ballottest.World, f *excelize.File, seat int) (ballot.Loaded, error) {
	t.Helper()
	b, err := f.WriteToBuffer()
	must(t, err)
	return w.Service.Import(w.Seat(seat), b.Bytes(), "zh-CN")
}

// TestWorkbookComesBack: what was filled in is taken, what was not changed is
// left alone; columns J, K and L are level, comment and notes.
func TestWorkbookComesBack(t *testing.T) {
	t.Parallel()
	w := ballottest.New(t, dbtest.SQLite(t))
	f := book(t, w)
	if got, err := send(t, w, f, 1); err != nil || got.Marks != 0 || len(got.Faults) != 0 {
		t.Fatalf("an untouched file: %+v, %v", got, err)
	}
	set(t, f, "JY-2025-0001", "J5", "良")
	set(t, f, "JY-2025-0001", "K5", "内容有出处")
	set(t, f, "JY-2025-0002", "J6", "A")
	got, err := send(t, w, f, 1)
	if err != nil || got.Marks != 2 || len(got.Faults) != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	sh, err := w.Service.Sheet(w.Seat(1), ballottest.ID(1, 1))
	must(t, err)
	if m := sh.Marks["1.1"]; m.Level != "B" || m.Comment != "内容有出处" {
		t.Errorf("%+v", m)
	}
}

// TestWorkbookWithFaults: with a single fault nothing is written, and each is
// named and marked.
func TestWorkbookWithFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(t *testing.T, w *ballottest.World, f *excelize.File)
		cell   string
		text   string
	}{
		"level":   {func(t *testing.T, _ *ballottest.World, f *excelize.File) { set(t, f, "JY-2025-0001", "J6", "很好") }, "J6", "等级"},
		"row cut": {func(t *testing.T, _ *ballottest.World, f *excelize.File) { must(t, f.RemoveRow("JY-2025-0001", 7)) }, "B4", "2.1"},
		"strange": {func(t *testing.T, _ *ballottest.World, f *excelize.File) { set(t, f, "JY-2025-0001", "A6", "9.9#0") }, "B6", "没有这一项"},
		"meanwhile": {func(t *testing.T, w *ballottest.World, f *excelize.File) {
			_, err := w.Service.Mark(w.Seat(1), ballottest.ID(1, 1), ballot.Mark{Leaf: "1.2", Level: "C"})
			must(t, err)
			set(t, f, "JY-2025-0001", "J6", "优")
		}, "B6", "改过"},
		"submitted": {func(t *testing.T, w *ballottest.World, f *excelize.File) {
			w.Submitted("A")
			set(t, f, "JY-2025-0001", "J6", "差")
		}, "B2", "不能再改"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ballottest.New(t, dbtest.SQLite(t))
			f := book(t, w)
			set(t, f, "JY-2025-0002", "J5", "优")
			c.change(t, w, f)
			got, err := send(t, w, f, 1)
			must(t, err)
			found := false
			for _, x := range got.Faults {
				found = found || x.Cell == c.cell && strings.Contains(x.Text, c.text)
			}
			if !found || len(got.Marked) == 0 {
				t.Errorf("faults %+v", got.Faults)
			}
			sh, err := w.Service.Sheet(w.Seat(1), ballottest.ID(1, 2))
			must(t, err)
			if len(sh.Marks) != 0 {
				t.Error("half of it was written")
			}
		})
	}
}

func TestWorkbookOfSomebodyElse(t *testing.T) {
	t.Parallel()
	w := ballottest.New(t, dbtest.SQLite(t))
	f := book(t, w)
	if _, err := send(t, w, f, 2); errs.KindOf(err) != errs.NotFound {
		t.Error(err)
	}
	other := excelize.NewFile()
	defer other.Close()
	_, err := send(t, w, other, 1)
	wantKey(t, err, "ballot.book.none")
	wantKey(t, w.Service.Export(w.Office(), "call", "zh-CN", &bytes.Buffer{}), "ballot.not_found")
}
