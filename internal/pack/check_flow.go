package pack

import (
	"fmt"
	"slices"

	"xuedu/internal/workflow"
)

// need is a move that the program makes or relies on, with the guards without
// which it would not be lawful and the effects without which nothing follows.
type need struct {
	move   string
	guards []string
	does   []string
}

// flowNeeds says what the program counts on in the workflows of a programme.
// A pack may have more states, moves and guards; it may not leave these out.
var flowNeeds = map[string][]need{
	"call": {
		{"open", []string{"authorised", "rubric_whole", "quota_left", "timeline"}, []string{"freeze"}},
		{"close", nil, []string{"close_applications"}},
		{"review", []string{"all_checked", "all_assigned"}, []string{"begin_review"}},
		{"shortlist", []string{"ballots_in"}, []string{"shortlist"}},
		{"deliberate", nil, []string{"begin_deliberation"}},
		{"propose", []string{"meeting_closed", "ties_broken", "within_places"}, []string{"propose"}},
		{"notice", nil, []string{"seal", "notice"}},
		{"end_notice", []string{"notice_over"}, []string{"end_notice"}},
		{"approve", []string{"approval_recorded"}, []string{"approve"}},
		{"award", []string{"quota_kept"}, []string{"award"}},
		{"cancel", nil, []string{"cancel_applications"}},
	},
	"application": {
		{"assess", []string{"whole", "gates_hold"}, nil},
		{"accept", []string{"no_bar", "no_duplicate", "gates_confirmed"}, nil},
		{"recommend", []string{"within_quota"}, nil},
		{"ask_supplement", []string{"supplement_left"}, []string{"count_supplement"}},
		{"not_completed", nil, nil}, {"too_late", nil, nil}, {"cancel", nil, nil},
		{"begin_review", nil, nil}, {"shortlist", nil, nil}, {"drop", nil, nil}, {"begin_deliberation", nil, nil},
		{"propose", nil, nil}, {"not_propose", nil, nil}, {"notice", nil, nil}, {"suspend", nil, nil}, {"resume", nil, nil},
		{"strike", nil, nil}, {"end_notice", nil, nil}, {"approve", nil, nil}, {"award", nil, nil},
	},
	"objection": {
		{"take", []string{"handler_free"}, []string{"suspend"}},
		{"uphold", []string{"handler_free"}, []string{"strike"}},
		{"refuse", []string{"handler_free"}, []string{"resume"}},
	},
	"award": {
		{"revoke", []string{"heard"}, []string{"end_award"}},
		{"lapse", []string{"expired"}, []string{"end_award"}},
		{"renew", []string{"score_keeps"}, []string{"renew"}},
	},
}

// flows makes sure that the workflows a programme follows are there and have
// what the program counts on; a stage of the timeline is a state of the
// application's.
func (c *awardCheck) flows() {
	for _, what := range []string{"call", "application", "objection", "award"} {
		code, at := c.Workflow(what), "/workflows/"+what
		d, ok := c.pack.Workflow(code)
		if !ok {
			if c.unread("workflows") {
				continue // it may be in a file that is not readable
			}
			c.say(at, "award_no_workflow", "Code", code)
			continue
		}
		c.needs(d, flowNeeds[what])
		if what == "application" {
			c.stages(d)
		}
	}
}

func (c *awardCheck) unread(dir string) bool {
	for file := range c.docs {
		if schemaOf(file) == "workflow.json" && dir == "workflows" && !c.ok[file] {
			return true
		}
	}
	return false
}

func (c *awardCheck) stages(d workflow.Definition) {
	for i, st := range c.Timeline {
		if !slices.ContainsFunc(d.States, func(s workflow.State) bool { return s.Code == st.Code }) {
			c.say(fmt.Sprintf("/timeline/%d/code", i), "award_stage", "Code", st.Code)
		}
	}
}

// needs says what of a workflow is missing, at the workflow's own file.
func (c *awardCheck) needs(d workflow.Definition, list []need) {
	file := c.flowFile(d.Code)
	for _, n := range list {
		i := slices.IndexFunc(d.Moves, func(m workflow.Move) bool { return m.Code == n.move })
		if i < 0 {
			c.loader.say(file, "/moves", "pack.problem.flow_move", "Code", n.move)
			continue
		}
		at := fmt.Sprintf("/moves/%d", i)
		for _, g := range n.guards {
			if !slices.Contains(d.Moves[i].Guards, g) {
				c.loader.say(file, at, "pack.problem.flow_guard", "Code", n.move, "Name", g)
			}
		}
		for _, e := range n.does {
			if !slices.Contains(d.Moves[i].Does, e) {
				c.loader.say(file, at, "pack.problem.flow_effect", "Code", n.move, "Name", e)
			}
		}
	}
}

func (c *awardCheck) flowFile(code string) string {
	for file, d := range c.docs {
		m, ok := d.value.(map[string]any)
		if schemaOf(file) == "workflow.json" && ok && m["code"] == code {
			return file
		}
	}
	return c.file
}
