package planhttp

import (
	"html/template"
	"math/big"
	"strings"

	"xuedu/internal/chart"
	"xuedu/internal/formula"
	"xuedu/internal/plan"
	"xuedu/internal/ui"
)

// num is a number as people read it, or the word of its state.
type num struct {
	Text, Exact string
	Word, Class string // where there is no number
	Why         string // cause of the word, or how many units have reported
}

var stateClass = map[formula.State]string{formula.NotReported: "nr", formula.NotApplicable: "na", formula.Withheld: "wh", formula.NotComputable: "nc"}

// counted shows what was counted.
func counted(p ui.Page, r plan.Reading, places int) num {
	if r.Known() {
		n := num{Text: grouped(plan.Rounded(r.Value, places)), Exact: r.Value.RatString()}
		if r.Expected > 0 && r.Reported < r.Expected {
			n.Why = p.T("plan.coverage", "Reported", r.Reported, "Expected", r.Expected)
		}
		return n
	}
	n := num{Word: p.T("figure.state." + r.State.String()), Class: stateClass[r.State]}
	switch {
	case r.Cause != formula.NoCause:
		n.Why = p.T("indicators.cause." + r.Cause.String())
	case r.Expected > 0:
		n.Why = p.T("plan.coverage", "Reported", r.Reported, "Expected", r.Expected)
	}
	return n
}

// given shows what was set; nothing set has its word too.
func given(p ui.Page, r *big.Rat) num {
	if r == nil {
		return num{Word: p.T("plan.unset"), Class: "na"}
	}
	return num{Text: grouped(plan.Exact(r)), Exact: plan.Exact(r)}
}

// computed shows what was worked out, such as a gap; "" where it cannot be.
func computed(r *big.Rat, places int) string {
	if r == nil {
		return ""
	}
	return grouped(plan.Rounded(r, places))
}

// grouped puts commas between thousands.
func grouped(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	body, rest, _ := strings.Cut(s, ".")
	for i := len(body) - 3; i > 0; i -= 3 {
		body = body[:i] + "," + body[i:]
	}
	if rest != "" {
		body += "." + rest
	}
	return sign + body
}

// goal is a target with its progress, ready to be shown.
type goal struct {
	Code, Href, Name, Clause string
	Now                      num
	Want                     num
	About                    bool
	Unit, Due, Note          string
	Verdict, Tag             string
	Hand                     string // what was set by hand, said in a sentence; "" = nothing
	Foot                     string
	Squares                  template.HTML
}

// verdictTag has no red for "behind": red is for what is overdue.
var verdictTag = map[plan.Verdict]string{
	plan.Reached: "xd-tag--done", plan.OnTrack: "xd-tag--go", plan.Behind: "", plan.Missed: "xd-tag--warn", plan.Open: "", plan.Unknown: "xd-tag--off",
}

func newGoal(p ui.Page, pr plan.Progress) goal {
	t, w := pr.Target, pr.Whole
	g := goal{Code: t.Code, Href: t.Href(), Name: t.Name.In(p.Lang), Clause: t.Clause, Now: counted(p, w.Now, pr.Code.Places), Want: given(p, w.Want),
		About: t.About, Unit: t.Unit.In(p.Lang), Due: p.Date(dueOf(t)), Note: note(p, pr, w), Verdict: p.T("plan.verdict." + string(w.Verdict)), Tag: verdictTag[w.Verdict]}
	if t.About {
		g.Want.Text, g.Unit = p.T("plan.about.value", "Value", g.Want.Text), p.T("plan.about.unit", "Unit", g.Unit)
	}
	if w.Override != nil {
		g.Hand = p.T("plan.override.short", "Value", grouped(plan.Exact(w.Override.Value)))
	}
	g.Foot = p.T("plan.due", "Day", g.Due) + " · " + p.T("plan.by_clause")
	done, ok := things(w.Now.Value)
	want, whole := things(w.Want)
	if pr.Code.Things && ok && whole && want > 0 {
		g.Squares = chart.Squares(chart.Goal{Done: done, Way: int(pr.UnderWay), Target: want})
	}
	return g
}

// mostThings is how many things are drawn one by one.
const mostThings = 200

func things(r *big.Rat) (int, bool) {
	if r == nil || !r.IsInt() || !r.Num().IsInt64() || r.Num().Int64() > mostThings || r.Sign() < 0 {
		return 0, false
	}
	return int(r.Num().Int64()), true
}

// note says in one sentence how far it still is.
func note(p ui.Page, pr plan.Progress, s plan.Standing) string {
	args := []any{"Gap", computed(s.Gap, pr.Code.Places), "Unit", pr.Target.Unit.In(p.Lang), "Way", pr.UnderWay, "N", max(pr.DaysLeft, -pr.DaysLeft)}
	switch {
	case s.Verdict == plan.Unknown:
		return p.T("plan.note.uncounted")
	case s.Verdict == plan.Reached:
		return p.T("plan.note.reached", args...)
	case s.Gap == nil:
		return p.T("plan.way.no_end")
	case s.Verdict == plan.Missed:
		return p.T("plan.way.overdue", args...)
	}
	return p.T("plan.way.open", args...)
}
