package assign

// mostCuts is of how many unfilled slots the reason is looked for; mostCulprits
// is up to how many applications a reason is made as small as it can be.
const (
	mostCuts     = 40
	mostCulprits = 300
)

// lack explains why there is no plan. A slot that stays empty when as much is
// filled as can be has a minimal cut behind it: all slots from which experts
// could be moved to it, and all these experts are busy. The smallest of these
// sets is thinned until no application can be left out of it.
func (s *solver) lack() *Lack {
	all := terms{cat: allSlots}
	n := s.network(all)
	flow, _ := n.run(n.s, n.t)
	if flow == n.need {
		return &Lack{Applications: s.together(), Apart: true}
	}
	if room := s.room(); room < n.need {
		return &Lack{Applications: indexes(len(s.p.Applications), nil), Need: n.need, Have: room}
	}
	only := s.thin(s.culprits(n))
	return s.say(only)
}

// room is how much all experts together can take.
func (s *solver) room() (n int) {
	for _, e := range s.p.Experts {
		n += e.Load
	}
	return n
}

// culprits returns the smallest set of applications behind an unfilled slot.
func (s *solver) culprits(n *network) (best []bool) {
	fewest, looked := len(s.p.Applications)+1, 0
	into := n.backward()
	for _, x := range n.ends {
		if n.edges[x.edge].room == 0 || looked == mostCuts {
			continue
		}
		looked++
		set, size := make([]bool, len(s.p.Applications)), 0
		reach := n.reaching(x.node, into)
		for _, y := range n.ends {
			if reach[y.node] && !set[y.app] {
				set[y.app], size = true, size+1
			}
		}
		if size < fewest {
			best, fewest = set, size
		}
	}
	return best
}

// backward lists for each node the edges with room that lead to it.
func (g *graph) backward() [][]int32 {
	into := make([][]int32, len(g.first))
	for v := range g.first {
		for i := g.first[v]; i >= 0; i = g.edges[i].next {
			if g.edges[i].room > 0 {
				into[g.edges[i].to] = append(into[g.edges[i].to], int32(v))
			}
		}
	}
	return into
}

// reaching marks the nodes from which flow could be sent to v.
func (n *network) reaching(v int32, into [][]int32) []bool {
	seen := make([]bool, len(n.first))
	seen[v] = true
	for list := []int32{v}; len(list) > 0; {
		x := list[len(list)-1]
		list = list[:len(list)-1]
		for _, y := range into[x] {
			if !seen[y] && y != n.t {
				seen[y] = true
				list = append(list, y)
			}
		}
	}
	return seen
}

// thin leaves out applications without which the rest still lacks experts.
func (s *solver) thin(only []bool) []bool {
	list := indexes(len(only), only)
	if len(list) > mostCulprits {
		return only
	}
	for _, a := range list {
		only[a] = false
		if need, have := s.fill(only, allSlots); have == need {
			only[a] = true
		}
	}
	return only
}

// fill says how many experts some applications need and at most get.
func (s *solver) fill(only []bool, cat int) (need, have int) {
	n := s.network(terms{only: only, cat: cat})
	have, _ = n.run(n.s, n.t)
	return n.need, have
}

// say tells which category is lacking, or that it is any expert.
func (s *solver) say(only []bool) *Lack {
	l := &Lack{Applications: indexes(len(only), only)}
	for c, b := range s.p.Categories {
		if need, have := s.fill(only, c); have < need {
			l.Category, l.Need, l.Have = b.Category, need, have
			return l
		}
	}
	l.Need, l.Have = s.fill(only, allSlots)
	return l
}

// together lists the applications on which experts who must be apart clash.
func (s *solver) together() (out []int) {
	first, ok := s.best(nil)
	if !ok {
		return nil
	}
	seen := make([]bool, len(s.p.Applications))
	for _, c := range s.clashes(first.pairs) {
		seen[c[0][1]] = true
	}
	return indexes(len(seen), seen)
}

func indexes(n int, in []bool) []int {
	out := []int{}
	for i := range n {
		if in == nil || in[i] {
			out = append(out, i)
		}
	}
	return out
}
