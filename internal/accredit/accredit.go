// Package accredit runs programmes of award from the call to the proposal: a
// call with frozen rules, applications with self-assessment and evidence,
// verification, recommendation and formal check (P1.3, P1.7, P1.9, P2.8).
// Experts, ballots, visits, decisions and awards are packages of their own
// beside it; they read calls and applications here.
package accredit

import (
	"time"

	"xuedu/internal/pack"
	"xuedu/internal/workflow"
)

// Rules is all that a call is judged by, frozen when it opens.
type Rules struct {
	Programme   pack.AwardProgramme            `json:"programme"`
	Workflows   map[string]workflow.Definition `json:"workflows"` // by what moves: call, application, objection, award
	PackName    string                         `json:"pack"`
	PackVersion string                         `json:"pack_version"`
}

// Stage is a stage of a call's timeline, both days included.
type Stage struct {
	Code string    `json:"code"`
	Name pack.Text `json:"name"`
	From string    `json:"from"`
	To   string    `json:"to"`
	Days int       `json:"days"` // working days
}

// Call is one round of a programme.
type Call struct {
	ID        string
	Code      string // 2025-JY-1
	Programme string // code
	Title     pack.Text
	Kind      string // KindFirst, KindReevaluation
	State     string // of the workflow "call"
	Since     time.Time
	Due       string
	Places    int    // awards at most; 0 = no limit: a re-evaluation, or a programme without quota
	Period    string // of the figures that are evidence
	Rules     Rules  // of a draft: those of the pack in force
	Digest    string // SHA-256 of the frozen rules, "" = a draft
	Timeline  []Stage
	Opens     string // day it is planned to open, then the day it did
	OpenedAt  time.Time
	CreatedBy string
}

// Kinds of call.
const (
	KindFirst        = "first"
	KindReevaluation = "reevaluation" // of awards that are about to expire: core leaves only
)

// Objects of a programme.
const (
	ObjectDistrict     = "district"
	ObjectOrganisation = "organisation"
	ObjectProject      = "project"
	ObjectBase         = "base"
	ObjectEvaluation   = "evaluation"
)

// Application is one case of a call.
type Application struct {
	ID, CallID     string
	Code           string // anonymous number
	Object         string
	OrgID          string // "" = the area itself applies
	AreaID         int64
	District       int64 // area of the district it lies in, 0 = none
	Title          string
	Channel        string // self, recommended
	AwardID        string // of a re-evaluation
	State          string // of the workflow "application"
	Desk           string // applicant, street, district, technical, city, leading, handler
	Since          time.Time
	Due            string
	Overdue        bool
	Version        int64
	CreatedBy      string
	Submitted      time.Time
	Supplements    int
	Recommendation *Recommendation // nil = not yet
}

// Recommendation is what the district said.
type Recommendation struct {
	Yes    bool
	Place  int    // its order, 1 first
	Score  string // exact decimal of its own, "" = none
	Reason string // seen by the applicant
	At     time.Time
}

// Dossier is an application with all that is judged.
type Dossier struct {
	Application
	Rules    Rules
	Content  map[string]string
	Claims   map[string]Claim // by leaf
	Evidence []Evidence       // in the order of the rubric
	Gates    []GateResult
}

// Claim is what the applicant says of a leaf.
type Claim struct {
	Leaf, Level, Reason, Author string
	Version                     int64
	At                          time.Time
}

// Evidence is one proof of a leaf.
type Evidence struct {
	ID, Leaf, Slot, Kind string // kind: figure, org, file, link
	Label                string
	Figure               *Figure // frozen, nobody may change it
	URL                  string
	Digest, Media        string
	Size                 int64
	Verdict, Note        string // of the street: exists, missing
	Author               string
	At                   time.Time
}

// Figure is a figure of ours, frozen with where it comes from.
type Figure struct {
	Code       string    `json:"code"`
	Name       pack.Text `json:"name"`
	Unit       pack.Text `json:"unit"`
	Period     string    `json:"period"`
	Area       string    `json:"area"`       // code, "" = of the institution
	State      string    `json:"state"`      // formula.State as a word: reported, zero …
	Value      string    `json:"value"`      // as printed, without separators; "" where there is none
	Before     string    `json:"before"`     // the period before, "" = none
	Definition string    `json:"definition"` // version of the indicator or formula
	Sources    []string  `json:"sources"`    // what it was counted from, in words
	FrozenAt   time.Time `json:"frozen_at"`
}

// GateResult is how a gate was found.
type GateResult struct {
	Code  string `json:"code"`
	State string `json:"state"` // holds, fails, unknown (the formal check decides), declared
	Value string `json:"value"` // what was found
	By    string `json:"by"`    // who confirmed, "" = the program
}

// Event is a move of a call or an application.
type Event struct {
	Move, From, To, Reason, Actor string
	At                            time.Time
}

// Permissions whose scope the service checks.
const (
	PermDesk      = "accredit:desk"      // has to do with applications at all
	PermApply     = "accredit:apply"     // applicants: own institution or area
	PermRead      = "accredit:read"      // officers: applications of their area, without experts' marks
	PermVerify    = "accredit:verify"    // street
	PermRecommend = "accredit:recommend" // district
	PermCheck     = "accredit:check"     // technical body
	PermManage    = "accredit:manage"    // city office
	PermDecide    = "accredit:decide"    // leading group
	PermHandle    = "objection:handle"   // discipline
)
