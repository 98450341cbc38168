// Package award keeps the public register of awards and what happens to them
// for years: guidance, yearly checks, warning, re-evaluation, revocation
// (P1.3, P1.6, P1.7). An award holds from its first day up to, and not
// including, the day it ends; the plan's targets count it on those days. One
// that ended stays in the register with its reason.
package award

import "time"

// Award is one award of a programme.
type Award struct {
	ID, Programme, Number string // Number of the certificate: SF2026-001
	Holder                string
	OrgID                 string // "" = the area itself holds it
	AreaID                int64
	CallID, ApplicationID string // "" = from before this program
	Document              string // number of the decision
	Day                   string // of the decision
	From, To              string // it holds from From up to, not including, To; "" = has not begun, is open
	Term                  string // To as granted or renewed, whatever came in between
	Sentence              string // public word of the jury
	State                 string // of the workflow "award"
	Desk                  string // whose turn it is: city, holder, leading; "" = nobody's
	Since                 time.Time
	Due                   string // last day of the state, "" = none
	Cause                 string // why it is to be revoked, "" = it is not
	Exempt                bool   // excellent: the next re-evaluation falls away
	Score                 string // of the re-evaluation that runs, exact decimal; "" = none yet
	Failed                int    // re-evaluations failed one after another
	Final                 bool   // nothing is expected any more
	Earlier               bool   // from before this program, not yet checked again: it does not count
}

// Holds reports whether the award is in force on a day.
func (a Award) Holds(day string) bool {
	return !a.Earlier && a.From != "" && a.From <= day && (a.To == "" || day < a.To)
}

// New is an award to be made.
type New struct {
	CallID, ApplicationID string
	Programme             string
	OrgID                 string // "" = the area itself
	AreaID                int64
	Holder                string
	Document              string // number of the decision
	Day                   string // of the decision: it holds from that day on
	Sentence              string // public word of the jury
}

// Event is one move in the history of an award.
type Event struct {
	Nr                            int64
	Move, From, To, Reason, Actor string
	Day                           string // in the city
	ValidTo                       string // Award.To after the move
	At                            time.Time
}

// Causes for which an award is revoked.
const (
	CauseFraud    = "fraud"    // data or evidence were made up: who held it may not apply for a time
	CauseStandard = "standard" // the criteria are no longer met
	CauseOther    = "other"
)

// Causes lists them in the order they are offered.
var Causes = []string{CauseStandard, CauseFraud, CauseOther}

// Permissions whose scope the service checks.
const (
	PermManage = "award:manage" // the office
	PermGuide  = "award:guide"  // who looks after guidance
)

// States of the table award (0008).
const (
	standing = "awarded"
	pending  = "under_review" // an earlier award that was not yet checked again
)
