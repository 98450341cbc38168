package disclosure_test

import (
	"fmt"
	"strconv"

	"pgregory.net/rapid"

	"xuedu/internal/release"
)

// grid is a table of people: areas in a tree, slices, periods; every whole is
// the sum of its parts.
type grid struct {
	areas   []release.Area
	slices  []string // "" first
	periods []string
	value   map[release.Key]int64
	order   []release.Key
}

const code = "P"

func (g *grid) key(area, period, slice string) release.Key {
	return release.Key{Code: code, Area: area, Period: period, Slice: slice}
}

// leaves are the areas that have none below.
func (g *grid) leaves() (out []string) {
	has := map[string]bool{}
	for _, a := range g.areas {
		has[a.Parent] = true
	}
	for _, a := range g.areas {
		if !has[a.Code] {
			out = append(out, a.Code)
		}
	}
	return out
}

// add puts people into a leaf and everything above it.
func (g *grid) add(area, period, slice string, n int64) {
	up := map[string]string{}
	for _, a := range g.areas {
		up[a.Code] = a.Parent
	}
	for a := area; a != ""; a = up[a] {
		for _, s := range distinct("", slice) {
			g.value[g.key(a, period, s)] += n
			if len(period) > 4 {
				g.value[g.key(a, period[:4], s)] += n
			}
		}
	}
}

func distinct(a, b string) []string {
	if a == b {
		return []string{a}
	}
	return []string{a, b}
}

// release is the grid as it would be published without protection.
func (g *grid) release() *release.Release {
	d := release.Definition{Code: code, Formula: "participants", Kind: release.KindPersons, By: "age"}
	r := &release.Release{Format: release.Format, Version: "1.0.0", Period: "2025", Areas: g.areas}
	for _, s := range g.slices {
		if s != "" {
			d.Slices = append(d.Slices, release.Slice{Code: s})
		}
	}
	r.Measures = []release.Definition{d}
	for k, v := range g.value {
		r.Cells = append(r.Cells, release.Cell{Code: k.Code, Area: k.Area, Period: k.Period, Slice: k.Slice, State: "value", Value: strconv.FormatInt(v, 10)})
	}
	r.Sort()
	for _, c := range r.Cells {
		g.order = append(g.order, c.Key())
	}
	return r
}

// anyGrid draws a table: up to three levels of areas, slices and quarters.
func anyGrid(t *rapid.T) *grid {
	g := &grid{areas: []release.Area{{Code: "0", Level: "city"}}, slices: []string{""}, periods: []string{"2025"}, value: map[release.Key]int64{}}
	for d := range rapid.IntRange(1, 4).Draw(t, "districts") {
		code := "0" + strconv.Itoa(d)
		g.areas = append(g.areas, release.Area{Code: code, Level: "district", Parent: "0"})
		for s := range rapid.IntRange(0, 3).Draw(t, "streets") {
			g.areas = append(g.areas, release.Area{Code: code + strconv.Itoa(s), Level: "street", Parent: code})
		}
	}
	for s := range rapid.IntRange(0, 3).Draw(t, "slices") {
		g.slices = append(g.slices, "s"+strconv.Itoa(s))
	}
	if rapid.Bool().Draw(t, "quarters") {
		g.periods = []string{"2025-Q1", "2025-Q2"}
	}
	most := int64(rapid.SampledFrom([]int{3, 9, 40}).Draw(t, "most"))
	for _, a := range g.leaves() {
		for _, p := range g.periods {
			for _, s := range g.leafSlices() {
				g.add(a, p, s, rapid.Int64Range(0, most).Draw(t, fmt.Sprint(a, p, s)))
			}
		}
	}
	return g
}

func (g *grid) leafSlices() []string {
	if len(g.slices) > 1 {
		return g.slices[1:]
	}
	return g.slices
}

// sums are all relations of a grid: a whole and what adds up to it.
func (g *grid) sums() (out [][]release.Key) {
	for k := range g.value {
		areas, parts, times := []release.Key{k}, []release.Key{k}, []release.Key{k}
		for _, a := range g.areas {
			if a.Parent == k.Area {
				areas = append(areas, g.key(a.Code, k.Period, k.Slice))
			}
		}
		for _, s := range g.slices {
			if k.Slice == "" && s != "" {
				parts = append(parts, g.key(k.Area, k.Period, s))
			}
		}
		for _, p := range g.periods {
			if len(k.Period) == 4 && len(p) > 4 {
				times = append(times, g.key(k.Area, p, k.Slice))
			}
		}
		for _, row := range [][]release.Key{areas, parts, times} {
			if len(row) > 1 {
				out = append(out, row)
			}
		}
	}
	return out
}
