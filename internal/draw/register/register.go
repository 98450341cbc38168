// Package register keeps draws: frozen, drawn, never changed, open to all
// (design 4.5). Who may freeze, draw or void is checked by the package that
// the draw is for.
package register

import (
	"time"

	"xuedu/internal/draw"
	"xuedu/internal/pack"
)

// States of a draw.
const (
	Frozen = "frozen" // all is fixed, the public value does not exist yet
	Drawn  = "drawn"
	Void   = "void" // declared so with a reason; what was drawn stays readable
)

// Purposes of draws that the program knows; others may be used.
const (
	PurposeExperts = "experts"
	PurposeSites   = "sites"
	PurposeTie     = "tie"
	PurposeSeats   = "seats"
)

// Ticket is a thing that may be drawn.
type Ticket struct {
	Thing  string // id, never public
	Weight int64  // 0 = 1
	Groups []string
}

// NewDraw is what a draw is frozen from.
type NewDraw struct {
	Purpose string
	Subject string // id of what it is for
	Title   pack.Text
	Seats   int
	Groups  []draw.Group
	Entries []Ticket
	Rule    string // which public value will be taken, in words
}

// Item is a draw in a list.
type Item struct {
	ID, Purpose, Subject string
	Title                pack.Text
	State                string
	Digest               string // of the manifest: frozen, once drawn sealed
	FrozenAt             time.Time
	DrawnAt              time.Time // zero = not yet
	Reason               string    // why it is void
}

// Record is a draw with its public manifest.
type Record struct {
	Item
	Manifest draw.Manifest
	names    map[string]name
}

// name is what stands behind a token.
type name struct {
	Thing string `json:"thing"`
	Salt  string `json:"salt"`
}

// Thing returns what stands behind a token, "" if there is none.
func (r Record) Thing(token string) string { return r.names[token].Thing }

// Token returns the token of a thing and its salt, with which whoever it
// belongs to can compute the token; false if it is not in the draw.
func (r Record) Token(thing string) (token, salt string, ok bool) {
	for t, n := range r.names {
		if n.Thing == thing {
			return t, n.Salt, true
		}
	}
	return "", "", false
}

// Things returns all things in the order drawn, and those that are taken.
func (r Record) Things() (order, taken []string) {
	for _, t := range r.Manifest.Order {
		order = append(order, r.Thing(t))
	}
	for _, t := range r.Manifest.Taken {
		taken = append(taken, r.Thing(t))
	}
	return order, taken
}
