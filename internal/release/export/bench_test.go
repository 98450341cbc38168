package export_test

import (
	"strconv"
	"testing"

	"xuedu/internal/release"
	"xuedu/internal/release/export"
)

// A release of a million cells is written in all formats.
func BenchmarkFiles(b *testing.B) {
	r := sample()
	r.Cells, r.Areas = nil, nil
	for a := range 1000 {
		code := strconv.Itoa(110000000000 + a)
		r.Areas = append(r.Areas, release.Area{Code: code, Level: "street", Name: text("街道"+code, "Street "+code)})
		for n := range 1000 {
			r.Cells = append(r.Cells, release.Cell{Code: r.Measures[n%2].Code, Area: code, Period: strconv.Itoa(1500 + n/2), State: "value", Value: "12.3", Exact: "37/3", Expected: 16, Reported: 15})
		}
	}
	r.Sort()
	for b.Loop() {
		if _, err := export.Files(r); err != nil {
			b.Fatal(err)
		}
	}
}
