package main

import (
	"crypto/ed25519"
	"fmt"
	"math/big"
	"time"

	"xuedu/internal/narrative"
	"xuedu/internal/release"
	"xuedu/internal/release/proof"
)

// largeRelease has about a million cells: every indicator in two years for each
// of so many areas, every other a fraction.
func largeRelease(areas, codes int) *release.Release {
	r := &release.Release{Format: release.Format, Series: "yearly", Area: "1", Period: "2024", Version: "1.0.0", Stage: release.Final, Frozen: "2025-03-01T02:00:00Z",
		Title: release.Text{"en": "Large"}, Publisher: release.Text{"en": "Bench"}, Languages: []string{"en"}, Words: map[string]release.Words{"en": {}}}
	for a := range areas {
		x := release.Area{Code: fmt.Sprint(110000 + a), Level: "community", Name: release.Text{"en": "Area"}, Parent: "110000"}
		if a == 0 {
			x.Parent, r.Area = "", x.Code
		}
		r.Areas = append(r.Areas, x)
	}
	for c := range codes {
		d := release.Definition{Code: fmt.Sprintf("X%02d", c), Name: release.Text{"en": "Indicator"}, Unit: "percent", Kind: release.KindRatio, Places: 1}
		r.Measures = append(r.Measures, d)
		for _, period := range []string{"2023", "2024"} {
			for a := range areas {
				cell := release.Cell{Code: d.Code, Area: r.Areas[a].Code, Period: period, State: "value", Value: fmt.Sprint(a + c), Expected: 40, Reported: 38}
				if a%2 == 1 {
					v := big.NewRat(int64(100*(a%77+1)), int64(a+c+200))
					if cell.Exact, cell.Value = v.RatString(), narrative.Round(v, d.Places); cell.Exact == cell.Value {
						cell.Exact = ""
					}
				}
				r.Cells = append(r.Cells, cell)
			}
		}
	}
	r.Sort()
	return r
}

// large checks a release of a million cells.
func (x *reportsReport) large() error {
	r := largeRelease(8000, 63)
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	pub := proof.PublicKey{ID: proof.KeyID(key.Public().(ed25519.PublicKey)), Key: key.Public().(ed25519.PublicKey), From: "2025-01-01T00:00:00Z"}
	sealed, err := proof.Seal(r, nil, key)
	if err != nil {
		return err
	}
	return x.step(fmt.Sprintf("a release of %s cells checked", grouped(len(r.Cells))), 5*time.Second, func() (int, error) {
		got := proof.Verify(sealed, []proof.PublicKey{pub})
		if !got.Agrees() {
			return 0, fmt.Errorf("%d findings: %v", len(got.Findings), got.Findings[0])
		}
		return len(sealed), nil
	})
}
