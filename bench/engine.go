package main

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/ledger/engine"
)

// build feeds the engine.
type build struct {
	c     *city
	b     *engine.Builder
	began time.Time
	took  time.Duration
}

func newBuild(c *city) *build { return &build{c: c, b: engine.NewBuilder(c.tree)} }

func engineRow(r *row) engine.Row {
	return engine.Row{Person: int64(r.person), Home: leafID(int(r.home)), Place: leafID(int(r.place)), Day: r.day, Theme: int64(r.theme), Online: r.online, Minutes: int32(r.minutes), Heads: 1}
}

func (b *build) add(rows []row) {
	at := time.Now()
	for i := range rows {
		b.b.Add(engineRow(&rows[i]))
	}
	b.took += time.Since(at)
}

func (b *build) finish(path string) (time.Duration, error) {
	at := time.Now()
	for p := range b.c.people {
		b.b.SetPerson(engine.Person{ID: int64(p + 1), Born: int32(1930 + p%80), Sex: engine.Sex(1 + p%2)}, false)
	}
	e, err := b.b.Build(engine.Options{Path: path, City: "bench"})
	if err != nil {
		return 0, err
	}
	b.took += time.Since(at)
	log.Printf("snapshot %s: %s", path, b.took.Round(time.Millisecond))
	return b.took, e.Close()
}

// engineResult is what the engine's own process found.
type engineResult struct {
	Start     float64 // ms until the first answer was there
	Times     map[string]float64
	Answers   map[string][][]int64
	Snapshot  int64 // bytes
	RSS, Peak int64 // MB, after all questions, and at the most
}

// startEngine measures the engine in a process of its own, so that its memory
// is its own.
func startEngine(ctx context.Context, o options, name string, movers float64) (*engineResult, error) {
	log.Printf("engine: %s", name)
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-child", snapshotPath(o, name), "-rows", strconv.Itoa(o.rows), "-runs", strconv.Itoa(o.runs), "-movers", fmt.Sprint(movers))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var r engineResult
	return &r, errors.Join(gob.NewDecoder(out).Decode(&r), cmd.Wait())
}

// runEngine is that process.
func runEngine(o options) error {
	c := newCity(o.rows, o.movers)
	st, err := os.Stat(o.child)
	if err != nil {
		return err
	}
	r := engineResult{Times: map[string]float64{}, Answers: map[string][][]int64{}, Snapshot: st.Size()}
	at := time.Now()
	e, err := engine.Open(o.child, "bench", c.tree)
	if err != nil {
		return err
	}
	e.Participants(questions[0].asks[0])
	r.Start = float64(time.Since(at).Microseconds()) / 1000
	for i := range questions {
		q := &questions[i]
		r.Times[q.name], err = median(4*o.runs, func() error {
			var answers [][]int64
			for _, a := range q.asks {
				answers = append(answers, e.ParticipantsAt(a, c.areasOf(q)))
			}
			r.Answers[q.name] = answers
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := more(o, c, e, &r); err != nil {
		return err
	}
	for name, ms := range r.Times {
		log.Printf("%s: %.2f ms", name, ms)
	}
	r.RSS, r.Peak = memory("VmRSS"), memory("VmHWM")
	return errors.Join(gob.NewEncoder(os.Stdout).Encode(&r), e.Close())
}

// Further questions, for the engine alone.
const (
	ageSex   = "by home, one year, ages 60–69, women"
	sums     = "attendances and minutes by home, one year"
	regulars = "regular participants by home, one year"
	anyDays  = "by home, 17 March to 5 September"
	after    = "by home, one year, after the new rows"
	oneUndo  = "one row reversed"
)

var further = []string{ageSex, sums, regulars, anyDays, after, oneUndo}

func more(o options, c *city, e *engine.Engine, r *engineResult) error {
	year := span(20250101, 20251231, false, 0)
	aged := year
	aged.BornFrom, aged.BornTo, aged.Sex = 1956, 1965, engine.Female
	extra := engine.Batch{}
	for _, x := range c.extra() {
		extra.Rows = append(extra.Rows, engineRow(&x))
	}
	undo := int64(0)
	for name, f := range map[string]func(){
		ageSex:   func() { e.Participants(aged) },
		sums:     func() { e.Sums(year) },
		regulars: func() { e.Regular(year, engine.Threshold{Rows: 6, Minutes: 540}, nil) },
		anyDays:  func() { e.Participants(span(20250317, 20250905, false, 0)) },
	} {
		if err := r.measure(o, name, f); err != nil {
			return err
		}
	}
	if err := r.measure(o, addRows, func() { e.Apply(extra) }); err != nil {
		return err
	}
	if err := r.measure(o, after, func() { e.Participants(year) }); err != nil {
		return err
	}
	return r.measure(o, oneUndo, func() {
		undo += 1001
		e.Apply(engine.Batch{Redo: []engine.Redo{{Person: engine.Person{ID: undo}}}})
	})
}

func (r *engineResult) measure(o options, name string, f func()) error {
	var err error
	r.Times[name], err = median(o.runs, func() error { f(); return nil })
	return err
}

// memory reads a line of /proc/self/status in MB; 0 where there is none.
func memory(line string) int64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for l := range strings.Lines(string(b)) {
		if f := strings.Fields(l); len(f) > 1 && f[0] == line+":" {
			kb, _ := strconv.ParseInt(f[1], 10, 64)
			return kb / 1024
		}
	}
	return 0
}
