// Package assign finds who judges what: feasible first, then with few changes,
// fair, balanced and fitting. It knows no database and no clock; the same
// problem with the same seed has the same answer (P1.7).
//
// The objective, in this order (docs/adr/0013-assignment.md says why):
//
//  1. every application gets its experts, as many of each category as it needs;
//  2. as few of Keep as possible are changed;
//  3. the lowest fit of any new pair is as high as possible (max–min fairness);
//  4. Balance·Σ load² + Σ (Steps − fit) is as low as possible: loads are even,
//     then experts fit.
package assign

// Steps is how finely fits are told apart: 0 … Steps. Balance is the weight of
// even loads against them.
const (
	Steps   = 20
	Balance = 20
)

// Problem is a set of experts and applications.
type Problem struct {
	Experts      []Expert
	Applications []Application
	Each         int         // experts for each application; at least the sum of Categories
	Categories   []Bound     // on every application; one expert counts for one of them
	Forbidden    [][]bool    // expert, application; nil = none
	Keep         [][2]int    // assignments as they are: expert, application; changing one costs
	Pinned       [][2]int    // assignments that must stay; a forbidden one never does
	Apart        [][2]int    // experts that must not sit on one application
	Fit          [][]float64 // expert, application: 0 … 1, nil = all alike
	Seed         uint64
}

// Expert is one judge.
type Expert struct {
	ID         string
	Categories []string
	Load       int // at most
	Panel      int // grouped: number of the panel, 0 = none
}

// Application is one thing to judge.
type Application struct {
	ID     string
	Panel  int  // grouped
	Anchor bool // judged across panels
}

// Bound is how many experts of a category every application needs.
type Bound struct {
	Category string
	Least    int
}

// Plan is an answer.
type Plan struct {
	Pairs [][2]int // expert, application; sorted
	Floor int      // lowest fit of a new pair, in Steps; Steps where all fit alike
	Worst float64  // lowest total fit of an application
	Cost  int64    // Balance·Σ load² + Σ (Steps − fit)
	Moved int      // of Keep, how many were not kept
	Exact bool     // proved best; false = found within bounds of effort
}

// Lack explains why there is none: a set of applications that together lack
// experts, none of which can be left out of it; of very many, or where even
// all experts together have too little room, not the smallest.
type Lack struct {
	Applications []int
	Category     string // "" = any expert
	Need, Have   int
	Apart        bool // there are enough, but no way was found to keep apart who must be; Need and Have are 0
}

// Solve finds the best plan, or explains why there is none.
func Solve(p Problem) (Plan, *Lack) {
	s := newSolver(&p)
	for {
		plan, ok := s.apart()
		if ok {
			return plan, nil
		}
		if !s.widen() {
			return Plan{}, s.lack()
		}
	}
}
