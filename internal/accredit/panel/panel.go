// Package panel seats the experts of a call and gives them their applications:
// drawn from the pool, assigned without conflict, replaced when one turns up
// (P1.7, P1.9). What they write is kept by package ballot.
package panel

import (
	"fmt"
	"time"
)

// States of a seat.
const (
	Pooled     = "pooled"     // in the frozen pool, not drawn yet
	Excluded   = "excluded"   // tied to every application: not in the pool
	Asked      = "asked"      // drawn in, has not answered
	Seated     = "seated"     // has accepted
	Substitute = "substitute" // the rest of the drawn order
	Declined   = "declined"
	Left       = "left" // was seated, and is no more
)

// States of an assignment.
const (
	Planned   = "planned"   // confirmed, not open: the review has not begun, or the expert has not accepted
	Open      = "open"      // on the expert's desk
	Submitted = "submitted" // judged
	Recused   = "recused"   // ended by a conflict
	Replaced  = "replaced"  // ended by the office
	Released  = "released"  // the application is no more, or no longer judged
)

// Seat is an expert of a call.
type Seat struct {
	CallID, ExpertID string
	Place            int // in the drawn order, 1 first; 0 = not drawn yet
	Panel            int // grouped: 1 …; random: 0
	State            string
	DrawID           string
	Reason           string
	At               time.Time // of the state
}

// Code is how ballots name the seat: E01. It says nothing of the person.
func (s Seat) Code() string { return seatCode(s.Place) }

func seatCode(place int) string { return fmt.Sprintf("E%02d", place) }

// Assignment is one application on the desk of one expert.
type Assignment struct {
	ID, CallID, ApplicationID string
	ApplicationCode           string // anonymous number
	ExpertID                  string
	Seat                      string // E01
	Panel                     int    // of the seat
	State                     string
	Anchor                    bool   // judged across panels
	Pinned                    bool   // by hand: repair leaves it
	Kind                      string // recused: kind of the tie
	Reason, Author            string
	CreatedAt                 time.Time
	SubmittedAt               time.Time // zero = not yet
	EndedAt                   time.Time // zero = has not ended
}

// Live reports whether the assignment counts: planned, open or submitted.
func (a Assignment) Live() bool {
	return a.State == Planned || a.State == Open || a.State == Submitted
}

// Plan is the assignment of a call as it was confirmed.
type Plan struct {
	CallID, Seed, Digest, Author string
	At                           time.Time
}
