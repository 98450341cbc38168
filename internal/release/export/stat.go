package export

import (
	"encoding/json"
	"slices"
	"strconv"

	"xuedu/internal/formula"
	"xuedu/internal/release"
)

// Stat is the cells as JSON-stat 2.0: a collection with one dataset for each
// measure that has cells, since measures differ in unit and in what they are
// broken down by. Status holds the state of every cell that is not simply a
// value; what has neither was not asked for. Cause, coverage and the fraction
// before rounding stand under extension, by the number of the cell.
func Stat(r *release.Release) ([]byte, error) {
	x, items := release.NewIndex(r), []object{}
	for from := 0; from < len(r.Cells); {
		to := from
		for to < len(r.Cells) && r.Cells[to].Code == r.Cells[from].Code {
			to++
		}
		items = append(items, dataset(r, x, r.Cells[from:to]))
		from = to
	}
	return encode(object{"version": "2.0", "class": "collection", "label": first(r.Title, r), "updated": r.Frozen, "source": first(r.Publisher, r),
		"link": object{"item": items}, "extension": object{"version": r.Version, "stage": r.Stage, "title": r.Title, "languages": r.Languages}})
}

// axis is a dimension: its categories in their order.
type axis struct {
	ids   []string
	place map[string]int
}

func newAxis(cells []release.Cell, of func(release.Cell) string) *axis {
	a := &axis{place: map[string]int{}}
	for _, c := range cells {
		a.place[of(c)] = 0
	}
	for id := range a.place {
		a.ids = append(a.ids, id)
	}
	slices.Sort(a.ids)
	for i, id := range a.ids {
		a.place[id] = i
	}
	return a
}

func sliceOf(c release.Cell) string {
	if c.Slice == "" {
		return Total
	}
	return c.Slice
}

func dataset(r *release.Release, x *release.Index, cells []release.Cell) object {
	d, _ := x.Definition(cells[0].Code)
	areas, periods, cuts := newAxis(cells, func(c release.Cell) string { return c.Area }), newAxis(cells, func(c release.Cell) string { return c.Period }), newAxis(cells, sliceOf)
	value, status, more := make([]any, len(areas.ids)*len(periods.ids)*len(cuts.ids)), object{}, beside{}
	for _, c := range cells {
		at := (areas.place[c.Area]*len(periods.ids)+periods.place[c.Period])*len(cuts.ids) + cuts.place[sliceOf(c)]
		if c.Value != "" {
			value[at] = json.Number(c.Value)
		}
		if c.State != formula.Value.String() {
			status[strconv.Itoa(at)] = c.State
		}
		more.add(strconv.Itoa(at), c)
	}
	return object{"version": "2.0", "class": "dataset", "label": first(d.Name, r), "updated": r.Frozen, "source": first(r.Publisher, r),
		"id": []string{"code", "area", "period", "slice"}, "size": []int{1, len(areas.ids), len(periods.ids), len(cuts.ids)},
		"role": object{"metric": []string{"code"}, "geo": []string{"area"}, "time": []string{"period"}}, "value": value, "status": status,
		"dimension": object{"code": metric(r, d), "area": dimension(areas, func(id string) string { a, _ := x.Area(id); return first(a.Name, r) }),
			"period": dimension(periods, func(id string) string { return id }), "slice": dimension(cuts, func(id string) string { return cutName(r, d, id) })},
		"extension": object{"name": d.Name, "note": d.Note, "kind": d.Kind, "by": d.By, "definition": d.Version, "cells": more}}
}

// beside is what JSON-stat has no place for, by the name of the column in the
// table of cells and by the number of the cell.
type beside map[string]object

func (b beside) add(at string, c release.Cell) {
	for name, v := range map[string]string{"cause": c.Cause, "exact": c.Exact} {
		if v != "" {
			b.put(name, at, v)
		}
	}
	for name, n := range map[string]int32{"expected": c.Expected, "reported": c.Reported} {
		if n != 0 {
			b.put(name, at, n)
		}
	}
}

func (b beside) put(name, at string, v any) {
	if b[name] == nil {
		b[name] = object{}
	}
	b[name][at] = v
}

func metric(r *release.Release, d release.Definition) object {
	return object{"category": object{"index": []string{d.Code}, "label": object{d.Code: first(d.Name, r)},
		"unit": object{d.Code: object{"label": first(d.UnitName, r), "decimals": d.Places, "code": d.Unit}}}}
}

func dimension(a *axis, label func(id string) string) object {
	labels := object{}
	for _, id := range a.ids {
		labels[id] = label(id)
	}
	return object{"category": object{"index": a.ids, "label": labels}}
}

func cutName(r *release.Release, d release.Definition, id string) string {
	for _, s := range d.Slices {
		if s.Code == id {
			return first(s.Name, r)
		}
	}
	return id
}
