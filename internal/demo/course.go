package demo

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// act is an activity: a title at an institution.
type act struct {
	id    string
	org   int32
	theme int32
	title string
	form  string
	since time.Time
	runs  int
}

type actID struct {
	org   int32
	title string
}

// class is one run of an activity. Its meetings are meetings[first:last].
type class struct {
	id          string
	act         int32
	name        string
	teacher     int32 // -1 = none
	capacity    int32
	left        int32 // seats without a learner
	online      bool
	current     bool // has a meeting soon, or had one lately
	street      int32
	first, last int32
}

// Kinds of meeting.
const (
	held = iota
	cancelled
	planned
	owed // past, but nobody has ticked the roster yet
)

type meeting struct {
	id      uuid.UUID
	session int64 // of the ledger; 0 = nothing recorded
	day     int64
	class   int32
	starts  int16 // minutes after midnight
	minutes int16
	state   int8
}

// season is a span in which courses begin.
type season struct {
	term        string
	begin       time.Time
	weeks       int
	weight      float64
	shortCourse bool
}

// seasons are the terms whose courses meet within the window or after it.
func (m *maker) seasons() []season {
	from, today := m.window()
	var out []season
	for y := from.Year() - 1; y <= today.Year()+1; y++ {
		growth := 1 + 0.09*float64(y-from.Year())
		for _, s := range []season{
			{"winter", date(y, 1, 10), 6, 0.2, true}, {"spring", date(y, 3, 2), 16, 1, false},
			{"summer", date(y, 7, 10), 6, 0.17, true}, {"autumn", date(y, 9, 7), 16, 1.12, false},
		} {
			end := s.begin.AddDate(0, 0, 7*s.weeks)
			if end.Before(from) || s.begin.After(today.AddDate(0, 0, 21)) {
				continue
			}
			inside := min(end.Sub(s.begin), end.Sub(from), today.Sub(s.begin)+21*24*time.Hour)
			s.weight *= growth * float64(inside) / float64(end.Sub(s.begin))
			out = append(out, s)
		}
	}
	return out
}

func date(y, mo, d int) time.Time { return time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC) }

// planClasses opens classes until their expected attendances reach the scale.
func (m *maker) planClasses() {
	r := m.rng(4)
	m.actKey = map[actID]int32{}
	seasons := m.seasons()
	var weights []float64
	for _, s := range seasons {
		weights = append(weights, s.weight)
	}
	p := &planner{maker: m, r: r, seasons: seasons, season: newChooser(weights), theme: newChooser(m.themeWeights())}
	p.hosts()
	for expected := 0.0; expected < rowsAtFull*m.opt.Scale && len(p.host) > 0; {
		expected += p.open()
	}
}

func (m *maker) themeWeights() []float64 {
	var out []float64
	for _, t := range m.themes {
		out = append(out, t.Weight)
	}
	return out
}

// planner opens classes one after the other.
type planner struct {
	*maker
	r       *rand.Rand
	seasons []season
	season  chooser
	theme   chooser
	host    []int32 // institutions that teach
	hostBy  chooser
}

// hosts weighs the institutions: a college teaches for its district, a school
// for its street, a point for its community.
func (p *planner) hosts() {
	points := map[int32]float64{}
	for _, o := range p.orgs {
		if o.kind == atCommunity {
			points[o.street]++
		}
	}
	var weights []float64
	for i, o := range p.orgs {
		var w float64
		switch o.kind {
		case atDistrict:
			w = 0.22 * p.district[o.district].weight
		case atStreet:
			w = 0.40 * p.streets[o.street].weight
		case atCommunity:
			w = 0.38 * p.streets[o.street].weight / points[o.street]
		default:
			continue
		}
		p.host = append(p.host, int32(i))
		weights = append(weights, w)
	}
	p.hostBy = newChooser(weights)
}

// open makes one class and returns how many attendances it will bring.
func (p *planner) open() float64 {
	o := p.host[p.hostBy.draw(p.r)]
	switch x := p.r.Float64(); {
	case x < 0.24:
		return p.lecture(o)
	case x < 0.30 && p.orgs[o].kind != atCommunity:
		return p.course(o, true)
	}
	return p.course(o, false)
}

func (p *planner) course(o int32, online bool) float64 {
	s := p.seasons[p.season.draw(p.r)]
	begin := s.begin.AddDate(0, 0, p.r.IntN(14))
	count := 8 + 2*p.r.IntN(5)
	if s.shortCourse {
		count = min(s.weeks, 3+p.r.IntN(3))
	}
	seats, form := int32(16+2*p.r.IntN(9)), "course"
	if online {
		seats, form = int32(40+10*p.r.IntN(5)), "online"
	}
	c := p.class(o, form, seats, online, begin)
	c.name = p.runName(c.act, s.term, begin)
	slot := p.slot()
	for n, d := 0, begin; n < count; d = d.AddDate(0, 0, 7) {
		if !p.Off(d) {
			p.meet(slot, d)
			n++
		}
	}
	return p.close(c)
}

