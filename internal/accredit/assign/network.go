package assign

// class is experts that may fill the same slots: of one panel, with the same
// of the categories that are asked for.
type class struct {
	panel int
	cats  uint64 // bit i: Categories[i]
}

// slot is experts of one kind that an application needs.
type slot struct {
	cat   int // of Categories, -1 = any
	panel int // 0 = any that the application is open to
	n     int
}

// pair is an expert who may judge an application.
type pair struct {
	e, a         int32
	fit          int // in Steps
	kept, pinned bool
}

// slots returns what an application needs. The free slots of an anchor go
// round the panels in turn, beginning with the one after its own.
func (s *solver) slots(a int) []slot {
	var out []slot
	free := s.p.Each
	for c, b := range s.p.Categories {
		if b.Least > 0 {
			out, free = append(out, slot{c, 0, b.Least}), free-b.Least
		}
	}
	app := s.p.Applications[a]
	if !app.Anchor || s.panels < 2 {
		if free > 0 {
			out = append(out, slot{-1, 0, free})
		}
		return out
	}
	turn := make([]int, s.panels+1)
	for i := range max(free, 0) {
		turn[(app.Panel+i)%s.panels+1]++
	}
	for panel, n := range turn {
		if n > 0 {
			out = append(out, slot{-1, panel, n})
		}
	}
	return out
}

// fills reports whether experts of a class may fill a slot of an application.
func (s *solver) fills(c class, a int, x slot) bool {
	app := s.p.Applications[a]
	switch {
	case x.cat >= 0 && c.cats&(1<<x.cat) == 0:
		return false
	case x.panel > 0:
		return c.panel == x.panel
	}
	return app.Anchor || app.Panel == 0 || c.panel == 0 || c.panel == app.Panel
}

// terms say what a run is about.
type terms struct {
	floor  int               // lowest fit of a new pair, in Steps
	rest   bool              // balance and fit count too
	banned map[[2]int32]bool // pairs that must not be
	only   []bool            // applications, nil = all
	cat    int               // slots of this category alone, allSlots = all
}

const allSlots = -2

// network is a problem as a graph.
type network struct {
	*graph
	s, t  int32
	pairs []int // edge of each pair, -1 = not in it
	ends  []end
	need  int // experts that all slots need
}

// end is a slot with the edge that fills it.
type end struct {
	slot
	app, edge int
	node      int32
}

// network builds the graph: the source to experts, experts to their class at
// each application, classes to slots, slots to the sink.
func (s *solver) network(w terms) *network {
	n := &network{graph: newGraph(len(s.pairs) + 10*len(s.p.Applications)), pairs: make([]int, len(s.pairs))}
	n.s, n.t = n.node(), n.node()
	kinds := s.addSlots(n, w)
	pin, keep := s.prices(w.rest, n.need)
	experts := s.addExperts(n, w.rest)
	for i, x := range s.pairs {
		n.pairs[i] = -1
		k, ok := kinds[[2]int32{x.a, s.class[x.e]}]
		if !ok || w.banned[[2]int32{x.e, x.a}] || x.fit < w.floor && !x.kept && !x.pinned {
			continue
		}
		var cost int64
		if !x.pinned {
			cost += pin
		}
		if !x.kept && !x.pinned {
			cost += keep
		}
		if w.rest {
			cost += int64(Steps - x.fit)
		}
		n.pairs[i] = n.add(experts[x.e], k, 1, cost)
	}
	return n
}

// prices returns what it costs not to use a pinned pair and not to use one that
// is to be kept: more than all that comes after it together.
func (s *solver) prices(rest bool, need int) (pin, keep int64) {
	if len(s.p.Keep)+len(s.p.Pinned) == 0 {
		return 0, 0
	}
	keep = 1
	if rest {
		keep += int64(need) * Steps
		for _, e := range s.p.Experts {
			keep += Balance * int64(e.Load) * int64(e.Load)
		}
	}
	return keep * int64(need+1), keep
}

// addExperts adds the experts: each more application costs more than the one
// before, so that loads become even.
func (s *solver) addExperts(n *network, rest bool) []int32 {
	out := make([]int32, len(s.p.Experts))
	for _, e := range s.order {
		out[e] = n.node()
		if !rest {
			n.add(n.s, out[e], s.p.Experts[e].Load, 0)
			continue
		}
		for u := s.p.Experts[e].Load; u >= 1; u-- { // the edge added last is looked at first
			n.add(n.s, out[e], 1, Balance*int64(2*u-1))
		}
	}
	return out
}

// addSlots adds slots and the classes that fill them, and returns the nodes of
// the classes by application and class.
func (s *solver) addSlots(n *network, w terms) map[[2]int32]int32 {
	kinds := map[[2]int32]int32{}
	for a := range s.p.Applications {
		if w.only != nil && !w.only[a] {
			continue
		}
		for _, x := range s.slots(a) {
			if w.cat != allSlots && x.cat != w.cat {
				continue
			}
			v := n.node()
			n.ends = append(n.ends, end{x, a, n.add(v, n.t, x.n, 0), v})
			n.need += x.n
			for c, k := range s.classes {
				if !s.fills(k, a, x) {
					continue
				}
				key := [2]int32{int32(a), int32(c)}
				if _, ok := kinds[key]; !ok {
					kinds[key] = n.node()
				}
				n.add(kinds[key], v, x.n, 0)
			}
		}
	}
	return kinds
}

// chosen returns the pairs that flow goes through, by their place in s.pairs.
func (n *network) chosen() (out []int) {
	for i, e := range n.pairs {
		if e >= 0 && n.edges[e].room == 0 {
			out = append(out, i)
		}
	}
	return out
}
