package accredithttp

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

var listView = view("list", "rows")

// listPage lists applications: those on the reader's desk, or all they may see.
type listPage struct {
	page
	Q       url.Values
	Mine    bool
	Rows    []appRow
	Heads   []head
	States  []stateCount
	Calls   []option
	Open    []accredit.Call // calls that can be applied for now
	Total   int
	LateN   int
	Next    string // address of the next rows
	Applies bool
	Boards  []callDoor // calls with something for the reader to do at once
}

// appRow is an application in words.
type appRow struct {
	accredit.Application
	Href, Call, State, Tag, Do string
	Mine                       bool
}

// head is a column that the list can be sorted by.
type head struct{ Text, Href, Sort string }

// stateCount is how many applications are in a state.
type stateCount struct {
	Text, Href string
	N, at      int // at: its place in the workflow
	On         bool
}

// callDoor leads to what is done for all applications of a call.
type callDoor struct{ Text, Href, Note string }

// mostRows is how many applications one page lists.
const mostRows = 50

// list shows what is on the reader's desk; which=all everything they may see.
func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	who := account.From(r.Context())
	p := &listPage{page: h.page(r, "apply.title"), Q: r.URL.Query(), Applies: who.Can(accredit.PermApply)}
	p.Mine = p.Q.Get("which") != "all"
	calls, err := h.rulesOf(r.Context())
	if err != nil {
		return err
	}
	list, err := h.chosen(r, p, calls)
	if err != nil {
		return err
	}
	for _, a := range list {
		p.Rows = append(p.Rows, h.row(r, p.page, a, calls[a.CallID]))
	}
	p.Heads = p.heads()
	h.offers(r, p, calls)
	return web.Render(w, r, http.StatusOK, listView, p)
}

// chosen finds the applications that were asked for and counts the states.
func (h *Pages) chosen(r *http.Request, p *listPage, calls map[string]accredit.Call) ([]accredit.Application, error) {
	f := accredit.Filter{State: p.Q.Get("state"), Text: p.Q.Get("q"), Sort: p.Q.Get("sort"), After: p.Q.Get("after"), Limit: mostRows + 1}
	for _, c := range calls {
		if c.Code == p.Q.Get("call") {
			f.Call = c.ID
		}
	}
	if p.Q.Get("call") != "" && f.Call == "" {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	if p.Mine {
		return h.deskRows(r, p, f, calls)
	}
	counts, err := h.Service.CountApplications(r.Context(), f)
	if err != nil {
		return nil, err
	}
	p.states(counts, calls)
	list, err := h.Service.Applications(r.Context(), f)
	if len(list) > mostRows {
		list = list[:mostRows]
		p.Next = p.with("after", list[mostRows-1].ID)
	}
	return list, err
}

// deskRows are the applications on the reader's desk.
func (h *Pages) deskRows(r *http.Request, p *listPage, f accredit.Filter, calls map[string]accredit.Call) ([]accredit.Application, error) {
	state := f.State
	f.State, f.After, f.Sort = "", "", ""
	all, err := h.onDesk(r.Context(), f)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, a := range all {
		counts[a.State]++
		if a.Overdue {
			p.LateN++
		}
	}
	p.states(counts, calls)
	return slices.DeleteFunc(all, func(a accredit.Application) bool { return state != "" && a.State != state }), nil
}

// states counts the applications by state, in the order of the workflow.
func (p *listPage) states(counts map[string]int, calls map[string]accredit.Call) {
	seen := map[string]bool{}
	for _, c := range calls {
		for i, s := range flowOf(c.Rules).States {
			if n := counts[s.Code]; n > 0 && !seen[s.Code] {
				seen[s.Code] = true
				p.Total += n
				p.States = append(p.States, stateCount{Text: p.stateName(c.Rules, s.Code), Href: p.with("state", s.Code), N: n, at: i, On: p.Q.Get("state") == s.Code})
			}
		}
	}
	slices.SortFunc(p.States, func(a, b stateCount) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.Text, b.Text)) })
}

