package accredithttp

import (
	"context"
	"net/http"
	"slices"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/workflow"
)

// Duty is an application that waits for somebody, in words, for their desk.
type Duty struct {
	Due                        string // day, "" = none
	Day, In, What, About, Href string
	Late                       bool
	Used, Of                   int // working days gone, of those there are
	State, Tag, Next           string
}

// DutyList is what waits for somebody, the most pressing first.
type DutyList struct {
	List                  []Duty
	Late                  int // whose day is over
	Title, Href, HrefText string
}

// above are the desks that are told when the one below is late, with the
// permission of who sits there.
var above = []struct{ desk, perm string }{
	{"street", accredit.PermRecommend}, {"district", accredit.PermManage}, {"technical", accredit.PermManage},
}

// late lists the applications that somebody below is late with and whose state
// says that this goes up.
func (h *Pages) late(ctx context.Context, calls map[string]accredit.Call) ([]accredit.Application, error) {
	who, list := account.From(ctx), []accredit.Application(nil)
	for _, x := range above {
		if !who.Can(x.perm) {
			continue
		}
		some, err := h.Service.Applications(ctx, accredit.Filter{Desk: x.desk, Sort: "due", Limit: mostOnDesk})
		if err != nil {
			return nil, err
		}
		for _, a := range some {
			up := stateOf(calls[a.CallID].Rules, a.State).Then == workflow.Escalate
			if a.Overdue && up && who.CoversArea(x.perm, h.Tree(), a.AreaID) && !h.mine(ctx, a) {
				list = append(list, a)
			}
		}
	}
	return list, nil
}

// follows reports whether an application only waits for its call: nobody moves
// it by itself from where it is.
func follows(r accredit.Rules, a accredit.Application) bool {
	return !slices.ContainsFunc(flowOf(r).Moves, func(m workflow.Move) bool { return m.Who == a.Desk && slices.Contains(m.From, a.State) })
}

// Duties lists the applications that wait on the desk of who asks, then those
// that somebody below is late with. What waits for its call is a duty of the
// call's.
func (h *Pages) Duties(r *http.Request) (DutyList, error) {
	if !account.From(r.Context()).Can(accredit.PermDesk) {
		return DutyList{}, nil
	}
	all, err := h.onDesk(r.Context(), accredit.Filter{})
	if err != nil {
		return DutyList{}, err
	}
	calls, err := h.rulesOf(r.Context())
	if err != nil {
		return DutyList{}, err
	}
	late, err := h.late(r.Context(), calls)
	if err != nil {
		return DutyList{}, err
	}
	n := len(all)
	all = slices.DeleteFunc(all, func(a accredit.Application) bool { return follows(calls[a.CallID].Rules, a) })
	p := h.page(r, "apply.title")
	out := DutyList{Title: p.T("apply.duties"), Href: "/desk/applications", HrefText: p.T("apply.duties.all", "N", n)}
	if n == 0 {
		out.Href = ""
	}
	for _, a := range all {
		if a.Overdue {
			out.Late++
		}
		out.List = append(out.List, p.duty(a, calls[a.CallID]))
	}
	for _, a := range late {
		d := p.duty(a, calls[a.CallID])
		d.Href, d.Tag, d.Next = hrefOf(a, false), tag(a, false), p.T("apply.do.urge")
		out.List, out.Late = append(out.List, d), out.Late+1
	}
	return out, nil
}

func (p page) duty(a accredit.Application, c accredit.Call) Duty {
	since, due := p.h.dayOf(a.Since), dateOf(a.Due)
	d := Duty{Due: a.Due, Day: p.DayOf(a.Due), In: p.DueIn(a.Due), What: a.Title, Href: hrefOf(a, true), Late: a.Overdue,
		About: c.Title.In(p.Lang) + " · " + a.Code, State: p.stateName(c.Rules, a.State), Tag: tag(a, true), Next: p.do(a, true)}
	if !due.IsZero() {
		d.Of = max(1, p.h.Days().Between(since, due))
		d.Used = max(0, p.h.Days().Between(since, p.h.today()))
	}
	return d
}
