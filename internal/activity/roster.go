package activity

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"xuedu/internal/activity/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Sitting is a meeting as the ledger counts it.
type Sitting struct {
	Session string // id of the meeting
	PlaceID int64
	Day     string
	Theme   string
	Online  bool
	Minutes int64
}

// Attended is what the ledger has of a meeting.
type Attended struct {
	At    map[int64]time.Time // who is present, and when that was recorded
	Heads int64               // people counted without a name
}

// Book is what a roster needs of the ledger. Each call is one transaction, is
// in the trail, and what it wrote is in the figures within a second.
type Book interface {
	// Record writes persons down as present. Who is present already is left alone.
	Record(ctx context.Context, s Sitting, persons []int64) error
	// Reverse takes an attendance back. Who is not present is left alone.
	Reverse(ctx context.Context, session string, persons []int64, reason string) error
	// SetHeads makes the number of nameless people n; another number is reversed.
	SetHeads(ctx context.Context, s Sitting, n int64) error
	// Present returns who of the persons is present, and the head-count.
	Present(ctx context.Context, session string, persons []int64) (Attended, error)
}

// Reasons that the program gives by itself: keys, shown in the reader's language.
const (
	reasonSlip = "roster.reason.slip" // un-ticked while the roster is fresh
	reasonUndo = "roster.reason.undo"
)

const maxHeads = 100_000

// Line is one name on a roster.
type Line struct {
	Learner
	Band   string // code of the age band, "" = unknown
	Oldest bool   // the band has no upper end
	Here   bool
	At     time.Time // when it was ticked
	Leave  bool      // asked for leave
	First  bool      // has never attended anything before
}

// Roster is the list of a meeting with who is there.
type Roster struct {
	Class   Class
	Meeting Meeting
	Lines   []Line
	Heads   int64
	Due     time.Time // day by which it is to be complete
	Closed  string    // i18n key of why nobody can tick now, "" = open
	Fresh   bool      // anything may be taken back without giving a reason
	Asks    bool      // something stands that takes a reason to take back
	SavedAt time.Time // last tick, zero = none
}

// Here counts the names that are ticked.
func (r Roster) Here() int { return r.count(func(l Line) bool { return l.Here }) }

// Leave counts those who asked for leave and are not there.
func (r Roster) Leave() int { return r.count(func(l Line) bool { return l.Leave && !l.Here }) }

// Away counts those who are neither there nor on leave.
func (r Roster) Away() int { return len(r.Lines) - r.Here() - r.Leave() }

// Times is the person-times of the meeting, head-count included.
func (r Roster) Times() int64 { return int64(r.Here()) + r.Heads }

func (r Roster) count(f func(Line) bool) int {
	n := 0
	for _, l := range r.Lines {
		if f(l) {
			n++
		}
	}
	return n
}

// Roster returns the roster of a meeting for somebody who may keep it:
// NotFound or Forbidden otherwise. The names are in the order of their pinyin.
func (s *Service) Roster(ctx context.Context, meetingID string) (Roster, error) {
	c, m, err := s.tickable(ctx, meetingID)
	if err != nil {
		return Roster{}, err
	}
	learners, err := s.learners(ctx, c.ID)
	if err != nil {
		return Roster{}, err
	}
	r := Roster{Class: c, Meeting: m, Due: s.due(m), Closed: s.closed(c, m), Fresh: s.fresh(m)}
	if err := s.fill(ctx, &r, learners); err != nil {
		return r, err
	}
	first, err := s.People.Newcomers(ctx, m.Day, ids(learners))
	for i := range r.Lines {
		r.Lines[i].First = first[r.Lines[i].ID]
	}
	return r, err
}

// Tally is Roster without what is known of the persons, but for one name: it
// is what a tick changes.
func (s *Service) Tally(ctx context.Context, meetingID string, named int64) (Roster, error) {
	c, m, err := s.tickable(ctx, meetingID)
	if err != nil {
		return Roster{}, err
	}
	rows, err := learnersOf(ctx, s.db.Read, c.ID)
	if err != nil {
		return Roster{}, err
	}
	learners := make([]Learner, 0, len(rows))
	for _, l := range rows {
		if l.ID == named {
			who, err := s.People.Persons(ctx, "class:"+c.ID, []int64{named})
			if err != nil {
				return Roster{}, err
			}
			l.Person = who[named]
		}
		learners = append(learners, l)
	}
	r := Roster{Class: c, Meeting: m, Due: s.due(m), Closed: s.closed(c, m), Fresh: s.fresh(m)}
	return r, s.fill(ctx, &r, learners)
}

