package app

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/activity/activityhttp"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/workflow"
)

// A desk collects what waits for who asks, in words.
type desk struct {
	*App
	ctx  context.Context
	page ui.Page
	who  account.Actor
	now  time.Time // in the city's zone
	list []activityhttp.Duty
}

// task is something that waits for somebody.
type task struct {
	Due               string    // day, "" = none
	Since             time.Time // when it came to the desk; zero = not known
	What, About, Href string
	State, Next       string
	Late              bool // whatever its day
}

func (a *App) desk(r *http.Request) *desk {
	return &desk{App: a, ctx: r.Context(), page: ui.NewPage(r, ui.Desk, "nav.desk"), who: account.From(r.Context()), now: a.now().In(a.Zone())}
}

func (d *desk) today() string { return d.now.Format(time.DateOnly) }

// add puts a task on the list.
func (d *desk) add(t task) {
	out := activityhttp.Duty{Due: t.Due, What: t.What, About: t.About, Href: t.Href, State: t.State, Next: t.Next, Tag: "xd-tag--go", Late: t.Late}
	if due, err := time.Parse(time.DateOnly, t.Due); err == nil {
		days := d.Calendar()
		out.Day, out.In, out.Late = d.page.Date(due), d.dueIn(t.Due), d.today() > t.Due
		if !t.Since.IsZero() {
			since := dayStart(t.Since.In(d.Zone()))
			out.Of, out.Used = max(1, days.Between(since, due)), max(0, days.Between(since, dayStart(d.now)))
		}
	}
	if out.Late {
		out.Tag = "xd-tag--act"
	}
	d.list = append(d.list, out)
}

// dueIn says how many working days are left to a day, or are over.
func (d *desk) dueIn(day string) string {
	due, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	switch n := d.Calendar().Between(dayStart(d.now), due); {
	case d.today() > day:
		return d.page.T("call.due.late", "N", max(1, -n))
	case d.today() == day || n == 0:
		return d.page.T("call.due.today")
	default:
		return d.page.T("call.due.in", "N", n)
	}
}

// dayStart is the day of a time, as the calendar counts.
func dayStart(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// covers reports whether the caller has a permission for the whole city.
func (d *desk) covers(perm string) bool {
	t := d.Areas.Tree()
	return t.Len() > 0 && d.who.CoversArea(perm, t, t.At(0).ID)
}

// stateOf finds a state of a workflow.
func stateOf(f workflow.Definition, code string) workflow.State {
	for _, s := range f.States {
		if s.Code == code {
			return s
		}
	}
	return workflow.State{Code: code}
}

// stateName names a state as its workflow does.
func (d *desk) stateName(s workflow.State) string {
	return cmp.Or(pack.Text(s.Name).In(d.page.Lang), s.Code)
}

// allDuties lists what waits for somebody, whatever it is, the most pressing
// first: returns, applications, calls, awards, objections, visits, evaluations.
func (a *App) allDuties(r *http.Request) (activityhttp.Duties, error) {
	out, err := a.duties(r)
	if err != nil {
		return out, err
	}
	if out.All == 0 {
		out.Links = nil
	}
	d := a.desk(r)
	mine, err := a.applicationPages().Duties(r)
	if err != nil {
		return out, err
	}
	for _, x := range mine.List {
		d.list = append(d.list, activityhttp.Duty(x))
	}
	if mine.Href != "" {
		out.Links = append(out.Links, activityhttp.DutyLink{Href: mine.Href, Text: mine.HrefText})
	}
	for _, read := range []func() error{d.calls, d.visits, d.visited, d.awards, d.objections, d.returnsBelow, d.evaluations} {
		if err := read(); err != nil {
			return out, err
		}
	}
	d.into(&out)
	return out, nil
}

// into puts what was collected among the duties.
func (d *desk) into(out *activityhttp.Duties) {
	if len(d.list) > 0 {
		out.Title = d.page.T("apply.duties")
	}
	for _, x := range d.list {
		out.All++
		if x.Late {
			out.Late++
		}
	}
	out.List = append(out.List, d.list...)
	slices.SortStableFunc(out.List, func(x, y activityhttp.Duty) int { return cmp.Compare(dueOf(x), dueOf(y)) })
	out.List = out.List[:min(mostDuties, len(out.List))]
}

// dueOf orders duties: what is late without a day of its own first, what has
// no day last.
func dueOf(x activityhttp.Duty) string {
	if x.Due == "" && x.Late {
		return "0"
	}
	return cmp.Or(x.Due, "9999")
}

// returnsBelow is what those directly below are late with and what was told to
// the caller's desk.
func (d *desk) returnsBelow() error {
	if !d.who.Can("return:review") {
		return nil
	}
	n, err := d.Returns.Escalated(d.ctx)
	if err == nil && n > 0 {
		d.add(task{What: d.page.T("duty.returns_below", "N", n), Href: "/desk/collections", State: d.page.T("duty.state.late"), Next: d.page.T("duty.next.urge"), Late: true})
	}
	return err
}

// callsByID reads the calls for the words of what hangs on them, each once.
func (d *desk) callsByID() (map[string]accredit.Call, error) {
	list, err := d.Calls.Calls(trusted(d.ctx))
	out := make(map[string]accredit.Call, len(list))
	for _, c := range list {
		out[c.ID] = c
	}
	return out, err
}
