package form

import (
	"math/big"
	"strings"

	"xuedu/internal/pack"
)

// cells counts what a unit types and what is computed of a field; of a
// repeating form for one line.
func (f Form) cells(fd pack.Field) (typed, computed int64) {
	for _, r := range rowsOf(&f.Form) {
		switch f.Form.Origin(r, fd) {
		case pack.CellNone:
		case pack.CellTyped:
			typed++
		default:
			computed++
		}
	}
	return typed, computed
}

// rowsOf returns the rows of a form; one line stands for those of a register.
func rowsOf(f *pack.Form) []pack.Row {
	if f.Rows.Kind == "repeating" {
		return []pack.Row{{}}
	}
	return f.FixedRows()
}

// BurdenOf returns what f costs a unit; rows is the number of lines of a
// repeating form, and means nothing for others. Minutes count typed cells
// alone, at the estimate that the form itself declares.
func BurdenOf(f Form, rows int) Burden {
	var b Burden
	for _, fd := range f.Fields {
		t, c := f.cells(fd)
		b.Typed, b.Computed = b.Typed+t, b.Computed+c
	}
	if f.Rows.Kind == "repeating" {
		b.Typed, b.Computed = b.Typed*int64(rows), b.Computed*int64(rows)
	}
	b.Minutes = Minutes(b.Typed, f.CellMinutes)
	return b
}

// Minutes is the estimate for so many typed cells, exact: "12.5".
func Minutes(cells int64, each string) string {
	per, ok := new(big.Rat).SetString(each)
	if !ok {
		return "0"
	}
	s := per.Mul(per, new(big.Rat).SetInt64(cells)).FloatString(4)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// basis is why a field may be asked: its own reason, or that of the form.
func (f Form) basis(fd pack.Field) pack.Text {
	if len(fd.Basis) > 0 {
		return fd.Basis
	}
	return f.Basis
}

// until is the last day a field may be asked: its own, or that of the form.
func (f Form) until(fd pack.Field) string {
	if fd.Until != "" && (f.Head.Until == "" || fd.Until < f.Head.Until) {
		return fd.Until
	}
	return f.Head.Until
}
