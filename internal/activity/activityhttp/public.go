package activityhttp

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"xuedu/internal/activity"
	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var findView = view("find", "found")

// findPage answers: what can I learn near me?
type findPage struct {
	page
	Near, ThemeCode, DayCode, ModeCode, Text, Code string
	Where                                          string // the area that was understood
	Level                                          string // community, street, district or above
	Several                                        []choice
	Problem                                        string
	Themes, Weekdays, Modes                        []option
	Rings                                          []ring
	Total                                          int64
	Pager                                          pager
}

// choice is one area that a text may mean.
type choice struct{ Href, Text string }

// ring is what is found at one nearness.
type ring struct {
	Name   string
	Offers []activity.Offer
}

var ringKeys = map[activity.Ring]string{
	activity.SameCommunity: "find.ring.community", activity.SameStreet: "find.ring.street",
	activity.SameDistrict: "find.ring.district", activity.Elsewhere: "find.ring.elsewhere",
}

// find lists the classes that can still be joined, the nearest first. The area
// comes as a code, or as words that people write.
func (h *handler) find(w http.ResponseWriter, r *http.Request) error {
	p := findPage{page: h.page(r, ui.Public, "nav.classes", "find.title"), Near: strings.TrimSpace(r.FormValue("near")), ThemeCode: r.FormValue("theme"),
		DayCode: r.FormValue("weekday"), ModeCode: r.FormValue("mode"), Text: r.FormValue("q"), Code: r.FormValue("area")}
	p.options(h)
	no, err := pageNo(r)
	if err != nil {
		return err
	}
	wish := activity.Wish{Theme: p.ThemeCode, Weekday: p.DayCode, Mode: p.ModeCode, Text: p.Text, Page: no}
	if !p.locate(h, &wish) {
		return web.Render(w, r, http.StatusOK, findView, p)
	}
	list, total, err := h.Activity.Find(r.Context(), wish)
	if err != nil {
		return err
	}
	p.Total, p.Pager = total, p.pager(no, total)
	for _, o := range list {
		name := p.T(ringKeys[o.Ring])
		if p.Where == "" {
			name = ""
		}
		if n := len(p.Rings); n == 0 || p.Rings[n-1].Name != name {
			p.Rings = append(p.Rings, ring{Name: name})
		}
		last := &p.Rings[len(p.Rings)-1]
		last.Offers = append(last.Offers, o)
	}
	return web.Render(w, r, http.StatusOK, findView, p)
}

func (p *findPage) options(h *handler) {
	p.Themes = codes(h.Pack().Themes, p.Lang, p.ThemeCode)
	for i := 1; i <= 7; i++ {
		v := fmt.Sprint(i)
		p.Weekdays = append(p.Weekdays, option{Value: v, Text: p.T(weekdays[i]), On: v == p.DayCode})
	}
	for _, m := range []string{activity.Onsite, activity.Online} {
		p.Modes = append(p.Modes, option{Value: m, Text: p.Mode(m), On: m == p.ModeCode})
	}
}

// locate understands where somebody looks. It returns false where the words
// mean nothing, or several areas among which the page lets choose.
func (p *findPage) locate(h *handler, w *activity.Wish) bool {
	t := h.Tree()
	n, ok := -1, false
	switch {
	case p.Near != "" && p.Near != p.nameOf(h, p.Code):
		id, several := h.Activity.Place(p.Near, 0)
		if id == 0 {
			p.refuse(h, several)
			return false
		}
		n, ok = t.ByID(id)
	case p.Code != "":
		if n, ok = t.ByCode(p.Code); !ok {
			p.refuse(h, nil)
			return false
		}
	}
	if !ok {
		return true
	}
	a := t.At(n)
	w.AreaID, p.Code, p.Where = a.ID, a.Code, a.In(p.Lang)
	p.Near = h.Activity.PathText(n)
	if a.Level == area.City || t.Parent(n) < 0 {
		p.Where = "" // the whole city is no place to be near
		w.AreaID = 0
	}
	return true
}

func (p *findPage) nameOf(h *handler, code string) string {
	if n, ok := h.Tree().ByCode(code); ok && code != "" {
		return h.Activity.PathText(n)
	}
	return ""
}

