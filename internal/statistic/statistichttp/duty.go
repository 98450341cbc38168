package statistichttp

import (
	"cmp"
	"net/http"
	"slices"

	"xuedu/internal/account"
	"xuedu/internal/statistic"
)

// Duty is a return that waits for somebody, in words, for their desk.
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
	All, Late             int // with those that are not listed; those whose day is over
	Title, Href, HrefText string
}

// Duties lists what waits on the desk of who asks, at most so many.
func Duties(d Deps, r *http.Request, most int) (DutyList, error) {
	if !account.From(r.Context()).Can(string(read)) {
		return DutyList{}, nil
	}
	h := &handler{d}
	p := h.deskPage(r, "returns.mine")
	heaps, err := d.Returns.Heaps(r.Context(), statistic.ReturnQuery{Mine: true})
	if err != nil {
		return DutyList{}, err
	}
	out := DutyList{Title: p.T("returns.duties"), Href: "/desk/returns"}
	for _, x := range heaps {
		out.All += x.N
		if x.Due != "" && p.Late(x.Due) {
			out.Late += x.N
		}
	}
	out.HrefText = p.T("returns.duties.all", "N", out.All)
	returns, err := d.Returns.Returns(r.Context(), statistic.ReturnQuery{Mine: true, Most: max(1, most)})
	if err != nil {
		return DutyList{}, err
	}
	byDue(returns)
	for _, x := range returns[:min(most, len(returns))] {
		out.List = append(out.List, p.duty(x))
	}
	return out, nil
}

func (p page) duty(r statistic.Return) Duty {
	since, due := p.h.dayOf(r.Since), dateOf(r.Due)
	out := Duty{Due: r.Due, Day: p.DayOf(r.Due), In: p.DueIn(r.Due), What: r.Collection.Form.Name.In(p.Lang), Href: p.Href(r), Late: p.Late(r.Due),
		About: p.PlacePath(r.AreaID) + " · " + p.Period(r.Collection.Period), State: p.State(r), Tag: p.StateTag(r, true), Next: p.Now(r, true)}
	if !due.IsZero() {
		out.Of = max(1, p.h.Days().Between(since, due))
		out.Used = max(0, p.h.Days().Between(since, p.h.today()))
	}
	return out
}

// byDue puts the most pressing first.
func byDue(list []statistic.Return) {
	slices.SortStableFunc(list, func(a, b statistic.Return) int {
		return cmp.Or(cmp.Compare(cmp.Or(a.Due, "9999"), cmp.Or(b.Due, "9999")), cmp.Compare(a.Collection.Form.Code, b.Collection.Form.Code), cmp.Compare(a.AreaID, b.AreaID))
	})
}
