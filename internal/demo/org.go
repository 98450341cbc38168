package demo

import (
	"fmt"
	"math"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/pack"
)

// Kinds of institution, by the level they serve.
const (
	atDistrict = iota
	atStreet
	atCommunity
	learningOrg // holds no classes
)

// org is an invented institution.
type org struct {
	id, code, typ, name, nameEN string
	nr                          int // preorder number of its area
	kind                        int
	parent                      int32 // index, -1 = none
	street, district            int32
	teachers                    []int32
}

// teacher is an invented member of staff.
type teacher struct {
	id, login, name string
	org             int32
	role            string // "" = teacher
	hash            bool   // may sign in with the demo password
}

// planOrgs founds a college in each district, a school in each street, points
// in a share of the communities that grows with the scale, and some learning
// organisations.
func (m *maker) planOrgs() {
	r := m.rng(2)
	types := m.networkTypes()
	districtOrg, streetOrg := map[int32]int32{}, map[int32]int32{}
	add := func(t pack.OrgType, prefix string, nr, kind int, parent, street, district int32) int32 {
		a := m.Tree.At(nr)
		o := org{code: prefix + a.Code, typ: t.Code, name: m.words.orgName(a.In(m.lang), t, m.lang), nr: nr, kind: kind, parent: parent, street: street, district: district}
		if a.NameEN != "" {
			o.nameEN = a.NameEN + " " + t.Name.In("en")
		}
		o.id = newID(r, m.now)
		m.orgs = append(m.orgs, o)
		return int32(len(m.orgs) - 1)
	}
	for i, d := range m.district {
		if t := types[area.District]; len(t) > 0 {
			districtOrg[int32(i)] = add(t[0], "DC-", d.nr, atDistrict, -1, -1, int32(i))
		}
	}
	for i, s := range m.streets {
		if t := types[area.Street]; len(t) > 0 {
			streetOrg[int32(i)] = add(t[0], "DS-", s.nr, atStreet, parentOf(districtOrg, s.district), int32(i), s.district)
		}
	}
	share := min(0.95, 0.05+0.9*math.Sqrt(m.opt.Scale)*0.35+0.6*m.opt.Scale)
	for _, p := range m.places {
		if t := types[area.Community]; len(t) > 0 && r.Float64() < share {
			add(t[0], "DP-", p.nr, atCommunity, parentOf(streetOrg, p.street), p.street, m.streets[p.street].district)
		}
	}
	m.planLearningOrgs()
}

func parentOf(byGroup map[int32]int32, g int32) int32 {
	if o, ok := byGroup[g]; ok {
		return o
	}
	return -1
}

// networkTypes returns the types of institution that teach, by level.
func (m *maker) networkTypes() map[area.Level][]pack.OrgType {
	out := map[area.Level][]pack.OrgType{}
	for _, t := range m.Pack.OrgTypes {
		if t.Group == "network" {
			out[area.Level(t.Level)] = append(out[area.Level(t.Level)], t)
		}
	}
	return out
}

func (m *maker) planLearningOrgs() {
	r := m.rng(3)
	var types []pack.OrgType
	for _, t := range m.Pack.OrgTypes {
		if _, named := m.words.Org[t.Code]; t.Group == "learning" && named {
			types = append(types, t)
		}
	}
	if len(types) == 0 {
		return
	}
	used := map[string]bool{}
	for i, d := range m.district {
		for k := range 4 + r.IntN(4) {
			t := types[k%len(types)]
			name := pick(r, m.words.Brands) + m.words.space(m.lang) + m.words.suffix(t, m.lang, r.IntN(8))
			if used[name] {
				continue
			}
			used[name] = true
			m.orgs = append(m.orgs, org{id: newID(r, m.now), code: fmt.Sprintf("DL-%s-%d", m.Tree.At(d.nr).Code, k+1), typ: t.Code, name: name,
				nr: d.nr, kind: learningOrg, parent: -1, street: -1, district: int32(i)})
		}
	}
}

// address is the names of the areas above an institution: true, and no more.
func (m *maker) address(nr int) string {
	var names []string
	for _, n := range m.Tree.Path(nr) {
		names = append(names, m.Tree.At(n).In(m.lang))
	}
	return strings.Join(names, m.words.space(m.lang))
}
