package demo

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/pack"
)

// place is an area where people live: a leaf of the tree.
type place struct {
	nr     int // preorder number
	id     int64
	weight float64 // share of the residents
	street int32   // index into streets
}

// group is the part of the city around a street or a district, with the
// classes held there that still have seats.
type group struct {
	nr       int // preorder number of the area
	district int32
	weight   float64
	open     []int32 // classes
}

// themeUse is a theme with what is taught of it.
type themeUse struct {
	code string
	id   int64
	themeWords
}

func (m *maker) loadThemes(ctx context.Context) error {
	rows, err := m.DB.Read.QueryContext(ctx, "SELECT id, code FROM theme ORDER BY id")
	if err != nil {
		return fmt.Errorf("read themes: %w", err)
	}
	defer rows.Close()
	byCode := map[string]pack.Coded{}
	for _, t := range m.Pack.Themes {
		byCode[t.Code] = t
	}
	for rows.Next() {
		var u themeUse
		if err := rows.Scan(&u.id, &u.code); err != nil {
			return fmt.Errorf("read themes: %w", err)
		}
		if c, ok := byCode[u.code]; ok {
			u.themeWords = m.words.theme(c, m.lang)
			m.themes = append(m.themes, u)
		}
	}
	return rows.Err()
}

// planPlaces spreads the residents over the leaves: a district's real
// population over its communities, unevenly; no figure where there is none.
func (m *maker) planPlaces() {
	r := m.rng(1)
	day := m.opt.Today.Format(time.DateOnly)
	for n := range m.Tree.Len() {
		a := m.Tree.At(n)
		if m.Tree.Last(n) != n+1 || !a.Valid(day) {
			continue
		}
		m.places = append(m.places, place{nr: n, id: a.ID, weight: math.Exp(r.NormFloat64() * 0.55)})
	}
	m.weighByPopulation(day)
	m.groupPlaces()
	m.vary(r)
}

// weighByPopulation scales the weights so that each area with a population
// has it, the deepest such area deciding, and all weights sum to one.
func (m *maker) weighByPopulation(day string) {
	sum, popOf := map[int]float64{}, map[int]float64{}
	owner := make([]int, len(m.places))
	for i, p := range m.places {
		owner[i] = -1
		for n := p.nr; n >= 0; n = m.Tree.Parent(n) {
			if persons, _, _, _, ok := m.Pop.At(m.Tree.At(n).ID, day); ok && persons > 0 {
				owner[i], popOf[n] = n, float64(persons)
				break
			}
		}
		sum[owner[i]] += p.weight
	}
	var total float64
	for i := range m.places {
		o := owner[i]
		if pop, ok := popOf[o]; ok {
			m.places[i].weight *= pop / sum[o]
		}
		total += m.places[i].weight
	}
	for i := range m.places {
		m.places[i].weight /= total
	}
}

// groupPlaces finds the street and the district of each place; a tree without
// such levels makes one group of each parent, and one of the whole.
func (m *maker) groupPlaces() {
	streetOf, districtOf := map[int]int32{}, map[int]int32{}
	for i := range m.places {
		p := &m.places[i]
		s, d := m.around(p.nr)
		if _, ok := districtOf[d]; !ok {
			districtOf[d] = int32(len(m.district))
			m.district = append(m.district, group{nr: d, district: int32(len(m.district))})
		}
		if _, ok := streetOf[s]; !ok {
			streetOf[s] = int32(len(m.streets))
			m.streets = append(m.streets, group{nr: s, district: districtOf[d]})
		}
		p.street = streetOf[s]
	}
}

// vary makes some districts and streets keener than others, and sums the
// weights of both.
func (m *maker) vary(r *rand.Rand) {
	keen := make([]float64, len(m.district))
	for i := range keen {
		keen[i] = math.Exp(r.NormFloat64() * 0.28)
	}
	byStreet := make([]float64, len(m.streets))
	for i, s := range m.streets {
		byStreet[i] = keen[s.district] * math.Exp(r.NormFloat64()*0.2)
	}
	var total float64
	for _, p := range m.places {
		total += p.weight * byStreet[p.street]
	}
	for i := range m.places {
		p := &m.places[i]
		p.weight *= byStreet[p.street] / total
	}
	for _, p := range m.places {
		m.streets[p.street].weight += p.weight
		m.district[m.streets[p.street].district].weight += p.weight
	}
}

func (m *maker) around(leaf int) (street, district int) {
	street, district = leaf, leaf
	if up := m.Tree.Parent(leaf); up >= 0 {
		street, district = up, up
	}
	for n := leaf; n >= 0; n = m.Tree.Parent(n) {
		switch m.Tree.At(n).Level {
		case area.Street:
			street = n
		case area.District:
			district = n
		}
	}
	return street, district
}

// chooser draws an index in proportion to weights.
type chooser struct{ upTo []float64 }

func newChooser(weights []float64) chooser {
	c := chooser{upTo: make([]float64, len(weights))}
	var sum float64
	for i, w := range weights {
		sum += w
		c.upTo[i] = sum
	}
	return c
}

func (c chooser) draw(r *rand.Rand) int {
	x := r.Float64() * c.upTo[len(c.upTo)-1]
	lo, hi := 0, len(c.upTo)-1
	for lo < hi {
		if mid := (lo + hi) / 2; c.upTo[mid] > x {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}
