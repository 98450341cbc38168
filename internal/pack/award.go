package pack

// AwardProgramme is a programme of award (评选认定项目), programmes/*.yaml: what is
// awarded to whom, by whose authority, by which criteria and in which steps
// (P1.3, P1.7, P2.8). All days are working days unless they say otherwise.
type AwardProgramme struct {
	Code     string   `yaml:"code" json:"code"` // demonstration-district
	Name     Text     `yaml:"name" json:"name"`
	Clause   string   `yaml:"clause" json:"clause"`       // P1.3
	Object   string   `yaml:"object" json:"object"`       // district, organisation, project, base, or evaluation (of every district, P1.9: nothing is awarded)
	OrgTypes []string `yaml:"org_types" json:"org_types"` // organisation, project, base: types that may apply; empty = all
	Example  bool     `yaml:"example" json:"example"`     // criteria found elsewhere, to learn from: no call of it opens
	Source   Text     `yaml:"source" json:"source"`       // example: where the criteria were found

	Quota      int `yaml:"quota" json:"quota"`             // awards in force at most; 0 = no limit
	RoundQuota int `yaml:"round_quota" json:"round_quota"` // awards of one call at most; 0 = what is left of Quota
	Cycle      int `yaml:"cycle" json:"cycle"`             // months from one call to the next; 0 = as needed
	Validity   int `yaml:"validity" json:"validity"`       // years an award holds

	Prefix        string        `yaml:"prefix" json:"prefix"` // of the numbers of its applications and certificates: JY
	Authorisation Authorisation `yaml:"authorisation" json:"authorisation"`
	Fee           int           `yaml:"fee" json:"fee"` // always 0: who applies pays nothing

	Levels  []AwardLevel `yaml:"levels" json:"levels"` // best first: 优 100, 良 80, 中 60, 差 30
	Rubric  []Criterion  `yaml:"rubric" json:"rubric"` // weights of the leaves sum to 100
	Gates   []Gate       `yaml:"gates" json:"gates"`
	Content []AwardField `yaml:"content" json:"content"` // what an application says besides its self-assessment

	Recommend    Recommend    `yaml:"recommend" json:"recommend"`
	Attachments  Attachments  `yaml:"attachments" json:"attachments"`
	Panel        Panel        `yaml:"panel" json:"panel"`
	Conflict     ConflictRule `yaml:"conflict" json:"conflict"`
	Scoring      Scoring      `yaml:"scoring" json:"scoring"`
	Ties         []string     `yaml:"ties" json:"ties"` // in turn: leaf:CODE, group:CODE, visit, spread, recommendation, ballot, draw; the last is draw
	Visit        VisitRule    `yaml:"visit" json:"visit"`
	Deliberation Deliberation `yaml:"deliberation" json:"deliberation"`
	Notice       NoticeRule   `yaml:"notice" json:"notice"`
	Life         AwardLife    `yaml:"life" json:"life"`
	Paper        AwardPaper   `yaml:"paper" json:"paper,omitzero"`

	Timeline  []AwardStage      `yaml:"timeline" json:"timeline"`
	Workflows map[string]string `yaml:"workflows" json:"workflows"` // what moves to the code of a workflow: call, application, objection, award
}

// Authorisation is by whose leave something may be awarded at all. Without
// Document, or above Level, no call opens.
type Authorisation struct {
	Organ    Text   `yaml:"organ" json:"organ"`
	Document Text   `yaml:"document" json:"document"`
	Number   string `yaml:"number" json:"number"`
	Item     Text   `yaml:"item" json:"item"`   // the name under which it was approved
	Level    string `yaml:"level" json:"level"` // of the organ: nation, province, city, district
	Name     string `yaml:"name" json:"name"`   // the level the award's name claims: nation, province, city, district; must not be above Level
	From     string `yaml:"from" json:"from"`   // day
	To       string `yaml:"to" json:"to"`       // day, "" = open
}

// AwardLevel is a level of the scale; experts choose levels, never decimals.
type AwardLevel struct {
	Code    string `yaml:"code" json:"code"` // A
	Name    Text   `yaml:"name" json:"name"` // 优
	Percent int    `yaml:"percent" json:"percent"`
}

// Criterion is a group of the rubric.
type Criterion struct {
	Code   string `yaml:"code" json:"code"` // 1
	Name   Text   `yaml:"name" json:"name"`
	Weight int    `yaml:"weight" json:"weight"` // sum of its leaves
	Leaves []Leaf `yaml:"leaves" json:"leaves"`
}

