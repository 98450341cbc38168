package activity

import (
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/errs"
)

// States of a class and of a meeting; Cancelled is common to all.
const (
	Planned  State = "planned"
	Running  State = "running"  // of a class: some meeting is held
	Finished State = "finished" // of a class: no meeting is left
	Held     State = "held"     // of a meeting: its roster is complete
)

// Ways to take part.
const (
	Onsite = "onsite"
	Online = "online"
)

// Class is one run of an activity, with its own learners.
type Class struct {
	ID            string
	ActivityID    string
	Title         string // of the activity
	Theme         string
	ActivityState State
	OrgID         string
	OrgName       string
	OrgArea       int64
	TeacherName   string
	ClassInput
	State     State
	Reason    string
	UpdatedAt time.Time
}

// ClassInput is what people say of a class.
type ClassInput struct {
	Name      string // 2026 秋季班
	TeacherID string // account, "" = none yet
	Capacity  int64
	Mode      string // Onsite, Online
}

func (in ClassInput) clean() ClassInput {
	in.Name = strings.TrimSpace(in.Name)
	return in
}

func (in ClassInput) check() error {
	switch {
	case in.Name == "":
		return errs.InvalidField("name", "activity.name_required")
	case utf8.RuneCountInString(in.Name) > maxTitle:
		return errs.InvalidField("name", "activity.too_long", "N", maxTitle)
	case in.Capacity < 1 || in.Capacity > 100_000:
		return errs.InvalidField("capacity", "activity.capacity_range")
	case in.Mode != Onsite && in.Mode != Online:
		return errs.InvalidField("mode", "activity.mode_required")
	}
	return nil
}

// Meeting is one meeting of a class. Its id is the key of the ledger's session.
type Meeting struct {
	ID      string
	ClassID string
	No      int64 // 1, 2 … in the class
	Total   int64 // meetings of the class that are not cancelled; where asked for
	Slot
	State     State
	Reason    string // why moved or cancelled
	UpdatedAt time.Time
}

// Slot is the time and place of a meeting.
type Slot struct {
	Day     string // "2026-11-23", in the city's zone
	Starts  string // "09:00"
	Minutes int64
	AreaID  int64
	Room    string
}

// Ends returns the time of day at which the slot ends, "24:00" at the latest.
func (s Slot) Ends() string {
	t, err := time.Parse("15:04", s.Starts)
	if err != nil {
		return s.Starts
	}
	end := t.Add(time.Duration(s.Minutes) * time.Minute)
	if end.Day() != t.Day() {
		return "24:00"
	}
	return end.Format("15:04")
}

// Date returns midnight UTC of the slot's day; the zero time if it has none.
func (s Slot) Date() time.Time {
	t, err := time.Parse(time.DateOnly, s.Day)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (s Slot) check(known func(int64) bool) error {
	if s.Date().IsZero() {
		return errs.InvalidField("day", "activity.bad_day")
	}
	if t, err := time.Parse("15:04", s.Starts); err != nil || t.Format("15:04") != s.Starts {
		return errs.InvalidField("starts", "activity.bad_time")
	}
	switch {
	case s.Minutes < 1 || s.Minutes > 1440:
		return errs.InvalidField("minutes", "activity.bad_minutes")
	case !known(s.AreaID):
		return errs.InvalidField("area", "activity.bad_area")
	case utf8.RuneCountInString(s.Room) > maxRoom:
		return errs.InvalidField("room", "activity.too_long", "N", maxRoom)
	}
	return nil
}
