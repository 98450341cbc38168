// Package expert keeps the pool of experts and their ties to those who apply:
// conflicts are edges with a kind, a source, a start and an end (P1.7).
package expert

import (
	"context"
	"time"
)

// Expert is a member of the pool.
type Expert struct {
	ID, AccountID, Name, Title string
	Code                       string // number in the pool
	Categories, Fields         []string
	OrgID, OrgName             string // employer: in the register, and as written
	WorkArea, HomeArea         int64
	State                      string    // invited, active, resting, left
	Load                       int       // applications a call at most, 0 = as the call says
	TermsAt                    time.Time // when the terms were accepted, zero = not yet
	Version                    int64
}

// States of an expert.
const (
	Invited = "invited"
	Active  = "active"
	Resting = "resting"
	Left    = "left"
)

// Subject is what an expert may be tied to: an application with the
// institution and areas it belongs to. Areas are compared at the level of the
// rule (district).
type Subject struct {
	ApplicationID string
	OrgID         string // "" = the area itself
	AreaID        int64
	Staff         []string // account ids of who wrote, verified or recommended it
	StaffOrgs     []string // institutions of its recommender
}

// Rule says which ties exclude.
type Rule struct {
	LookBack int      // years after an end
	Kinds    []string // others are shown only
	Level    string   // area level for work_area, home_area
	Day      string   // on which it is asked
}

// Edge is one tie between an expert and a subject.
type Edge struct {
	ID, ExpertID, Kind string // ID "" = found by the program each time it is asked
	Subject, SubjectID string // area, org, application
	Source             string
	From, To           string // days, To "" = still
	State              string // holds, suggested, cleared, ended
	Pinned             bool
	Reason, Author     string
	At                 time.Time
}

// Kinds of a tie.
const (
	KindDeclared    = "declared"
	KindEmployer    = "employer"
	KindRecommender = "recommender" // works for who recommends, or wrote, verified or recommended it
	KindCoach       = "coach"
	KindVisit       = "visit"
	KindWorkArea    = "work_area"
	KindHomeArea    = "home_area"
	KindFamily      = "family"
	KindAny         = "any" // of a pin: whatever the kind
)

// Kinds lists the kinds that a rule may name, in the order they are shown.
var Kinds = []string{KindDeclared, KindEmployer, KindRecommender, KindCoach, KindVisit, KindWorkArea, KindHomeArea, KindFamily}

// What an edge leads to.
const (
	SubjectArea        = "area"
	SubjectOrg         = "org"
	SubjectApplication = "application"
)

// States of an edge.
const (
	Holds     = "holds"
	Suggested = "suggested" // by likeness of names: excludes nobody until the office has looked
	Cleared   = "cleared"
	Ended     = "ended" // still excludes for the years of the rule
)

// Sources of edges that this package makes.
const (
	SourceRegister    = "register"
	SourceFormer      = "former"      // employer or area before a change
	SourceDeclaration = "declaration" // by the expert
	SourceOffice      = "office"
	SourceName        = "name" // likeness of names
)

// Matrix answers who may not judge what: expert id to application id to the
// edges that exclude. An absent entry = may judge.
type Matrix map[string]map[string][]Edge

// Conflicted reports whether an expert may not judge an application.
func (m Matrix) Conflicted(expertID, applicationID string) bool {
	return len(m[expertID][applicationID]) > 0
}

// Checker is the part of Service that other packages need.
type Checker interface {
	// Matrix finds all excluding ties between experts and subjects.
	Matrix(ctx context.Context, r Rule, experts []string, subjects []Subject) (Matrix, error)
	// Pool lists active experts.
	Pool(ctx context.Context) ([]Expert, error)
	// Of returns the expert whose account it is; false if there is none.
	Of(ctx context.Context, accountID string) (Expert, bool, error)
}

// Org is what this package knows of an institution.
type Org struct {
	ID, Code, Name, ParentID string
	AreaID                   int64
}

// Orgs is the register of institutions.
type Orgs interface {
	// Orgs lists all of it.
	Orgs(ctx context.Context) ([]Org, error)
}
