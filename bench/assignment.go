package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/accredit/assign"
)

// judges is how many experts an application gets.
const judges = 5

// lpLimit is how long glpsol may try one instance.
const lpLimit = 20 * time.Second

// rooms are the sizes of a call: applications, experts. The first and the last
// are those of a city and of a province.
var rooms = [][2]int{{150, 60}, {500, 120}, {1000, 250}, {2000, 400}, {5000, 800}}

// newAssignment invents a call: a third of the experts of each of three
// categories, two of which every application needs; six conflicts in a hundred.
func newAssignment(applications, experts int) assign.Problem {
	p := assign.Problem{Each: judges, Seed: 1, Applications: make([]assign.Application, applications),
		Categories: []assign.Bound{{Category: "practice", Least: 1}, {Category: "research", Least: 1}}}
	d := dice(applications)
	for e := range experts {
		p.Experts = append(p.Experts, assign.Expert{Categories: []string{[]string{"practice", "research", "management"}[e%3]}, Load: judges*applications*13/experts/10 + 2})
		no, fit := make([]bool, applications), make([]float64, applications)
		for a := range no {
			no[a], fit[a] = d.below(100) < 6, float64(d.below(assign.Steps+1))/assign.Steps
		}
		p.Forbidden, p.Fit = append(p.Forbidden, no), append(p.Fit, fit)
	}
	return p
}

// measureAssignment compares our min-cost flow with the simplex of glpsol and
// the min-cost flow of OR-Tools. OR-Tools searches the floor as we do; glpsol is
// told the floor and does the last step alone.
func measureAssignment(ctx context.Context, o options, r *awardsReport) error {
	ended := true // glpsol tries no size above one that it did not end
	for _, n := range rooms {
		what := fmt.Sprintf("assignment of %s applications to %d experts", grouped(n[0]), n[1])
		log.Print(what)
		p := newAssignment(n[0], n[1])
		var plan assign.Plan
		ours, err := median(3, func() (err error) {
			var lack *assign.Lack
			if plan, lack = assign.Solve(p); lack != nil {
				err = fmt.Errorf("%s: no plan: %+v", what, lack)
			}
			return err
		})
		if err != nil {
			return err
		}
		flow, err := orTools(ctx, o, p, plan)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		r.add(contest{what: what, peer: "OR-Tools min-cost flow, its solver alone", ours: ours, theirs: flow.Solve, note: flow.note})
		r.add(contest{what: what, peer: "the same, with making its networks", ours: ours, theirs: flow.Whole, note: "the same answer"})
		if !ended {
			continue
		}
		c := contest{what: what, peer: "glpsol", ours: ours}
		if c.theirs, err = simplex(ctx, o, p, flow); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if c.note = "same optimum"; c.theirs == 0 {
			ended, c.note = false, fmt.Sprintf("did not end within %.0f s; larger ones were not tried", lpLimit.Seconds())
		}
		r.add(c)
	}
	return nil
}

// flowAnswer is what peers/flow.py answers; times in milliseconds.
type flowAnswer struct {
	Solve, Whole float64
	Cost         int64
	Floor        int
	note         string
}

// orTools asks for the highest floor and the least cost with it. Where we
// proved our plan, both must be ours; else the note says how far ours is off.
func orTools(ctx context.Context, o options, p assign.Problem, plan assign.Plan) (f flowAnswer, err error) {
	path := filepath.Join(o.dir, "assignment")
	if err := writeAssignment(path, p); err != nil {
		return f, err
	}
	out, err := python(ctx, "flow.py", path)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal([]byte(out.out), &f); err != nil {
		return f, fmt.Errorf("flow.py: %w: %s", err, out.out)
	}
	f.note = fmt.Sprintf("same optimum: floor %d, cost %s", plan.Floor, grouped(int(plan.Cost)))
	switch same := f.Floor == plan.Floor && f.Cost == plan.Cost; {
	case same:
	case plan.Exact, f.Floor < plan.Floor, f.Floor == plan.Floor && f.Cost > plan.Cost:
		return f, fmt.Errorf("OR-Tools: %+v; ours: floor %d, cost %d, proved %v", f, plan.Floor, plan.Cost, plan.Exact)
	default:
		f.note = fmt.Sprintf("ours is found on a sample: floor %d and cost %s, best are %d and %s", plan.Floor, grouped(int(plan.Cost)), f.Floor, grouped(int(f.Cost)))
	}
	return f, nil
}

