// Package release is the format of a published set of figures: what a report
// was made of, frozen, so that anybody can check years later and without a
// database that the published numbers are what the data say (P1.8; design 4.8).
package release

// Format names the format of a release; a reader refuses any other.
const Format = "xuedu-release/1"

// Text is one text in every language of the release, by language tag.
type Text map[string]string

// The stages of a set of figures (revision policy).
const (
	Provisional = "provisional" // some units may still report
	Final       = "final"
	Revised     = "revised" // changed after it was final; Reason says why
)

// Release is one published version. Its canonical JSON (RFC 8785) is what is
// hashed and signed. All slices are sorted as their comments say, so that the
// same figures give the same bytes. Numbers of figures are decimal texts.
type Release struct {
	Format     string            `json:"format"`
	Series     string            `json:"series"`               // code of the report in the pack: yearly
	Area       string            `json:"area"`                 // code of the area it is about
	Period     string            `json:"period"`               // 2024, 2024-Q4
	Version    string            `json:"version"`              // of the data set: 1.0.0; see Next
	Stage      string            `json:"stage"`                // Provisional …
	Supersedes string            `json:"supersedes,omitempty"` // SHA-256 of the release before, hex; "" = the first
	Reason     Text              `json:"reason,omitempty"`     // of a revision, for the public
	Title      Text              `json:"title"`
	Publisher  Text              `json:"publisher"`
	Licence    *Licence          `json:"licence,omitempty"` // nil = none was named
	Languages  []string          `json:"languages"`
	Synthetic  bool              `json:"synthetic,omitempty"` // figures of a demonstration city
	Frozen     string            `json:"frozen"`              // RFC 3339, UTC
	Program    string            `json:"program"`             // version that froze it
	Pack       Source            `json:"pack"`
	Inputs     []Source          `json:"inputs"`               // what the cells were computed from, by name
	Parameters map[string]string `json:"parameters,omitempty"` // of the computation
	Areas      []Area            `json:"areas"`                // the tree as of the end of the period, parents first
	Measures   []Definition      `json:"measures"`             // of what Cells hold, by code
	Cells      []Cell            `json:"cells"`                // by code, period, area, slice
	Targets    []Target          `json:"targets,omitempty"`    // of the plan, by code
	Sections   []Section         `json:"sections"`             // in the order of the report
	Charts     []Chart           `json:"charts,omitempty"`
	Words      map[string]Words  `json:"words"` // by language: the phrases that bound sentences are made with
	Disclosure Disclosure        `json:"disclosure"`
	Signoffs   []Signoff         `json:"signoffs"` // who answered for it, by role; at least two people
}

// Licence is one under which a release may be used.
type Licence struct {
	IRI  string `json:"iri"`
	Name Text   `json:"name"`
}

// Source names something with its content's digest.
type Source struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	SHA256  string `json:"sha256,omitempty"` // hex
}

// Area is a place as it was at the end of the period.
type Area struct {
	Code   string `json:"code"`
	Level  string `json:"level"`
	Name   Text   `json:"name"`
	Parent string `json:"parent,omitempty"`
}

// Kinds of what is counted. Persons and person-times never share a column.
const (
	KindPersons     = "persons"      // distinct people: protected against disclosure, never added up over areas
	KindPersonTimes = "person_times" // attendances
	KindCount       = "count"        // of things
	KindMoney       = "money"
	KindRatio       = "ratio" // of two others
	KindOther       = "other"
)

// Definition is the version of an indicator or measure that its cells were
// computed with.
type Definition struct {
	Code      string   `json:"code"`
	Version   int64    `json:"version"`
	Name      Text     `json:"name"`
	Note      Text     `json:"note,omitempty"`
	Formula   string   `json:"formula,omitempty"`
	Unit      string   `json:"unit"` // code
	UnitName  Text     `json:"unit_name,omitempty"`
	Kind      string   `json:"kind"` // Kind…
	Places    int32    `json:"places"`
	Direction string   `json:"direction,omitempty"` // up, down, context
	Clauses   []string `json:"clauses,omitempty"`
	Group     string   `json:"group,omitempty"`
	By        string   `json:"by,omitempty"` // dimension of the slices
	Slices    []Slice  `json:"slices,omitempty"`
}

// Slice is a value of a dimension.
type Slice struct {
	Code string `json:"code"`
	Name Text   `json:"name"`
}

// Cell is one figure: a state, and a value where the state has one. States and
// causes are those of package formula; a cell that is not shown has state
// withheld and neither value, fraction nor coverage.
type Cell struct {
	Code     string `json:"code"`
	Area     string `json:"area"`
	Period   string `json:"period"`
	Slice    string `json:"slice,omitempty"`
	State    string `json:"state"`
	Cause    string `json:"cause,omitempty"`
	Value    string `json:"value,omitempty"` // rounded half even to the definition's places
	Exact    string `json:"exact,omitempty"` // the fraction it was rounded from, 2/3; "" where Value is exact
	Expected int32  `json:"expected,omitempty"`
	Reported int32  `json:"reported,omitempty"`
}

// Key names a cell: what a permanent link holds.
type Key struct{ Code, Area, Period, Slice string }

// Key returns the name of the cell.
func (c Cell) Key() Key { return Key{c.Code, c.Area, c.Period, c.Slice} }

// Shown is what a cell says in a message: its value, or else its state; a dash
// where there is no cell.
func (c *Cell) Shown() string {
	switch {
	case c == nil:
		return "–"
	case c.Value != "":
		return c.Value
	}
	return c.State
}

// String writes a key as messages name it: D01 110105 2024, with the slice after.
func (k Key) String() string {
	s := k.Code + " " + k.Area + " " + k.Period
	if k.Slice != "" {
		s += " " + k.Slice
	}
	return s
}

// Target is where a target of the plan stood.
type Target struct {
	Code   string `json:"code"`
	Clause string `json:"clause,omitempty"`
	Name   Text   `json:"name"`
	Unit   string `json:"unit,omitempty"`
	By     string `json:"by"` // day it is due
	Want   string `json:"want"`
	Have   string `json:"have"`
}

// Section is one part of the report. Source is Markdown with bindings (package
// narrative); Text is the same with every binding filled in, so that a check
// can compare each sentence with its cells.
type Section struct {
	Code   string `json:"code"`
	Title  Text   `json:"title"`
	Area   string `json:"area,omitempty"` // of a district's own part
	Source Text   `json:"source"`
	Text   Text   `json:"text"`
}

// Chart is a drawing that belongs to a section, by its place in the source:
// the SVG is made again from the cells and compared.
type Chart struct {
	Section string `json:"section"`
	Lang    string `json:"lang"`
	Index   int    `json:"index"` // from 0
	SHA256  string `json:"sha256"`
}

// Words are the phrases of one language that sentences are made with, by key.
type Words map[string]string

// Disclosure says by which rules persons are protected, and what was hidden;
// never which cells for which reason.
type Disclosure struct {
	Threshold int    `json:"threshold"` // counts of persons below it are hidden
	Method    string `json:"method"`    // name and version of the method
	Hidden    int    `json:"hidden"`    // cells
}

// Signoff is a role that answered for the release.
type Signoff struct {
	Role string `json:"role"` // prepared, approved
	Post Text   `json:"post"` // of whom; names stay in the trail
	At   string `json:"at"`   // RFC 3339, UTC
}
