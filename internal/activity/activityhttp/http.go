// Package activityhttp serves the pages of activities: the public list of
// classes, the desk, and the roster.
package activityhttp

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/activity"
	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// Permissions of this feature.
const (
	desk web.Perm = "desk:use"
	read web.Perm = "activity:read"
	edit web.Perm = "activity:edit"
	tick web.Perm = "roster:tick"
)

//go:embed templates/*.html
var files embed.FS

// Deps is what the pages are made of.
type Deps struct {
	Activity *activity.Service
	Tree     func() *area.Tree
	Pack     func() *pack.Pack
	// Figure answers one cell of the engine.
	Figure func(context.Context, ledger.Query) (ledger.Figure, error)
	// Text translates a key in a language; imports know the headings of both.
	Text func(lang, key string, args ...any) string
	Now  func() time.Time
	// Duties lists what else waits on the desk of who asks; nil for nothing.
	Duties func(r *http.Request) (Duties, error)
}

// Duties are the tasks of another domain on the desk, the most pressing first.
type Duties struct {
	List  []Duty
	All   int        // with those that are not listed
	Late  int        // those whose day is over
	Title string     // of the list
	Links []DutyLink // to all of them
}

// DutyLink leads to all tasks of a kind.
type DutyLink struct{ Href, Text string }

// Duty is one task in words.
type Duty struct {
	Due                        string // day, "" = none
	Day, In, What, About, Href string
	Late                       bool
	Used, Of                   int // working days gone, of those there are; Of 0 = no limit
	State, Tag, Next           string
}

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	return slices.Concat(h.publicRoutes(), h.deskRoutes(), h.rosterRoutes())
}

func (h *handler) publicRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /classes", Perm: web.Public, Handler: h.find},
		{Pattern: "GET /classes/{id}", Perm: web.Public, Handler: h.offer},
		{Pattern: "GET /classes/{id}/calendar.ics", Perm: web.Public, Handler: h.calendar},
	}
}

func (h *handler) rosterRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /desk/roster/{meeting}", Perm: tick, Handler: h.roster},
		{Pattern: "POST /desk/roster/{meeting}", Perm: tick, Handler: h.saveRoster},
		{Pattern: "POST /desk/roster/{meeting}/ticks", Perm: tick, Handler: h.ticks},
		{Pattern: "POST /desk/roster/{meeting}/all", Perm: tick, Handler: h.all},
		{Pattern: "POST /desk/roster/{meeting}/undo", Perm: tick, Handler: h.undo},
		{Pattern: "POST /desk/roster/{meeting}/heads", Perm: tick, Handler: h.heads},
		{Pattern: "POST /desk/roster/{meeting}/walkin", Perm: tick, Handler: h.walkIn},
		{Pattern: "POST /desk/roster/{meeting}/leave", Perm: tick, Handler: h.leave},
		{Pattern: "GET /desk/roster/{meeting}/print", Perm: tick, Handler: h.printRoster},
	}
}

