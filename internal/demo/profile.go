package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"xuedu/internal/area"
)

// profileColumns are the columns of an institution's profile.
var profileColumns = []string{"host", "space", "shared", "rooms", "ramp", "lift", "toilet", "full_time", "part_time", "volunteers", "open_hours", "opening"}

// size says how big institutions of a kind are: from the first to the second.
type size struct {
	space, rooms, fullTime, partTime, volunteers [2]int
	shared                                       [2]int // percent of the space
	minHours                                     float64
}

var sizes = map[int]size{
	atDistrict:  {space: [2]int{1500, 6000}, rooms: [2]int{12, 40}, fullTime: [2]int{12, 40}, partTime: [2]int{10, 60}, volunteers: [2]int{30, 200}, shared: [2]int{0, 30}, minHours: 40},
	atStreet:    {space: [2]int{300, 1500}, rooms: [2]int{3, 10}, fullTime: [2]int{1, 4}, partTime: [2]int{2, 10}, volunteers: [2]int{10, 60}, shared: [2]int{20, 70}, minHours: 40},
	atCommunity: {space: [2]int{40, 260}, rooms: [2]int{1, 3}, fullTime: [2]int{0, 1}, partTime: [2]int{0, 4}, volunteers: [2]int{3, 25}, shared: [2]int{50, 100}},
}

// unknownShare is how many facts nobody has registered yet; staff are known
// everywhere.
const unknownShare = 0.02

// planProfiles invents what the register knows of each institution that
// teaches. Of the institutions that demo accounts work with everything is known.
func (m *maker) planProfiles() [][]any {
	r := m.rng(20)
	out := make([][]any, len(m.orgs))
	for i, o := range m.orgs {
		out[i] = make([]any, len(profileColumns))
		s, ok := sizes[o.kind]
		if !ok {
			continue
		}
		out[i] = m.profile(r, o, s)
		for k := range out[i] {
			staff := strings.HasSuffix(profileColumns[k], "_time") || profileColumns[k] == "volunteers"
			if unknown := r.Float64() < unknownShare; unknown && !staff && o.nr != m.desk.place && int32(i) != m.desk.org {
				out[i][k] = nil
			}
		}
	}
	return out
}

// profile invents one institution's facts, in the order of profileColumns.
func (m *maker) profile(r *rand.Rand, o org, s size) []any {
	half := 10*between(r, s.space) + 5*r.IntN(2) // tenths of a square metre
	shared := half * between(r, s.shared) / 100
	open := pick(r, m.words.openFor(s.minHours))
	lift := "no"
	switch {
	case o.kind == atCommunity && r.IntN(2) == 0:
		lift = "ground"
	case r.IntN(3) > 0:
		lift = "yes"
	}
	return []any{m.host(o), tenths(half), tenths(shared), int64(between(r, s.rooms)), yes(r, 0.8), lift, yes(r, 0.6),
		int64(between(r, s.fullTime)), int64(between(r, s.partTime)), int64(between(r, s.volunteers)), open.Hours, open.Text}
}

func between(r *rand.Rand, b [2]int) int { return b[0] + r.IntN(b[1]-b[0]+1) }

func yes(r *rand.Rand, share float64) string {
	if r.Float64() < share {
		return "yes"
	}
	return "no"
}

// tenths writes a number of tenths as a decimal: 125 is 12.5.
func tenths(n int) string { return strings.TrimSuffix(fmt.Sprintf("%d.%d", n/10, n%10), ".0") }

// host names the body behind an institution after its area.
func (m *maker) host(o org) string {
	a := m.Tree.At(o.nr)
	name := a.In(m.lang)
	kind := string(a.Level)
	if a.Level == area.Street && slices.ContainsFunc(m.words.Towns, func(end string) bool { return strings.HasSuffix(name, end) }) {
		kind = "town"
	}
	pattern, ok := m.words.Hosts[kind]
	if !ok {
		return name
	}
	return fill(pattern, "area", name)
}

// registered is when the institutions came into the register: before the
// first class, so that the figures of past quarters know them.
func (m *maker) registered() time.Time {
	from, _ := m.window()
	return from.AddDate(0, -6, 0).Add(time.Hour).UTC()
}
