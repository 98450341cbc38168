// Package assign finds who judges what: feasible first, then fair, balanced
// and, on repair, with few changes. It knows no database and no clock; the
// same problem with the same seed has the same answer (P1.7).
package assign

// Problem is a set of experts and applications.
type Problem struct {
	Experts      []Expert
	Applications []Application
	Each         int         // experts for each application
	Categories   []Bound     // on every application
	Forbidden    [][]bool    // expert, application
	Keep         [][2]int    // assignments as they are: expert, application; changing one costs
	Pinned       [][2]int    // assignments that must stay
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
	Worst float64  // lowest total fit of an application
	Moved int      // of Keep, how many were not kept
}

// Lack explains why there is none: a smallest set of applications that
// together lack experts.
type Lack struct {
	Applications []int
	Category     string // "" = any expert
	Need, Have   int
}
