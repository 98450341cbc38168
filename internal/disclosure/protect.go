package disclosure

import (
	"cmp"
	"slices"

	"xuedu/internal/errs"
	"xuedu/internal/release"
)

// Protect hides in r what would tell about few people, or about one
// institution, and as little beside it as it can. earlier are the releases that
// readers have, the oldest first. Hidden cells get the state withheld and keep
// neither value, fraction, cause nor coverage; ratios that tell too much by
// their fraction keep only what they are rounded to. It sorts r and sets
// r.Disclosure. Equal releases give equal results.
//
// It fails with Invalid for rules that contradict themselves, and with Conflict
// where a figure cannot be protected; r is then as it was.
func Protect(r *release.Release, earlier []*release.Release, rules Rules) (Report, error) {
	if err := rules.check(); err != nil {
		return Report{}, err
	}
	if !slices.IsSortedFunc(r.Cells, byKey) {
		slices.SortFunc(r.Cells, byKey)
	}
	t := newTable(r, rules, false)
	if len(t.large) > 0 {
		return Report{}, errs.New(errs.Conflict, "disclosure.cannot", "Cell", r.Cells[t.large[0]].Key().String())
	}
	t.remember(earlier)
	t.relate()
	t.mark()
	t.weigh()
	t.round()
	p := &protector{table: t, proofs: map[int32][][]move{}}
	p.report.Threshold, p.report.RoundTo = int(t.k), rules.RoundTo
	if err := p.protect(); err != nil {
		return Report{}, err
	}
	p.prune()
	if err := p.prove(); err != nil {
		return Report{}, err
	}
	return p.finish(earlier)
}

// protector hides figures until every small one is protected.
type protector struct {
	*table
	report Report
	proofs map[int32][][]move // for each figure that is protected: other tables
	order  []int32
}

func (p *protector) protect() error {
	for v := range p.vars {
		if x := &p.vars[v]; x.up > 0 {
			p.order = append(p.order, int32(v))
		}
	}
	for _, v := range p.order {
		p.conceal(v)
		if c := p.vars[v].cell; c >= 0 {
			p.small[c] = true
		}
	}
	for v := range p.vars {
		if p.vars[v].sticky {
			p.conceal(int32(v))
		}
	}
	for _, v := range p.order {
		if err := p.guard(v); err != nil {
			return err
		}
	}
	return nil
}

// guard hides as much as a figure needs.
func (p *protector) guard(v int32) error {
	if p.vars[v].known {
		p.expose(v)
		return nil
	}
	if p.find(v) {
		return nil
	}
	if p.knownElsewhere(v) {
		p.expose(v)
		return nil
	}
	return errs.New(errs.Conflict, "disclosure.cannot", "Cell", p.key(v).String())
}

// find looks for the other tables that protect a figure, and hides what they
// need hidden.
func (p *protector) find(v int32) bool {
	var proofs [][]move
	for _, d := range []int64{p.vars[v].up, -p.vars[v].down} {
		moves, ok := p.cheapest(v, d)
		if !ok {
			return false
		}
		p.concealAll(moves)
		proofs = append(proofs, moves)
	}
	p.proofs[v] = proofs
	return true
}

// cheapest is another table, with what must be hidden for it.
func (t *table) cheapest(v int32, d int64) ([]move, bool) {
	for _, free := range []bool{true, false} {
		if moves, ok := t.another(v, d, free); ok {
			return moves, true
		}
	}
	return t.swap(v, d)
}

// findFree looks for tables that need nothing more hidden.
func (p *protector) findFree(v int32) bool {
	up, ok := p.another(v, p.vars[v].up, true)
	if !ok {
		return false
	}
	down, ok := p.another(v, -p.vars[v].down, true)
	if ok {
		p.proofs[v] = [][]move{up, down}
	}
	return ok
}

func (p *protector) concealAll(moves []move) {
	for _, m := range moves {
		if x := &p.vars[m.v]; x.hidden || x.low < x.high {
			continue
		}
		p.conceal(m.v)
	}
}

func (p *protector) expose(v int32) {
	e := Exposed{Key: p.key(v)}
	if c := p.vars[v].cell; c >= 0 && len(p.before) > 0 {
		e.Version = p.before[c].shown
	}
	p.report.Exposed = append(p.report.Exposed, e)
}