// with is this list with one question changed, from its first row on.
func (p *listPage) with(name, value string) string {
	q := url.Values{}
	for _, k := range []string{"which", "q", "call", "state", "sort"} {
		if v := p.Q.Get(k); v != "" {
			q.Set(k, v)
		}
	}
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	return strings.TrimSuffix("/desk/applications?"+q.Encode(), "?")
}

// AllStates is this list without a state chosen.
func (p *listPage) AllStates() string { return p.with("state", "") }

// heads are the columns of the list.
func (p *listPage) heads() []head {
	var list []head
	for _, name := range []string{"due", "title", "district", "state"} {
		x := head{Text: p.T("apply.col." + name)}
		if !p.Mine {
			x.Href = p.with("sort", name)
			switch p.Q.Get("sort") {
			case name:
				x.Sort, x.Href = "ascending", p.with("sort", "-"+name)
			case "-" + name:
				x.Sort = "descending"
			}
		}
		list = append(list, x)
	}
	return list
}

// row puts an application into words.
func (h *Pages) row(r *http.Request, p page, a accredit.Application, c accredit.Call) appRow {
	mine := h.mine(r.Context(), a)
	return appRow{Application: a, Href: hrefOf(a, mine), Call: c.Title.In(p.Lang), State: p.stateName(c.Rules, a.State), Tag: tag(a, mine), Mine: mine, Do: p.do(a, mine)}
}

// hrefOf is the page on which something is done with an application.
func hrefOf(a accredit.Application, mine bool) string {
	base := "/desk/applications/" + a.ID
	switch {
	case mine && a.Desk == "street":
		return base + "/verify"
	case mine && a.Desk == "technical":
		return base + "/check"
	}
	return base
}

// do says what the reader is to do with an application, in a few words.
func (p page) do(a accredit.Application, mine bool) string {
	if !mine || a.Desk == "" {
		return p.T("apply.do.look")
	}
	if a.Supplements > 0 && a.Desk == applicant {
		return p.T("apply.do.supplement")
	}
	return p.T("apply.do." + a.Desk)
}

// offers adds what else can be done from the list: calls to apply for, boards
// of a district, bulk checks.
func (h *Pages) offers(r *http.Request, p *listPage, calls map[string]accredit.Call) {
	list := make([]accredit.Call, 0, len(calls))
	for _, c := range calls {
		if c.Digest != "" {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b accredit.Call) int { return cmp.Or(b.OpenedAt.Compare(a.OpenedAt), cmp.Compare(a.ID, b.ID)) })
	who := account.From(r.Context())
	for _, c := range list {
		p.Calls = append(p.Calls, option{Value: c.Code, Text: c.Title.In(p.Lang), On: p.Q.Get("call") == c.Code})
		if c.State == callOpen {
			p.Open = append(p.Open, c)
		}
		if c.State != callOpen && c.State != callChecking {
			continue
		}
		if who.Can(accredit.PermRecommend) && c.Rules.Programme.Recommend.District {
			p.Boards = append(p.Boards, callDoor{Text: p.T("apply.board.door", "Call", c.Title.In(p.Lang)), Href: "/desk/recommend/" + c.Code, Note: p.quotaNote(c)})
		}
		if who.Can(accredit.PermCheck) {
			p.Boards = append(p.Boards, callDoor{Text: p.T("apply.check.door", "Call", c.Title.In(p.Lang)), Href: "/desk/check/" + c.Code, Note: p.T("apply.check.door.note")})
		}
	}
}

// States of a call in which applications are written, and looked at.
const (
	callOpen     = "open"
	callChecking = "checking"
)

func (p page) quotaNote(c accredit.Call) string {
	if q := c.Rules.Programme.Recommend.Quota; q > 0 {
		return p.T("apply.board.quota", "N", q)
	}
	return p.T("apply.board.no_quota")
}

func byDue(a, b accredit.Application) int {
	return cmp.Or(cmp.Compare(cmp.Or(a.Due, "9999"), cmp.Or(b.Due, "9999")), cmp.Compare(a.Code, b.Code), cmp.Compare(a.ID, b.ID))
}
