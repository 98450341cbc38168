package formula

// Additivity says whether values may be added along an axis.
type Additivity string

// The kinds of additivity.
const (
	Sum      Additivity = "sum"      // parts add up to the whole
	Distinct Additivity = "distinct" // parts overlap: only the source knows the whole
	Last     Additivity = "last"     // of time: the last part stands for the whole
	Mean     Additivity = "mean"     // of time: the mean of the parts that are there
	None     Additivity = "none"     // no whole exists
)

// Unit is a product of base units in canonical form: "person", "hour",
// "yuan/person", "" for a pure number.
type Unit string

// Dim is an axis by which a measure can be filtered.
type Dim struct {
	Name   string     // theme, age, sex, mode …
	Values []string   // nil = free codes, which the source checks
	Add    Additivity // Sum: a value excludes the others, so that parts may be added; Distinct: not
}

// Symbol is what a code stands for.
type Symbol struct {
	Code   string
	Unit   Unit
	Area   Additivity
	Time   Additivity
	Span   bool // the source knows any run of days itself: ytd need not add parts up
	Dims   []Dim
	Inline string // an indicator: the formula that stands for the code; "" = a measure
}

// Symbols finds codes; ok is false for an unknown one. Near lists codes that
// somebody may have meant.
type Symbols interface {
	Symbol(code string) (s Symbol, ok bool)
	Near(code string) []string
}

// Op is how a reference is read.
type Op string

// The ways to read a reference.
const (
	Plain  Op = ""       // the value in the period asked
	YTD    Op = "ytd"    // from the first period of the calendar year to the period asked
	Target Op = "target" // what was set for the period asked
)

// Ref is one column that a program needs. It is comparable: equal refs have
// equal columns. Back counts periods back from the one asked (prev).
type Ref struct {
	Code   string
	Filter string // canonical "age=60+,theme=health": sorted by name; "" = none
	Op     Op
	Back   int
}

// Loaded is a column with its coverage.
type Loaded struct {
	Column
	Coverage
}

// Env gives a program its columns, all over the same areas and for the period
// asked.
type Env interface {
	Len() int
	// Load returns the column of a reference; a failure ends the evaluation.
	Load(r Ref) (Loaded, error)
	// Ancestor returns, for each area, the number of its ancestor at a level
	// (the area itself counts), or -1.
	Ancestor(level string) ([]int32, error)
	// Within returns, for each area, the first preorder number behind its
	// subtree, and whether the area is of level.
	Within(level string) (last []int32, of []bool, err error)
}

// Result is what a program gives: its column, and the coverage of the reference
// that is covered worst in each area.
type Result struct {
	Column
	Coverage
}

// Problem is one fault of a formula with its place and remedy.
type Problem struct {
	Offset, Length int    // in bytes of the source
	Key            string // i18n key of the message
	Args           []any
}
