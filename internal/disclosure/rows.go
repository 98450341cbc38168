package disclosure

import (
	"slices"
	"strings"
)

// sense is how the parts of a row compare with its whole.
type sense uint8

const (
	equal  sense = iota // the parts add up to the whole
	within              // they do not exceed it
	cover               // they reach it: people may be in several parts
)

// rows are the relations between variables, as compressed lists. The first
// variable of a row is its whole.
type rows struct {
	kind  []string
	sense []sense
	rest  []int64 // what the whole has beyond its parts
	start []int32
	vars  []int32

	of      []int32 // rows of each variable, from ofStart
	ofStart []int32
}

func (r *rows) len() int { return len(r.kind) }

func (r *rows) at(i int) []int32 { return r.vars[r.start[i]:r.start[i+1]] }

func (r *rows) add(kind string, s sense, rest int64, whole int32, parts ...int32) {
	if len(r.start) == 0 {
		r.start = append(r.start, 0)
	}
	r.kind, r.sense, r.rest = append(r.kind, kind), append(r.sense, s), append(r.rest, rest)
	r.vars = append(append(r.vars, whole), parts...)
	r.start = append(r.start, int32(len(r.vars)))
}

// index finds the rows of each variable.
func (r *rows) index(n int) {
	r.ofStart = make([]int32, n+1)
	for _, v := range r.vars {
		r.ofStart[v+1]++
	}
	for i := range n {
		r.ofStart[i+1] += r.ofStart[i]
	}
	r.of = make([]int32, len(r.vars))
	next := slices.Clone(r.ofStart)
	for i := range r.len() {
		for _, v := range r.at(i) {
			r.of[next[v]] = int32(i)
			next[v]++
		}
	}
}

func (r *rows) having(v int32) []int32 { return r.of[r.ofStart[v]:r.ofStart[v+1]] }

// relate finds what ties the variables together.
func (t *table) relate() {
	t.group(ByAreas, t.above)
	t.group(ByPeriods, t.longer)
	t.bySlices()
	t.byRanges()
	t.bySubsets()
	t.rows.index(len(t.vars))
}

// group puts variables below the whole that up finds for each.
func (t *table) group(kind string, up func(v int32) int32) {
	whole := make([]int32, len(t.vars))
	count := make([]int32, len(t.vars)+1)
	for v := range t.vars {
		if whole[v] = up(int32(v)); whole[v] >= 0 {
			count[whole[v]+1]++
		}
	}
	for i := range t.vars {
		count[i+1] += count[i]
	}
	below, next := make([]int32, count[len(t.vars)]), slices.Clone(count)
	for v, w := range whole {
		if w >= 0 {
			below[next[w]] = int32(v)
			next[w]++
		}
	}
	var all []family
	for w := range t.vars {
		if list := below[count[w]:count[w+1]]; len(list) > 0 {
			all = append(all, family{int32(w), list, t.vars[w].what})
		}
	}
	t.tie(kind, all)
}

// family is a whole with its parts. Families of one line are judged alike by
// an attacker.
type family struct {
	whole int32
	parts []int32
	line  int32
}

// above is the same count of the nearest area above that has one.
func (t *table) above(v int32) int32 {
	x := t.vars[v].name
	for n := t.depth[x.area]; n > 0 && t.parent[x.area] >= 0; n-- {
		x.area = t.parent[x.area]
		if w, ok := t.by[x]; ok {
			return w
		}
	}
	return -1
}

// longer is the same count in the shortest longer period that has one.
func (t *table) longer(v int32) int32 {
	x := t.vars[v].name
	p := t.periods.list[x.period]
	year, rest, _ := strings.Cut(p, "-")
	var up []string
	switch {
	case rest == "":
		return -1
	case len(rest) == 2 && rest[0] != 'Q':
		up = append(up, year+"-Q"+string('1'+((rest[0]-'0')*10+rest[1]-'0'-1)/3))
	}
	for _, q := range append(up, year) {
		if x.period = t.periods.nr0(q); x.period < 0 {
			continue
		}
		if w, ok := t.by[x]; ok {
			return w
		}
	}
	return -1
}

// tie adds the rows of families.
func (t *table) tie(kind string, all []family) {
	if t.attacker {
		t.guess(kind, all)
		return
	}
	for _, f := range all {
		t.tieOne(kind, f)
	}
}

// tieOne adds what holds for a family whose figures are all there.
func (t *table) tieOne(kind string, f family) {
	var sum int64
	for _, v := range f.parts {
		sum += t.vars[v].value
	}
	rest := t.vars[f.whole].value - sum
	exact := people(t.kinds[f.line])
	switch {
	case rest == 0, !exact && rest <= int64(len(f.parts)) && rest >= -int64(len(f.parts)):
		t.rows.add(kind, equal, rest, f.whole, f.parts...)
	case rest > 0:
		t.rows.add(kind, within, rest, f.whole, f.parts...)
	case exact:
		t.overlap(kind, f, rest)
	}
}

// overlap ties distinct people: no part exceeds the whole, and together the
// parts reach it.
func (t *table) overlap(kind string, f family, rest int64) {
	t.rows.add(kind, cover, rest, f.whole, f.parts...)
	for _, v := range f.parts {
		if d := t.vars[f.whole].value - t.vars[v].value; t.attacker || d >= 0 {
			t.rows.add(kind, within, d, f.whole, v)
		}
	}
}

// guess adds what a reader concludes: what adds up wherever it is shown adds up
// where it is hidden too.
func (t *table) guess(kind string, all []family) {
	adds, seen := map[int32]bool{}, map[int32]bool{}
	for _, f := range all {
		sum, ok := t.sum(f)
		if !ok {
			continue
		}
		rest := t.vars[f.whole].value - sum
		near := rest == 0 || !people(t.kinds[f.line]) && rest <= int64(len(f.parts)) && rest >= -int64(len(f.parts))
		adds[f.line] = near && (adds[f.line] || !seen[f.line])
		seen[f.line] = true
	}
	for _, f := range all {
		switch {
		case adds[f.line] || !seen[f.line] && kind != BySubset:
			t.rows.add(kind, equal, 0, f.whole, f.parts...)
		case people(t.kinds[f.line]):
			t.tieSeen(kind, f)
		}
	}
}

// tieSeen ties a family that does not add up everywhere, where it is complete.
func (t *table) tieSeen(kind string, f family) {
	if sum, ok := t.sum(f); ok {
		if sum >= t.vars[f.whole].value {
			t.overlap(kind, f, t.vars[f.whole].value-sum)
		}
		return
	}
	for _, v := range f.parts {
		t.rows.add(kind, within, 0, f.whole, v)
	}
}

// sum adds the parts of a family up; false unless all are seen.
func (t *table) sum(f family) (sum int64, ok bool) {
	if t.vars[f.whole].unknown {
		return 0, false
	}
	for _, v := range f.parts {
		if t.vars[v].unknown {
			return 0, false
		}
		sum += t.vars[v].value
	}
	return sum, true
}
