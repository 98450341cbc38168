package demo

import (
	"cmp"
	"slices"

	"xuedu/internal/account"
)

// Desk is what the demo accounts work with.
type desk struct {
	org      int32 // the school of the teacher and the staff
	district int   // preorder numbers of the officers' areas
	street   int
	place    int
	accounts []deskAccount
}

type deskAccount struct {
	teacher
	area int // preorder number, -1 = none
}

const (
	clinicBack  = 10 // days a clinic has been held
	clinicAhead = 120
	clinicOwed  = 2 // its last days wait for their roster
)

// planDesk chooses the school that demo accounts work in, gives its teacher
// some running classes, and opens a clinic that meets every day: whenever the
// demo is opened, there is a roster to tick.
func (m *maker) planDesk() {
	d := &m.desk
	d.org = m.deskOrg()
	if d.org < 0 {
		return
	}
	o := &m.orgs[d.org]
	leaf := slices.IndexFunc(m.places, func(p place) bool { return o.street < 0 || p.street == o.street })
	for i, x := range m.orgs { // better a community that has a point of its own
		if x.kind == atCommunity && x.street == o.street {
			leaf = slices.IndexFunc(m.places, func(p place) bool { return p.nr == m.orgs[i].nr })
			break
		}
	}
	d.place = m.places[leaf].nr
	d.street, d.district = m.around(d.place)
	m.planAccounts()
	t := int32(len(m.teachers))
	m.teachers = append(m.teachers, d.accounts[0].teacher)
	given := 0
	for i := range m.classes {
		c := &m.classes[i]
		if m.acts[c.act].org == d.org && c.current && given < 4 {
			c.teacher = t
			given++
		}
	}
	m.openClinic(t)
}

// deskOrg is a school of the most populous street, or the first institution
// that teaches.
func (m *maker) deskOrg() int32 {
	best := int32(-1)
	for i, o := range m.orgs {
		if o.kind == learningOrg {
			continue
		}
		if best < 0 || cmp.Compare(m.deskWeight(int32(i)), m.deskWeight(best)) > 0 {
			best = int32(i)
		}
	}
	return best
}

func (m *maker) deskWeight(i int32) float64 {
	if o := m.orgs[i]; o.kind == atStreet {
		return 1 + m.streets[o.street].weight
	}
	return 0
}

func (m *maker) planAccounts() {
	r := m.rng(5)
	d := &m.desk
	for _, a := range []struct {
		role, login string
		org         bool
		area        int
	}{
		{account.RoleTeacher, "teacher", true, -1}, {account.RoleOrgStaff, "staff", true, -1},
		{account.RoleCommunity, "community", false, d.place}, {account.RoleStreet, "street", false, d.street},
		{account.RoleDistrict, "district", false, d.district}, {account.RoleCity, "city", false, -1},
		{account.RoleAuditor, "auditor", false, -1}, {account.RoleSystem, "system", false, -1}, {account.RoleSecurity, "security", false, -1},
		{account.RoleCommunity, "community2", false, d.place}, {account.RoleAnalyst, "analyst", false, -1},
		{account.RoleTechnical, "technical", false, -1}, {account.RoleLeading, "leading", false, -1}, {account.RoleHandler, "handler", false, -1}, {account.RoleExpert, ExpertLogin(0), false, -1},
	} {
		t := teacher{id: newID(r, m.now), login: a.login, name: m.words.person(r, pick(r, []string{"f", "m"}), m.lang), org: -1, role: a.role, hash: true}
		if a.org {
			t.org = d.org
		}
		d.accounts = append(d.accounts, deskAccount{teacher: t, area: a.area})
	}
	for i := 1; i < ExpertLogins; i++ {
		d.accounts = append(d.accounts, deskAccount{teacher: teacher{id: newID(r, m.now), login: ExpertLogin(i), name: ExpertName(i), org: -1, role: account.RoleExpert, hash: true}, area: -1})
	}
}

// openClinic opens a class of the demo teacher that meets every day.
func (m *maker) openClinic(t int32) {
	r := m.rng(6)
	_, today := m.window()
	theme := int32(max(0, slices.IndexFunc(m.themes, func(u themeUse) bool { return u.code == "digital" })))
	begin := today.AddDate(0, 0, -clinicBack)
	m.acts = append(m.acts, act{id: newID(r, begin), org: m.desk.org, theme: theme, title: m.words.Clinic, form: "course", since: begin, runs: 1})
	c := class{id: newID(r, begin), act: int32(len(m.acts) - 1), name: fill(m.words.Lecture, "year", begin.Format("2006"), "month", begin.Format("1")),
		teacher: t, capacity: 24, left: 22, current: true, street: m.orgs[m.desk.org].street, first: int32(len(m.meetings))}
	for i := -clinicBack; i < clinicAhead; i++ {
		d := today.AddDate(0, 0, i)
		x := meeting{id: rawID(r, d.AddDate(0, 0, -20)), day: day(d), class: int32(len(m.classes)), starts: 9*60 + 30, minutes: 60, state: held}
		switch {
		case i >= 0:
			x.state = planned
		case i >= -clinicOwed:
			x.state = owed
		}
		m.meetings = append(m.meetings, x)
	}
	c.last = int32(len(m.meetings))
	m.classes = append(m.classes, c)
}