func (h *handler) deskRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /desk", Perm: desk, Handler: h.home},
		{Pattern: "GET /desk/meetings", Perm: read, Handler: h.meetings},
		{Pattern: "GET /desk/activities", Perm: read, Handler: h.list},
		{Pattern: "GET /desk/activities/new", Perm: edit, Handler: h.newActivity},
		{Pattern: "POST /desk/activities/new", Perm: edit, Handler: h.createActivity},
		{Pattern: "GET /desk/activities/import", Perm: edit, Handler: h.importForm},
		{Pattern: "POST /desk/activities/import", Perm: edit, Handler: h.importFile},
		{Pattern: "GET /desk/activities/template.xlsx", Perm: edit, Handler: h.template},
		{Pattern: "GET /desk/activities/{id}", Perm: read, Handler: h.activity},
		{Pattern: "GET /desk/activities/{id}/edit", Perm: edit, Handler: h.editActivity},
		{Pattern: "POST /desk/activities/{id}/edit", Perm: edit, Handler: h.updateActivity},
		{Pattern: "GET /desk/activities/{id}/state", Perm: edit, Handler: h.activityState},
		{Pattern: "POST /desk/activities/{id}/state", Perm: edit, Handler: h.setActivityState},
		{Pattern: "GET /desk/activities/{id}/class", Perm: edit, Handler: h.newClass},
		{Pattern: "POST /desk/activities/{id}/class", Perm: edit, Handler: h.createClass},
		{Pattern: "GET /desk/classes/{id}", Perm: read, Handler: h.class},
		{Pattern: "GET /desk/classes/{id}/edit", Perm: edit, Handler: h.editClass},
		{Pattern: "POST /desk/classes/{id}/edit", Perm: edit, Handler: h.updateClass},
		{Pattern: "GET /desk/classes/{id}/copy", Perm: edit, Handler: h.copyForm},
		{Pattern: "POST /desk/classes/{id}/copy", Perm: edit, Handler: h.copyClass},
		{Pattern: "GET /desk/classes/{id}/state", Perm: edit, Handler: h.classState},
		{Pattern: "POST /desk/classes/{id}/state", Perm: edit, Handler: h.setClassState},
		{Pattern: "GET /desk/classes/{id}/meetings", Perm: edit, Handler: h.meetingsForm},
		{Pattern: "POST /desk/classes/{id}/meetings", Perm: edit, Handler: h.addMeetings},
		{Pattern: "GET /desk/classes/{id}/learners", Perm: edit, Handler: h.learnerForm},
		{Pattern: "POST /desk/classes/{id}/learners", Perm: edit, Handler: h.addLearner},
		{Pattern: "GET /desk/classes/{id}/learners/{person}", Perm: edit, Handler: h.removeForm},
		{Pattern: "POST /desk/classes/{id}/learners/{person}", Perm: edit, Handler: h.removeLearner},
		{Pattern: "GET /desk/meetings/{id}/move", Perm: edit, Handler: h.moveForm},
		{Pattern: "POST /desk/meetings/{id}/move", Perm: edit, Handler: h.move},
		{Pattern: "GET /desk/meetings/{id}/state", Perm: edit, Handler: h.meetingState},
		{Pattern: "POST /desk/meetings/{id}/state", Perm: edit, Handler: h.setMeetingState},
	}
}

// page is what every page here is made from. Its methods turn codes and days
// into words.
type page struct {
	ui.Page
	h *handler
}

func (h *handler) page(r *http.Request, front ui.Front, section, title string, args ...any) page {
	return page{Page: ui.NewPage(r, front, title, args...).In(section), h: h}
}

func (h *handler) deskPage(r *http.Request, title string, args ...any) page {
	return h.page(r, ui.Desk, "nav.activities", title, args...)
}

func nameOf(list []pack.Coded, code, lang string) string {
	for _, c := range list {
		if c.Code == code {
			return c.Name.In(lang)
		}
	}
	return code
}

// Theme names a theme, or a need, by its code.
func (p page) Theme(code string) string {
	if p.h == nil {
		return code
	}
	pk := p.h.Pack()
	if s := nameOf(pk.Themes, code, p.Lang); s != code {
		return s
	}
	return nameOf(pk.Needs, code, p.Lang)
}

// Form names a form of activity.
func (p page) Form(code string) string {
	if p.h == nil {
		return code
	}
	return nameOf(p.h.Pack().ActivityForms, code, p.Lang)
}

// Mode names a way to take part.
func (p page) Mode(mode string) string {
	if mode == activity.Online {
		return p.T("activity.mode.online")
	}
	return p.T("activity.mode.onsite")
}

var weekdays = []string{"activity.weekday.7", "activity.weekday.1", "activity.weekday.2", "activity.weekday.3",
	"activity.weekday.4", "activity.weekday.5", "activity.weekday.6", "activity.weekday.7"}

// Weekday names the day of the week of a day.
func (p page) Weekday(day string) string { return p.T(weekdays[dateOf(day).Weekday()]) }

