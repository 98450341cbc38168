package main

import (
	"fmt"
	"time"

	"xuedu/internal/area"
)

const (
	months    = 24
	firstYear = 2024
	themes    = 21
	districts = 16
	streets   = 349
	leaves    = 7535
	// rowsPerPerson is what month makes of a person in all months, about.
	rowsPerPerson = 11.55
)

// row is an attendance; home and place are communities from 0.
type row struct {
	person      int32
	home, place uint16
	day         int32
	theme       uint8
	online      bool
	minutes     uint16
}

// city invents a ledger of the size of a real one: a fifth of the residents
// learns; the same arguments make the same rows.
type city struct {
	people     int
	movers     float64
	tree       *area.Tree
	leaf       []int // preorder number by community
	streetOf   []int // by community
	districtOf []int // by community
	ofStreet   [][]uint16
	ofDistrict [][]uint16
}

func newCity(rows int, movers float64) *city {
	c := &city{people: int(float64(rows) / rowsPerPerson), movers: movers, ofStreet: make([][]uint16, streets), ofDistrict: make([][]uint16, districts)}
	areas := []area.Area{{ID: 1, Code: "0", Level: area.City}}
	for d := range districts {
		areas = append(areas, area.Area{ID: int64(10 + d), Code: fmt.Sprintf("0%02d", d), Level: area.District, ParentID: 1})
	}
	for s := range streets {
		areas = append(areas, area.Area{ID: int64(100 + s), Code: fmt.Sprintf("0%02d%03d", s%districts, s), Level: area.Street, ParentID: int64(10 + s%districts)})
	}
	for l := range leaves {
		s := l % streets
		areas = append(areas, area.Area{ID: leafID(l), Code: fmt.Sprintf("0%02d%03d%04d", s%districts, s, l), Level: area.Community, ParentID: int64(100 + s)})
		c.streetOf, c.districtOf = append(c.streetOf, s), append(c.districtOf, s%districts)
		c.ofStreet[s] = append(c.ofStreet[s], uint16(l))
		c.ofDistrict[s%districts] = append(c.ofDistrict[s%districts], uint16(l))
	}
	c.tree = area.NewTree(areas)
	for l := range leaves {
		n, _ := c.tree.ByID(leafID(l))
		c.leaf = append(c.leaf, n)
	}
	return c
}

func leafID(l int) int64 { return int64(1000 + l) }

// dice is a small random generator: splitmix64.
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (d *dice) float() float64  { return float64(d.next()>>11) / (1 << 53) }
func (d *dice) below(n int) int { return int(d.next() % uint64(n)) }

// homeOf is where a person lives in a month.
func (c *city) homeOf(person, month int) uint16 {
	d := dice(person) * 7919
	home, moves, when := d.below(leaves), d.float() < c.movers, d.below(months)
	if moves && month >= when {
		home = d.below(leaves)
	}
	return uint16(home)
}

// month makes a month's rows in the order of days.
func (c *city) month(m int) []row {
	first := time.Date(firstYear, time.Month(1+m), 1, 0, 0, 0, 0, time.UTC)
	ym := int32(first.Year()*10000 + int(first.Month())*100)
	days := first.AddDate(0, 1, -1).Day()
	byDay := make([][]row, days)
	for p := range c.people {
		who := dice(p)*104729 + 17
		often := 0.05 + 0.5*who.float() // in how many of the months
		d := dice(p*months+m) * 15485863
		if d.float() >= often {
			continue
		}
		home := c.homeOf(p, m)
		for n := 0; n == 0 || n < 20 && d.float() < 0.38; n++ {
			day := d.below(days)
			t := d.float()
			byDay[day] = append(byDay[day], row{
				person: int32(p + 1), home: home, place: c.placeOf(home, &d), day: ym + int32(day) + 1,
				theme: uint8(1 + int(t*t*themes)), online: d.below(8) == 0, minutes: []uint16{45, 60, 90, 120}[d.below(4)],
			})
		}
	}
	var out []row
	for _, r := range byDay {
		out = append(out, r...)
	}
	return out
}

// placeOf: 55 % at home, 20 % in the street, 15 % in the district, 10 % anywhere.
func (c *city) placeOf(home uint16, d *dice) uint16 {
	switch x := d.below(100); {
	case x < 55:
		return home
	case x < 75:
		s := c.ofStreet[c.streetOf[home]]
		return s[d.below(len(s))]
	case x < 90:
		s := c.ofDistrict[c.districtOf[home]]
		return s[d.below(len(s))]
	}
	return uint16(d.below(leaves))
}

// extra makes 10,000 rows of people who are known, in the last month.
func (c *city) extra() []row {
	out, d := make([]row, 0, 10_000), dice(99)
	for range 10_000 {
		p := d.below(c.people)
		home := c.homeOf(p, months-1)
		out = append(out, row{person: int32(p + 1), home: home, place: c.placeOf(home, &d), day: (firstYear+1)*10000 + 1231, theme: 1, minutes: 60})
	}
	return out
}
