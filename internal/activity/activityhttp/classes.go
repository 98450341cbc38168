package activityhttp

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/activity"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

var classView = view("class", "")

type classPage struct {
	page
	C        activity.Class
	Meetings []activity.Meeting
	Learners []activity.Learner
	On       int // learners who are enrolled
	MayEdit  bool
	MayTick  bool
	TodayDay string
}

// Number is the number printed before a row.
func (classPage) Number(i int) int { return i + 1 }

func (h *handler) class(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, list, err := h.Activity.Class(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	p := classPage{page: h.deskPage(r, "desk.class.show", "Title", c.Title, "Name", c.Name), C: c, Meetings: list, TodayDay: h.Activity.Today()}
	p.MayEdit = h.Activity.MayEdit(ctx, c.OrgID, c.OrgArea)
	p.MayTick = h.Activity.MayTick(ctx, c, 0)
	for _, m := range list {
		p.MayTick = p.MayTick || h.Activity.MayTick(ctx, c, m.AreaID)
	}
	if p.MayTick || p.MayEdit { // names are for those who work with the class
		if p.Learners, err = h.Activity.Learners(ctx, c.ID); err != nil {
			return err
		}
	}
	for _, l := range p.Learners {
		if l.State == activity.Enrolled {
			p.On++
		}
	}
	return web.Render(w, r, http.StatusOK, classView, p)
}

func (h *handler) ownClass(r *http.Request) (activity.Class, []activity.Meeting, error) {
	c, list, err := h.Activity.Class(r.Context(), r.PathValue("id"))
	if err != nil {
		return c, nil, err
	}
	if !h.Activity.MayEdit(r.Context(), c.OrgID, c.OrgArea) {
		return c, nil, errs.New(errs.Forbidden, "activity.not_yours")
	}
	return c, list, nil
}

func (h *handler) classFields(r *http.Request, p page, orgID string, in activity.ClassInput) ([]field, error) {
	list, err := h.Activity.Teachers(r.Context(), orgID)
	if err != nil {
		return nil, err
	}
	teachers := []option{{Text: p.T("desk.class.no_teacher")}}
	for _, t := range list {
		teachers = append(teachers, option{Value: t.ID, Text: t.Name + " (" + t.Login + ")", On: t.ID == in.TeacherID})
	}
	capacity := ""
	if in.Capacity > 0 {
		capacity = strconv.FormatInt(in.Capacity, 10)
	}
	return []field{
		{Name: "name", Label: p.T("desk.class.name"), Hint: p.T("desk.class.name.hint"), Width: "20", Value: in.Name},
		{Name: "teacher", Label: p.T("desk.class.teacher"), Kind: "select", Options: teachers},
		{Name: "capacity", Label: p.T("desk.class.capacity"), Kind: "number", Width: "5", Value: capacity},
		{Name: "mode", Label: p.T("desk.class.mode"), Kind: "radios", Options: []option{
			{Value: activity.Onsite, Text: p.Mode(activity.Onsite), On: in.Mode != activity.Online},
			{Value: activity.Online, Text: p.Mode(activity.Online), On: in.Mode == activity.Online}}},
	}, nil
}

func classInput(r *http.Request) activity.ClassInput {
	n, _ := strconv.ParseInt(strings.TrimSpace(r.PostForm.Get("capacity")), 10, 64) // 0 is refused
	return activity.ClassInput{Name: r.PostForm.Get("name"), TeacherID: r.PostForm.Get("teacher"), Capacity: n, Mode: r.PostForm.Get("mode")}
}

// slotFields ask when and where.
func (h *handler) slotFields(p page, s activity.Slot, near int64) []field {
	minutes := "90"
	if s.Minutes > 0 {
		minutes = strconv.FormatInt(s.Minutes, 10)
	}
	return []field{
		{Name: "day", Label: p.T("desk.meeting.day"), Kind: "date", Width: "10", Value: s.Day},
		{Name: "starts", Label: p.T("desk.meeting.starts"), Kind: "time", Width: "5", Value: s.Starts},
		{Name: "minutes", Label: p.T("desk.meeting.minutes"), Kind: "number", Width: "5", Value: minutes},
		{Name: "area", Label: p.T("desk.meeting.area"), Hint: p.T("desk.meeting.area.hint"), Kind: "area", Width: "20",
			Value: h.Activity.NearText(cmpOr(s.AreaID, near), near), Options: h.nearby(cmpOr(s.AreaID, near))},
		{Name: "room", Label: p.T("desk.meeting.room"), Hint: p.T("desk.meeting.room.hint"), Width: "20", Value: s.Room},
	}
}

// slot reads when and where.
func (h *handler) slot(r *http.Request, near int64) (activity.Slot, error) {
	s := activity.Slot{Day: activity.ISODay(strings.TrimSpace(r.PostForm.Get("day"))), Starts: activity.ClockTime(strings.TrimSpace(r.PostForm.Get("starts"))),
		Room: r.PostForm.Get("room")}
	s.Minutes, _ = strconv.ParseInt(strings.TrimSpace(r.PostForm.Get("minutes")), 10, 64) // 0 is refused
	var err error
	s.AreaID, err = h.area(r.PostForm.Get("area"), near, "area")
	return s, err
}

// weeklyFields ask for a rhythm beside the first slot.
func weeklyFields(p page) []field {
	days := field{Name: "weekdays", Label: p.T("desk.weekly.days"), Hint: p.T("desk.weekly.days.hint"), Kind: "checks"}
	for i := 1; i <= 7; i++ {
		days.Options = append(days.Options, option{Value: strconv.Itoa(i), Text: p.T(weekdays[i])})
	}
	return []field{days,
		{Name: "count", Label: p.T("desk.weekly.count"), Kind: "number", Width: "3", Value: "8"},
		{Name: "holidays", Label: p.T("desk.weekly.holidays"), Hint: p.T("desk.weekly.holidays.hint"), Kind: "check"},
	}
}

func (h *handler) weekly(r *http.Request, near int64) (activity.Weekly, error) {
	s, err := h.slot(r, near)
	w := activity.Weekly{Slot: s, Holidays: r.PostForm.Get("holidays") != ""}
	w.Count, _ = strconv.Atoi(strings.TrimSpace(r.PostForm.Get("count"))) // 0 is refused
	for _, d := range r.PostForm["weekdays"] {
		n, derr := strconv.Atoi(d)
		if derr != nil || n < 1 || n > 7 {
			return w, errs.InvalidField("weekdays", "activity.bad_weekday")
		}
		w.Weekdays = append(w.Weekdays, time.Weekday(n%7))
	}
	return w, err
}

func (h *handler) newClassForm(r *http.Request) (form, activity.Activity, error) {
	a, err := h.ownActivity(r)
	if err != nil {
		return form{}, a, err
	}
	f := form{page: h.deskPage(r, "desk.class.new"), Back: "/desk/activities/" + a.ID, BackText: a.Title, Facts: []string{a.OrgName}}
	f.Lede, f.Submit = f.T("desk.class.new.lede"), f.T("desk.class.new.do")
	if f.Fields, err = h.classFields(r, f.page, a.OrgID, activity.ClassInput{Capacity: 30}); err != nil {
		return f, a, err
	}
	f.Fields = append(f.Fields, h.slotFields(f.page, activity.Slot{Starts: "09:00"}, a.OrgArea)...)
	f.Fields = append(f.Fields, weeklyFields(f.page)...)
	return f, a, nil
}

func (h *handler) newClass(w http.ResponseWriter, r *http.Request) error {
	f, _, err := h.newClassForm(r)
	if err != nil {
		return err
	}
	return f.show(w, r)
}

func (h *handler) createClass(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f, a, err := h.newClassForm(r)
	if err != nil {
		return err
	}
	weekly, err := h.weekly(r, a.OrgArea)
	var c activity.Class
	if err == nil {
		c, err = h.Activity.Open(r.Context(), a.ID, classInput(r), weekly)
	}
	if err != nil {
		f.fill(r)
		return f.refuse(w, r, err)
	}
	http.Redirect(w, r, "/desk/classes/"+c.ID, http.StatusSeeOther)
	return nil
}

// classForm begins a form about a class.
func (h *handler) classForm(r *http.Request, title string) (form, activity.Class, []activity.Meeting, error) {
	c, list, err := h.ownClass(r)
	if err != nil {
		return form{}, c, nil, err
	}
	f := form{page: h.deskPage(r, title), Back: "/desk/classes/" + c.ID, BackText: c.Title + " · " + c.Name}
	f.Submit = f.T("desk.save")
	return f, c, list, nil
}

func (h *handler) editClassForm(r *http.Request) (form, error) {
	f, c, _, err := h.classForm(r, "desk.class.edit")
	if err == nil {
		f.Fields, err = h.classFields(r, f.page, c.OrgID, c.ClassInput)
	}
	return f, err
}

func (h *handler) editClass(w http.ResponseWriter, r *http.Request) error {
	f, err := h.editClassForm(r)
	if err != nil {
		return err
	}
	return f.show(w, r)
}

func (h *handler) updateClass(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f, err := h.editClassForm(r)
	if err != nil {
		return err
	}
	return h.done(w, r, f, h.Activity.EditClass(r.Context(), r.PathValue("id"), classInput(r)))
}

// done leads back after an act, or shows its form again.
func (h *handler) done(w http.ResponseWriter, r *http.Request, f form, err error) error {
	if err != nil {
		f.fill(r)
		return f.refuse(w, r, err)
	}
	http.Redirect(w, r, f.Back, http.StatusSeeOther)
	return nil
}

func (h *handler) copyFields(r *http.Request) (form, error) {
	f, c, _, err := h.classForm(r, "desk.class.copy")
	if err != nil {
		return f, err
	}
	f.Lede, f.Submit = f.T("desk.class.copy.lede"), f.T("desk.class.copy.do")
	f.Fields = []field{
		{Name: "name", Label: f.T("desk.class.name"), Hint: f.T("desk.class.name.hint"), Width: "20", Value: c.Name},
		{Name: "day", Label: f.T("desk.class.copy.day"), Kind: "date", Width: "10"},
		{Name: "learners", Label: f.T("desk.class.copy.learners"), Kind: "check"},
	}
	return f, nil
}

func (h *handler) copyForm(w http.ResponseWriter, r *http.Request) error {
	f, err := h.copyFields(r)
	if err != nil {
		return err
	}
	return f.show(w, r)
}

func (h *handler) copyClass(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f, err := h.copyFields(r)
	if err != nil {
		return err
	}
	c, err := h.Activity.Copy(r.Context(), r.PathValue("id"), activity.CopyInput{Name: r.PostForm.Get("name"),
		FirstDay: activity.ISODay(strings.TrimSpace(r.PostForm.Get("day"))), Learners: r.PostForm.Get("learners") != ""})
	f.Back = "/desk/classes/" + c.ID
	return h.done(w, r, f, err)
}

func (h *handler) classStateForm(r *http.Request) (form, bool, error) {
	c, _, err := h.ownClass(r)
	if err != nil {
		return form{}, false, err
	}
	back, text := "/desk/classes/"+c.ID, c.Title+" · "+c.Name
	if c.State == activity.Cancelled {
		return h.stateForm(r, "desk.class.reinstate", "desk.class.reinstate.lede", back, text, false), true, nil
	}
	return h.stateForm(r, "desk.class.cancel", "desk.class.cancel.lede", back, text, true), false, nil
}

func (h *handler) classState(w http.ResponseWriter, r *http.Request) error {
	f, _, err := h.classStateForm(r)
	if err != nil {
		return err
	}
	return f.show(w, r)
}

func (h *handler) setClassState(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f, cancelled, err := h.classStateForm(r)
	if err != nil {
		return err
	}
	act := h.Activity.CancelClass
	if cancelled {
		act = h.Activity.ReinstateClass
	}
	return h.done(w, r, f, act(r.Context(), r.PathValue("id"), r.PostForm.Get("reason")))
}

func (h *handler) meetingsFields(r *http.Request) (form, activity.Class, error) {
	f, c, list, err := h.classForm(r, "desk.meetings.add")
	if err != nil {
		return f, c, err
	}
	s := activity.Slot{Starts: "09:00"}
	if len(list) > 0 {
		s = list[len(list)-1].Slot
		s.Day = s.Date().AddDate(0, 0, 7).Format(time.DateOnly)
	}
	f.Fields = append(h.slotFields(f.page, s, c.OrgArea), weeklyFields(f.page)...)
	return f, c, nil
}

func (h *handler) meetingsForm(w http.ResponseWriter, r *http.Request) error {
	f, _, err := h.meetingsFields(r)
	if err != nil {
		return err
	}
	return f.show(w, r)
}

func (h *handler) addMeetings(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f, c, err := h.meetingsFields(r)
	if err != nil {
		return err
	}
	weekly, err := h.weekly(r, c.OrgArea)
	if err == nil {
		err = h.Activity.AddMeetings(r.Context(), c.ID, weekly)
	}
	return h.done(w, r, f, err)
}

func (h *handler) learnerFields(r *http.Request) (form, activity.Class, error) {
	f, c, list, err := h.classForm(r, "desk.learner.add")
	if err != nil {
		return f, c, err
	}
	near := c.OrgArea
	if len(list) > 0 {
		near = list[0].AreaID
	}
	f.Lede, f.Submit = f.T("desk.learner.lede"), f.T("desk.learner.do")
	typed := map[string]string{"walkin_home": h.Activity.NearText(near, c.OrgArea)}
	f.Fields = f.personFields(typed, "", "", h.nearby(near))
	return f, c, nil
}

func (h *handler) learnerForm(w http.ResponseWriter, r *http.Request) error {
	f, _, err := h.learnerFields(r)
	if err != nil {
		return err
	}
	return f.show(w, r)
}

func (h *handler) addLearner(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f, c, err := h.learnerFields(r)
	if err != nil {
		return err
	}
	p, err := h.newPerson(r)
	if err == nil {
		err = h.Activity.AddNewLearner(r.Context(), c.ID, p)
	}
	return h.done(w, r, f, err)
}

func (h *handler) removeFields(r *http.Request) (form, int64, error) {
	c, _, err := h.ownClass(r)
	if err != nil {
		return form{}, 0, err
	}
	id, err := strconv.ParseInt(r.PathValue("person"), 10, 64)
	if err != nil {
		return form{}, 0, errs.New(errs.NotFound, "activity.no_learner")
	}
	f := h.stateForm(r, "desk.learner.remove", "desk.learner.remove.lede", "/desk/classes/"+c.ID, c.Title+" · "+c.Name, true)
	list, err := h.Activity.Learners(r.Context(), c.ID)
	if err != nil {
		return f, id, err
	}
	for _, l := range list {
		if l.ID == id && l.State != activity.Left {
			f.Facts = []string{l.Name}
			return f, id, nil
		}
	}
	return f, id, errs.New(errs.NotFound, "activity.no_learner")
}

func (h *handler) removeForm(w http.ResponseWriter, r *http.Request) error {
	f, _, err := h.removeFields(r)
	if err != nil {
		return err
	}
	return f.show(w, r)
}

func (h *handler) removeLearner(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f, id, err := h.removeFields(r)
	if err != nil {
		return err
	}
	return h.done(w, r, f, h.Activity.RemoveLearner(r.Context(), r.PathValue("id"), id, r.PostForm.Get("reason")))
}

// ownMeeting returns a meeting that the caller may move or cancel.
func (h *handler) ownMeeting(r *http.Request) (activity.Class, activity.Meeting, error) {
	c, m, err := h.Activity.Meeting(r.Context(), r.PathValue("id"))
	if err == nil && !h.Activity.MayEdit(r.Context(), c.OrgID, c.OrgArea) {
		err = errs.New(errs.Forbidden, "activity.not_yours")
	}
	return c, m, err
}

func (h *handler) moveFields(r *http.Request) (form, activity.Class, error) {
	c, m, err := h.ownMeeting(r)
	if err != nil {
		return form{}, c, err
	}
	f := h.stateForm(r, "desk.meeting.move", "desk.meeting.move.lede", "/desk/classes/"+c.ID, c.Title+" · "+c.Name, false)
	f.Facts = []string{f.T("roster.no", "No", m.No), f.When(m.Slot)}
	f.Fields = append(h.slotFields(f.page, m.Slot, c.OrgArea), f.Fields...)
	return f, c, nil
}

func (h *handler) moveForm(w http.ResponseWriter, r *http.Request) error {
	f, _, err := h.moveFields(r)
	if err != nil {
		return err
	}
	return f.show(w, r)
}

func (h *handler) move(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f, c, err := h.moveFields(r)
	if err != nil {
		return err
	}
	s, err := h.slot(r, c.OrgArea)
	if err == nil {
		err = h.Activity.Move(r.Context(), r.PathValue("id"), s, r.PostForm.Get("reason"))
	}
	return h.done(w, r, f, err)
}

func (h *handler) meetingStateForm(r *http.Request) (form, bool, error) {
	c, m, err := h.ownMeeting(r)
	if err != nil {
		return form{}, false, err
	}
	back, text := "/desk/classes/"+c.ID, c.Title+" · "+c.Name
	cancelled := m.State == activity.Cancelled
	f := h.stateForm(r, "desk.meeting.cancel", "desk.meeting.cancel.lede", back, text, true)
	if cancelled {
		f = h.stateForm(r, "desk.meeting.reinstate", "desk.meeting.reinstate.lede", back, text, false)
	}
	f.Facts = []string{f.T("roster.no", "No", m.No), f.When(m.Slot)}
	return f, cancelled, nil
}

func (h *handler) meetingState(w http.ResponseWriter, r *http.Request) error {
	f, _, err := h.meetingStateForm(r)
	if err != nil {
		return err
	}
	return f.show(w, r)
}

func (h *handler) setMeetingState(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f, cancelled, err := h.meetingStateForm(r)
	if err != nil {
		return err
	}
	act := h.Activity.CancelMeeting
	if cancelled {
		act = h.Activity.ReinstateMeeting
	}
	return h.done(w, r, f, act(r.Context(), r.PathValue("id"), r.PostForm.Get("reason")))
}
