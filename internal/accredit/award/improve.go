package award

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/accredit/award/internal/gen"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Item is a piece of advice in an improvement plan.
type Item struct {
	ID, CaseID, ContactID string
	Leaf                  string // of the programme's rubric, "" = no single one
	Text, Due, State      string
	Before, After         string // what there was, and what there is now
	Reason                string // dropped: why
	Author                string
	At, Done              time.Time
	Milestones            []Milestone
}

// Milestone is a step on the way.
type Milestone struct {
	ID, ItemID, Text, Due, Author string
	At, Done                      time.Time
}

// States of an item.
const (
	ItemOpen    = "open"
	ItemDone    = "done"
	ItemDropped = "dropped"
)

// Overdue reports whether an item should have been done.
func (i Item) Overdue(day string) bool { return i.State == ItemOpen && day > i.Due }

// Story is a case with all that was done in it, oldest first.
type Story struct {
	Case
	Rubric   []pack.Leaf
	Contacts []Contact
	Items    []Item
	Awards   []Award // of who is guided, in the programme
	May      struct{ Guide, Answer bool }
}

// Story reads a case. It fails with NotFound where the caller has nothing to do
// with it.
func (s *Service) Story(ctx context.Context, id string) (Story, error) {
	q := gen.New(s.DB.Read)
	row, err := q.Coach(ctx, id)
	if err != nil {
		return Story{}, notFound(err, "case")
	}
	st := Story{Case: caseOf(row)}
	st.May.Guide, st.May.Answer = s.mayGuide(ctx, st.AreaID), s.guidedBy(ctx, st.Case)
	if !st.May.Guide && !st.May.Answer {
		return Story{}, errs.New(errs.NotFound, "award.not_found")
	}
	if p, ok := s.Pack().AwardProgramme(st.Programme); ok {
		st.Rubric = p.Leaves()
	}
	if st.Contacts, err = contacts(ctx, q, id); err != nil {
		return st, err
	}
	if st.Items, err = items(ctx, q, id); err != nil {
		return st, err
	}
	all, err := s.List(ctx, Filter{Programme: st.Programme, OrgID: st.OrgID})
	st.Awards = slices.DeleteFunc(all, func(a Award) bool { return a.OrgID != st.OrgID || a.AreaID != st.AreaID })
	return st, err
}

