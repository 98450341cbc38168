package activityhttp

import (
	"fmt"
	"net/http"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/activity"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var homeView = web.View{Tmpl: figureview.Parse(files, "templates/home.html")}

// homePage is what somebody owes, by when, and what their institution does.
type homePage struct {
	page
	Today   string
	Lede    string
	O       activity.Owed
	Other   Duties
	Keeps   bool // somebody who keeps rosters
	Orgs    []orgNumbers
	Doors   []door // where this post works, if not on rosters
	HasWork bool
}

type orgNumbers struct {
	activity.Numbers
	Month, Period string
	Area, Code    string
	Cell          figureview.Cell // participants where the institution stands
}

// door leads to a part of the desk.
type door struct{ Href, Text, Note string }

// Used is how far the clock of a task has gone, for its bar.
func (homePage) Used(t activity.Task) int { return min(t.Used, t.Workdays) }

func (h *handler) home(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := homePage{page: h.page(r, ui.Desk, "nav.desk", "nav.desk")}
	who := account.From(ctx)
	p.Keeps = who.Can(string(tick))
	now := h.Now().In(h.Activity.Zone())
	_, week := now.ISOWeek()
	day := now.Format(time.DateOnly)
	p.Today = p.T("desk.today", "Day", p.Day(day), "Weekday", p.Weekday(day), "Week", week)
	if p.Keeps {
		var err error
		if p.O, err = h.Activity.Owe(ctx); err != nil {
			return err
		}
	}
	if h.Duties != nil {
		var err error
		if p.Other, err = h.Duties(r); err != nil {
			return err
		}
	}
	p.HasWork = p.O.OverdueN+p.O.TodayN+p.O.SoonN > 0
	p.Lede = p.lede()
	p.Doors = p.doors(who)
	orgs, err := h.Activity.Mine(ctx)
	if err != nil {
		return err
	}
	for _, n := range orgs {
		o, err := h.orgNumbers(r, p.page, n)
		if err != nil {
			return err
		}
		p.Orgs = append(p.Orgs, o)
	}
	return web.Render(w, r, http.StatusOK, homeView, p)
}

func (p homePage) lede() string {
	switch {
	case p.Other.Late > 0:
		return p.T("desk.lede.duties_late", "N", p.Other.Late)
	case !p.Keeps:
		return ""
	case p.O.OverdueN > 0:
		return p.T("desk.lede.late", "N", p.O.OverdueN)
	case p.O.TodayN > 0:
		return p.T("desk.lede.today", "N", p.O.TodayN)
	}
	return p.T("desk.lede.none")
}

// doors lists where a post does its work.
func (p homePage) doors(a account.Actor) []door {
	var list []door
	for _, d := range []struct{ perm, href, text, note string }{
		{"activity:edit", "/desk/activities", "desk.door.activities", "desk.door.activities.note"},
		{"activity:read", "/desk/meetings", "desk.door.meetings", "desk.door.meetings.note"},
		{"accredit:desk", "/desk/applications", "desk.door.applications", "desk.door.applications.note"},
		{"return:read", "/desk/returns", "desk.door.returns", "desk.door.returns.note"},
		{"return:review", "/desk/collections", "desk.door.collections", "desk.door.collections.note"},
		{"org:edit", "/desk/orgs", "desk.door.orgs", "desk.door.orgs.note"},
		{"report:build", "/reports", "desk.door.reports", "desk.door.reports.note"},
		{"ledger:rows", "/figures", "desk.door.figures", "desk.door.figures.note"},
		{"account:manage", "/admin/accounts", "desk.door.accounts", "desk.door.accounts.note"},
		{"account:grant", "/admin/accounts", "desk.door.grants", "desk.door.grants.note"},
		{"audit:read", "/admin/audit", "desk.door.audit", "desk.door.audit.note"},
	} {
		if a.Can(d.perm) {
			list = append(list, door{Href: d.href, Text: p.T(d.text), Note: p.T(d.note)})
		}
	}
	return list
}

// orgNumbers adds how many people learnt this month where the institution
// stands: the ledger counts by area, so the page says which.
func (h *handler) orgNumbers(r *http.Request, p page, n activity.Numbers) (orgNumbers, error) {
	o := orgNumbers{Numbers: n, Area: p.Place(n.Org.AreaID), Code: p.PlaceCode(n.Org.AreaID)}
	period, err := ledger.ParsePeriod(n.From[:len("2006-01")])
	if err != nil || o.Code == "" {
		return o, err
	}
	o.Period, o.Month = period.Name, figureview.PeriodName(p.Page, period)
	f, err := h.Figure(r.Context(), ledger.Query{Measure: ledger.Participants, Area: o.Code, Period: period, By: ledger.ByPlace})
	if err != nil {
		return o, fmt.Errorf("participants of %s: %w", o.Code, err)
	}
	o.Cell = figureview.NewCell(p.Page, f)
	return o, nil
}

var meetingsView = view("meetings", "rows")

type meetingsPage struct {
	page
	Q     map[string]string
	Rows  []activity.Item
	Total int64
	Pager pager
	Keeps bool
}

// meetings lists meetings, so that somebody finds the roster to keep.
func (h *handler) meetings(w http.ResponseWriter, r *http.Request) error {
	p := meetingsPage{page: h.deskPage(r, "desk.meetings.title"), Q: map[string]string{}}
	for _, name := range []string{"q", "from", "to", "state", "area"} {
		p.Q[name] = r.FormValue(name)
	}
	no, err := pageNo(r)
	if err != nil {
		return err
	}
	q := activity.Query{Text: p.Q["q"], From: p.Q["from"], To: p.Q["to"], State: activity.State(p.Q["state"]), Page: no}
	if len(r.URL.RawQuery) == 0 { // the week around today is what people look for
		now := h.Now().In(h.Activity.Zone())
		q.From, q.To = now.AddDate(0, 0, -7).Format(time.DateOnly), now.AddDate(0, 0, 7).Format(time.DateOnly)
		p.Q["from"], p.Q["to"] = q.From, q.To
	}
	if n, ok := h.Tree().ByCode(p.Q["area"]); ok {
		q.AreaID = h.Tree().At(n).ID
	}
	if p.Rows, p.Total, err = h.Activity.Meetings(r.Context(), q); err != nil {
		return err
	}
	p.Keeps = account.From(r.Context()).Can(string(tick))
	p.Pager = p.pager(no, p.Total)
	return web.Render(w, r, http.StatusOK, meetingsView, p)
}

// States lists the states a meeting may have.
func (p meetingsPage) States() []option {
	var list []option
	for _, s := range []activity.State{activity.Planned, activity.Held, activity.Cancelled} {
		list = append(list, option{Value: string(s), Text: p.State(s), On: p.Q["state"] == string(s)})
	}
	return list
}

// line is what the list of tasks says of a meeting.
type line struct{ ID, What, About string }

// Task describes a roster that is owed.
func (p homePage) Task(t activity.Task) line { return p.Item(t.Item) }

// Item describes a meeting.
func (p homePage) Item(i activity.Item) line {
	about := p.T("desk.owe.about", "No", i.No, "When", p.Day(i.Day)+" "+p.Weekday(i.Day)+" "+Hours(i.Slot), "Place", p.Place(i.AreaID))
	if i.TeacherName != "" && i.TeacherName != p.User {
		about += " · " + i.TeacherName
	}
	return line{ID: i.ID, What: p.T("desk.owe.roster", "Class", i.Title, "Name", i.ClassName), About: about}
}

// DueDay prints the day by which a roster is to be complete.
func (p homePage) DueDay(t activity.Task) string { return p.Day(t.Due.Format(time.DateOnly)) }

// TodayAndSoon counts what is due and not late.
func (p homePage) TodayAndSoon() string { return p.Num(p.O.TodayN + p.O.SoonN) }

// Coming lists the first meetings of the next two weeks.
func (p homePage) Coming() []activity.Item { return p.O.Coming[:min(len(p.O.Coming), 8)] }

// Side reports whether something stands beside the list.
func (p homePage) Side() bool { return len(p.Orgs) > 0 || p.Busy() && len(p.Doors) > 0 }

// Bar is how far the clock of a duty has gone.
func (d Duty) Bar() int { return min(d.Used, d.Of) }

// Busy reports whether the page lists tasks, so that the doors stand aside.
func (p homePage) Busy() bool { return p.Keeps || len(p.Other.List) > 0 }

// More reports whether there are more than the page shows.
func (p homePage) More() bool {
	return int(p.O.ComingN) > len(p.Coming()) || int(p.O.OverdueN) > len(p.O.Overdue)
}