func ids(list []Learner) []int64 {
	out := make([]int64, 0, len(list))
	for _, l := range list {
		out = append(out, l.ID)
	}
	return out
}

func (s *Service) fill(ctx context.Context, r *Roster, learners []Learner) error {
	here, err := s.Book.Present(ctx, r.Meeting.ID, ids(learners))
	if err != nil {
		return err
	}
	leave, err := gen.New(s.db.Read).LeaveOf(ctx, r.Meeting.ID)
	if err != nil {
		return fmt.Errorf("list leave of %s: %w", r.Meeting.ID, err)
	}
	r.Heads = here.Heads
	for _, l := range learners {
		at, present := here.At[l.ID]
		if l.State == Left && !present {
			continue
		}
		line := Line{Learner: l, Here: present, At: at, Leave: slices.Contains(leave, l.ID)}
		line.Band, line.Oldest = band(s.Pack(), l.BirthYear, r.Meeting.Date().Year())
		r.Lines = append(r.Lines, line)
		if at.After(r.SavedAt) {
			r.SavedAt = at
		}
		r.Asks = r.Asks || present && !r.Fresh && s.dayOf(at) != s.Today()
	}
	r.Asks = r.Asks || !r.Fresh && r.Heads > 0
	return nil
}

// band returns the age band of somebody in a year, and whether it is open.
func band(p *pack.Pack, birthYear int64, year int) (code string, open bool) {
	if birthYear == 0 {
		return "", false
	}
	age := year - int(birthYear)
	for _, b := range p.AgeBands {
		if age >= b.From && (age <= b.To || b.To == 0) {
			return b.Code, b.To == 0
		}
	}
	return "", false
}

// tickable returns a meeting whose roster the caller may keep.
func (s *Service) tickable(ctx context.Context, id string) (Class, Meeting, error) {
	c, m, err := s.Meeting(ctx, id)
	if err != nil {
		return c, m, err
	}
	if !s.ticks(ctx, c, m.AreaID) {
		return c, m, errs.New(errs.Forbidden, "activity.not_your_roster")
	}
	return c, m, nil
}

// open returns a meeting that can be ticked now; Conflict says why it cannot.
func (s *Service) open(ctx context.Context, id string) (Class, Meeting, error) {
	c, m, err := s.tickable(ctx, id)
	if err != nil {
		return c, m, err
	}
	if key := s.closed(c, m); key != "" {
		return c, m, errs.New(errs.Conflict, key)
	}
	return c, m, nil
}

// closed returns the key of why a meeting cannot be ticked, or "".
func (s *Service) closed(c Class, m Meeting) string {
	switch {
	case m.State == Cancelled:
		return "activity.meeting_cancelled"
	case m.Day > s.Today():
		return "activity.meeting_ahead"
	case c.ActivityState == Draft:
		return "activity.still_draft"
	}
	return ""
}

// due returns the day by which the roster of m is to be complete.
func (s *Service) due(m Meeting) time.Time {
	return s.Calendar().Add(m.Date(), max(1, int(s.Pack().Params.RosterDays)))
}

// fresh reports whether the roster of m may be put right without a reason.
func (s *Service) fresh(m Meeting) bool { return s.Today() <= s.due(m).Format(time.DateOnly) }

func sitting(c Class, m Meeting) Sitting {
	return Sitting{Session: m.ID, PlaceID: m.AreaID, Day: m.Day, Theme: c.Theme, Online: c.Mode == Online, Minutes: m.Minutes}
}

// Tick writes learners of the class down as present. Ticking twice, or from
// two hands at once, counts once. It fails with Conflict for a meeting that is
// cancelled or lies ahead, and with Invalid for somebody not on the list.
func (s *Service) Tick(ctx context.Context, meetingID string, persons []int64) error {
	c, m, err := s.open(ctx, meetingID)
	if err != nil {
		return err
	}
	return s.tick(ctx, c, m, persons)
}

func (s *Service) tick(ctx context.Context, c Class, m Meeting, persons []int64) error {
	if len(persons) == 0 {
		return nil
	}
	rows, err := learnersOf(ctx, s.db.Read, c.ID)
	if err != nil {
		return err
	}
	known := make(map[int64]bool, len(rows))
	for _, l := range rows {
		known[l.ID] = true
	}
	for _, p := range persons {
		if !known[p] {
			return errs.New(errs.Invalid, "activity.no_learner")
		}
	}
	return s.Book.Record(ctx, sitting(c, m), persons)
}