func contacts(ctx context.Context, q *gen.Queries, id string) ([]Contact, error) {
	rows, err := q.Contacts(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	list := make([]Contact, len(rows))
	for i, r := range rows {
		list[i] = Contact{ID: r.ID, CaseID: r.CoachID, ExpertID: r.ExpertID, Day: r.Day, Kind: r.Kind, Text: r.Text, Answer: r.Answer, Author: r.Author, At: r.At}
	}
	return list, nil
}

func items(ctx context.Context, q *gen.Queries, id string) ([]Item, error) {
	rows, err := q.Improvements(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read improvements: %w", err)
	}
	steps, err := q.Milestones(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read milestones: %w", err)
	}
	list := make([]Item, len(rows))
	for i, r := range rows {
		list[i] = Item{ID: r.ID, CaseID: r.CoachID, ContactID: r.GuidanceID, Leaf: r.Leaf, Text: r.Text, Due: r.Due, State: r.State, Before: r.Before,
			After: r.After, Reason: r.Reason, Author: r.Author, At: r.At, Done: r.DoneAt.Time}
		for _, m := range steps {
			if m.ImprovementID == r.ID {
				list[i].Milestones = append(list[i].Milestones, Milestone{ID: m.ID, ItemID: m.ImprovementID, Text: m.Text, Due: m.Due, Author: m.Author, At: m.At, Done: m.DoneAt.Time})
			}
		}
	}
	return list, nil
}

// AddItem puts advice into the improvement plan of a case, with a last day and
// what there is at the start. It needs award:guide there.
func (s *Service) AddItem(ctx context.Context, caseID string, n Item) error {
	if err := texts(n.Text, n.Due, n.Before); err != nil {
		return err
	}
	return s.onCase(ctx, caseID, "guidance:advise", func(tx *sql.Tx, c Case) error {
		if !s.mayGuide(ctx, c.AreaID) {
			return errs.New(errs.Forbidden, "award.not_yours")
		}
		if err := s.knowsLeaf(c.Programme, n.Leaf); err != nil {
			return err
		}
		return gen.New(tx).InsertImprovement(ctx, gen.InsertImprovementParams{ID: newID(), CoachID: c.ID, GuidanceID: n.ContactID, Leaf: n.Leaf,
			Text: strings.TrimSpace(n.Text), Due: n.Due, Before: strings.TrimSpace(n.Before), Author: actor(ctx), At: s.stamp()})
	})
}

func texts(text, due, more string) error {
	switch {
	case strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > mostText:
		return errs.InvalidField("text", "award.text", "Most", mostText)
	case !sound(due):
		return errs.InvalidField("due", "award.bad_day")
	case utf8.RuneCountInString(more) > mostText:
		return errs.InvalidField("before", "award.text", "Most", mostText)
	}
	return nil
}

func (s *Service) knowsLeaf(programme, leaf string) error {
	p, _ := s.Pack().AwardProgramme(programme)
	if leaf == "" || slices.ContainsFunc(p.Leaves(), func(l pack.Leaf) bool { return l.Code == leaf }) {
		return nil
	}
	return errs.InvalidField("leaf", "award.no_leaf", "Code", leaf)
}

// FinishItem says that advice was followed, with what there is now, or that it
// was dropped, with why. Either side may.
func (s *Service) FinishItem(ctx context.Context, caseID, itemID, state, text string) error {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > mostText {
		return errs.InvalidField("text", "award.text", "Most", mostText)
	}
	p := gen.SetImprovementParams{ID: itemID, CoachID: caseID, State: state, DoneAt: sql.NullTime{Time: s.stamp(), Valid: true}}
	switch state {
	case ItemDone:
		p.After = text
	case ItemDropped:
		p.Reason = text
	default:
		return errs.InvalidField("state", "award.not_now")
	}
	return s.onCase(ctx, caseID, "guidance:"+state, func(tx *sql.Tx, _ Case) error {
		n, err := gen.New(tx).SetImprovement(ctx, p)
		return changed(n, err)
	})
}

// AddMilestone adds a step to an item; either side may.
func (s *Service) AddMilestone(ctx context.Context, caseID, itemID, text, due string) error {
	if err := texts(text, due, ""); err != nil {
		return err
	}
	return s.onItem(ctx, caseID, itemID, "guidance:milestone", func(q *gen.Queries) error {
		return q.InsertMilestone(ctx, gen.InsertMilestoneParams{ID: newID(), ImprovementID: itemID, Text: strings.TrimSpace(text), Due: due,
			Author: actor(ctx), At: s.stamp()})
	})
}

// ReachMilestone says that a step was made; either side may.
func (s *Service) ReachMilestone(ctx context.Context, caseID, itemID, id string) error {
	return s.onItem(ctx, caseID, itemID, "guidance:reached", func(q *gen.Queries) error {
		n, err := q.DoneMilestone(ctx, gen.DoneMilestoneParams{ID: id, ImprovementID: itemID, DoneAt: sql.NullTime{Time: s.stamp(), Valid: true}})
		return changed(n, err)
	})
}

// onItem changes something of an item that is open.
func (s *Service) onItem(ctx context.Context, caseID, itemID, verb string, f func(*gen.Queries) error) error {
	return s.onCase(ctx, caseID, verb, func(tx *sql.Tx, _ Case) error {
		q := gen.New(tx)
		list, err := items(ctx, q, caseID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(i Item) bool { return i.ID == itemID && i.State == ItemOpen }) {
			return errs.New(errs.Conflict, "award.not_now")
		}
		return f(q)
	})
}
