package app

import (
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/award"
	"xuedu/internal/workflow"
)

// awards are what awards ask of the caller: who holds one, who looks after
// them, who decides.
func (d *desk) awards() error {
	if !d.who.Can(accredit.PermApply) && !d.who.Can(award.PermManage) && !d.who.Can(accredit.PermDecide) {
		return nil
	}
	list, err := d.Awards.List(d.ctx, award.Filter{})
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.Final || a.Earlier {
			continue
		}
		if err := d.award(a); err != nil {
			return err
		}
	}
	return d.again()
}

func (d *desk) award(a award.Award) error {
	holds := d.Awards.Holds(d.ctx, a)
	if !holds && !d.who.Can(award.PermManage) && !d.who.Can(accredit.PermDecide) {
		return nil
	}
	if a.Desk != "" {
		if err := d.awardState(a, holds); err != nil {
			return err
		}
	}
	if holds && a.State == "reevaluating" {
		if err := d.applyAgain(a); err != nil {
			return err
		}
	}
	if !holds && !d.who.Can(award.PermManage) {
		return nil
	}
	return d.checks(a, holds)
}

// awardState is a state of an award that waits for the caller, or for whom a
// desk below is late.
func (d *desk) awardState(a award.Award, holds bool) error {
	f, err := d.Awards.Flow(d.ctx, a)
	if err != nil {
		return err
	}
	st := stateOf(f, a.State)
	t := d.awardTask(a, d.stateName(st))
	t.Due, t.Since = a.Due, a.Since
	city, leading := d.who.Can(award.PermManage), d.who.Can(accredit.PermDecide)
	late := st.Then == workflow.Escalate && a.Due != "" && d.today() > a.Due
	switch {
	case holds && a.Desk == "holder", city && a.Desk == "city", leading && a.Desk == "leading":
	case late && (city && a.Desk == "holder" || leading && a.Desk == "city"):
		t.Next = d.page.T("duty.next.urge")
	default:
		return nil
	}
	d.add(t)
	return nil
}

func (d *desk) awardTask(a award.Award, state string) task {
	name := a.Programme
	if p, ok := d.Packs.Pack().AwardProgramme(a.Programme); ok {
		name = p.Name.In(d.page.Lang)
	}
	return task{What: a.Holder, About: name + " · " + a.Number, Href: "/desk/awards/" + a.ID, State: state, Next: d.page.T("duty.next.award")}
}

// checks are the yearly checks: to answer for who holds the award, to look at
// for the office.
func (d *desk) checks(a award.Award, holds bool) error {
	list, err := d.Awards.Checks(d.ctx, a)
	for _, c := range list {
		t := d.awardTask(a, d.page.T("award.check."+c.State))
		t.About = d.page.T("award.check.title", "Year", c.Year) + " · " + t.About
		switch {
		case holds && c.State == award.CheckOpen:
			t.Due, t.Since, t.Next = c.Due, c.At, d.page.T("duty.next.check")
		case d.who.Can(award.PermManage) && c.State == award.CheckAnswered:
			t.Next = d.page.T("duty.next.check_look")
		default:
			continue
		}
		d.add(t)
	}
	return err
}

// applyAgain is the application by which an award is re-evaluated, until
// somebody began it.
func (d *desk) applyAgain(a award.Award) error {
	c, err := d.againCall(d.ctx, a)
	if err != nil || c.ID == "" {
		return err
	}
	list, err := d.Calls.Applications(d.ctx, accredit.Filter{Call: c.ID, Limit: 500})
	for _, x := range list {
		if x.AwardID == a.ID {
			return err
		}
	}
	t := d.awardTask(a, d.page.T("duty.again"))
	t.Due, t.Since, t.Next = c.Due, c.Since, d.page.T("link.again")
	t.Href = "/desk/applications/new?award=" + a.ID + "&call=" + c.Code
	d.add(t)
	return err
}

// again are the awards whose re-evaluation the office may begin, one task for
// each programme, by the day on which the first of them ends.
func (d *desk) again() error {
	if !d.who.Can(award.PermManage) {
		return nil
	}
	list, err := d.Awards.DueAgain(d.ctx, "")
	n, first := map[string]int{}, map[string]award.Award{}
	var order []string
	for _, a := range list {
		if n[a.Programme]++; n[a.Programme] == 1 {
			first[a.Programme], order = a, append(order, a.Programme)
		}
	}
	for _, code := range order {
		t := d.awardTask(first[code], d.page.T("duty.again"))
		t.Due, t.What, t.About = first[code].Term, d.page.T("duty.again.many", "N", n[code]), ""
		if p, ok := d.Packs.Pack().AwardProgramme(code); ok {
			t.About = p.Name.In(d.page.Lang)
		}
		t.Href, t.Next = "/desk/awards#again-"+code, d.page.T("duty.next.again")
		d.add(t)
	}
	return err
}

// objections are those that wait for who handles them, and for the leading
// group those that are past their day.
func (d *desk) objections() error {
	handles := d.covers(accredit.PermHandle)
	if !handles && !d.covers(accredit.PermDecide) {
		return nil
	}
	read := d.Decisions.Late
	if handles {
		read = d.Decisions.Objections
	}
	list, err := read(d.ctx)
	if err != nil {
		return err
	}
	calls, err := d.callsByID()
	for _, o := range list {
		c := calls[o.CallID]
		st := stateOf(c.Rules.Workflows["objection"], o.State)
		if st.Final || !handles && st.Then != workflow.Escalate {
			continue
		}
		t := task{Due: o.Due, Since: o.Since, What: d.page.T("duty.objection", "Code", o.Code), About: c.Title.In(d.page.Lang),
			Href: "/desk/objections/" + o.ID, State: d.stateName(st), Next: d.page.T("duty.next.objection")}
		if !handles { // who objects is for the handler alone
			t.What, t.Href, t.Next = d.page.T("duty.objection_late"), "/desk/calls/"+o.CallID+"/result", d.page.T("duty.next.urge")
		}
		d.add(t)
	}
	return err
}