func dateOf(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Day prints a day without its year where that is this one: 10月16日.
func (p page) Day(day string) string {
	t := dateOf(day)
	switch {
	case t.IsZero():
		return day
	case p.h == nil || t.Year() != p.h.Now().In(p.h.Activity.Zone()).Year():
		return p.Date(t)
	}
	return p.T("activity.day", "Month", int(t.Month()), "Day", t.Day(), "Name", t.Format("January"))
}

// When prints a slot: 10月16日 周四 9:00–10:30.
func (p page) When(s activity.Slot) string {
	return p.Day(s.Day) + " " + p.Weekday(s.Day) + " " + Hours(s)
}

// Hours prints the times of a slot: 9:00–10:30.
func (page) Hours(s activity.Slot) string { return Hours(s) }

// Hours prints the times of a slot: 9:00–10:30.
func Hours(s activity.Slot) string {
	return strings.TrimPrefix(s.Starts, "0") + "–" + strings.TrimPrefix(s.Ends(), "0")
}

// Clock prints a time of day in the city.
func (p page) Clock(t time.Time) string {
	if p.h == nil {
		return t.Format("15:04")
	}
	return strings.TrimPrefix(t.In(p.h.Activity.Zone()).Format("15:04"), "0")
}

// Place names an area by its id, with its district or street for those who do
// not know it.
func (p page) Place(id int64) string {
	if p.h == nil {
		return ""
	}
	t := p.h.Tree()
	n, ok := t.ByID(id)
	if !ok {
		return ""
	}
	return t.At(n).In(p.Lang)
}

// PlacePath names an area with its street and district.
func (p page) PlacePath(id int64) string {
	if p.h == nil {
		return ""
	}
	t := p.h.Tree()
	n, ok := t.ByID(id)
	if !ok {
		return ""
	}
	var names []string
	for _, i := range t.Path(n) {
		if t.Parent(i) >= 0 || i == n {
			names = append(names, t.At(i).In(p.Lang))
		}
	}
	return strings.Join(names, " ")
}

// PlaceCode returns the code of an area, for links.
func (p page) PlaceCode(id int64) string {
	if p.h == nil {
		return ""
	}
	if n, ok := p.h.Tree().ByID(id); ok {
		return p.h.Tree().At(n).Code
	}
	return ""
}

var stateKeys = map[activity.State]string{
	activity.Draft: "activity.state.draft", activity.Open: "activity.state.open", activity.Cancelled: "activity.state.cancelled",
	activity.Planned: "activity.state.planned", activity.Running: "activity.state.running", activity.Finished: "activity.state.finished",
	activity.Held: "activity.state.held", activity.Enrolled: "activity.state.enrolled", activity.WalkIn: "activity.state.walk_in", activity.Left: "activity.state.left",
}

// State names a state.
func (p page) State(s activity.State) string { return p.T(stateKeys[s]) }

// StateTag is the class of the tag of a state.
func (page) StateTag(s activity.State) string {
	switch s {
	case activity.Open, activity.Running:
		return "xd-tag--go"
	case activity.Held, activity.Finished:
		return "xd-tag--done"
	case activity.Cancelled, activity.Draft, activity.Left:
		return "xd-tag--off"
	}
	return ""
}

// Sex names a sex.
func (p page) Sex(s string) string {
	switch s {
	case "f":
		return p.T("activity.sex.f")
	case "m":
		return p.T("activity.sex.m")
	}
	return ""
}

// ids reads the numbers of persons from a form.
func ids(r *http.Request, field string) ([]int64, error) {
	if err := r.ParseForm(); err != nil {
		return nil, errs.New(errs.Invalid, "error.too_large")
	}
	var out []int64
	for _, v := range r.Form[field] {
		for s := range strings.SplitSeq(v, ",") {
			if s == "" {
				continue
			}
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				return nil, errs.InvalidField(field, "error.not_a_number")
			}
			out = append(out, n)
		}
	}
	return out, nil
}

// pageNo reads the number of the page asked for; pages of lists count from 1.
func pageNo(r *http.Request) (int, error) {
	s := r.FormValue("page")
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, errs.InvalidField("page", "activity.bad_page")
	}
	return n - 1, nil
}

// pager leads through the pages of a list.
type pager struct{ Prev, Next, Here string }

func (p page) pager(no int, total int64) pager {
	last := max(0, int(total-1)/activity.PageSize)
	g := pager{}
	if last == 0 {
		return g
	}
	g.Here = p.T("activity.page_of", "Page", no+1, "Pages", last+1)
	if no > 0 {
		g.Prev = p.With("page", strconv.Itoa(no))
	}
	if no < last {
		g.Next = p.With("page", strconv.Itoa(no+2))
	}
	return g
}

func view(name, fragment string) web.View {
	return web.View{Tmpl: ui.Parse(files, "templates/"+name+".html", "templates/parts.html"), Fragment: fragment}
}
