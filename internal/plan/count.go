package plan

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// mostGoal is how many whole things a Goal may have, so that each can be drawn.
const mostGoal = 200

// Progress returns how a target stands; NotFound for an unknown code. A
// dropped target is counted no more.
func (s *Service) Progress(ctx context.Context, code string) (Progress, error) {
	all, err := s.progress(ctx, func(t Target) bool { return t.Code == code })
	if err != nil {
		return Progress{}, err
	}
	if len(all) == 0 {
		return Progress{}, errs.New(errs.NotFound, "plan.no_target", "Code", code)
	}
	return all[0], nil
}

// All returns the progress of every target in force, in the order of the
// plans and their clauses.
func (s *Service) All(ctx context.Context) ([]Progress, error) {
	return s.progress(ctx, func(t Target) bool { return t.State == InForce })
}

// Goals returns the targets in force that are counted in whole things.
func (s *Service) Goals(ctx context.Context) ([]Goal, error) {
	all, err := s.All(ctx)
	if err != nil {
		return nil, err
	}
	var out []Goal
	for _, p := range all {
		if g, ok := p.goal(); ok {
			out = append(out, g)
		}
	}
	return out, nil
}

func (p Progress) goal() (Goal, bool) {
	want, ok := whole(p.Whole.Want)
	if !ok || want > mostGoal || !p.Code.Things {
		return Goal{}, false
	}
	g := Goal{Plan: p.Plan, DaysLeft: p.DaysLeft, Override: p.Whole.Override, Target: pack.Target{Code: p.Target.Code, Clause: p.Target.Clause,
		Name: p.Target.Name, Unit: p.Target.Unit, Value: strconv.FormatInt(want, 10), About: p.Target.About, By: p.Target.Due, Measure: p.Target.Measure}}
	if n, ok := whole(p.Whole.Now.Value); ok && p.Whole.Now.Known() {
		g.Counted, g.Progress = true, Tally{InForce: n, UnderWay: p.UnderWay}
	}
	return g, true
}

