package activity

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"xuedu/internal/activity/internal/gen"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// States of a learner in a class.
const (
	Enrolled State = "enrolled"
	WalkIn   State = "walk_in" // came without being on the list
	Left     State = "left"
)

// Person is a resident as the people who keep a roster see them.
type Person struct {
	ID        int64
	Name      string // "" = erased, or never given
	Phone     string // masked: 138****1234
	BirthYear int64  // 0 = unknown
	Sex       string // f, m, "" = unknown
	HomeID    int64
}

// NewPerson is what is asked of somebody who is not known yet.
type NewPerson struct {
	Name      string
	Phone     string // may be empty
	BirthYear int64  // 0 = not given
	Sex       string // f, m, "" = not given
	HomeID    int64
	Consent   string // what was agreed to; never empty
}

// People is what a roster needs to know of residents. Every call that shows a
// person is written to the trail.
type People interface {
	// Persons returns the persons of a class; object names the class in the trail.
	Persons(ctx context.Context, object string, ids []int64) (map[int64]Person, error)
	// FindByPhone returns who gave this telephone number: nobody, one, or a family.
	FindByPhone(ctx context.Context, phone string) ([]Person, error)
	// AddPerson records a resident, with the consent given, and returns the number.
	AddPerson(ctx context.Context, p NewPerson) (int64, error)
	// Newcomers returns those of ids without any attendance before a day.
	Newcomers(ctx context.Context, day string, ids []int64) (map[int64]bool, error)
}

// Learner is a person in a class.
type Learner struct {
	Person
	SortKey  string // pinyin of the name
	Initials string
	State    State
	AddedAt  time.Time
}

// Learners returns who is or was in a class, in the order of their names.
func (s *Service) Learners(ctx context.Context, classID string) ([]Learner, error) {
	c, _, err := s.Class(ctx, classID)
	if err != nil {
		return nil, err
	}
	return s.learners(ctx, c.ID)
}

func (s *Service) learners(ctx context.Context, classID string) ([]Learner, error) {
	list, err := learnersOf(ctx, s.db.Read, classID)
	if err != nil {
		return nil, err
	}
	people, err := s.People.Persons(ctx, "class:"+classID, ids(list))
	if err != nil {
		return nil, err
	}
	for i := range list {
		l := &list[i]
		if p, ok := people[l.ID]; ok {
			l.Person = p
		}
		l.SortKey, l.Initials = nameKey(l.Name)
	}
	slices.SortFunc(list, byName)
	return list, nil
}

// byName puts the nameless last.
func byName(a, b Learner) int {
	if (a.Name == "") != (b.Name == "") {
		return cmp.Compare(b.Name, a.Name)
	}
	return cmp.Or(cmp.Compare(a.SortKey, b.SortKey), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

// surnames are family names read otherwise than the same character elsewhere.
var surnames = map[string]string{
	"单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "区": "ou", "朴": "piao", "任": "ren", "盖": "ge",
	"翟": "zhai", "覃": "qin", "乐": "yue", "缪": "miao", "纪": "ji", "尹": "yin", "宁": "ning", "召": "shao", "繁": "po", "洗": "xian", "冼": "xian",
	"华": "hua", "燕": "yan", "员": "yun", "秘": "bi", "种": "chong", "重": "chong", "折": "she", "黑": "he", "逄": "pang", "都": "du", "万俟": "mo qi", "尉迟": "yu chi", "长孙": "zhang sun",
}

// nameKey returns the key that sorts a person's name, and its initials.
func nameKey(name string) (key, initials string) {
	runes := []rune(name)
	for n := min(2, len(runes)); n > 0; n-- {
		read, ok := surnames[string(runes[:n])]
		if !ok {
			continue
		}
		key, initials = area.Pinyin(string(runes[n:]))
		first := read[:1]
		if n == 2 {
			first += read[slices.Index([]byte(read), ' ')+1:][:1]
		}
		return read + " " + key, first + initials
	}
	return area.Pinyin(name)
}

// AddLearner puts a known person on the list of a class. It fails with
// Conflict if the class is full or over; adding twice changes nothing.
func (s *Service) AddLearner(ctx context.Context, classID string, personID int64) error {
	c, _, err := s.ownedClass(ctx, classID)
	if err != nil {
		return err
	}
	if c.State == Cancelled || c.State == Finished {
		return errs.New(errs.Conflict, "activity.class_over")
	}
	e := audit.Entry{Verb: "activity:add_learner", Object: "class:" + classID, AreaID: c.OrgArea, Detail: map[string]any{"person": personID}}
	return s.rewrite(ctx, classID, e, func(tx *sql.Tx) error {
		q, at := gen.New(tx), s.stamp()
		if err := lockClass(ctx, tx, classID, at); err != nil {
			return err
		}
		rows, err := q.LearnersOf(ctx, classID)
		if err != nil {
			return err
		}
		var n int64
		for _, r := range rows {
			if r.State == string(Enrolled) && r.PersonID != personID {
				n++
			}
		}
		if n >= c.Capacity {
			return errs.New(errs.Conflict, "activity.class_full", "N", c.Capacity)
		}
		return q.PutLearner(ctx, gen.PutLearnerParams{ClassID: classID, PersonID: personID, State: string(Enrolled), AddedAt: at})
	})
}

// AddNewLearner records a resident, or finds the one with the same telephone
// and name, and puts them on the list of a class.
func (s *Service) AddNewLearner(ctx context.Context, classID string, p NewPerson) error {
	if _, _, err := s.ownedClass(ctx, classID); err != nil {
		return err
	}
	id, err := s.person(ctx, p)
	if err != nil {
		return err
	}
	return s.AddLearner(ctx, classID, id)
}

// RemoveLearner takes a person off the list of a class; what the ledger knows
// of them stays. It fails with NotFound for somebody who is not on the list.
func (s *Service) RemoveLearner(ctx context.Context, classID string, personID int64, reason string) error {
	c, _, err := s.ownedClass(ctx, classID)
	if err != nil {
		return err
	}
	if reason, err = cleanReason(reason); err != nil {
		return err
	}
	e := audit.Entry{Verb: "activity:remove_learner", Object: "class:" + classID, AreaID: c.OrgArea, Reason: reason, Detail: map[string]any{"person": personID}}
	return s.rewrite(ctx, classID, e, func(tx *sql.Tx) error {
		n, err := gen.New(tx).RemoveLearner(ctx, gen.RemoveLearnerParams{LeftAt: sql.NullTime{Time: s.stamp(), Valid: true}, ClassID: classID, PersonID: personID})
		if err == nil && n == 0 {
			return errs.New(errs.NotFound, "activity.no_learner")
		}
		return err
	})
}
