package panel

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"xuedu/internal/accredit/assign"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// Swap gives an application to another expert of the panel by hand, with a
// reason; repair leaves that assignment alone from then on. Conflict where the
// other is tied to it, has no room or no seat, or a category would be missing.
func (s *Service) Swap(ctx context.Context, assignmentID, expertID, reason string) error {
	if err := manage(ctx); err != nil {
		return err
	}
	reason, err := needReason(reason)
	if err != nil {
		return err
	}
	a, err := assignment(ctx, s.DB.Read, assignmentID)
	if err != nil {
		return err
	}
	c, err := s.Calls.Call(ctx, a.CallID)
	if err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		b, err := s.board(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := s.swap(ctx, tx, b, a, expertID, reason); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "panel:swap", Object: "assignment:" + a.ID, Reason: reason,
			Detail: map[string]any{"application": a.ApplicationCode, "seat": a.Seat}})
	})
}

func (s *Service) swap(ctx context.Context, tx *sql.Tx, b Board, a Assignment, expertID, reason string) error {
	at := slices.IndexFunc(b.Seats, func(st Seat) bool { return st.ExpertID == expertID })
	switch {
	case a.State == Submitted:
		return errs.New(errs.Conflict, "panel.has_submitted")
	case !a.Live():
		return errs.New(errs.Conflict, "panel.has_ended")
	case at < 0 || !slices.ContainsFunc(b.Choices(a), func(st Seat) bool { return st.ExpertID == expertID }):
		return errs.New(errs.Conflict, "panel.cannot_take")
	}
	if err := s.take(ctx, tx, a, ending{state: Replaced, reason: reason}); err != nil {
		return err
	}
	return s.give(ctx, tx, Assignment{CallID: a.CallID, ApplicationID: a.ApplicationID, ApplicationCode: a.ApplicationCode,
		ExpertID: expertID, State: b.stateFor(b.Seats[at]), Anchor: a.Anchor, Pinned: true, Reason: reason})
}

// Choices lists the seats that could take an assignment over: without a
// conflict, with room, and so that no category is missing.
func (b Board) Choices(a Assignment) (out []Seat) {
	app := slices.IndexFunc(b.Problem.Applications, func(x assign.Application) bool { return x.ID == a.ApplicationID })
	if app < 0 {
		return nil
	}
	load, judges := map[string]int{}, []string{}
	for _, x := range b.Given {
		if !x.Live() {
			continue
		}
		load[x.ExpertID]++
		if x.ApplicationID == a.ApplicationID && x.ID != a.ID {
			judges = append(judges, x.ExpertID)
		}
	}
	for i, st := range b.Seats {
		free := !b.Problem.Forbidden[i][app] && load[st.ExpertID] < b.Problem.Experts[i].Load
		if free && !slices.Contains(judges, st.ExpertID) && st.ExpertID != a.ExpertID && b.covered(append(judges, st.ExpertID)) {
			out = append(out, st)
		}
	}
	return out
}

// covered reports whether experts of an application have all categories.
func (b Board) covered(judges []string) bool {
	have := map[string]int{}
	for _, id := range judges {
		for _, k := range b.Experts[id].Categories {
			have[k]++
		}
	}
	return !slices.ContainsFunc(b.Problem.Categories, func(x assign.Bound) bool { return have[x.Category] < x.Least })
}

// Composition is who sat on a panel, for everybody: how many of each category,
// and their names in an order that says nothing of seats.
type Composition struct {
	By    map[string]int
	Names []string
}

// Composition returns it once the decision is made; before, there is nothing to
// see (NotFound). Who gave which score is never part of it.
func (s *Service) Composition(ctx context.Context, callID string) (Composition, error) {
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return Composition{}, err
	}
	if c.State != decided && c.State != closed {
		return Composition{}, errs.New(errs.NotFound, "panel.not_found")
	}
	list, err := seats(ctx, s.DB.Read, callID)
	if err != nil {
		return Composition{}, err
	}
	pool, err := s.byID(ctx)
	if err != nil {
		return Composition{}, err
	}
	out, names := Composition{By: map[string]int{}}, map[string]bool{}
	for _, st := range seatsIn(list, Seated) {
		e := pool[st.ExpertID]
		names[e.Name] = e.Name != ""
		for _, k := range e.Categories {
			out.By[k]++
		}
	}
	delete(names, "")
	out.Names = slices.Sorted(maps.Keys(names))
	return out, nil
}
