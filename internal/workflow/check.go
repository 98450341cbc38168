package workflow

import (
	"fmt"
	"slices"
)

// Problem is one thing that is wrong with a definition.
type Problem struct {
	Path string // JSON pointer into the definition: /moves/2/to
	Key  string // i18n key
	Args []any  // its placeholders
}

// Check returns all that is wrong with a definition, in its order: codes that
// are there twice or nowhere, states that cannot be reached or left, moves
// without a desk, limits without anybody to keep them.
func (d Definition) Check() []Problem {
	c := checker{Definition: d, at: map[string]int{}, moves: map[string]int{}}
	c.codes()
	for i := range d.States {
		c.state(i, &d.States[i])
	}
	for i := range d.Moves {
		c.move(i, &d.Moves[i])
	}
	if len(c.bad) == 0 { // else the graph is not what its author means
		c.graph()
	}
	return c.bad
}

type checker struct {
	Definition
	at    map[string]int // of states, by code
	moves map[string]int
	bad   []Problem
}

func (c *checker) say(path, key string, args ...any) {
	c.bad = append(c.bad, Problem{path, "workflow.problem." + key, args})
}

func (c *checker) codes() {
	for i, s := range c.States {
		if _, twice := c.at[s.Code]; twice {
			c.say(fmt.Sprintf("/states/%d/code", i), "twice", "Code", s.Code)
		}
		c.at[s.Code] = i
	}
	for i, m := range c.Moves {
		if _, twice := c.moves[m.Code]; twice {
			c.say(fmt.Sprintf("/moves/%d/code", i), "twice", "Code", m.Code)
		}
		c.moves[m.Code] = i
	}
	c.known("/start", c.Start)
}

func (c *checker) known(path, state string) {
	if _, ok := c.at[state]; !ok {
		c.say(path, "no_state", "Code", state)
	}
}

func (c *checker) state(i int, s *State) {
	at := fmt.Sprintf("/states/%d", i)
	if s.Desk == "" && (s.Days > 0 || len(s.Allow) > 0) {
		c.say(at, "no_desk", "Code", s.Code)
	}
	if s.Remind > 0 && s.Days > 0 && s.Remind >= s.Days {
		c.say(at+"/remind", "remind", "N", s.Remind, "Days", s.Days)
	}
	if s.Then == "" || s.Then == Escalate {
		return
	}
	m, ok := c.moves[s.Then]
	if !ok || !slices.Contains(c.Moves[m].From, s.Code) {
		c.say(at+"/then", "then", "Code", s.Then, "State", s.Code)
	}
}

func (c *checker) move(i int, m *Move) {
	at := fmt.Sprintf("/moves/%d", i)
	for j, f := range m.From {
		c.known(fmt.Sprintf("%s/from/%d", at, j), f)
	}
	if len(m.From) == 0 {
		c.say(at, "no_from", "Code", m.Code)
	}
	c.known(at+"/to", m.To)
	if m.Who == "" && (m.Perm != "" || m.Reason) {
		c.say(at, "no_who", "Code", m.Code)
	}
	if m.Who != "" && m.Perm == "" {
		c.say(at, "no_perm", "Code", m.Code)
	}
	if m.Who != "" && !slices.ContainsFunc(c.States, func(s State) bool { return s.Desk == m.Who }) {
		c.say(at+"/who", "no_such_desk", "Code", m.Who)
	}
}

// graph finds states that no moves lead to, and states from which nothing
// final can be reached: a thing would stay there for ever.
func (c *checker) graph() {
	reached := c.spread([]string{c.Start}, func(m *Move) ([]string, []string) { return m.From, []string{m.To} })
	var final []string
	for _, s := range c.States {
		if s.Final {
			final = append(final, s.Code)
		}
	}
	ends := c.spread(final, func(m *Move) ([]string, []string) { return []string{m.To}, m.From })
	for i, s := range c.States {
		at := fmt.Sprintf("/states/%d", i)
		switch {
		case !reached[s.Code]:
			c.say(at, "unreachable", "Code", s.Code)
		case !ends[s.Code]:
			c.say(at, "trap", "Code", s.Code)
		}
	}
}

// spread follows the moves from states until nothing new is found.
func (c *checker) spread(from []string, ends func(*Move) (tail, head []string)) map[string]bool {
	seen := map[string]bool{}
	for _, s := range from {
		seen[s] = true
	}
	for again := true; again; {
		again = false
		for i := range c.Moves {
			tail, head := ends(&c.Moves[i])
			if !slices.ContainsFunc(tail, func(s string) bool { return seen[s] }) {
				continue
			}
			for _, s := range head {
				again = again || !seen[s]
				seen[s] = true
			}
		}
	}
	return seen
}
