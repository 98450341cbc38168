package app

import (
	"xuedu/internal/evaluation"
)

// evaluations are what the evaluation of districts asks of the caller: the next
// step of a round, a draft to check, what is to be done about a red figure.
func (d *desk) evaluations() error {
	if !d.who.Can(evaluation.PermPrepare) && !d.who.Can(evaluation.PermApprove) && !d.who.Can(evaluation.PermComment) {
		return nil
	}
	list, err := d.Evaluations.Rounds(d.ctx)
	if err != nil {
		return err
	}
	for _, r := range list {
		if err := d.evaluation(r); err != nil {
			return err
		}
	}
	return d.evaluationActions(list)
}

func (d *desk) evaluation(r evaluation.Round) error {
	m, err := d.Evaluations.MethodOf(d.ctx, r)
	if err != nil {
		return err
	}
	f, ok := d.Packs.Pack().Workflow(m.Workflow)
	st := stateOf(f, r.State)
	if !ok || st.Final {
		return nil
	}
	t := task{What: d.page.T("evaluation.duty.title", "Period", r.Period), Href: "/desk/evaluations/" + r.ID, State: d.stateName(st), Since: r.Since}
	switch {
	case st.Desk == "district" && d.who.Can(evaluation.PermComment):
		return d.toCheck(r, m, t)
	case d.who.Can(evaluation.PermPrepare) && st.Desk == "city":
		t.Next = d.page.T("evaluation.duty.next.go")
	case d.who.Can(evaluation.PermPrepare) && st.Desk == "district":
		return d.toAnswer(r, t)
	case d.who.Can(evaluation.PermApprove) && st.Desk == "leading":
		t.Next = d.page.T("evaluation.duty.next.approve")
	default:
		return nil
	}
	d.add(t)
	return nil
}

// toCheck are the drafts of the caller's areas that nobody agreed to yet.
func (d *desk) toCheck(r evaluation.Round, m evaluation.Method, t task) error {
	notes, err := d.Evaluations.Notes(d.ctx, r)
	for _, a := range r.Figures.Areas {
		last := ""
		for _, n := range notes {
			if n.Area == a.Code {
				last = n.Kind
			}
		}
		if last == evaluation.Agree || !d.Evaluations.MaySay(d.ctx, r, m, a.Code) {
			continue
		}
		t.About, t.Due, t.Href, t.Next = a.Name.In(d.page.Lang), r.Until, "/desk/evaluations/"+r.ID+"/areas/"+a.Code, d.page.T("evaluation.duty.next.comment")
		d.add(t)
	}
	return err
}

// toAnswer are contests that wait, and the term of the districts.
func (d *desk) toAnswer(r evaluation.Round, t task) error {
	notes, err := d.Evaluations.Notes(d.ctx, r)
	n := 0
	for _, x := range notes {
		if x.Waits() {
			n++
		}
	}
	if n > 0 {
		t.About, t.Due, t.Next = d.page.T("evaluation.duty.answer", "N", n), r.Until, d.page.T("evaluation.answer")
		d.add(t)
	}
	return err
}

// evaluationActions are red figures that wait for a plan or for what was planned.
func (d *desk) evaluationActions(rounds []evaluation.Round) error {
	list, err := d.Evaluations.Waiting(d.ctx)
	for _, a := range list {
		for _, r := range rounds {
			if r.ID != a.Round {
				continue
			}
			x, _ := r.Figures.Indicator(a.Code)
			place, _ := r.Figures.Area(a.Area)
			t := task{What: place.Name.In(d.page.Lang) + " " + x.Name.In(d.page.Lang), About: d.page.T("evaluation.duty.title", "Period", r.Period), Due: a.Due, Since: a.At,
				Href: "/desk/evaluations/" + r.ID + "/areas/" + a.Area + "#a-" + a.ID, State: d.page.T("evaluation.action." + a.State), Next: d.page.T("evaluation.duty.next.report")}
			if a.State == evaluation.ActOpen {
				t.Next = d.page.T("evaluation.duty.next.plan")
			}
			d.add(t)
		}
	}
	return err
}
