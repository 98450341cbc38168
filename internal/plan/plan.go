// Package plan shows how far the city has come with its plan: clause by
// clause, who answers for it, and each target with its progress counted from
// the registers. The plan itself is data of the pack; progress is never typed.
package plan

import (
	"strconv"
	"time"

	"xuedu/internal/pack"
)

// Tally is what a register holds for a target on a day.
type Tally struct {
	InForce  int64 // awarded and valid
	UnderWay int64 // applied for, not decided
}

// Goal is a target in force that is counted in whole things, with its progress.
type Goal struct {
	Plan     pack.Plan
	Target   pack.Target
	Counted  bool // something counts it; else there is no progress to show
	Progress Tally
	DaysLeft int       // until the day it is due, negative when that has passed
	Override *Override // set against the count, nil = none
}

// Want is the target in whole things; 0 if it is no whole number.
func (g Goal) Want() int64 {
	n, err := strconv.ParseInt(g.Target.Value, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Gap is how many are still missing, never below zero.
func (g Goal) Gap() int64 { return max(0, g.Want()-g.Progress.InForce) }

// Due is the day the target is due.
func (g Goal) Due() time.Time {
	t, err := time.Parse(time.DateOnly, g.Target.By)
	if err != nil { // a checked pack has only days
		return time.Time{}
	}
	return t
}

// Href is the page of the target.
func (g Goal) Href() string { return "/plan/targets/" + g.Target.Code }

// Note says in one sentence how it stands: an i18n key and its placeholders.
func (g Goal) Note() (key string, args []any) {
	args = []any{"Gap", g.Gap(), "Way", g.Progress.UnderWay, "N", abs(g.DaysLeft)}
	switch {
	case g.Override != nil:
		return "plan.note.override", []any{"Value", Exact(g.Override.Value)}
	case !g.Counted:
		return "plan.note.uncounted", nil
	case g.Gap() == 0:
		return "plan.note.reached", args
	case g.DaysLeft < 0:
		return "plan.note.overdue", args
	}
	return "plan.note.open", args
}

func abs(n int) int { return max(n, -n) }

// Task is a clause that a body answers for.
type Task struct {
	Plan      pack.Plan
	Programme pack.Programme // zero for a clause of the document or a goal
	Clause    pack.Clause
}

// Body is a body that a plan names, with what it has to do.
type Body struct {
	pack.Body
	Issues []pack.Plan
	Tasks  []Task
}
