package score

import "slices"

// Turn is a change of one level on one ballot after which another application
// would be in: how near the result is to another one.
type Turn struct {
	Application, Expert, Leaf, From, To string
	Points                              int // weight × steps in per cent, in hundredths of a point
	In, Out                             []string
}

// Turns finds for each application the smallest change of one level on one of
// its ballots that changes who is in; in the order of the applications' places.
// It tries only applications whose place lies within reach of the cut line, and
// never is a reason to change anything. Invalid as Rank.
func Turns(r Record, reach int) ([]Turn, error) {
	now, err := Rank(r)
	if err != nil {
		return nil, err
	}
	var out []Turn
	for _, s := range now {
		if s.Score == "" || s.Place < r.Places-reach+1 || s.Place > r.Places+reach {
			continue
		}
		t, ok, err := turn(r, now, s.Application)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, t)
		}
	}
	return out, nil
}

func turn(r Record, now []Standing, app string) (best Turn, found bool, err error) {
	percent := map[string]int{}
	for _, l := range r.Programme.Levels {
		percent[l.Code] = l.Percent
	}
	for i, b := range r.Ballots {
		if b.Application != app {
			continue
		}
		for _, leaf := range r.Programme.Leaves() {
			for _, l := range r.Programme.Levels {
				from := b.Levels[leaf.Code]
				t := Turn{Application: app, Expert: b.Expert, Leaf: leaf.Code, From: from, To: l.Code, Points: leaf.Weight * (l.Percent - percent[from])}
				if t.Points == 0 || found && abs(t.Points) >= abs(best.Points) {
					continue
				}
				if t.In, t.Out, err = r.with(i, leaf.Code, l.Code, now); err != nil {
					return best, found, err
				}
				if len(t.In)+len(t.Out) > 0 {
					best, found = t, true
				}
			}
		}
	}
	return best, found, nil
}

// with ranks the record with one level changed and says who comes in and goes out.
func (r Record) with(ballot int, leaf, level string, now []Standing) (in, out []string, err error) {
	b := r.Ballots[ballot]
	levels := make(map[string]string, len(b.Levels))
	for k, v := range b.Levels {
		levels[k] = v
	}
	levels[leaf], b.Levels = level, levels
	r.Ballots = slices.Clone(r.Ballots)
	r.Ballots[ballot] = b
	then, err := Rank(r)
	was := map[string]bool{}
	for _, s := range now {
		was[s.Application] = s.In
	}
	for _, s := range then {
		if s.In && !was[s.Application] {
			in = append(in, s.Application)
		} else if !s.In && was[s.Application] {
			out = append(out, s.Application)
		}
	}
	return in, out, err
}

func abs(n int) int { return max(n, -n) }
