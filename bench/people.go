package main

import (
	"fmt"
	"strconv"
	"time"

	"xuedu/internal/disclosure"
	"xuedu/internal/release"
)

// peopleRelease counts people in a city of four levels, by eight ages, in two
// years, for so many measures: nearly a million cells of which every twentieth
// stands for few people. Everything adds up, over areas and ages.
func peopleRelease(measures int) *release.Release {
	b := &peopleTable{r: &release.Release{Format: release.Format, Version: "1.0.0", Period: "2024"}, up: map[string]string{}, value: map[release.Key]int64{}, rng: 1}
	b.area("0", "")
	for d := range 16 {
		district := b.area(fmt.Sprintf("%02d", d), "0")
		for s := range 21 {
			street := b.area(fmt.Sprintf("%s%02d", district, s), district)
			for c := range 22 {
				b.leaves = append(b.leaves, b.area(fmt.Sprintf("%s%02d", street, c), street))
			}
		}
	}
	for m := range measures {
		b.measure(fmt.Sprintf("P%d", m))
	}
	for k, n := range b.value {
		b.r.Cells = append(b.r.Cells, release.Cell{Code: k.Code, Area: k.Area, Period: k.Period, Slice: k.Slice, State: "value", Value: strconv.FormatInt(n, 10)})
	}
	b.r.Sort()
	return b.r
}

type peopleTable struct {
	r      *release.Release
	up     map[string]string
	leaves []string
	value  map[release.Key]int64
	rng    uint32
}

func (b *peopleTable) area(code, parent string) string {
	b.r.Areas, b.up[code] = append(b.r.Areas, release.Area{Code: code, Parent: parent}), parent
	return code
}

// next is a number below n, the same in every run.
func (b *peopleTable) next(n uint32) int64 {
	b.rng = b.rng*1664525 + 1013904223
	return int64((b.rng >> 8) % n)
}

func (b *peopleTable) measure(code string) {
	d := release.Definition{Code: code, Formula: "people." + code, Kind: release.KindPersons, By: "age"}
	for s := range 8 {
		d.Slices = append(d.Slices, release.Slice{Code: "a" + strconv.Itoa(s)})
	}
	b.r.Measures = append(b.r.Measures, d)
	for _, period := range []string{"2023", "2024"} {
		for _, leaf := range b.leaves {
			for _, s := range d.Slices {
				n := 5 + b.next(200)
				if b.next(10) == 0 {
					n = b.next(6)
				}
				for a := leaf; a != ""; a = b.up[a] {
					b.value[release.Key{Code: code, Area: a, Period: period, Slice: s.Code}] += n
					b.value[release.Key{Code: code, Area: a, Period: period}] += n
				}
			}
		}
	}
}

// protected hides what such a release would tell about few people.
func (x *reportsReport) protected() error {
	r := peopleRelease(7)
	return x.step(fmt.Sprintf("people in a release of %s cells protected", grouped(len(r.Cells))), time.Minute, func() (int, error) {
		rep, err := disclosure.Protect(r, nil, disclosure.Rules{})
		if err == nil && len(rep.Small) == 0 {
			err = fmt.Errorf("nothing is hidden")
		}
		return 0, err
	})
}
