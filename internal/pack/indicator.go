package pack

// Indicators is indicators.yaml: groups, units and lists of tags. The
// definitions themselves are in indicators/*.yaml.
type Indicators struct {
	Groups []Coded   `yaml:"groups"`
	Units  []Unit    `yaml:"units"`
	Tags   []TagList `yaml:"tags"`

	Definitions []Indicator `yaml:"-"` // indicators/*.yaml
}

// Unit is a unit that indicators, form fields and targets are shown in.
type Unit struct {
	Code string `yaml:"code"` // percent, yuan_per_person
	Name Text   `yaml:"name"` // %, 元/人
	Dim  string `yaml:"dim"`  // what a formula must give, as formula.Unit: "", "yuan/person"
}

// TagList is a list of heads that indicators can be seen under: the key
// features of UNESCO, the national heads.
type TagList struct {
	Code string  `yaml:"code"` // unesco, national
	Name Text    `yaml:"name"`
	Tags []Coded `yaml:"tags"`
}

// Indicator is one version of a definition. Codes stay; versions follow each
// other by their days of validity.
type Indicator struct {
	Code       string   `yaml:"code" json:"code"` // D01
	Group      string   `yaml:"group,omitempty" json:"group,omitempty"`
	Name       Text     `yaml:"name,omitempty" json:"name,omitempty"`
	Note       Text     `yaml:"note,omitempty" json:"note,omitempty"` // in words, with what is left out
	Formula    string   `yaml:"formula,omitempty" json:"formula,omitempty"`
	Unit       string   `yaml:"unit,omitempty" json:"unit,omitempty"`
	Places     int32    `yaml:"places,omitempty" json:"places,omitempty"`       // digits shown behind the point; rounded half even, once
	Direction  string   `yaml:"direction,omitempty" json:"direction,omitempty"` // up, down, context (never scored)
	Collection []string `yaml:"collection,omitempty" json:"collection,omitempty"`
	Missing    Missing  `yaml:"missing,omitempty" json:"missing,omitzero"`
	Periods    []string `yaml:"periods,omitempty" json:"periods,omitempty"` // year, quarter, month
	Levels     []string `yaml:"levels,omitempty" json:"levels,omitempty"`   // area levels; empty = all
	By         []string `yaml:"by,omitempty" json:"by,omitempty"`           // dimensions it may be broken down by
	Clauses    []string `yaml:"clauses,omitempty" json:"clauses,omitempty"` // of the plan
	Tags       []string `yaml:"tags,omitempty" json:"tags,omitempty"`       // LIST:CODE, unesco:5.2
	Core       bool     `yaml:"core,omitempty" json:"core,omitempty"`       // also for a small city
	From       string   `yaml:"from,omitempty" json:"from,omitempty"`       // day the version begins
}

// Missing is the policy for units that have not reported (formula.Missing).
type Missing struct {
	Policy string `yaml:"policy,omitempty" json:"policy,omitempty"` // all (default), share, zero
	Share  string `yaml:"share,omitempty" json:"share,omitempty"`
	Why    Text   `yaml:"why,omitempty" json:"why,omitempty"` // zero must be justified
}
