// Package pack loads, checks, compares and applies packs: everything that a
// regulation, a city or a year decides, as data (design 4.9, plan P1.4).
package pack

import (
	"strings"

	"xuedu/internal/workflow"
)

// Text is one text in every language of the pack, by language tag.
type Text map[string]string

// In returns the text in lang, or the Chinese one, or any.
func (t Text) In(lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	if s := t["zh-CN"]; s != "" {
		return s
	}
	return t["en"]
}

// Format is the version of the pack format that this program reads.
const Format = 1

// Pack is a checked pack. It is immutable and safe for concurrent use.
type Pack struct {
	Format    int      `yaml:"format"`
	Name      string   `yaml:"name"` // beijing-2021
	Version   string   `yaml:"version"`
	Title     Text     `yaml:"title"`
	City      Text     `yaml:"city"`  // short name shown beside the brand: 北京市学习型城市建设
	Owner     []Text   `yaml:"owner"` // who publishes, for the footer
	Languages []string `yaml:"languages"`
	RootArea  string   `yaml:"root_area"` // code of the city
	TimeZone  string   `yaml:"time_zone"`
	Params    Params   `yaml:"params"`
	Licence   *Licence `yaml:"licence"` // under which what is published may be used; nil = none is named

	Security *Security `yaml:"security"` // nil = the program's own rules

	Themes        []Coded               `yaml:"-"` // themes.yaml
	AgeBands      []AgeBand             `yaml:"-"` // age-bands.yaml
	ActivityForms []Coded               `yaml:"-"` // activity-forms.yaml
	Needs         []Coded               `yaml:"-"` // needs.yaml: seven haves, five qualities (G1)
	OrgTypes      []OrgType             `yaml:"-"` // org-types.yaml
	Plans         []Plan                `yaml:"-"` // plan/*.yaml
	Indicators    Indicators            `yaml:"-"` // indicators.yaml and indicators/*.yaml
	Forms         []Form                `yaml:"-"` // forms/*.yaml
	Workflows     []workflow.Definition `yaml:"-"` // workflows/*.yaml
	Awards        []AwardProgramme      `yaml:"-"` // programmes/*.yaml
	Reports       []Report              `yaml:"-"` // reports/*.yaml
	Evaluation    *Evaluation           `yaml:"-"` // evaluation.yaml; nil = districts are not evaluated
	Statistics    Statistics            `yaml:"-"` // statistics.yaml
	Calendar      Calendar              `yaml:"-"` // calendar/*.yaml, and weekend of pack.yaml
	Bodies        []Body                `yaml:"-"` // data/orgs.csv: those of a type of group body

	files []File
}

// Licence is one under which open data are given.
type Licence struct {
	IRI  string `yaml:"iri" json:"iri"` // where its text stands: what programs compare
	Name Text   `yaml:"name" json:"name"`
}

// Body is an institution that a plan names: it issues or answers for it.
type Body struct {
	Code string
	Type string
	Name Text
	Area string // code
}

// Params are the counting rules that a place decides (domain.md 3.2).
type Params struct {
	RegularSessions int64 `yaml:"regular_sessions"` // regular participant: at least so many sessions a year …
	RegularCredits  int64 `yaml:"regular_credits"`  // … or at least so many 学时 of CreditMinutes
	CreditMinutes   int64 `yaml:"credit_minutes"`   // 45
	RosterDays      int64 `yaml:"roster_days"`      // working days after a meeting by which its roster is complete; 0 = 1
	ActiveMeetings  int64 `yaml:"active_meetings"`  // a learning point that held so many meetings in a period is an active one; 0 = 1

	CompletionPercent int64 `yaml:"completion_percent"` // a learner completes a class with so many hundredths of its meetings; 0 = 70

	Validation Validation `yaml:"validation"` // of returns
}

// Completion returns the percentage of its meetings that completes a class.
func (p Params) Completion() int64 {
	if p.CompletionPercent == 0 {
		return 70
	}
	return p.CompletionPercent
}

// Coded is a code with its name; Clause is the clause of the plan it carries.
type Coded struct {
	Code   string `yaml:"code"`
	Name   Text   `yaml:"name"`
	Clause string `yaml:"clause"`
}

