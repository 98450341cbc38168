package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"xuedu/internal/accredit/score"
	"xuedu/internal/pack"
)

// The size of a province's call.
const (
	bigCall   = 5000
	bigSeats  = 7
	programme = "community-project"
	bigPlaces = bigCall / 10
)

// newRecord invents the ballots of a call: experts differ by a level here and
// there, so that there are ties of every kind.
func newRecord(p pack.AwardProgramme, call string) score.Record {
	r := score.Record{Format: score.Format, Call: call, Digest: strings.Repeat("0", 64), Programme: p, Places: bigPlaces}
	leaves := p.Leaves()
	d := dice(11)
	for i := range bigCall {
		app := bigCode(call, i)
		good := d.below(3) // most levels of an application
		for seat := range bigSeats {
			levels := make(map[string]string, len(leaves))
			for _, l := range leaves {
				at := good
				if d.below(4) == 0 {
					at = d.below(len(p.Levels))
				}
				levels[l.Code] = p.Levels[min(at, len(p.Levels)-1)].Code
			}
			r.Ballots = append(r.Ballots, score.Ballot{Application: app, Expert: fmt.Sprintf("E%02d", seat+1), Levels: levels})
		}
		r.Entries = append(r.Entries, score.Entry{Application: app, Recommendation: i%20 + 1, Yes: d.below(6), Draw: i + 1})
	}
	return r
}

func bigCode(call string, i int) string { return fmt.Sprintf("%s-%05d", call, i+1) }

func awardProgramme() (pack.AwardProgramme, error) {
	p, err := pack.Load(os.DirFS("../packs/beijing-2021"))
	if err != nil {
		return pack.AwardProgramme{}, err
	}
	x, ok := p.AwardProgramme(programme)
	if !ok {
		err = fmt.Errorf("the pack has no programme %s", programme)
	}
	return x, err
}

// measureReplay compares `xuedu accredit verify` with a script that computes
// the same in Python's fractions. Both are whole programs, from start to end.
func measureReplay(ctx context.Context, o options, r *awardsReport) error {
	program, err := buildProgram(ctx, o.dir)
	if err != nil {
		return err
	}
	p, err := awardProgramme()
	if err != nil {
		return err
	}
	record := newRecord(p, "BENCH")
	if record.Result, err = score.Rank(record); err != nil {
		return err
	}
	data, err := record.Encode()
	if err != nil {
		return err
	}
	file := filepath.Join(o.dir, "record.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return err
	}
	c := contest{what: fmt.Sprintf("`accredit verify`: %s × %d ballots of %d leaves, %d MB", grouped(bigCall), bigSeats, len(p.Leaves()), len(data)/1e6), peer: "a script in Python, fractions"}
	var ours, theirs spent
	if c.ours, err = median(3, func() (err error) {
		ours, err = runProgram(exec.CommandContext(ctx, program, "accredit", "verify", "--format", "csv", file))
		return err
	}); err != nil {
		return err
	}
	if c.theirs, err = median(3, func() (err error) { theirs, err = python(ctx, "replay.py", file); return err }); err != nil {
		return err
	}
	if c.note, err = samePlaces(ours.out, theirs.out); err != nil {
		return err
	}
	r.add(c)
	return nil
}

// samePlaces compares place, application, score, final and spread of each line.
func samePlaces(ours, theirs string) (string, error) {
	a, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(ours, "\ufeff"))).ReadAll()
	if err != nil {
		return "", err
	}
	b, err := csv.NewReader(strings.NewReader(theirs)).ReadAll()
	if err != nil {
		return "", err
	}
	if len(a) != len(b) || len(a) != bigCall+1 {
		return "", fmt.Errorf("%d lines and %d", len(a), len(b))
	}
	for i, x := range a[1:] {
		if y := b[i+1]; x[0] != y[0] || x[1] != y[1] || x[2] != y[2] || x[4] != y[3] || x[5] != y[4] {
			return "", fmt.Errorf("line %d: %v and %v", i+1, x, y)
		}
	}
	return fmt.Sprintf("%s scores, spreads and places, all the same", grouped(bigCall)), nil
}