// Untick takes attendances back. While the roster is fresh, and on the day on
// which they were recorded, no reason need be given; later it fails with
// Invalid on field "reason" without one.
func (s *Service) Untick(ctx context.Context, meetingID string, persons []int64, reason string) error {
	_, m, err := s.open(ctx, meetingID)
	if err != nil {
		return err
	}
	return s.untick(ctx, m, persons, reason, reasonSlip)
}

// Undo turns the last act on a roster back: persons who were ticked are
// un-ticked, and the other way round.
func (s *Service) Undo(ctx context.Context, meetingID string, persons []int64, wasTick bool) error {
	c, m, err := s.open(ctx, meetingID)
	if err != nil {
		return err
	}
	if !wasTick {
		return s.tick(ctx, c, m, persons)
	}
	return s.untick(ctx, m, persons, "", reasonUndo)
}

func (s *Service) untick(ctx context.Context, m Meeting, persons []int64, reason, byDefault string) error {
	here, err := s.Book.Present(ctx, m.ID, persons)
	if err != nil {
		return err
	}
	var gone []int64
	needs := false
	for _, p := range persons {
		if at, ok := here.At[p]; ok {
			gone = append(gone, p)
			needs = needs || !s.fresh(m) && s.dayOf(at) != s.Today()
		}
	}
	if len(gone) == 0 {
		return nil
	}
	if strings.TrimSpace(reason) == "" && !needs {
		reason = byDefault
	}
	if reason, err = cleanReason(reason); err != nil {
		return err
	}
	return s.Book.Reverse(ctx, m.ID, gone, reason)
}

// SetHeads makes the number of people counted without a name n. Another
// number than before is a correction and follows the rule of Untick.
func (s *Service) SetHeads(ctx context.Context, meetingID string, n int64, reason string) error {
	c, m, err := s.open(ctx, meetingID)
	if err != nil {
		return err
	}
	return s.setHeads(ctx, c, m, n, reason)
}

func (s *Service) setHeads(ctx context.Context, c Class, m Meeting, n int64, reason string) error {
	if n < 0 || n > maxHeads {
		return errs.InvalidField("heads", "activity.bad_heads")
	}
	here, err := s.Book.Present(ctx, m.ID, nil)
	if err != nil || here.Heads == n {
		return err
	}
	if strings.TrimSpace(reason) == "" && (here.Heads == 0 || s.fresh(m)) {
		reason = reasonSlip
	}
	if reason, err = cleanReason(reason); err != nil {
		return err
	}
	if err := s.Book.SetHeads(ctx, sitting(c, m), n); err != nil {
		return err
	}
	e := audit.Entry{Verb: "roster:heads", Object: "meeting:" + m.ID, AreaID: m.AreaID, Reason: reason, Detail: map[string]any{"heads": []int64{here.Heads, n}}}
	return s.write(ctx, e, func(*sql.Tx) error { return nil })
}

// Sheet is a whole roster as a form sends it. Was and WasHeads are what stood
// when the form was made, so that a form does not undo what another hand did
// since.
type Sheet struct {
	Here, Was       []int64
	Heads, WasHeads int64
	Reason          string
	Complete        bool // nobody is missing any more: the meeting was held
}

// Save writes a whole roster; what it ticks and what it takes back follow the
// rules of Tick and Untick. A complete roster makes the meeting held.
func (s *Service) Save(ctx context.Context, meetingID string, sh Sheet) error {
	c, m, err := s.open(ctx, meetingID)
	if err != nil {
		return err
	}
	if err := s.untick(ctx, m, without(sh.Was, sh.Here), sh.Reason, reasonSlip); err != nil {
		return err
	}
	if err := s.tick(ctx, c, m, without(sh.Here, sh.Was)); err != nil {
		return err
	}
	if sh.Heads != sh.WasHeads {
		if err := s.setHeads(ctx, c, m, sh.Heads, sh.Reason); err != nil {
			return err
		}
	}
	if !sh.Complete {
		return nil
	}
	return s.complete(ctx, c, m)
}