func (p *findPage) refuse(h *handler, several []int) {
	p.Problem, p.Code = p.T("find.unknown", "Text", p.Near), ""
	if len(several) == 0 {
		return
	}
	p.Problem = p.T("find.several", "Text", p.Near)
	for _, n := range several {
		a := h.Tree().At(n)
		q := url.Values{"area": {a.Code}, "theme": {p.ThemeCode}, "weekday": {p.DayCode}, "mode": {p.ModeCode}}
		p.Several = append(p.Several, choice{Href: "/classes?" + q.Encode(), Text: p.PlacePath(a.ID)})
	}
}

var offerView = view("offer", "")

type offerPage struct {
	page
	O        activity.Offer
	Meetings []activity.Meeting
	TodayDay string
}

// soonShown is how many meetings a page shows at once.
const soonShown = 10

// Soon lists the meetings that come next.
func (p offerPage) Soon() []activity.Meeting {
	list := slices.DeleteFunc(slices.Clone(p.Meetings), func(m activity.Meeting) bool { return m.Day < p.TodayDay })
	return list[:min(len(list), soonShown)]
}

// Rest reports whether there are meetings beside those that come next.
func (p offerPage) Rest() bool { return len(p.Meetings) > len(p.Soon()) }

// dates is a table of meetings.
type dates struct {
	offerPage
	List []activity.Meeting
}

// Dates puts meetings into a table.
func (p offerPage) Dates(list []activity.Meeting) dates { return dates{p, list} }

// Past reports whether a day is over.
func (p offerPage) Past(day string) bool { return day < p.TodayDay }

// offer shows one class to everybody.
func (h *handler) offer(w http.ResponseWriter, r *http.Request) error {
	o, list, err := h.Activity.Public(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	p := offerPage{page: h.page(r, ui.Public, "nav.classes", "find.class", "Title", o.Title), O: o, Meetings: list, TodayDay: h.Activity.Today()}
	return web.Render(w, r, http.StatusOK, offerView, p)
}

// calendar is the meetings of a class as iCalendar (RFC 5545).
func (h *handler) calendar(w http.ResponseWriter, r *http.Request) error {
	o, list, err := h.Activity.Public(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errs.New(errs.NotFound, "activity.not_found")
	}
	p := h.page(r, ui.Public, "nav.classes", "find.class", "Title", o.Title)
	var b strings.Builder
	line := func(s string) { b.WriteString(fold(s) + "\r\n") }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Xuedu//" + p.Lang)
	for _, m := range list {
		h.event(line, p, o, m)
	}
	line("END:VCALENDAR")
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="class.ics"`)
	_, err = w.Write([]byte(b.String()))
	return err
}

func (h *handler) event(line func(string), p page, o activity.Offer, m activity.Meeting) {
	start, err := time.ParseInLocation("2006-01-02 15:04", m.Day+" "+m.Starts, h.Activity.Zone())
	if err != nil {
		return // a meeting without a time has no place in a calendar
	}
	const stamp = "20060102T150405Z"
	line("BEGIN:VEVENT")
	line("UID:" + m.ID + "@xuedu")
	line("DTSTAMP:" + m.UpdatedAt.UTC().Format(stamp))
	line("DTSTART:" + start.UTC().Format(stamp))
	line("DTEND:" + start.Add(time.Duration(m.Minutes)*time.Minute).UTC().Format(stamp))
	line("SUMMARY:" + icalText(o.Title))
	line("LOCATION:" + icalText(strings.TrimSpace(p.PlacePath(m.AreaID)+" "+m.Room)))
	if m.State == activity.Cancelled {
		line("STATUS:CANCELLED")
	}
	line("END:VEVENT")
}

var icalEscape = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`, "\r", "")

func icalText(s string) string { return icalEscape.Replace(s) }

// fold breaks a line before its 75th byte, between characters.
func fold(s string) string {
	var b strings.Builder
	n := 0
	for _, c := range s {
		size := len(string(c))
		if n+size > 74 {
			b.WriteString("\r\n ")
			n = 1
		}
		b.WriteRune(c)
		n += size
	}
	return b.String()
}