// writeAssignment writes a line of JSON, then the fit of each expert for each
// application as a byte; 255 = forbidden.
func writeAssignment(path string, p assign.Problem) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	head := struct {
		Experts, Applications, Each, Steps, Balance, Load int
	}{len(p.Experts), len(p.Applications), p.Each, assign.Steps, assign.Balance, p.Experts[0].Load}
	if err := json.NewEncoder(w).Encode(head); err != nil {
		return err
	}
	for e := range p.Experts {
		for a := range p.Applications {
			b := byte(255)
			if !p.Forbidden[e][a] {
				b = steps(p, e, a)
			}
			if err := w.WriteByte(b); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}

func steps(p assign.Problem, e, a int) byte { return byte(p.Fit[e][a]*assign.Steps + 0.5) }

// simplex asks glpsol for the least cost: the problem is a network, so that its
// linear program has a whole solution. 0 = it did not end in time.
func simplex(ctx context.Context, o options, p assign.Problem, best flowAnswer) (took float64, err error) {
	file, out := filepath.Join(o.dir, "assignment.lp"), filepath.Join(o.dir, "assignment.out")
	if err := os.WriteFile(file, linear(p, best.Floor), 0o600); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*lpLimit) // its own limit does not count the reading
	defer cancel()
	s, err := runProgram(exec.CommandContext(ctx, "glpsol", "--lp", file, "--tmlim", fmt.Sprint(int(lpLimit.Seconds())), "--write", out))
	if ctx.Err() == context.DeadlineExceeded || err == nil && (strings.Contains(s.out, "TIME LIMIT EXCEEDED") || s.wall > lpLimit) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	b, err := os.ReadFile(out)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) { // s bas ROWS COLUMNS PRIMAL DUAL VALUE
		f := strings.Fields(line)
		if len(f) != 7 || f[0] != "s" {
			continue
		}
		if v, err := strconv.ParseFloat(f[6], 64); err != nil || f[4] != "f" || f[5] != "f" || int64(v+0.5) != best.Cost {
			return 0, fmt.Errorf("glpsol: %s; the least cost is %d", strings.TrimSpace(line), best.Cost)
		}
		return float64(s.wall.Microseconds()) / 1000, nil
	}
	return 0, fmt.Errorf("glpsol wrote no result: %s", s.out)
}

// linear is the problem with a floor as glpsol reads it: x = who judges what,
// l = the units of a load, each dearer than the one before.
func linear(p assign.Problem, floor int) []byte {
	var goal, rows, of, bounds strings.Builder
	need := make([][3]strings.Builder, len(p.Applications)) // of any category, of the first, of the second
	for e, x := range p.Experts {
		fmt.Fprintf(&of, " e%d:", e)
		for a := range p.Applications {
			if p.Forbidden[e][a] || int(steps(p, e, a)) < floor {
				continue
			}
			name := fmt.Sprintf(" + x%d_%d\n", e, a)
			fmt.Fprintf(&goal, " + %d x%d_%d\n", assign.Steps-int(steps(p, e, a)), e, a)
			need[a][0].WriteString(name)
			if e%3 < 2 {
				need[a][e%3+1].WriteString(name)
			}
			of.WriteString(name)
			fmt.Fprintf(&bounds, " 0 <= x%d_%d <= 1\n", e, a)
		}
		for u := 1; u <= x.Load; u++ {
			fmt.Fprintf(&goal, " + %d l%d_%d\n", assign.Balance*(2*u-1), e, u)
			fmt.Fprintf(&of, " - l%d_%d\n", e, u)
			fmt.Fprintf(&bounds, " 0 <= l%d_%d <= 1\n", e, u)
		}
		of.WriteString(" = 0\n")
	}
	for a := range need {
		fmt.Fprintf(&rows, " n%d:%s = %d\n p%d:%s >= 1\n r%d:%s >= 1\n", a, need[a][0].String(), p.Each, a, need[a][1].String(), a, need[a][2].String())
	}
	return []byte("Minimize\n cost:" + goal.String() + "Subject To\n" + rows.String() + of.String() + "Bounds\n" + bounds.String() + "End\n")
}
