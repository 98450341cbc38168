package formula

// node is a part of a formula as it was written.
type node struct {
	kind     nodeKind
	name     string // of nUnary, nBinary: the operator; nCall: the function; nRef: the code; nNumber: the number
	filter   []part // of nRef, sorted by dimension
	level    string // of share and count_units
	args     []*node
	off, end int
}

type nodeKind uint8

const (
	nNumber nodeKind = iota
	nRef
	nCall
	nUnary
	nBinary
)

// part is one dimension of a filter with its value.
type part struct {
	dim, value string
	off, end   int
}

// Powers of binding: the higher binds the tighter.
const (
	bindOr = iota + 1
	bindAnd
	bindNot
	bindCompare
	bindSum
	bindTimes
	bindSign
	bindAtom
)

var binds = map[string]int{
	"or": bindOr, "and": bindAnd,
	"<": bindCompare, "<=": bindCompare, "=": bindCompare, "!=": bindCompare, ">=": bindCompare, ">": bindCompare,
	"+": bindSum, "-": bindSum, "*": bindTimes, "/": bindTimes,
}

// bind returns how tightly n holds together.
func (n *node) bind() int {
	switch {
	case n.kind == nBinary:
		return binds[n.name]
	case n.kind == nUnary && n.name == "not":
		return bindNot
	case n.kind == nUnary:
		return bindSign
	}
	return bindAtom
}

// walk calls f for n and all below it.
func (n *node) walk(f func(*node)) {
	f(n)
	for _, a := range n.args {
		a.walk(f)
	}
}

// function says how a function is called.
type function struct {
	min, max int  // arguments, a level not counted
	level    bool // takes a level
	count    int  // which argument must be written as a whole number, 0 = none
}

const many = 20 // arguments at most

var functions = map[string]function{
	"if":          {min: 3, max: 3},
	"coalesce":    {min: 2, max: many},
	"min":         {min: 2, max: many},
	"max":         {min: 2, max: many},
	"abs":         {min: 1, max: 1},
	"round":       {min: 1, max: 2, count: 2},
	"missing":     {min: 1, max: 1},
	"reported":    {min: 1, max: 1},
	"prev":        {min: 2, max: 2, count: 2},
	"ytd":         {min: 1, max: 1},
	"target":      {min: 1, max: 1},
	"share":       {min: 1, max: 1, level: true},
	"count_units": {min: 1, max: 1, level: true},
}

// levelNames are the levels of package area, from the top down.
var levelNames = []string{"country", "province", "city", "district", "street", "community"}
