package disclosure

import (
	"slices"

	"xuedu/internal/release"
)

// vintage is how earlier releases showed a cell.
type vintage struct {
	hidden   bool
	shown    string // version that shows the value as it is now
	fraction bool   // and its fraction
	changed  bool   // one shows another value; last is the newest
	last     string
}

// remember reads what earlier releases show of the cells, the oldest first. A
// value that was revised since is not taken to be known.
func (t *table) remember(earlier []*release.Release) {
	if len(earlier) == 0 {
		return
	}
	t.before = make([]vintage, len(t.r.Cells))
	for _, old := range earlier {
		if !slices.IsSortedFunc(old.Cells, byKey) {
			old = &release.Release{Version: old.Version, Period: old.Period, Cells: slices.SortedFunc(slices.Values(old.Cells), byKey)}
		}
		i, j := 0, 0
		for i < len(t.r.Cells) && j < len(old.Cells) {
			switch c := byKey(t.r.Cells[i], old.Cells[j]); {
			case c < 0:
				i++
			case c > 0:
				j++
			default:
				t.before[i].add(old, t.r.Cells[i], old.Cells[j])
				i, j = i+1, j+1
			}
		}
	}
	for v := range t.vars {
		t.recall(int32(v))
	}
}

func byKey(a, b release.Cell) int { return a.Key().Compare(b.Key()) }

func (b *vintage) add(old *release.Release, now, then release.Cell) {
	switch {
	case then.State == withheld:
		b.hidden = true
	case then.Value == "":
	case then.Value == now.Value || now.Value == "":
		b.shown, b.last = old.Period+" "+old.Version, then.Value
		b.fraction = b.fraction || then.Exact == now.Exact
	default:
		b.changed, b.last = true, then.Value
	}
}

func (t *table) shownBefore(cell int32) bool { return len(t.before) > 0 && t.before[cell].shown != "" }

// recall notes that readers know a figure from an earlier release.
func (t *table) recall(v int32) {
	x := &t.vars[v]
	seen := x.cell >= 0 && t.shownBefore(x.cell)
	x.sticky = x.cell >= 0 && t.before[x.cell].hidden && !seen
	for i := range t.echoes[v] {
		e := &t.echoes[v][i]
		b := t.before[e.cell]
		seen = seen || b.shown != "" && (e.scale == nil || !e.under && b.fraction)
	}
	if seen && !x.unknown {
		x.known, x.low, x.high = true, x.value, x.value
	}
}