// without returns what is in a and not in b.
func without(a, b []int64) []int64 {
	var out []int64
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

func (s *Service) complete(ctx context.Context, c Class, m Meeting) error {
	if m.State == Held {
		return nil
	}
	e := audit.Entry{Verb: "roster:complete", Object: "meeting:" + m.ID, AreaID: m.AreaID}
	return s.rewrite(ctx, c.ID, e, func(tx *sql.Tx) error {
		q, at := gen.New(tx), s.stamp()
		if err := setMeetingState(ctx, tx, m.ID, Planned, Held, m.Reason, at); err != nil {
			return err
		}
		if err := q.StartClass(ctx, gen.StartClassParams{ID: c.ID, UpdatedAt: at}); err != nil {
			return err
		}
		return q.FinishClass(ctx, gen.FinishClassParams{ID: c.ID, UpdatedAt: at})
	}, m.Day)
}

// WalkIn writes down somebody who came without being on the list: a resident
// found by telephone and name, or a new one. It returns the person.
func (s *Service) WalkIn(ctx context.Context, meetingID string, p NewPerson) (int64, error) {
	c, m, err := s.open(ctx, meetingID)
	if err != nil {
		return 0, err
	}
	id, err := s.person(ctx, p)
	if err != nil {
		return 0, err
	}
	e := audit.Entry{Verb: "roster:walk_in", Object: "meeting:" + m.ID, AreaID: m.AreaID, Detail: map[string]any{"person": id}}
	err = s.write(ctx, e, func(tx *sql.Tx) error {
		return gen.New(tx).PutWalkIn(ctx, gen.PutWalkInParams{ClassID: c.ID, PersonID: id, AddedAt: s.stamp()})
	})
	if err != nil {
		return 0, err
	}
	return id, s.Book.Record(ctx, sitting(c, m), []int64{id})
}

// person finds the resident with p's telephone and name, or records p. Of a
// known one nothing is changed.
func (s *Service) person(ctx context.Context, p NewPerson) (int64, error) {
	p.Name, p.Phone = strings.TrimSpace(p.Name), strings.TrimSpace(p.Phone)
	if p.Name == "" {
		return 0, errs.InvalidField("walkin_name", "activity.name_of_person")
	}
	if p.Phone != "" {
		found, err := s.People.FindByPhone(ctx, p.Phone)
		if err != nil {
			return 0, err
		}
		for _, f := range found {
			if f.Name == p.Name {
				return f.ID, nil
			}
		}
	}
	if err := s.checkPerson(p); err != nil {
		return 0, err
	}
	return s.People.AddPerson(ctx, p)
}

func (s *Service) checkPerson(p NewPerson) error {
	year := int64(s.now().In(s.Zone()).Year())
	switch {
	case p.BirthYear != 0 && (p.BirthYear < year-130 || p.BirthYear > year):
		return errs.InvalidField("walkin_birth", "activity.bad_birth_year")
	case p.Sex != "" && p.Sex != "f" && p.Sex != "m":
		return errs.InvalidField("walkin_sex", "activity.bad_sex")
	case !s.local(p.HomeID):
		return errs.InvalidField("walkin_home", "activity.bad_area")
	case strings.TrimSpace(p.Consent) == "":
		return errs.InvalidField("walkin_consent", "activity.consent_required")
	}
	return nil
}

// NoteLeave writes down that a learner asked for leave, or takes it back.
func (s *Service) NoteLeave(ctx context.Context, meetingID string, personID int64, on bool) error {
	_, m, err := s.tickable(ctx, meetingID)
	if err != nil {
		return err
	}
	if m.State == Cancelled {
		return errs.New(errs.Conflict, "activity.meeting_cancelled")
	}
	if err := s.onList(ctx, s.db.Read, m.ClassID, personID); err != nil {
		return err
	}
	e := audit.Entry{Verb: "roster:leave", Object: "meeting:" + m.ID, AreaID: m.AreaID, Detail: map[string]any{"person": personID, "on": on}}
	return s.rewrite(ctx, m.ClassID, e, func(tx *sql.Tx) error {
		q := gen.New(tx)
		if !on {
			return q.DropLeave(ctx, gen.DropLeaveParams{MeetingID: m.ID, PersonID: personID})
		}
		return q.PutLeave(ctx, gen.PutLeaveParams{MeetingID: m.ID, PersonID: personID, NotedAt: s.stamp()})
	})
}

func (s *Service) onList(ctx context.Context, q db.Querier, classID string, personID int64) error {
	list, err := learnersOf(ctx, q, classID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(l Learner) bool { return l.ID == personID && l.State != Left }) {
		return errs.New(errs.Invalid, "activity.no_learner")
	}
	return nil
}