// Leaf is what is judged: by the applicant, the experts and on site alike.
type Leaf struct {
	Code     string          `yaml:"code" json:"code"` // 1.2
	Name     Text            `yaml:"name" json:"name"`
	About    Text            `yaml:"about" json:"about"`
	Weight   int             `yaml:"weight" json:"weight"`
	Levels   map[string]Text `yaml:"levels" json:"levels"`     // code of a level to what it looks like
	Evidence []EvidenceSlot  `yaml:"evidence" json:"evidence"` // at least one
	OnSite   Text            `yaml:"on_site" json:"on_site"`   // what a visit looks at; empty = not looked at
	Core     bool            `yaml:"core" json:"core"`         // asked again in the lighter re-evaluation
}

// EvidenceSlot is a fixed proof point of a leaf.
type EvidenceSlot struct {
	Code     string `yaml:"code" json:"code"` // of the rubric, unique
	Name     Text   `yaml:"name" json:"name"`
	Kind     string `yaml:"kind" json:"kind"`     // figure (an indicator or measure of the area), org (a fact or figure of the institution), file, link
	Figure   string `yaml:"figure" json:"figure"` // figure: D01, participants; org: sessions, attendances, participants, space, full_time …
	Required bool   `yaml:"required" json:"required"`
}

// Gate is a condition that must hold before anybody writes an application.
type Gate struct {
	Code  string `yaml:"code" json:"code"`
	Name  Text   `yaml:"name" json:"name"`
	Kind  string `yaml:"kind" json:"kind"` // formula (of the area's figures), declared (the applicant states it, the formal check confirms), held (an award of kind Held), age (the institution has existed Least years), running (a project has run Least years), no_case (no open bar)
	Test  string `yaml:"test" json:"test"` // formula: B04 >= 2
	Held  string `yaml:"held" json:"held"` // code of a programme
	Least string `yaml:"least" json:"least"`
	Basis Text   `yaml:"basis" json:"basis"` // where it comes from
}

// AwardField is a text an application has besides its self-assessment.
type AwardField struct {
	Code     string `yaml:"code" json:"code"`
	Name     Text   `yaml:"name" json:"name"`
	Hint     Text   `yaml:"hint" json:"hint"`
	Kind     string `yaml:"kind" json:"kind"` // text, number, day
	Most     int    `yaml:"most" json:"most"` // characters; 0 = 2000
	Required bool   `yaml:"required" json:"required"`
}

// Recommend says who verifies and who recommends.
type Recommend struct {
	Street   bool `yaml:"street" json:"street"`     // the street confirms existence first
	District bool `yaml:"district" json:"district"` // the district recommends in order, within its quota
	Quota    int  `yaml:"quota" json:"quota"`       // of each district and call; 0 = no limit
}

// Attachments limits the files of an application.
type Attachments struct {
	Most      int      `yaml:"most" json:"most"`
	MegaBytes int      `yaml:"megabytes" json:"megabytes"` // of one file
	Types     []string `yaml:"types" json:"types"`         // endings: pdf, jpg, png, docx, xlsx
}

// Panel says how experts are drawn and assigned.
type Panel struct {
	Seats      int        `yaml:"seats" json:"seats"` // experts drawn for a call; substitutes are the rest of the order
	Categories []Category `yaml:"categories" json:"categories"`
	Each       int        `yaml:"each" json:"each"`             // experts for each application
	Load       int        `yaml:"load" json:"load"`             // applications of one expert at most
	Mode       string     `yaml:"mode" json:"mode"`             // random, grouped
	Groups     int        `yaml:"groups" json:"groups"`         // grouped: panels
	Anchors    int        `yaml:"anchors" json:"anchors"`       // grouped: per cent of the applications that more than one panel scores
	Apart      []string   `yaml:"apart" json:"apart,omitempty"` // experts who do not judge one application together: of one employer, of one work_area
}

// Category bounds how many experts of a kind are drawn and sit on each
// application. Most 0 = no bound.
type Category struct {
	Code  string `yaml:"code" json:"code"` // practice, research …
	Name  Text   `yaml:"name" json:"name"`
	Least int    `yaml:"least" json:"least"` // among the seats
	Most  int    `yaml:"most" json:"most"`
	Each  int    `yaml:"each" json:"each"` // at least so many on every application
}

// ConflictRule says which ties between expert and applicant exclude, and for
// how long after they ended.
type ConflictRule struct {
	LookBack int      `yaml:"look_back" json:"look_back"` // years
	Kinds    []string `yaml:"kinds" json:"kinds"`         // declared, employer, recommender, coach, visit, work_area, home_area, family
	Level    string   `yaml:"level" json:"level"`         // area level at which work_area and home_area are compared: district
}