func (s *Service) progress(ctx context.Context, take func(Target) bool) ([]Progress, error) {
	all, err := newest(ctx, s.DB.Read)
	if err != nil {
		return nil, err
	}
	codes, err := s.Meter.Codes(ctx)
	if err != nil {
		return nil, err
	}
	over, err := open(ctx, s.DB.Read)
	if err != nil {
		return nil, err
	}
	var out []Progress
	for _, t := range slices.DeleteFunc(all, func(t Target) bool { return !take(t) }) {
		p, err := s.one(ctx, t, codes, over)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	s.inOrder(out)
	return out, nil
}

// inOrder sorts by the order of plans, clauses and targets in the pack; what
// the pack has not comes last, by code.
func (s *Service) inOrder(list []Progress) {
	place := map[string]int{}
	for _, p := range s.Plans() {
		for _, c := range p.Clauses() {
			place[p.Code+" "+c.Code] = len(place) - 1_000_000
		}
		for _, t := range p.Targets {
			place[t.Code] = len(place) - 1_000_000
		}
	}
	slices.SortStableFunc(list, func(a, b Progress) int {
		return cmp.Or(cmp.Compare(place[a.Target.Plan+" "+a.Target.Clause], place[b.Target.Plan+" "+b.Target.Clause]),
			cmp.Compare(place[a.Target.Code], place[b.Target.Code]))
	})
}

func (s *Service) one(ctx context.Context, t Target, codes []Code, over []Override) (Progress, error) {
	today := s.Today()
	due, err := time.Parse(time.DateOnly, t.Due)
	if err != nil {
		return Progress{}, errs.InvalidField("due", "plan.bad_day", "Value", t.Due)
	}
	p := Progress{Target: t, Code: Code{Code: t.Measure}, Today: today, DaysLeft: int(due.Sub(today) / (24 * time.Hour))}
	p.Plan, p.Clause = s.clause(t.Plan, t.Clause)
	known := false
	if i := slices.IndexFunc(codes, func(c Code) bool { return c.Code == t.Measure }); i >= 0 {
		p.Code, known = codes[i], true
	}
	if kind, ok := kindOf(t.Measure); ok {
		n, err := tally(ctx, s.DB.Read, kind, today)
		if err != nil {
			return p, err
		}
		p.UnderWay = n.UnderWay
	}
	list, err := s.standings(ctx, p, known)
	if err != nil {
		return p, err
	}
	for i := range list {
		for j := range over {
			if over[j].Code == t.Code && over[j].Area == list[i].Area.ID {
				list[i].Override = &over[j]
			}
		}
		list[i].judge(t, p.Code.Stock, today, due)
	}
	if len(list) > 0 {
		p.Whole, p.Split = list[0], list[1:]
	}
	return p, nil
}

// standings counts, year by year, the whole and the areas that have a path.
func (s *Service) standings(ctx context.Context, p Progress, known bool) ([]Standing, error) {
	tree := s.Tree()
	nrs := s.counted(p.Target)
	list := make([]Standing, len(nrs))
	for i, n := range nrs {
		list[i].Area = tree.At(n)
		list[i].NowYear = s.nowYear(p)
	}
	running := p.Today.Year()
	for _, y := range s.years(p) {
		got := make([]Reading, len(nrs))
		if y <= running && known && len(nrs) > 0 {
			at, err := period.Parse(strconv.Itoa(y))
			if err == nil {
				got, err = s.Meter.Read(ctx, p.Target.Measure, at, nrs)
			}
			if err != nil {
				return nil, err
			}
		}
		for i := range list {
			if !known {
				got[i] = Reading{State: formula.NotComputable, Cause: formula.NoSource}
			}
			id := list[i].Area.ID
			list[i].Years = append(list[i].Years, Year{Year: y, Began: p.Target.number(id, y, Baseline), Want: p.Target.Want(id, y),
				Got: got[i], Running: y == running, Ahead: y > running})
			if y == list[i].NowYear {
				list[i].Now = got[i]
			}
		}
	}
	return list, nil
}

// counted lists the whole and the areas below it that have a path of their own.
func (s *Service) counted(t Target) []int {
	top, parts := s.split()
	if top < 0 {
		return nil
	}
	out := []int{top}
	for _, n := range parts {
		if t.has(s.Tree().At(n).ID) {
			out = append(out, n)
		}
	}
	return out
}

// split returns the number of the whole, -1 where there are no areas, and
// those of the areas that a target can be split over.
func (s *Service) split() (top int, parts []int) {
	tree := s.Tree()
	if tree.Len() == 0 {
		return -1, nil
	}
	top, ok := tree.ByCode(s.Pack().RootArea)
	if !ok {
		top = 0
	}
	day := s.Today().Format(time.DateOnly)
	for _, n := range tree.Children(top) {
		if tree.At(n).Valid(day) {
			parts = append(parts, n)
		}
	}
	return top, parts
}

// nowYear is the year that "now" is read from.
func (s *Service) nowYear(p Progress) int {
	if y := p.Target.DueYear(); !p.Code.Stock && p.Today.Year() > y {
		return y
	}
	return p.Today.Year()
}

// mostYears keeps a target with a slip of the pen from being counted for
// centuries.
const mostYears = 60

// years lists the years a target is shown for: from the plan's beginning or
// the first number to the year it is due, or to today's where that is later
// and what is counted stands on a day.
func (s *Service) years(p Progress) []int {
	first, last := p.Target.DueYear(), max(p.Target.DueYear(), s.nowYear(p))
	if p.Plan.From != "" {
		first = min(first, yearOf(p.Plan.From))
	}
	if ys := p.Target.Years(); len(ys) > 0 {
		first, last = min(first, ys[0]), max(last, ys[len(ys)-1])
	}
	first = max(min(first, s.nowYear(p)), last-mostYears)
	var out []int
	for y := first; y <= last; y++ {
		out = append(out, y)
	}
	return out
}

// clause finds a clause of a plan of the pack.
func (s *Service) clause(plan, code string) (pack.Plan, pack.Clause) {
	for _, p := range s.Plans() {
		if p.Code != plan {
			continue
		}
		for _, c := range p.Clauses() {
			if c.Code == code {
				return p, c
			}
		}
		return p, pack.Clause{}
	}
	return pack.Plan{}, pack.Clause{}
}

// Responsible returns who answers for a target: its own bodies, else those of
// its clause.
func (p Progress) Responsible() []string {
	if len(p.Target.Responsible) > 0 {
		return p.Target.Responsible
	}
	return p.Plan.Responsible(p.Clause)
}

// Top is the area that a target as a whole speaks of; nil where there are no
// areas.
func (s *Service) Top() *area.Area {
	if top, _ := s.split(); top >= 0 {
		return s.Tree().At(top)
	}
	return nil
}

// Parts are the areas that a target can be split over, in the order of the tree.
func (s *Service) Parts() []*area.Area {
	_, parts := s.split()
	out := make([]*area.Area, len(parts))
	for i, n := range parts {
		out[i] = s.Tree().At(n)
	}
	return out
}

// Codes lists what can be counted, by code.
func (s *Service) Codes(ctx context.Context) ([]Code, error) { return s.Meter.Codes(ctx) }
