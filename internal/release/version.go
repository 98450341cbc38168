package release

import (
	"fmt"
	"slices"
)

// Change is what differs in one cell between two releases. Was or Is is nil
// where only one of them has it.
type Change struct {
	Key
	Was, Is *Cell
}

// Compare lists the cells that differ, in their order. Both are sorted.
func Compare(old, now *Release) (out []Change) {
	i, j := 0, 0
	for i < len(old.Cells) || j < len(now.Cells) {
		switch {
		case j == len(now.Cells) || i < len(old.Cells) && old.Cells[i].Key().Compare(now.Cells[j].Key()) < 0:
			out = append(out, Change{Key: old.Cells[i].Key(), Was: &old.Cells[i]})
			i++
		case i == len(old.Cells) || old.Cells[i].Key().Compare(now.Cells[j].Key()) > 0:
			out = append(out, Change{Key: now.Cells[j].Key(), Is: &now.Cells[j]})
			j++
		default:
			if old.Cells[i] != now.Cells[j] {
				out = append(out, Change{Key: old.Cells[i].Key(), Was: &old.Cells[i], Is: &now.Cells[j]})
			}
			i, j = i+1, j+1
		}
	}
	return out
}

// Next is the version of now after old: the first number where a cell or a
// definition that was there is gone or means something else, the second where
// something was added, the third where only values differ. The first release is
// 1.0.0.
func Next(old, now *Release) string {
	if old == nil {
		return "1.0.0"
	}
	var major, minor, patch int
	if _, err := fmt.Sscanf(old.Version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		return "1.0.0"
	}
	changes := Compare(old, now)
	switch {
	case slices.ContainsFunc(changes, func(c Change) bool { return c.Is == nil }) || redefined(old, now):
		return fmt.Sprintf("%d.0.0", major+1)
	case slices.ContainsFunc(changes, func(c Change) bool { return c.Was == nil }):
		return fmt.Sprintf("%d.%d.0", major, minor+1)
	}
	return fmt.Sprintf("%d.%d.%d", major, minor, patch+1)
}

// redefined reports whether something that both hold was computed otherwise.
func redefined(old, now *Release) bool {
	x := NewIndex(now)
	return slices.ContainsFunc(old.Measures, func(d Definition) bool {
		n, ok := x.Definition(d.Code)
		return ok && (n.Version != d.Version || n.Formula != d.Formula || n.Unit != d.Unit || n.Places != d.Places)
	})
}

// Vintage is a cell as one release of a series had it.
type Vintage struct {
	Version string
	Frozen  string
	Stage   string
	Cell    Cell
}

// Vintages is the triangle of one cell: how it stood in each release, the
// oldest first.
func Vintages(series []*Release, k Key) (out []Vintage) {
	for _, r := range series {
		i, ok := slices.BinarySearchFunc(r.Cells, k, func(c Cell, k Key) int { return c.Key().Compare(k) })
		if ok {
			out = append(out, Vintage{Version: r.Version, Frozen: r.Frozen, Stage: r.Stage, Cell: r.Cells[i]})
		}
	}
	return out
}
