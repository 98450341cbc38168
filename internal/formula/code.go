package formula

import "fmt"

// op is one step of a program.
type op uint8

const (
	opConst op = iota
	opRef
	opNeg
	opAbs
	opNot
	opRound
	opAdd
	opSub
	opMul
	opDiv
	opMin
	opMax
	opLess
	opLessEq
	opEqual
	opUnequal
	opMoreEq
	opMore
	opAnd
	opOr
	opIf
	opCoalesce
	opMissing
	opReported
	opShare
	opCount
)

// step computes one column from those of earlier steps.
type step struct {
	op    op
	args  [3]int32 // numbers of earlier steps; of opRef and opReported: args[0] is the number of the reference
	num   frac     // opConst
	n     int      // opRound: digits
	level string   // opShare, opCount
}

// code is a list of steps without repetition: what two parts of a formula
// share is computed once.
type code struct {
	steps []step
	seen  map[step]int32
	refs  []Ref
	refNr map[Ref]int32
}

func (c *code) emit(s step) int32 {
	if nr, ok := c.seen[s]; ok {
		return nr
	}
	if c.seen == nil {
		c.seen = map[step]int32{}
	}
	nr := int32(len(c.steps))
	c.steps = append(c.steps, s)
	c.seen[s] = nr
	return nr
}

func (c *code) ref(r Ref) int32 {
	if nr, ok := c.refNr[r]; ok {
		return nr
	}
	if c.refNr == nil {
		c.refNr = map[Ref]int32{}
	}
	nr := int32(len(c.refs))
	c.refs = append(c.refs, r)
	c.refNr[r] = nr
	return nr
}

// constant reads a number as the parser leaves it: at most maxDigits digits.
func constant(text string) frac {
	f := frac{0, 1}
	point := false
	for _, r := range text {
		switch {
		case r == '.':
			point = true
		case point:
			f.den *= 10
			fallthrough
		default:
			f.num = f.num*10 + int64(r-'0')
		}
	}
	return f
}

var binaryOps = map[string]op{
	"+": opAdd, "-": opSub, "*": opMul, "/": opDiv, "min": opMin, "max": opMax, "coalesce": opCoalesce,
	"<": opLess, "<=": opLessEq, "=": opEqual, "!=": opUnequal, ">": opMore, ">=": opMoreEq, "and": opAnd, "or": opOr,
}

func (c *code) binary(name string, a, b int32) int32 {
	o, ok := binaryOps[name]
	if !ok {
		panic(fmt.Sprintf("formula: no operator %q", name))
	}
	return c.emit(step{op: o, args: [3]int32{a, b}})
}
