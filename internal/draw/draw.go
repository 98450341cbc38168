// Package draw is the verifiable draw (design 4.5): an order that follows from
// what was fixed before and from a value that nobody knew then, so that
// everybody can compute it again. It knows no database and no clock.
package draw

// Manifest is one draw, public as a whole once it is drawn. It is immutable:
// a draw is never repeated, it is declared void with a reason.
type Manifest struct {
	Format     int      `json:"format"` // 1
	ID         string   `json:"id"`
	Purpose    string   `json:"purpose"`
	Title      string   `json:"title"`
	Seats      int      `json:"seats"`      // how many are taken from the top of the order
	Groups     []Group  `json:"groups"`     // bounds by group; empty = none
	Entries    []Entry  `json:"entries"`    // sorted by token
	Root       string   `json:"root"`       // Merkle root of the entries, hex
	Commitment string   `json:"commitment"` // SHA-256 of the operator's secret, hex
	Rule       string   `json:"rule"`       // which public value will be taken, said before it exists
	Value      string   `json:"value"`      // that value, "" = not yet
	Secret     string   `json:"secret"`     // the reveal, hex, "" = not yet
	Order      []string `json:"order"`      // tokens, first drawn first: all of them
	Taken      []string `json:"taken"`      // tokens of who is in
	FrozenAt   string   `json:"frozen_at"`
	DrawnAt    string   `json:"drawn_at"`
}

// Entry is one ticket: a salted token in place of the name.
type Entry struct {
	Token  string   `json:"token"`
	Weight int64    `json:"weight"` // 1 = like all others
	Groups []string `json:"groups"`
}

// Group bounds how many of a group are taken; Most 0 = no bound.
type Group struct {
	Code  string `json:"code"`
	Least int    `json:"least"`
	Most  int    `json:"most"`
}
