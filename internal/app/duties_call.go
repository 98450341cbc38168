package app

import (
	"slices"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/visit"
	"xuedu/internal/workflow"
)

// calls are the calls that wait for the caller, with what is asked of the
// office about them.
func (d *desk) calls() error {
	if !d.who.Can(accredit.PermManage) && !d.who.Can(accredit.PermDecide) && !d.who.Can(accredit.PermCheck) {
		return nil
	}
	list, err := d.Calls.Calls(d.ctx)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Ended() {
			continue
		}
		if err := d.call(c); err != nil {
			return err
		}
	}
	return d.supplements(list)
}

func (d *desk) call(c accredit.Call) error {
	if err := d.questions(c); err != nil {
		return err
	}
	next, ok := d.nextOf(c)
	if !ok {
		return nil
	}
	t := task{Due: c.Due, Since: c.Since, What: c.Title.In(d.page.Lang), About: c.Code, Href: "/desk/calls/" + c.ID,
		State: d.stateName(stateOf(c.Rules.Workflows["call"], c.State)), Next: next}
	switch c.State {
	case "draft":
		t.Due = c.Opens
	case "noticed":
		n, err := d.Decisions.NoticeOf(d.ctx, c.ID)
		if err != nil || d.today() <= n.To {
			return err // nothing is to be done before it ends
		}
		t.Due, t.About = d.workdayAfter(n.To), c.Code+" · "+d.page.T("duty.notice_over")
	case "approving":
		t.Href += "/result"
	}
	d.add(t)
	return nil
}

// nextOf names the step by which the caller moves a call on; false if it waits
// for somebody else. What needs a reason is an exception, not a duty.
func (d *desk) nextOf(c accredit.Call) (string, bool) {
	for _, m := range c.Rules.Workflows["call"].Moves {
		if !m.Reason && m.Perm != "" && slices.Contains(m.From, c.State) && d.covers(m.Perm) {
			return d.stateName(workflow.State{Code: m.Code, Name: m.Name}), true
		}
	}
	return "", false
}

func (d *desk) workdayAfter(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.Calendar().Add(t, 1).Format(time.DateOnly)
}

// questions are those of applicants that nobody answered.
func (d *desk) questions(c accredit.Call) error {
	if !c.Public() || !d.covers(accredit.PermManage) {
		return nil
	}
	list, err := d.Calls.Questions(d.ctx, c.ID)
	list = slices.DeleteFunc(list, func(q accredit.Question) bool { return !q.AnsweredAt.IsZero() })
	if err != nil || len(list) == 0 {
		return err
	}
	t := task{What: c.Title.In(d.page.Lang), About: d.page.T("duty.questions", "N", len(list)), Href: "/desk/calls/" + c.ID + "#questions",
		State: d.page.T("call.unanswered"), Next: d.page.T("call.answer"), Since: list[0].AskedAt}
	if c.State == "open" { // an answer helps as long as somebody writes
		t.Due = c.Due
	}
	d.add(t)
	return nil
}

// supplements are the applications that applicants are completing, call by call.
func (d *desk) supplements(calls []accredit.Call) error {
	if !d.covers(accredit.PermCheck) && !d.covers(accredit.PermManage) {
		return nil
	}
	list, err := d.Calls.Applications(d.ctx, accredit.Filter{Desk: "applicant", Sort: "due", Limit: 500})
	if err != nil {
		return err
	}
	for _, c := range calls {
		var first accredit.Application
		n := 0
		for _, a := range list {
			if a.CallID != c.ID || a.Submitted.IsZero() || a.Supplements == 0 || a.Due == "" {
				continue
			}
			if n++; n == 1 {
				first = a
			}
		}
		if n > 0 {
			d.add(task{Due: first.Due, Since: first.Since, What: c.Title.In(d.page.Lang), About: d.page.T("duty.supplements", "N", n),
				Href:  "/desk/applications?which=all&call=" + c.Code + "&state=" + first.State,
				State: d.stateName(stateOf(c.Rules.Workflows["application"], first.State)), Next: d.page.T("duty.next.look")})
		}
	}
	return nil
}

// visits are those that the caller is to make and has not signed.
func (d *desk) visits() error {
	if !d.who.Can("visit:take") {
		return nil
	}
	list, err := d.Visits.Mine(d.ctx)
	if err != nil {
		return err
	}
	for _, v := range list {
		if v.State != visit.Announced {
			continue
		}
		one, err := d.Visits.Get(d.ctx, v.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(one.Team, func(m visit.Member) bool { return m.AccountID == d.who.ID && !m.SignedAt.IsZero() }) {
			continue
		}
		d.add(task{Due: v.Day, Since: v.AnnouncedAt, What: one.Title, About: d.page.T("duty.visit") + " · " + one.Code, Href: "/review/visits/" + v.ID,
			State: d.page.T("visit.state." + v.State), Next: d.page.T("duty.next.visit")})
	}
	return nil
}

// visited is what applicants are asked about visits to them: to name sites
// while one is planned, to be there on the day.
func (d *desk) visited() error {
	if !d.who.Can(accredit.PermApply) {
		return nil
	}
	calls, err := d.callsByID()
	if err != nil {
		return err
	}
	list, err := d.Calls.Applications(d.ctx, accredit.Filter{Limit: 500})
	if err != nil {
		return err
	}
	pages := d.applicationPages()
	for _, a := range list {
		c := calls[a.CallID]
		if c.Ended() || c.Rules.Programme.Visit.Team == 0 || !atLeast(c, "shortlisted") || !pages.Applies(d.ctx, a) {
			continue
		}
		if err := d.visitsTo(a); err != nil {
			return err
		}
	}
	return nil
}

func (d *desk) visitsTo(a accredit.Application) error {
	visits, err := d.Visits.OfApplication(d.ctx, a.ID)
	for _, v := range visits {
		next := map[string]string{visit.Planned: "duty.next.sites", visit.Announced: "duty.next.look"}[v.State]
		if next != "" && d.today() <= v.Day {
			d.add(task{Due: v.Day, What: a.Title, About: d.page.T("duty.visited") + " · " + a.Code, Href: "/desk/visited/" + a.ID,
				State: d.page.T("visit.state." + v.State), Next: d.page.T(next)})
		}
	}
	return err
}
