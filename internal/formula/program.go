package formula

import "xuedu/internal/errs"

// Type is what a formula gives.
type Type string

// The types of formulas.
const (
	Number Type = "number"
	Truth  Type = "truth" // a validation rule; in a column true is 1 and false is 0
)

// Program is a checked formula. It is immutable and safe for concurrent use.
type Program struct {
	Source string
	Type   Type
	Unit   Unit
}

// Compile reads and checks a formula. All that is wrong with it is returned at
// once, in the order of the source; with problems there is no program.
func Compile(src string, symbols Symbols) (*Program, []Problem) {
	return nil, []Problem{{Key: "error.internal"}}
}

// Refs lists what Eval loads, without repetition.
func (p *Program) Refs() []Ref { return nil }

// Eval computes p for every area of env at once. Missing says what to do where
// units have not reported. It fails with what env fails with.
func (p *Program) Eval(env Env, m Missing) (Result, error) {
	return Result{}, errs.New(errs.Internal, "error.internal")
}
