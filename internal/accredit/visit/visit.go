// Package visit runs visits to the sites of an application: half of them named
// by the applicant, half drawn; a team without conflict; what is found leaf by
// leaf, on site; rows of the ledger called back; two signatures (P1.7).
package visit

import (
	"math/big"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/pack"
)

// States of a visit.
const (
	Planned   = "planned"   // day and team are set, sites are not
	Named     = "named"     // the applicant's sites are in, the others wait for the public value
	Drawn     = "drawn"     // all sites are known to the office
	Announced = "announced" // the applicant knows; the team works
	Done      = "done"      // signed twice; nothing changes any more
	Cancelled = "cancelled"
)

// States of a member.
const (
	OnTeam   = "team"
	Recused  = "recused"  // a conflict turned up
	Released = "released" // by the office
)

// Where a site comes from.
const (
	ByApplicant = "named"
	ByDraw      = "drawn"
)

// Outcomes of a call back.
const (
	Confirmed   = "confirmed"
	Denied      = "denied"
	Unreachable = "unreachable"
)

// Outcomes lists what a call back may end in.
var Outcomes = []string{Confirmed, Denied, Unreachable}

// Visit is one visit, as it is listed.
type Visit struct {
	ID, CallID, ApplicationID string
	Day                       string
	State                     string
	Rule                      string // public value by which the rest of the sites is drawn
	DrawID                    string // "" = nothing had to be drawn
	Note                      string
	Digest                    string // SHA-256 of all that was found, once done
	AnnouncedAt, DoneAt       time.Time
	CreatedBy                 string
}

// Open reports whether anything of the visit may still change.
func (v Visit) Open() bool { return v.State != Done && v.State != Cancelled }

// Site is an institution that is visited.
type Site struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Origin string `json:"origin"`
}

// Member is of the team, or was.
type Member struct {
	AccountID, ExpertID string // ExpertID "" = of the office
	State, Reason       string
	SignedAt            time.Time
}

// Leaf is a line of the checklist: what to look at, what was claimed, what was found.
type Leaf struct {
	Criterion pack.Text
	pack.Leaf
	Claimed string // level, "" = nothing claimed
	Item    Item   // Version 0 = nothing found yet
	Gap     int    // levels by which what was found is below the claim; negative = above
}

// Item is what was found of a leaf.
type Item struct {
	Leaf    string    `json:"leaf"`
	Level   string    `json:"level"`
	Claimed string    `json:"claimed"`
	Note    string    `json:"note"`
	Author  string    `json:"author"`
	Version int64     `json:"version"`
	At      time.Time `json:"at"`
}

// Photo is a picture taken on site, kept by its digest.
type Photo struct {
	Digest string    `json:"digest"`
	Leaf   string    `json:"leaf"`
	Media  string    `json:"media"`
	Author string    `json:"author"`
	At     time.Time `json:"at"` // when the program received it
}

// Sample is one row of the ledger that is called back.
type Sample struct {
	Nr      int64     `json:"nr"`
	Row     int64     `json:"row"`
	Outcome string    `json:"outcome"` // "" = not called yet
	Note    string    `json:"note"`
	Author  string    `json:"author"`
	At      time.Time `json:"at"`
}

// Detail is a visit with all that belongs to it.
type Detail struct {
	Visit
	Code, Title string // of the application
	Levels      []pack.AwardLevel
	RuleOf      pack.VisitRule
	Sites       []Site
	Team        []Member
	Leaves      []Leaf
	Photos      []Photo
	Samples     []Sample
}

// Agreement is how the sampled rows came out, as indicator E10 counts: of those
// who were reached, how many confirmed.
type Agreement struct {
	Confirmed, Reached, Sampled, Called int
	Share                               *big.Rat // nil = nobody was reached
}

// Agreement counts the sample.
func (d Detail) Agreement() Agreement {
	a := Agreement{Sampled: len(d.Samples)}
	for _, s := range d.Samples {
		switch s.Outcome {
		case Confirmed:
			a.Confirmed++
			a.Reached++
		case Denied:
			a.Reached++
		}
		if s.Outcome != "" {
			a.Called++
		}
	}
	if a.Reached > 0 {
		a.Share = big.NewRat(int64(a.Confirmed), int64(a.Reached))
	}
	return a
}

// Percent prints the share with one decimal, "" where there is none.
func (a Agreement) Percent() string {
	if a.Share == nil {
		return ""
	}
	return new(big.Rat).Mul(a.Share, big.NewRat(100, 1)).FloatString(1)
}

// Signed counts the signatures that hold.
func (d Detail) Signed() int {
	n := 0
	for _, m := range d.Team {
		if m.State == OnTeam && !m.SignedAt.IsZero() {
			n++
		}
	}
	return n
}

// Missing counts the leaves without a finding and the rows not called back.
func (d Detail) Missing() (leaves, calls int) {
	for _, l := range d.Leaves {
		if l.Item.Version == 0 {
			leaves++
		}
	}
	for _, s := range d.Samples {
		if s.Outcome == "" {
			calls++
		}
	}
	return leaves, calls
}

// checklist is the leaves of the rubric that a visit looks at.
func checklist(d accredit.Dossier, items map[string]Item) []Leaf {
	rank := map[string]int{}
	for i, l := range d.Rules.Programme.Levels {
		rank[l.Code] = i
	}
	var all []Leaf
	for _, c := range d.Rules.Programme.Rubric {
		for _, l := range c.Leaves {
			if l.OnSite.In("") == "" {
				continue
			}
			v := Leaf{Criterion: c.Name, Leaf: l, Claimed: d.Claims[l.Code].Level, Item: items[l.Code]}
			if v.Item.Version > 0 {
				v.Claimed = v.Item.Claimed // as it stood when it was looked at
				if v.Claimed != "" {
					v.Gap = rank[v.Item.Level] - rank[v.Claimed]
				}
			}
			all = append(all, v)
		}
	}
	return all
}

// Halves divides the sites of a visit: half are named by the applicant, half
// are drawn; of an odd number one more is drawn.
func Halves(sites int) (named, drawn int) { return sites / 2, sites - sites/2 }