// lectureMonths: fewer in the month of the Spring Festival and in high summer.
var lectureMonths = [12]float64{0.7, 0.35, 1, 1.1, 1.1, 1, 0.6, 0.5, 1, 1.1, 1.2, 0.9}

func (p *planner) lecture(o int32) float64 {
	from, today := p.window()
	days := int(today.Sub(from).Hours()/24) + 14
	d := from.AddDate(0, 0, p.r.IntN(days))
	for tries := 0; tries < 20 && (p.Off(d) || p.r.Float64()*1.2 > lectureMonths[d.Month()-1]); tries++ {
		d = from.AddDate(0, 0, p.r.IntN(days))
	}
	c := p.class(o, "lecture", int32(30+5*p.r.IntN(9)), false, d)
	c.name = fill(p.words.Lecture, "year", strconv.Itoa(d.Year()), "month", strconv.Itoa(int(d.Month())))
	slot := p.slot()
	slot.minutes = 90
	p.meet(slot, d)
	return p.close(c)
}

// class begins a class at an institution; its meetings follow.
func (p *planner) class(o int32, form string, seats int32, online bool, at time.Time) class {
	t := int32(p.theme.draw(p.r))
	title := pick(p.r, p.themes[t].Titles)
	key := actID{o, title + form}
	a, ok := p.actKey[key]
	if !ok {
		a = int32(len(p.acts))
		p.actKey[key] = a
		p.acts = append(p.acts, act{id: newID(p.r, at), org: o, theme: t, title: title, form: form, since: at})
	}
	if x := &p.acts[a]; at.Before(x.since) {
		x.since = at
	}
	p.acts[a].runs++
	return class{id: newID(p.r, at), act: a, teacher: p.teacherOf(o), capacity: seats, online: online, street: p.streetOf(o), first: int32(len(p.meetings))}
}

// streetOf is where people come from first; a college belongs to none.
func (p *planner) streetOf(o int32) int32 { return p.orgs[o].street }

func (p *planner) runName(a int32, term string, begin time.Time) string {
	return fill(p.words.Class, "year", strconv.Itoa(begin.Year()), "term", p.words.Terms[term], "n", strconv.Itoa(p.acts[a].runs))
}

// teacherOf gives a class to one of the institution's teachers; each teaches
// about six classes.
func (p *planner) teacherOf(o int32) int32 {
	x := &p.orgs[o]
	if len(x.teachers) == 0 || p.r.IntN(6) == 0 {
		x.teachers = append(x.teachers, p.hire(p.r, o))
	}
	return pick(p.r, x.teachers)
}

func (m *maker) hire(r *rand.Rand, o int32) int32 {
	sex := "f"
	if r.Float64() < 0.4 {
		sex = "m"
	}
	n := len(m.teachers)
	m.teachers = append(m.teachers, teacher{id: newID(r, m.now), login: "t" + strconv.Itoa(100001+n), name: m.words.person(r, sex, m.lang), org: o})
	return int32(n)
}

// slot is a time of the week without its day.
func (p *planner) slot() meeting {
	starts := []int16{9 * 60, 9*60 + 30, 10 * 60, 14 * 60, 14*60 + 30, 15 * 60, 18*60 + 30, 19 * 60}
	minutes := []int16{60, 90, 90, 90, 120, 45}
	return meeting{starts: pick(p.r, starts), minutes: pick(p.r, minutes)}
}

// meet adds a meeting of the class that is being made.
func (p *planner) meet(slot meeting, d time.Time) {
	_, today := p.window()
	slot.id, slot.day, slot.class, slot.state = rawID(p.r, d.AddDate(0, 0, -20)), day(d), int32(len(p.classes)), held
	switch {
	case !d.Before(today):
		slot.state = planned
	case p.r.IntN(100) == 0:
		slot.state = cancelled
	}
	p.meetings = append(p.meetings, slot)
}

// close ends a class, drops what lies before the window, and returns the
// attendances it will bring.
func (p *planner) close(c class) float64 {
	from, today := p.window()
	first, lately, soon := day(from), day(today.AddDate(0, 0, -28)), day(today.AddDate(0, 0, 60))
	list := p.meetings[c.first:]
	list = slices.DeleteFunc(list, func(x meeting) bool { return x.day < first })
	p.meetings = p.meetings[:int(c.first)+len(list)]
	c.last = int32(len(p.meetings))
	if len(list) == 0 {
		return 0
	}
	n := 0
	for _, x := range list {
		if x.state == held {
			n++
		}
		c.current = c.current || (x.day >= lately && x.day <= soon)
	}
	c.left = int32(math.Round(float64(c.capacity) * (0.6 + 0.4*p.r.Float64())))
	p.classes = append(p.classes, c)
	return float64(c.left) * float64(n) * 0.78
}

// fill puts values into {placeholders}.
func fill(s string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, "{"+pairs[i]+"}", pairs[i+1])
	}
	return s
}