// AgeBand is a band of whole years of age, both ends included; To 0 = open.
type AgeBand struct {
	Code string `yaml:"code"` // 60-69, 80+
	From int    `yaml:"from"`
	To   int    `yaml:"to"`
	Name Text   `yaml:"name"`
}

// OrgType is a kind of institution or body. Group is body, network, learning
// or partner; Level is the area level such an institution serves.
type OrgType struct {
	Code  string `yaml:"code"`
	Name  Text   `yaml:"name"`
	Group string `yaml:"group"`
	Level string `yaml:"level"`
}

// Plan is one plan document with its programmes.
type Plan struct {
	Code       string      `yaml:"code"`
	Title      Text        `yaml:"title"`
	Number     string      `yaml:"number"` // 京教职成〔2021〕19号
	From       string      `yaml:"from"`   // day
	To         string      `yaml:"to"`
	Issuers    []string    `yaml:"issuers"` // org codes
	Document   []Clause    `yaml:"document"`
	Goals      []Clause    `yaml:"goals"`
	Programmes []Programme `yaml:"programmes"`
	Targets    []Target    `yaml:"targets"`
}

// Programme is a numbered part of a plan.
type Programme struct {
	Code        string   `yaml:"code"` // P1
	Title       Text     `yaml:"title"`
	Responsible []string `yaml:"responsible"` // org codes
	Clauses     []Clause `yaml:"clauses"`
}

// Clause is one sentence of a plan that somebody must make real.
type Clause struct {
	Code        string   `yaml:"code"` // P1.7
	Text        Text     `yaml:"text"`
	Responsible []string `yaml:"responsible"` // org codes; empty = the programme's
}

// Target is a number a clause promises. Progress is counted, never typed: by a
// measure or an indicator. What the document does not say stays empty.
type Target struct {
	Code        string            `yaml:"code"`
	Clause      string            `yaml:"clause"`
	Name        Text              `yaml:"name"`
	Unit        Text              `yaml:"unit"`
	Value       string            `yaml:"value"`       // exact decimal, for the year of By
	About       bool              `yaml:"about"`       // the plan says "about"
	By          string            `yaml:"by"`          // day
	Measure     string            `yaml:"measure"`     // code of what counts it: award.demonstration_district, D01
	Source      string            `yaml:"source"`      // the same as packs before wrote it: award:demonstration-district
	Direction   string            `yaml:"direction"`   // up (default), down
	Tolerance   string            `yaml:"tolerance"`   // exact decimal: off by so much is still on its way
	Responsible []string          `yaml:"responsible"` // org codes; empty = those of the clause
	Supporting  []string          `yaml:"supporting"`  // org codes
	SetBy       string            `yaml:"set_by"`      // document; empty = the number of the plan, or its title
	Baseline    map[string]string `yaml:"baseline"`    // year to exact decimal: where it began
	Path        map[string]string `yaml:"path"`        // year to exact decimal, for years before that of By
}

// MeasureCode returns the code of the measure or indicator that counts t;
// "award:demonstration-district" is award.demonstration_district.
func (t Target) MeasureCode() string {
	if t.Measure != "" {
		return t.Measure
	}
	register, kind, _ := strings.Cut(t.Source, ":")
	kind = strings.ReplaceAll(kind, "-", "_")
	if register == "measure" {
		return kind
	}
	return register + "." + kind
}

// Calendar lists the days that differ from the weekly rhythm.
type Calendar struct {
	Weekend []string `yaml:"weekend"` // sat, sun
	Days    []Day    `yaml:"days"`
	Years   []Year   `yaml:"-"` // whose holidays are announced
}

// Year is a year whose holidays are announced.
type Year struct {
	Year      int
	Source    string // number of the notice
	Published string // day
}

// Day is a day off on a weekday, or a work day on a weekend.
type Day struct {
	Day    string `yaml:"day"` // 2024-02-10
	Off    bool   `yaml:"off"`
	Name   Text   `yaml:"name"`
	Source string `yaml:"source"` // the notice it comes from
}
