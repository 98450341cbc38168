// Package narrative reads the text of a report, in which every figure is bound
// to a cell, and fills it in: "{{fig D01}} of residents took part, {{change D01
// from=2023}}". A number that looks like a figure and is not bound is a
// problem, so nothing that is published was typed (P1.8; design 4.8).
package narrative

import "xuedu/internal/release"

// Verbs of bindings. Codes come first, then name=value pairs; area, period and
// slice default to those of the section; a period is named, or counted back
// from that of the report: -1.
//
//	{{fig D01 area=110105 period=2024 slice=60+ places=0}}   the value, with its unit or the words of its state
//	{{change D01 from=-1}}                                    rose by 2.3 percentage points, fell by 4 %, did not change
//	{{rank D01 among=district}}                               3rd of 16; ties are said, a withheld cell has no rank
//	{{share D01 of=D02}}                                      one of two counts of the same kind
//	{{count D01 over=60 among=district}}                      how many areas lie over, under or at a limit
//	{{name 110105}} {{name D01}} {{period}}                   names; no figures
//	{{target T1}}                                             where a target of the plan stands
//	{{quote "12 个" source="P1.3"}}                           a number that somebody else said, with where
//	{{table D01,D02 areas=district periods=2021..2024}}       a block of its own
//	{{chart line D01 periods=-3..0}}, bars, map                   a block of its own, with the table of the same cells
const (
	VerbFig    = "fig"
	VerbChange = "change"
	VerbRank   = "rank"
	VerbShare  = "share"
	VerbCount  = "count"
	VerbName   = "name"
	VerbPeriod = "period"
	VerbTarget = "target"
	VerbQuote  = "quote"
	VerbTable  = "table"
	VerbChart  = "chart"
)

// Binding is one {{…}} of a text.
type Binding struct {
	Verb   string
	Kind   string   // chart: line, bars, map
	Codes  []string // of indicators, measures, targets or areas; quote: what was said
	Args   map[string]string
	Place  Place
	Source string // as written
}

// Place is where something stands in a text; both count from 1, columns in
// characters.
type Place struct{ Line, Col int }

// Kinds of blocks.
const (
	Heading   = "heading"
	Paragraph = "paragraph"
	List      = "list"
	Quote     = "quote"
	Bound     = "bound" // a table or chart
)

// Block is a part of a text that stands by itself.
type Block struct {
	Kind    string
	Level   int // heading: 1 to 4
	Ordered bool
	Inlines []Inline
	Items   [][]Block // list, quote (one item)
	Binding *Binding  // Bound
	Table   *Table    // Bound, once it is filled in
	Place   Place
}

// Inline is a run of text: words, a binding, or Children under a link or an
// emphasis. Fill sets Text and Keys of a binding.
type Inline struct {
	Text     string
	Strong   bool
	Emph     bool
	Href     string
	Children []Inline
	Binding  *Binding
	Keys     []release.Key // cells that Text was made from
	Place    Place
}

// Table is what a bound table or chart shows.
type Table struct {
	Caption string
	Columns []string // heads, the first over the names of the rows
	Rows    []Row
}

// Row is a line of a table.
type Row struct {
	Name  string
	Cells []Cell
}

// Cell is a figure of a table, as it is shown.
type Cell struct {
	Key   release.Key
	State string
	Text  string // with the word of the state where there is no value
	Value string // decimal text, "" where there is none
}

// Doc is a text that was read.
type Doc struct{ Blocks []Block }

// Problem is what is wrong in a text: an i18n key and its arguments, and where.
type Problem struct {
	Place
	Key  string
	Args []any
	Text string // what stands there
}

// Scope is what bindings of a text mean when they do not say.
type Scope struct{ Area, Period, Lang string }

// Facts answers what bindings ask; a release does, and so does the draft of one.
type Facts interface {
	Cell(release.Key) (release.Cell, bool)
	Definition(code string) (release.Definition, bool)
	Area(code string) (release.Area, bool)
	Below(code, level string) []release.Area // in the order of the tree
	Target(code string) (release.Target, bool)
	Words(lang string) release.Words
}
