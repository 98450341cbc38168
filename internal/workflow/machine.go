package workflow

import (
	"context"
	"slices"
	"strings"
	"time"

	"xuedu/internal/calendar"
	"xuedu/internal/errs"
)

// Machine is a checked definition. It is immutable and safe for concurrent use.
type Machine struct {
	def    Definition
	states map[string]*State
	moves  map[string]*Move
}

// Compile makes a machine of a definition. It fails with Invalid and the first
// Problem if anything is wrong with it.
func Compile(d Definition) (*Machine, error) {
	if bad := d.Check(); len(bad) > 0 {
		return nil, errs.InvalidField(bad[0].Path, bad[0].Key, bad[0].Args...)
	}
	m := &Machine{def: d, states: map[string]*State{}, moves: map[string]*Move{}}
	for i := range d.States {
		m.states[d.States[i].Code] = &d.States[i]
	}
	for i := range d.Moves {
		m.moves[d.Moves[i].Code] = &d.Moves[i]
	}
	return m, nil
}

// Definition returns what the machine was made of.
func (m *Machine) Definition() Definition { return m.def }

// State returns a state by its code; false if there is none.
func (m *Machine) State(code string) (State, bool) {
	s, ok := m.states[code]
	if !ok {
		return State{}, false
	}
	return *s, true
}

// Move returns a move by its code; false if there is none.
func (m *Machine) Move(code string) (Move, bool) {
	v, ok := m.moves[code]
	if !ok {
		return Move{}, false
	}
	return *v, true
}

// Allows reports whether an act of the domain may be done in a state.
func (m *Machine) Allows(state, act string) bool {
	s, ok := m.states[state]
	return ok && slices.Contains(s.Allow, act)
}

// MayCombine reports whether one person may take both parts.
func (m *Machine) MayCombine(a, b string) bool {
	return a == b || slices.ContainsFunc(m.def.Together, func(set []string) bool {
		return slices.Contains(set, a) && slices.Contains(set, b)
	})
}

// Hand is who wants to move a thing. The zero Hand is the program itself: it
// makes the moves that are nobody's.
type Hand struct {
	May func(desk, perm string) bool // does the caller sit at this desk of the thing, with this permission?
}

func (h Hand) may(v *Move) bool {
	if v.Who == "" {
		return h.May == nil
	}
	return h.May != nil && h.May(v.Who, v.Perm)
}

// Guards answers for a condition of the domain: the i18n key of what is
// missing, "" if it holds.
type Guards func(ctx context.Context, name string) (why string, err error)

// Open is a move that the caller may make, with the i18n key of what is still
// missing; "" = it may be made now.
type Open struct {
	Move
	Why string
}

// Open lists the moves of a state that are h's, in the definition's order.
func (m *Machine) Open(ctx context.Context, state string, h Hand, g Guards) ([]Open, error) {
	var list []Open
	for i := range m.def.Moves {
		v := &m.def.Moves[i]
		if !slices.Contains(v.From, state) || !h.may(v) {
			continue
		}
		why, err := v.missing(ctx, g)
		if err != nil {
			return nil, err
		}
		list = append(list, Open{*v, why})
	}
	return list, nil
}

func (v *Move) missing(ctx context.Context, g Guards) (string, error) {
	for _, name := range v.Guards {
		if why, err := g(ctx, name); why != "" || err != nil {
			return why, err
		}
	}
	return "", nil
}

// Step is a move that was found to be lawful: the thing is now in To.
type Step struct {
	Move
	From, To State
	Reason   string
}

// Step checks a move without making it. It fails with NotFound for an unknown
// move, Conflict where it does not lead on from the state or a guard does not
// hold, Forbidden where it is not h's, and Invalid where its reason is missing.
func (m *Machine) Step(ctx context.Context, state, move, reason string, h Hand, g Guards) (Step, error) {
	v, ok := m.moves[move]
	if !ok {
		return Step{}, errs.New(errs.NotFound, "workflow.no_move", "Code", move)
	}
	if !slices.Contains(v.From, state) {
		return Step{}, errs.New(errs.Conflict, "workflow.not_now")
	}
	if !h.may(v) {
		return Step{}, errs.New(errs.Forbidden, "workflow.not_yours")
	}
	reason = strings.TrimSpace(reason)
	if v.Reason && reason == "" {
		return Step{}, errs.InvalidField("reason", "workflow.reason_required")
	}
	why, err := v.missing(ctx, g)
	if err != nil {
		return Step{}, err
	}
	if why != "" {
		return Step{}, errs.New(errs.Conflict, why)
	}
	return Step{Move: *v, From: *m.states[state], To: *m.states[v.To], Reason: reason}, nil
}

// Due returns the last day of a state that begins on the day of since, or ""
// where it has no limit of its own.
func (s State) Due(since time.Time, c *calendar.Calendar) string {
	if s.Days == 0 {
		return ""
	}
	return c.Add(since, s.Days).Format(time.DateOnly)
}

// Stage says how a thing stands to its last day.
type Stage int

// The stages.
const (
	InTime Stage = iota // or there is no last day
	Soon                // the reminder before the last day is due
	Over                // the last day is past: Then tells what happens
)

// Stage returns how a thing in s whose last day is due stands on a day.
func (s State) Stage(due string, day time.Time, c *calendar.Calendar) Stage {
	last, err := time.Parse(time.DateOnly, due)
	if err != nil || s.Final {
		return InTime
	}
	today := day.Format(time.DateOnly)
	switch {
	case today > due:
		return Over
	case s.Remind > 0 && c.Add(last, -s.Remind).Format(time.DateOnly) <= today:
		return Soon
	}
	return InTime
}
