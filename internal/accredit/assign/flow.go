package assign

import "math"

// graph is a network of integer capacities and costs. Every edge 2k has its
// way back in 2k+1.
type graph struct {
	first []int32 // of each node its first edge, -1 = none
	edges []edge
	price []int64 // of nodes: keeps reduced costs from being negative
	level []int32
	at    []int32 // edge a search goes on with
	heap  []entry
	dist  []int64
}

type edge struct {
	to, next int32
	room     int32
	cost     int64
}

type entry struct {
	d int64
	v int32
}

func newGraph(edges int) *graph { return &graph{edges: make([]edge, 0, 2*edges)} }

func (g *graph) node() int32 {
	g.first = append(g.first, -1)
	return int32(len(g.first) - 1)
}

// add adds an edge and returns its number.
func (g *graph) add(from, to int32, room int, cost int64) int {
	n := len(g.edges)
	g.edges = append(g.edges, edge{to, g.first[from], int32(room), cost}, edge{from, g.first[to], 0, -cost})
	g.first[from], g.first[to] = int32(n), int32(n+1)
	return n
}

// run sends as much as goes from s to t at the lowest cost: shortest paths by
// Dijkstra with prices, all paths of that length at once by Dinic. Costs must
// not be negative; where all are nought it is Dinic's algorithm alone.
func (g *graph) run(s, t int32) (flow int, cost int64) {
	n := len(g.first)
	g.price, g.dist = make([]int64, n), make([]int64, n)
	g.level, g.at = make([]int32, n), make([]int32, n)
	for g.shortest(s, t) {
		for g.layers(s, t) {
			copy(g.at, g.first)
			for {
				f := g.push(s, t, math.MaxInt32)
				if f == 0 {
					break
				}
				flow += int(f)
				cost += int64(f) * g.price[t]
			}
		}
	}
	return flow, cost
}

func (g *graph) reduced(v int32, e *edge) int64 { return e.cost + g.price[v] - g.price[e.to] }

// shortest moves the prices so that shortest ways to t cost nought; false if
// there is none.
func (g *graph) shortest(s, t int32) bool {
	const far = math.MaxInt64
	for i := range g.dist {
		g.dist[i] = far
	}
	g.dist[s], g.heap = 0, append(g.heap[:0], entry{0, s})
	for len(g.heap) > 0 && g.heap[0].d < g.dist[t] {
		x := g.pop()
		if x.d > g.dist[x.v] {
			continue
		}
		for i := g.first[x.v]; i >= 0; i = g.edges[i].next {
			e := &g.edges[i]
			if e.room == 0 {
				continue
			}
			if d := x.d + g.reduced(x.v, e); d < g.dist[e.to] {
				g.dist[e.to] = d
				g.put(entry{d, e.to})
			}
		}
	}
	if g.dist[t] == far {
		return false
	}
	for v := range g.price {
		g.price[v] += min(g.dist[v], g.dist[t])
	}
	return true
}

// layers numbers the nodes by their distance from s along ways that cost
// nought; false if t is not reached.
func (g *graph) layers(s, t int32) bool {
	for i := range g.level {
		g.level[i] = -1
	}
	g.level[s] = 0
	queue := []int32{s}
	for len(queue) > 0 && g.level[t] < 0 {
		v := queue[0]
		queue = queue[1:]
		for i := g.first[v]; i >= 0; i = g.edges[i].next {
			e := &g.edges[i]
			if e.room > 0 && g.level[e.to] < 0 && g.reduced(v, e) == 0 {
				g.level[e.to] = g.level[v] + 1
				queue = append(queue, e.to)
			}
		}
	}
	return g.level[t] >= 0
}

func (g *graph) push(v, t, most int32) int32 {
	if v == t {
		return most
	}
	for ; g.at[v] >= 0; g.at[v] = g.edges[g.at[v]].next {
		i := g.at[v]
		e := &g.edges[i]
		if e.room == 0 || g.level[e.to] != g.level[v]+1 || g.reduced(v, e) != 0 {
			continue
		}
		if f := g.push(e.to, t, min(most, e.room)); f > 0 {
			g.edges[i].room -= f
			g.edges[i^1].room += f
			return f
		}
	}
	return 0
}

// put and pop keep a binary heap: container/heap costs an allocation each time.
func (g *graph) put(x entry) {
	h := append(g.heap, x)
	for i := len(h) - 1; i > 0 && h[(i-1)/2].d > h[i].d; i = (i - 1) / 2 {
		h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
	}
	g.heap = h
}

func (g *graph) pop() entry {
	h := g.heap
	top, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	for i := 0; 2*i+1 < last; {
		c := 2*i + 1
		if c+1 < last && h[c+1].d < h[c].d {
			c++
		}
		if h[i].d <= h[c].d {
			break
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
	g.heap = h
	return top
}
