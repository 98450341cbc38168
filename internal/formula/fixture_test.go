package formula_test

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"xuedu/internal/formula"
)

// symbols is a small catalogue.
type symbols map[string]formula.Symbol

func (s symbols) Symbol(code string) (formula.Symbol, bool) {
	x, ok := s[code]
	x.Code = code
	return x, ok
}

func (s symbols) Near(code string) (near []string) {
	for c := range s {
		if strings.HasPrefix(c, code[:min(2, len(code))]) && len(c) <= len(code)+1 && len(c) >= len(code)-1 {
			near = append(near, c)
		}
	}
	slices.Sort(near)
	return near
}

var (
	theme = formula.Dim{Name: "theme", Values: []string{"health", "arts", "safety"}, Add: formula.Distinct}
	sex   = formula.Dim{Name: "sex", Values: []string{"f", "m"}, Add: formula.Sum}
	age   = formula.Dim{Name: "age", Values: []string{"18-34", "60-69", "60+", "80+"}, Add: formula.Sum}
)

// catalogue has one measure of each kind.
var catalogue = symbols{
	"participants": {Unit: "person", Area: formula.Distinct, Time: formula.Distinct, Dims: []formula.Dim{theme, sex, age}},
	"learners":     {Unit: "person", Area: formula.Distinct, Time: formula.Distinct, Span: true},
	"volunteers":   {Unit: "person", Area: formula.Sum, Time: formula.Last},
	"attendances":  {Unit: "attendance", Area: formula.Sum, Time: formula.Sum, Dims: []formula.Dim{theme, sex}},
	"hours":        {Unit: "hour", Area: formula.Sum, Time: formula.Sum},
	"population":   {Unit: "person", Area: formula.Sum, Time: formula.Last, Dims: []formula.Dim{age, sex}},
	"paid":         {Unit: "yuan", Area: formula.Sum, Time: formula.Sum},
	"budget":       {Unit: "yuan", Area: formula.Sum, Time: formula.Sum},
	"seats":        {Unit: "seat", Area: formula.Sum, Time: formula.Last},
	"satisfaction": {Unit: "", Area: formula.None, Time: formula.None},
	"D01":          {Inline: "100 * participants / population"},
	"D99":          {Inline: "D01 + D98"},
	"D98":          {Inline: "2 * D97"},
	"D97":          {Inline: "1 + D98"},
	"BAD":          {Inline: "participants + hours"},
	"EMPTY":        {Inline: "1 +"},
}

// env is a tree of areas in preorder with columns.
type env struct {
	parent []int
	level  []string
	cols   map[formula.Ref]formula.Loaded
}

var errNoColumn = errors.New("no such column")

func (e *env) Len() int { return len(e.parent) }

func (e *env) Load(r formula.Ref) (formula.Loaded, error) {
	l, ok := e.cols[r]
	if !ok {
		return l, fmt.Errorf("%w: %v", errNoColumn, r)
	}
	return l, nil
}

func (e *env) Ancestor(level string) ([]int32, error) {
	out := make([]int32, len(e.parent))
	for i := range out {
		out[i] = -1
		for j := i; j >= 0; j = e.parent[j] {
			if e.level[j] == level {
				out[i] = int32(j)
				break
			}
		}
	}
	return out, nil
}

func (e *env) under(i, j int) bool {
	for ; j >= 0; j = e.parent[j] {
		if i == j {
			return true
		}
	}
	return false
}

func (e *env) Within(level string) ([]int32, []bool, error) {
	last, of := make([]int32, len(e.parent)), make([]bool, len(e.parent))
	for i := range last {
		last[i] = int32(i + 1)
		for int(last[i]) < len(last) && e.under(i, int(last[i])) {
			last[i]++
		}
		of[i] = e.level[i] == level
	}
	return last, of, nil
}

// oneArea is an env of a single area where each reference has one cell.
func oneArea(cells map[formula.Ref]cell) *env {
	e := &env{parent: []int{-1}, level: []string{"city"}, cols: map[formula.Ref]formula.Loaded{}}
	for r, c := range cells {
		e.cols[r] = column(c)
	}
	return e
}

// cell is a cell as a test writes it.
type cell struct {
	state    formula.State
	cause    formula.Cause
	value    *big.Rat
	expected int32 // 0 = nothing can be missing, unless covered
	reported int32
	na       int32
	covered  bool
}

// column packs cells.
func column(cells ...cell) formula.Loaded {
	n := len(cells)
	l := formula.Loaded{Column: formula.Column{State: make([]formula.State, n), Num: make([]int64, n), Den: make([]int64, n), Cause: make([]formula.Cause, n)}}
	whole, caused := true, false
	for i, c := range cells {
		l.State[i], l.Cause[i], l.Den[i] = c.state, c.cause, 1
		caused = caused || c.cause != formula.NoCause
		if c.value != nil {
			if c.value.Num().IsInt64() && c.value.Denom().IsInt64() {
				l.Num[i], l.Den[i] = c.value.Num().Int64(), c.value.Denom().Int64()
			} else {
				if l.Big == nil {
					l.Big = map[int]*big.Rat{}
				}
				l.Big[i] = c.value
			}
			whole = whole && l.Den[i] == 1
		}
		if c.covered && l.Expected == nil {
			l.Coverage = formula.Coverage{Expected: make([]int32, n), Reported: make([]int32, n), NotApplicable: make([]int32, n)}
		}
	}
	for i, c := range cells {
		if l.Expected != nil {
			l.Expected[i], l.Reported[i], l.NotApplicable[i] = c.expected, c.reported, c.na
		}
	}
	if whole {
		l.Den = nil
	}
	if !caused {
		l.Cause = nil
	}
	return l
}
