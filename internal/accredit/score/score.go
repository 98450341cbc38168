// Package score computes official scores, ranks and ties exactly, and again
// from a sealed record: it knows no database and no clock (P1.7).
package score

import "xuedu/internal/pack"

// Ballot is what one expert found of one application: a level for every leaf.
type Ballot struct {
	Application string            `json:"application"`     // anonymous number
	Expert      string            `json:"expert"`          // seat: E03
	Levels      map[string]string `json:"levels"`          // leaf to level
	First       map[string]string `json:"first,omitempty"` // before a joint discussion, where it changed
	Reasons     map[string]string `json:"reasons,omitempty"`
}

// Entry is what else a rank depends on.
type Entry struct {
	Application    string            `json:"application"`
	Recommendation int               `json:"recommendation"`  // order of its district, 0 = none
	Visit          map[string]string `json:"visit,omitempty"` // leaf to the level found on site
	Yes            int               `json:"yes"`             // votes of the meeting
	Draw           int               `json:"draw"`            // place in the tie draw, 0 = none
	Decision       string            `json:"decision"`        // "", in, out: where the meeting deviated
	Reason         string            `json:"reason,omitempty"`
}

// Record is the sealed record of a call: rules and ballots from which every
// score and rank follows. It names no person.
type Record struct {
	Format    int                 `json:"format"` // 1
	Call      string              `json:"call"`   // code
	Digest    string              `json:"digest"` // of the frozen rules
	Programme pack.AwardProgramme `json:"programme"`
	Places    int                 `json:"places"`
	Ballots   []Ballot            `json:"ballots"`
	Entries   []Entry             `json:"entries"`
	Result    []Standing          `json:"result"` // as published
}

// Standing is one line of the result, best first.
type Standing struct {
	Application string `json:"application"`
	Score       string `json:"score"`  // official, at the rule's places; "" = too few ballots
	Visit       string `json:"visit"`  // of the visit, "" = none
	Final       string `json:"final"`  // what counts
	Spread      string `json:"spread"` // highest less lowest ballot
	Place       int    `json:"place"`  // 1 = best
	Tie         string `json:"tie"`    // what broke it, "" = no tie
	Grey        bool   `json:"grey"`   // near the cut line
	In          bool   `json:"in"`     // proposed
}