// Scoring is how an official score comes about.
type Scoring struct {
	Method    string `yaml:"method" json:"method"`       // trimmed_mean, mean, median
	Trim      int    `yaml:"trim" json:"trim"`           // dropped at each end
	Least     int    `yaml:"least" json:"least"`         // ballots; with fewer there is no score
	Places    int    `yaml:"places" json:"places"`       // decimals
	Rounding  string `yaml:"rounding" json:"rounding"`   // half_up, half_even
	Spread    string `yaml:"spread" json:"spread"`       // exact decimal: above it the experts discuss jointly; "" = never
	Comment   int    `yaml:"comment" json:"comment"`     // characters a comment needs at least
	Visit     int    `yaml:"visit" json:"visit"`         // per cent of the final score that the visit gives
	Shortlist int    `yaml:"shortlist" json:"shortlist"` // shortlisted: per cent of the places to be awarded; 0 = all are
	Pass      string `yaml:"pass" json:"pass"`           // score needed at least; "" = none
	Grey      string `yaml:"grey" json:"grey"`           // a score this near to the cut line demands a second reading
}

// VisitRule is how sites are visited.
type VisitRule struct {
	Team   int  `yaml:"team" json:"team"`     // experts of a team; 0 = nobody is visited
	Notice int  `yaml:"notice" json:"notice"` // days before the visit by which it is announced
	Sites  int  `yaml:"sites" json:"sites"`   // half of them named by the applicant, half drawn
	Sample int  `yaml:"sample" json:"sample"` // rows of the ledger that are called back (E10)
	Photos bool `yaml:"photos" json:"photos"` // may be taken; never must
}

// Deliberation is how the panel decides. Quorum and Pass are fractions: 2/3.
type Deliberation struct {
	Members int    `yaml:"members" json:"members"`
	Quorum  string `yaml:"quorum" json:"quorum"`
	Pass    string `yaml:"pass" json:"pass"`
}

// NoticeRule is about public notice and objections.
type NoticeRule struct {
	Days        int          `yaml:"days" json:"days"`
	Acknowledge int          `yaml:"acknowledge" json:"acknowledge"`
	Investigate int          `yaml:"investigate" json:"investigate"`
	Extend      int          `yaml:"extend" json:"extend"`   // once
	Publish     int          `yaml:"publish" json:"publish"` // days after the decision by which it is published
	Bands       []AwardLevel `yaml:"bands" json:"bands"`     // the list shows bands, not ranks: from Percent points on
}

// AwardLife is what happens to an award for years after.
type AwardLife struct {
	Check       int      `yaml:"check" json:"check"`     // days for the yearly check
	Red         int      `yaml:"red" json:"red"`         // red core indicators that warn
	Core        []string `yaml:"core" json:"core"`       // codes of indicators that are watched
	Rectify     int      `yaml:"rectify" json:"rectify"` // calendar days to put right
	RectifyMost int      `yaml:"rectify_most" json:"rectify_most"`
	Reevaluate  int      `yaml:"reevaluate" json:"reevaluate"` // months before expiry
	Keep        string   `yaml:"keep" json:"keep"`             // score from which it is renewed
	Defer       string   `yaml:"defer" json:"defer"`           // below it: deferred; between: rectified
	Excellent   string   `yaml:"excellent" json:"excellent"`   // score from which the next check falls away; "" = never
	Hearing     int      `yaml:"hearing" json:"hearing"`       // days to be heard before revocation
	Appeal      int      `yaml:"appeal" json:"appeal"`
	Ban         int      `yaml:"ban" json:"ban"` // years without applying after fraud
}

// AwardStage is a stage of a call's timeline.
type AwardStage struct {
	Code string `yaml:"code" json:"code"` // state of the workflow it belongs to: applying, verifying …
	Name Text   `yaml:"name" json:"name"`
	Days int    `yaml:"days" json:"days"`
}

// AwardProgramme returns a programme of award by its code; false if the pack has none.
func (p *Pack) AwardProgramme(code string) (AwardProgramme, bool) {
	for _, a := range p.Awards {
		if a.Code == code {
			return a, true
		}
	}
	return AwardProgramme{}, false
}

// Leaves lists all leaves of the rubric in its order.
func (a AwardProgramme) Leaves() []Leaf {
	var all []Leaf
	for _, g := range a.Rubric {
		all = append(all, g.Leaves...)
	}
	return all
}
