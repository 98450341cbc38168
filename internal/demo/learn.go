package demo

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
)

// chunk is what is written in one transaction: residents with all they did.
type chunk struct {
	persons, contacts, learners [][]any
	rows                        []attended
}

// attended is an attendance before it has its number.
type attended struct {
	person, session, home, place, day, theme, online, minutes int64
}

// wrongRow is an attendance that turns out to be wrong.
type wrongRow struct {
	id int64
	attended
}

const chunkRows = 40_000

// crowd streams residents in the order of where they live.
type crowd struct {
	*maker
	r    *rand.Rand
	city []int32
	next int64 // person number
	out  chan<- *chunk
	buf  *chunk
}

// learn fills the classes and sends what happened to out, in order. It stops
// when ctx ends.
func (m *maker) learn(ctx context.Context, first int64, out chan<- *chunk) error {
	c := &crowd{maker: m, r: m.rng(7), next: first, out: out, buf: &chunk{}}
	seats := c.openAll()
	people := float64(seats) / meanWishes
	carry := 0.0
	for i, p := range m.places {
		carry += people * p.weight
		n := int(carry)
		carry -= float64(n)
		for range n {
			if err := c.live(ctx, i); err != nil {
				return err
			}
		}
	}
	return c.flush(ctx)
}

// openAll offers each class in its street, its district and the city.
func (c *crowd) openAll() (seats int64) {
	for i, x := range c.classes {
		o := c.orgs[c.acts[x.act].org]
		if o.street >= 0 {
			c.streets[o.street].open = append(c.streets[o.street].open, int32(i))
		}
		c.district[o.district].open = append(c.district[o.district].open, int32(i))
		c.city = append(c.city, int32(i))
		seats += int64(x.left)
	}
	return seats
}

// live invents a resident of a place, enrols them and writes what they did.
func (c *crowd) live(ctx context.Context, place int) error {
	p := newResident(c.r, place)
	for range wishes(c.r) {
		c.enrol(&p)
	}
	if len(p.classes) == 0 {
		return nil
	}
	if c.r.IntN(50) == 0 {
		c.move(&p)
	}
	c.write(&p)
	if len(c.buf.rows) >= chunkRows {
		return c.flush(ctx)
	}
	return nil
}

// move lets somebody move house some time within the window.
func (c *crowd) move(p *resident) {
	from, today := c.window()
	days := int(today.Sub(from).Hours() / 24)
	p.movedTo = c.places[c.r.IntN(len(c.places))].id
	p.movedOn = day(from.AddDate(0, 0, c.r.IntN(days)))
}

// enrol finds a class that suits: near home first.
func (c *crowd) enrol(p *resident) {
	s := &c.streets[c.places[p.place].street]
	lists := []*[]int32{&s.open, &c.district[s.district].open, &c.city}
	level := 0
	if x := c.r.Float64(); x > 0.9 {
		level = 2
	} else if x > 0.6 {
		level = 1
	}
	for ; level < len(lists); level++ {
		if k := c.choose(lists[level], p); k >= 0 {
			c.classes[k].left--
			p.classes = append(p.classes, k)
			return
		}
	}
}

// choose draws from a list until a class suits, and takes full ones off it.
func (c *crowd) choose(list *[]int32, p *resident) int32 {
	for tries := 0; tries < 12 && len(*list) > 0; tries++ {
		at := c.r.IntN(len(*list))
		k := (*list)[at]
		if c.classes[k].left <= 0 {
			(*list)[at] = (*list)[len(*list)-1]
			*list = (*list)[:len(*list)-1]
			tries--
			continue
		}
		if slices.Contains(p.classes, k) || c.r.Float64() > suits(c.themes[c.acts[c.classes[k].act].theme].Ages, p.age) {
			continue
		}
		return k
	}
	return -1
}

// write turns a resident into rows.
func (c *crowd) write(p *resident) {
	id := c.next
	c.next++
	birth, sex := int64(c.opt.Today.Year()-p.age), p.sex
	if p.unknown {
		birth, sex = 0, ""
	}
	c.buf.persons = append(c.buf.persons, []any{id, c.Pseudonym("demo:" + strconv.FormatInt(id, 10)), birth, sex})
	slices.Sort(p.classes)
	named, first := false, len(c.buf.rows)
	for _, k := range p.classes {
		named = named || c.classes[k].current
		c.attend(p, id, k)
	}
	slices.SortFunc(c.buf.rows[first:], func(a, b attended) int { return cmp.Compare(a.session, b.session) })
	if named {
		c.name(p, id)
	}
}

// attend writes the meetings of one class that somebody came to.
func (c *crowd) attend(p *resident, id int64, k int32) {
	x := &c.classes[k]
	a := &c.acts[x.act]
	list, state := c.meetings[x.first:x.last], "enrolled"
	stay := len(list)
	switch n := c.r.IntN(100); {
	case n < 4 && len(list) > 3:
		state, stay = "left", len(list)/2
	case n < 7:
		state = "walk_in"
	}
	c.buf.learners = append(c.buf.learners, []any{x.id, id, state, c.now})
	online := int64(0)
	if x.online {
		online = 1
	}
	place := c.Tree.At(c.orgs[a.org].nr).ID
	for i, mt := range list {
		came := c.r.Float64() < p.zeal
		if mt.session == 0 || i >= stay || !came {
			continue
		}
		c.buf.rows = append(c.buf.rows, attended{person: id, session: mt.session, home: c.home(p, mt.day), place: place, day: mt.day,
			theme: c.themes[a.theme].id, online: online, minutes: int64(mt.minutes)})
	}
}

func (c *crowd) home(p *resident, day int64) int64 {
	if p.movedTo != 0 && day >= p.movedOn {
		return p.movedTo
	}
	return c.places[p.place].id
}

// name gives somebody on a current roster a name and a telephone that no
// network hands out. The rest of the city stays nameless: sealing a name for
// each of millions would take longer than everything else.
func (c *crowd) name(p *resident, id int64) {
	home := c.home(p, day(c.opt.Today))
	c.buf.contacts = append(c.buf.contacts, []any{id, home, c.words.person(c.r, p.sex, c.lang), "100" + strconv.Itoa(10000000+c.r.IntN(89999999))})
}

func (c *crowd) flush(ctx context.Context) error {
	b := c.buf
	c.buf = &chunk{}
	select {
	case c.out <- b:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
