package award

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"xuedu/internal/accredit/award/internal/gen"
)

// Held reports whether an institution, or an area where orgID is "", holds an
// award of a programme on a day.
func (s *Service) Held(ctx context.Context, programme, orgID string, areaID int64, day string) (bool, error) {
	list, err := s.read(ctx)
	return slices.ContainsFunc(list, func(a Award) bool {
		return a.Programme == programme && a.OrgID == orgID && (orgID != "" || a.AreaID == areaID) && a.Holds(day)
	}), err
}

// InForce counts awards of a programme in force on a day.
func (s *Service) InForce(ctx context.Context, programme, day string) (int, error) {
	n, err := gen.New(s.DB.Read).InForce(ctx, gen.InForceParams{Kind: programme, Day: day})
	if err != nil {
		return 0, fmt.Errorf("count awards: %w", err)
	}
	return int(n), nil
}

// Filter selects awards; what is empty selects all.
type Filter struct {
	Programme string
	AreaID    int64  // and all below
	OrgID     string // of an institution
	State     string // of the workflow, or one of the words below
	Year      string // of the decision: 2026
	CallID    string // that gave it
	Text      string // part of the holder's name, the number or the document
}

// States of a Filter that are none of a workflow.
const (
	StateInForce = "in_force"
	StateOver    = "over"    // ended for whatever reason
	StateEarlier = "earlier" // from before this program, not yet checked again
)

// List returns the awards of the register, newest first. It is public.
func (s *Service) List(ctx context.Context, f Filter) ([]Award, error) {
	list, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	in := s.within(f.AreaID)
	day, text := s.Today(), strings.ToLower(strings.TrimSpace(f.Text))
	return slices.DeleteFunc(list, func(a Award) bool {
		return !(f.matches(a, day) && in(a.AreaID) &&
			(text == "" || strings.Contains(strings.ToLower(a.Holder+"\n"+a.Number+"\n"+a.Document), text)))
	}), nil
}

func (f Filter) matches(a Award, day string) bool {
	return (f.Programme == "" || f.Programme == a.Programme) && (f.OrgID == "" || f.OrgID == a.OrgID) && (f.CallID == "" || f.CallID == a.CallID) &&
		(f.Year == "" || strings.HasPrefix(a.Day, f.Year+"-")) && f.state(a, day)
}

func (f Filter) state(a Award, day string) bool {
	switch f.State {
	case "":
		return true
	case StateInForce:
		return a.Holds(day)
	case StateOver:
		return !a.Earlier && !a.Holds(day)
	case StateEarlier:
		return a.Earlier
	}
	return f.State == a.State
}

// within answers whether an area lies in another; 0 = everything does.
func (s *Service) within(areaID int64) func(int64) bool {
	t := s.Tree()
	if areaID == 0 {
		return func(int64) bool { return true }
	}
	top, ok := t.ByID(areaID)
	return func(id int64) bool {
		nr, known := t.ByID(id)
		return ok && known && nr >= top && nr < t.Last(top)
	}
}

// read returns the whole register, newest first: some thousand rows at most.
func (s *Service) read(ctx context.Context) ([]Award, error) {
	rows, err := gen.New(s.DB.Read).Awards(ctx)
	if err != nil {
		return nil, fmt.Errorf("read awards: %w", err)
	}
	list := make([]Award, len(rows))
	for i, r := range rows {
		list[i] = fromRow(gen.AwardRow(r))
	}
	return list, nil
}

// Get returns an award by its id; NotFound if there is none. It is public.
func (s *Service) Get(ctx context.Context, id string) (Award, error) {
	return s.get(ctx, gen.New(s.DB.Read), id)
}

func (s *Service) get(ctx context.Context, q *gen.Queries, id string) (Award, error) {
	r, err := q.Award(ctx, id)
	if err != nil {
		return Award{}, notFound(err, "award")
	}
	return fromRow(r), nil
}

// ByNumber returns an award by the number of its certificate, however it was
// typed: spaces and the case of letters do not matter. It is public.
func (s *Service) ByNumber(ctx context.Context, number string) (Award, error) {
	number = strings.ToUpper(strings.Join(strings.Fields(number), ""))
	id, err := gen.New(s.DB.Read).AwardByNumber(ctx, number)
	if err != nil {
		return Award{}, notFound(err, "award")
	}
	return s.Get(ctx, id)
}

// Events returns the history of an award, oldest first. It is public.
func (s *Service) Events(ctx context.Context, id string) ([]Event, error) {
	rows, err := gen.New(s.DB.Read).Events(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	list := make([]Event, len(rows))
	for i, r := range rows {
		list[i] = Event{Nr: r.Nr, Move: r.Move, From: r.FromState, To: r.ToState, Reason: r.Reason, Actor: r.Actor, Day: r.Day,
			ValidTo: r.ValidTo, At: r.At}
	}
	return list, nil
}

func fromRow(r gen.AwardRow) Award {
	return Award{ID: r.ID, Programme: r.Programme, Number: r.Number, Holder: r.Holder, OrgID: r.OrgID, AreaID: r.AreaID,
		CallID: r.CallID, ApplicationID: r.ApplicationID, Document: r.Document, Day: r.Day, From: r.ValidFrom, To: r.ValidTo,
		Term: r.Term, Sentence: r.Sentence, State: r.State, Desk: r.Desk, Since: r.Since, Due: r.Due, Cause: r.Cause,
		Exempt: r.Exempt == 1, Score: r.Score, Failed: int(r.Failed), Final: r.Final == 1, Earlier: r.Standing == pending}
}
