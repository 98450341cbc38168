package accredithttp

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/pack"
	"xuedu/internal/workflow"
)

// The flow of applications among the workflows that a call froze.
const applicationFlow = "application"

func flowOf(r accredit.Rules) workflow.Definition { return r.Workflows[applicationFlow] }

// stateName names a state of the flow that a call froze.
func (p page) stateName(r accredit.Rules, code string) string {
	for _, s := range flowOf(r).States {
		if s.Code == code {
			return cmp.Or(pack.Text(s.Name).In(p.Lang), code)
		}
	}
	return code
}

// moveName names a move of that flow, as its button does.
func (p page) moveName(r accredit.Rules, code string) string {
	for _, m := range flowOf(r).Moves {
		if m.Code == code {
			return cmp.Or(pack.Text(m.Name).In(p.Lang), code)
		}
	}
	if code == beginMove {
		return p.T("apply.event.begin")
	}
	return code
}

// beginMove is the event of an application's beginning, which no workflow has.
const beginMove = "begin"

func moveOf(r accredit.Rules, code string) (workflow.Move, bool) {
	for _, m := range flowOf(r).Moves {
		if m.Code == code {
			return m, true
		}
	}
	return workflow.Move{}, false
}

func stateOf(r accredit.Rules, code string) workflow.State {
	for _, s := range flowOf(r).States {
		if s.Code == code {
			return s
		}
	}
	return workflow.State{}
}

// tag is the class of the tag of a state: what waits for the reader is marked,
// what is over is filled or dashed.
func tag(a accredit.Application, mine bool) string {
	switch {
	case a.Overdue && mine:
		return "xd-tag--act"
	case a.Overdue:
		return "xd-tag--warn"
	case mine:
		return "xd-tag--go"
	case a.Desk == "":
		return "xd-tag--done"
	}
	return "xd-tag--off"
}

// DeskName names whose turn it is; "" stays.
func (p page) DeskName(code string) string {
	if code == "" {
		return ""
	}
	return p.T("apply.desk." + code)
}

// Place names an area with its street and district, without the city.
func (p page) Place(id int64) string {
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

// AreaName names an area alone.
func (p page) AreaName(id int64) string {
	if p.h == nil {
		return ""
	}
	t := p.h.Tree()
	if n, ok := t.ByID(id); ok {
		return t.At(n).In(p.Lang)
	}
	return ""
}

// Who names an account.
func (p page) Who(id string) string {
	if id == "" {
		return ""
	}
	if name := p.names[id]; name != "" {
		return name
	}
	return p.T("apply.somebody")
}

// DayOf prints a day "2026-10-16"; "" stays.
func (p page) DayOf(day string) string {
	t := dateOf(day)
	if t.IsZero() {
		return day
	}
	return p.Date(t)
}

func dateOf(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}
	}
	return t
}

// today is the day in the city.
func (h *Pages) today() time.Time { return h.dayOf(h.Now()) }

func (h *Pages) dayOf(t time.Time) time.Time {
	if h.Zone != nil {
		t = t.In(h.Zone)
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// Left counts the working days up to a day; negative = late by so many.
func (p page) Left(day string) int {
	t := dateOf(day)
	if p.h == nil || t.IsZero() {
		return 0
	}
	return p.h.Days().Between(p.h.today(), t)
}

// Late reports whether a day is over.
func (p page) Late(day string) bool {
	t := dateOf(day)
	return p.h != nil && !t.IsZero() && t.Before(p.h.today())
}

// DueIn says how much time there is: 还有 4 个工作日, 已过 2 个工作日.
func (p page) DueIn(day string) string {
	n := p.Left(day)
	switch {
	case dateOf(day).IsZero():
		return p.T("apply.due.none")
	case p.Late(day):
		return p.T("apply.due.late", "N", max(1, -n))
	case n == 0:
		return p.T("apply.due.today")
	}
	return p.T("apply.due.in", "N", n)
}

// LevelName names a level of the scale, "" where none is chosen.
func (p page) LevelName(r accredit.Rules, code string) string {
	for _, l := range r.Programme.Levels {
		if l.Code == code {
			return l.Name.In(p.Lang)
		}
	}
	return code
}

// Size prints the size of a file: 1.2 MB.
func (p page) Size(n int64) string {
	if n < 1<<20 {
		return strconv.FormatInt(max(1, n>>10), 10) + " KB"
	}
	return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"
}

// Media names a kind of file by what people call it.
func (p page) Media(media string) string {
	if at := strings.LastIndexAny(media, "/."); at >= 0 {
		media = media[at+1:]
	}
	switch media {
	case "document":
		return "Word"
	case "sheet":
		return "Excel"
	}
	return strings.ToUpper(media)
}
