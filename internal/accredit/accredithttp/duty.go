package accredithttp

import (
	"net/http"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
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

// Duties lists the applications that wait on the desk of who asks.
func (h *Pages) Duties(r *http.Request) (DutyList, error) {
	if !account.From(r.Context()).Can(accredit.PermDesk) {
		return DutyList{}, nil
	}
	all, err := h.onDesk(r.Context(), accredit.Filter{})
	if err != nil || len(all) == 0 {
		return DutyList{}, err
	}
	calls, err := h.rulesOf(r.Context())
	if err != nil {
		return DutyList{}, err
	}
	p := h.page(r, "apply.title")
	out := DutyList{Title: p.T("apply.duties"), Href: "/desk/applications", HrefText: p.T("apply.duties.all", "N", len(all))}
	for _, a := range all {
		if a.Overdue {
			out.Late++
		}
		out.List = append(out.List, p.duty(a, calls[a.CallID]))
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
