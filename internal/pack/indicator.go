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
	Code       string   `yaml:"code"` // D01
	Group      string   `yaml:"group"`
	Name       Text     `yaml:"name"`
	Note       Text     `yaml:"note"` // in words, with what is left out
	Formula    string   `yaml:"formula"`
	Unit       string   `yaml:"unit"`
	Places     int32    `yaml:"places"`    // digits shown behind the point; rounded half even, once
	Direction  string   `yaml:"direction"` // up, down, context (never scored)
	Collection []string `yaml:"collection"`
	Missing    Missing  `yaml:"missing"`
	Periods    []string `yaml:"periods"` // year, quarter, month
	Levels     []string `yaml:"levels"`  // area levels; empty = all
	By         []string `yaml:"by"`      // dimensions it may be broken down by
	Clauses    []string `yaml:"clauses"` // of the plan
	Tags       []string `yaml:"tags"`    // LIST:CODE, unesco:5.2
	Core       bool     `yaml:"core"`    // also for a small city
	From       string   `yaml:"from"`    // day the version begins
}

// Missing is the policy for units that have not reported (formula.Missing).
type Missing struct {
	Policy string `yaml:"policy"` // all (default), share, zero
	Share  string `yaml:"share"`
	Why    Text   `yaml:"why"` // zero must be justified
}
