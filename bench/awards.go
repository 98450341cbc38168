package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"
)

// contest is one thing asked of us and of a peer, in milliseconds.
type contest struct {
	what, peer   string
	ours, theirs float64
	note         string // what was compared, or why there is no time of the peer's
}

// awardsReport is what was measured of calls and awards.
type awardsReport struct {
	before, after string // load of the machine
	contests      []contest
	pages         []pageTimes
	made          []timed // cities of 5,000 applications
}

// measureAwards runs the fifth part: what issue a province's call asks of the
// program, each beside a peer that answers the same.
func measureAwards(ctx context.Context, o options, r *report) error {
	a := &awardsReport{before: loadNow()}
	for _, s := range []struct {
		name string
		run  func(context.Context, options, *awardsReport) error
	}{{"assignment", measureAssignment}, {"conflicts", measureConflicts}, {"replay", measureReplay}, {"draws", measureDraws}, {"pages", measureCallPages}} {
		if err := s.run(ctx, o, a); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	a.after = loadNow()
	r.awards = a
	return nil
}

// add notes a contest and says so.
func (a *awardsReport) add(c contest) {
	a.contests = append(a.contests, c)
	if c.theirs == 0 {
		log.Printf("%s: %s ms; %s: %s", c.what, ms(c.ours), c.peer, c.note)
		return
	}
	log.Printf("%s: %s ms; %s: %s ms, %s × (%s)", c.what, ms(c.ours), c.peer, ms(c.theirs), ratio(c.theirs/c.ours), c.note)
}

// loadNow is the load of the machine over the last minute.
func loadNow() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Fields(string(b))[0]
}

// python runs a script of the folder peers. The interpreter is that of an
// environment with requirements.txt, which scripts/bench.sh makes.
func python(ctx context.Context, script string, args ...string) (spent, error) {
	program := os.Getenv("XUEDU_BENCH_PYTHON")
	if program == "" {
		program = "python3"
	}
	return runProgram(exec.CommandContext(ctx, program, append([]string{"peers/" + script}, args...)...))
}

func (r *report) calls(b *strings.Builder) {
	a := r.awards
	if a == nil {
		return
	}
	fmt.Fprintf(b, "## Calls and awards\n\nThe peer answers the same question from the same data in the same run. A ratio above 1 means that Xuedu is quicker. "+
		"Load of the machine %s before and %s after. %s.\n\n| asked | Xuedu, ms | peer | its time, ms | ratio | compared |\n| --- | --: | --- | --: | --: | --- |\n", a.before, a.after, machine())
	for _, c := range a.contests {
		theirs, times := ms(c.theirs), ratio(c.theirs/c.ours)+" ×"
		if c.theirs == 0 {
			theirs, times = "–", "–"
		}
		fmt.Fprintf(b, "| %s | **%s** | %s | %s | %s | %s |\n", c.what, ms(c.ours), c.peer, theirs, times, c.note)
	}
	a.pageTable(b)
}
