package draw

import (
	"encoding/binary"
	"slices"
	"strings"

	"xuedu/internal/errs"
)

// kind is the entries that belong to the same bounded groups: for the bounds
// one is like the other.
type kind struct {
	groups []int // numbers of groups
	left   int   // not yet passed
}

// taking is a walk along the order.
type taking struct {
	groups []Group
	kinds  []kind
	of     map[string]int // token to kind
	need   int            // entries still to be taken
	taken  []int          // by group
}

// seats is how many are taken: all, where there are fewer than seats.
func (m Manifest) seats() int { return min(m.Seats, len(m.Entries)) }

func (m Manifest) taking(groups []Group) *taking {
	t := &taking{groups: groups, of: map[string]int{}, need: m.seats(), taken: make([]int, len(groups))}
	byKey := map[string]int{}
	for _, e := range m.Entries {
		var in []int
		for i, g := range groups {
			if slices.Contains(e.Groups, g.Code) {
				in = append(in, i)
			}
		}
		key := pack(in)
		n, ok := byKey[key]
		if !ok {
			n = len(t.kinds)
			byKey[key] = n
			t.kinds = append(t.kinds, kind{groups: in})
		}
		t.kinds[n].left++
		t.of[e.Token] = n
	}
	return t
}

// pack writes small numbers as a key.
func pack(ns []int) string {
	b := make([]byte, 0, 2*len(ns))
	for _, n := range ns {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return string(b)
}

// take walks the order: an entry is taken if all bounds can still be met with
// it. What is skipped keeps its place on the waiting list.
func (m Manifest) take(sorted []Entry) []string {
	t, taken := m.taking(m.Groups), []string{}
	for _, e := range sorted {
		k := t.of[e.Token]
		t.kinds[k].left--
		if t.need == 0 {
			break
		}
		t.add(k, 1)
		if t.possible() {
			taken = append(taken, e.Token)
		} else {
			t.add(k, -1)
		}
	}
	return taken
}

// add takes n entries of a kind.
func (t *taking) add(k, n int) {
	t.need -= n
	for _, g := range t.kinds[k].groups {
		t.taken[g] += n
	}
}

// possible reports whether the entries left can fill what is needed within all
// bounds. The answer is exact; what was found impossible is not tried twice.
func (t *taking) possible() bool {
	for i, g := range t.groups {
		if g.Most > 0 && t.taken[i] > g.Most {
			return false
		}
	}
	reach := t.reach()
	return t.search(0, reach, map[string]bool{})
}

// reach says for each kind from which on how many entries, in all and of each
// group, the kinds from there on still have.
func (t *taking) reach() [][]int {
	n := len(t.groups)
	r := make([][]int, len(t.kinds)+1)
	r[len(t.kinds)] = make([]int, n+1)
	for k := len(t.kinds) - 1; k >= 0; k-- {
		r[k] = slices.Clone(r[k+1])
		r[k][n] += t.kinds[k].left
		for _, g := range t.kinds[k].groups {
			r[k][g] += t.kinds[k].left
		}
	}
	return r
}

func (t *taking) search(k int, reach [][]int, dead map[string]bool) bool {
	if t.need > reach[k][len(t.groups)] {
		return false
	}
	for i, g := range t.groups {
		if t.taken[i]+min(reach[k][i], t.need) < g.Least {
			return false
		}
	}
	if t.need == 0 || k == len(t.kinds) {
		return t.need == 0
	}
	key := pack(append([]int{k, t.need}, t.taken...))
	if dead[key] {
		return false
	}
	for n := t.room(k); n >= 0; n-- {
		t.add(k, n)
		ok := t.search(k+1, reach, dead)
		t.add(k, -n)
		if ok {
			return true
		}
	}
	dead[key] = true
	return false
}

// room is how many of a kind can be taken at most.
func (t *taking) room(k int) int {
	n := min(t.kinds[k].left, t.need)
	for _, i := range t.kinds[k].groups {
		if g := t.groups[i]; g.Most > 0 {
			n = min(n, g.Most-t.taken[i])
		}
	}
	return n
}

// feasible fails with Invalid where the bounds cannot be met, and names the
// smallest set of groups that contradict each other or the entries.
func (m Manifest) feasible() error {
	if m.taking(m.Groups).possible() {
		return nil
	}
	groups := slices.Clone(m.Groups)
	for i := 0; i < len(groups); {
		if less := slices.Delete(slices.Clone(groups), i, i+1); !m.taking(less).possible() {
			groups = less
		} else {
			i++
		}
	}
	var codes []string
	for _, g := range groups {
		codes = append(codes, g.Code)
	}
	return &errs.Error{Kind: errs.Invalid, Key: "draw.infeasible", Field: "groups",
		Args: []any{"Groups", strings.Join(codes, ", "), "Seats", m.seats()}}
}
