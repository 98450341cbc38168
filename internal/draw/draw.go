// Package draw is the verifiable draw (design 4.5): an order that follows from
// what was fixed before and from a value that nobody knew then, so that
// everybody can compute it again. It knows no database and no clock.
//
// The rule, format 1 (docs/adr/0011-verifiable-draw.md has it in full):
//
//	token      = SHA-256(salt LF thing), hex
//	leaf       = SHA-256(00 token TAB weight TAB groups with commas), tree as in RFC 6962
//	commitment = SHA-256(secret)
//	seed       = HMAC-SHA-256(secret, value)
//	x          = HMAC-SHA-256(seed, token) + 1, an integer from 1 to 2^256; u = x / 2^256
//	order      = ascending -log2(u)/weight, the logarithm in fixed point by log2 below
//
// Ascending -ln(u)/w is exact weighted sampling without replacement
// (Efraimidis and Spirakis 2006); the base of the logarithm does not matter.
package draw

// Format is the version of the rule that this package draws and verifies by.
const Format = 1

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
	FrozenAt   string   `json:"frozen_at"`
	Frozen     string   `json:"frozen"` // SHA-256 of all above, published before the value exists
	Value      string   `json:"value"`  // that value, "" = not yet
	Secret     string   `json:"secret"` // the reveal, hex, "" = not yet
	Order      []string `json:"order"`  // tokens, first drawn first: all of them
	Taken      []string `json:"taken"`  // tokens of who is in
	DrawnAt    string   `json:"drawn_at"`
	Sealed     string   `json:"sealed"` // SHA-256 of all above, "" = not drawn
}

// Entry is one ticket: a salted token in place of the name.
type Entry struct {
	Token  string   `json:"token"`
	Weight int64    `json:"weight"` // 1 = like all others
	Groups []string `json:"groups"` // sorted
}

// Group bounds how many of a group are taken; Most 0 = no bound.
type Group struct {
	Code  string `json:"code"`
	Least int    `json:"least"`
	Most  int    `json:"most"`
}

// Drawn reports whether the draw has its result.
func (m Manifest) Drawn() bool { return m.Sealed != "" }

// Place returns the place of a token in the order, from 1 on; 0 = not in it.
func (m Manifest) Place(token string) int {
	for i, t := range m.Order {
		if t == token {
			return i + 1
		}
	}
	return 0
}