// knownElsewhere reports whether it is only for what earlier releases show that
// a figure cannot be protected.
func (p *protector) knownElsewhere(v int32) bool {
	if len(p.before) == 0 {
		return false
	}
	kept, before := slices.Clone(p.vars), p.before
	p.before = make([]vintage, len(before))
	for i := range p.vars {
		if x := &p.vars[i]; x.known {
			x.known = false
			if x.hidden {
				x.low, x.high, _ = p.doubt(int32(i))
			}
		}
	}
	able := true
	for _, d := range []int64{p.vars[v].up, -p.vars[v].down} {
		_, ok := p.cheapest(v, d)
		able = able && ok
	}
	p.vars, p.before = kept, before
	return able
}

// prune shows again what no proof needs, the dearest first: a figure may be
// protected by others that were hidden later.
func (p *protector) prune() {
	users := map[int32][]int32{}
	for _, v := range p.order {
		p.uses(users, v)
	}
	var beside []int32
	for v := range p.vars {
		if x := &p.vars[v]; x.hidden && x.up == 0 && !x.sticky {
			beside = append(beside, int32(v))
		}
	}
	slices.SortStableFunc(beside, func(a, b int32) int { return cmp.Compare(p.vars[b].cost, p.vars[a].cost) })
	for _, v := range beside {
		if len(users[v]) <= mostUsers {
			p.without(v, users)
		}
	}
	p.dropUnused(beside)
}

// uses notes which figures the proofs of v need.
func (p *protector) uses(users map[int32][]int32, v int32) {
	for _, x := range p.moves(v) {
		if !slices.Contains(users[x], v) {
			users[x] = append(users[x], v)
		}
	}
}

// mostUsers bounds the work of trying to show a figure again.
const mostUsers = 12

// moves are the figures that the proofs of v use besides v.
func (p *protector) moves(v int32) (out []int32) {
	for _, proof := range p.proofs[v] {
		for _, m := range proof {
			if m.v != v && !slices.Contains(out, m.v) {
				out = append(out, m.v)
			}
		}
	}
	return out
}

// without shows a figure again if all that it protects is protected without it.
func (p *protector) without(v int32, users map[int32][]int32) {
	x := &p.vars[v]
	kept := *x
	x.hidden = false
	x.low, x.high, x.known = x.value, x.value, true // not to be hidden again
	old := map[int32][][]move{}
	for _, u := range users[v] {
		if !slices.Contains(p.moves(u), v) {
			continue
		}
		old[u] = p.proofs[u]
		if !p.findFree(u) {
			for w, proofs := range old {
				p.proofs[w] = proofs
			}
			*x = kept
			return
		}
	}
	x.known = kept.known
	for _, u := range slices.Clone(users[v]) {
		p.uses(users, u)
	}
}

// dropUnused shows what no proof uses any more.
func (p *protector) dropUnused(beside []int32) {
	used := map[int32]bool{}
	for _, v := range p.order {
		for _, x := range p.moves(v) {
			used[x] = true
		}
	}
	for _, v := range beside {
		if x := &p.vars[v]; x.hidden && !used[v] {
			x.hidden, x.low, x.high = false, x.value, x.value
		}
	}
	p.settle()
}

// settle finds the cells to hide anew from the figures that are hidden.
func (p *protector) settle() {
	loose := p.small
	for i := range p.hide {
		p.hide[i] = loose[int32(i)]
	}
	clear(p.coarse)
	p.blur()
	for v := range p.vars {
		x := &p.vars[v]
		if !x.hidden {
			continue
		}
		low, high, known := x.low, x.high, x.known
		x.hidden = false
		p.conceal(int32(v))
		x.low, x.high, x.known = low, high, known
	}
}

// prove checks every proof once more against all that readers see.
func (p *protector) prove() error {
	for _, v := range p.order {
		for i, proof := range p.proofs[v] {
			if !p.holds(v, proof, i == 0) {
				return errs.New(errs.Conflict, "disclosure.cannot", "Cell", p.key(v).String())
			}
		}
	}
	return nil
}

// holds reports whether readers cannot tell another table from the true one.
func (p *protector) holds(v int32, proof []move, up bool) bool {
	want := -p.vars[v].down
	if up {
		want = p.vars[v].up
	}
	if len(proof) == 0 || moved(proof, v) != want {
		return false
	}
	for _, m := range proof {
		x := &p.vars[m.v]
		if x.value+m.by < x.low || x.value+m.by > x.high {
			return false
		}
	}
	return p.weighed(attempt{moves: proof}).row < 0
}
