package panel

import (
	"context"
	"database/sql"
	"fmt"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/assign"
	"xuedu/internal/accredit/panel/internal/gen"
	"xuedu/internal/audit"
)

// repair gives applications that lack experts new ones, with as few changes as
// can be: first a seated expert who has room, all else staying; then by moving
// as few as possible; then by asking the next substitute who may judge it. What
// still lacks experts is shown as short. Before a plan is confirmed there is
// nothing to repair.
func (s *Service) repair(ctx context.Context, tx *sql.Tx, c accredit.Call) error {
	b, err := s.clean(ctx, tx, c)
	if err != nil || len(b.Given) == 0 {
		return err
	}
	for {
		short := b.Short()
		if len(short) == 0 {
			return nil
		}
		changed, err := s.mend(ctx, tx, b, short)
		if err != nil || !changed {
			return err
		}
		if b, err = s.board(ctx, tx, c); err != nil {
			return err
		}
	}
}

// clean ends what a conflict forbids by now and returns the board without it.
func (s *Service) clean(ctx context.Context, tx *sql.Tx, c accredit.Call) (Board, error) {
	b, err := s.board(ctx, tx, c)
	if err != nil {
		return b, err
	}
	found := false
	for _, a := range b.Given {
		ties := b.Ties[a.ExpertID][a.ApplicationID]
		if !a.Live() || len(ties) == 0 {
			continue
		}
		found = true
		if err := s.stop(ctx, tx, a, ending{state: Recused, kind: ties[0].Kind, reason: ties[0].Reason}); err != nil {
			return b, err
		}
	}
	if !found {
		return b, nil
	}
	return s.board(ctx, tx, c)
}

// Recheck looks for conflicts again that were found since: their assignments
// end, and others take the applications. The program does so every night and
// the office whenever it likes; what an expert may see is checked anew on
// every read in any case.
func (s *Service) Recheck(ctx context.Context, callID string) error {
	if err := office(ctx); err != nil {
		return err
	}
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return err
	}
	if over(c) {
		return nil
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := s.repair(ctx, tx, c); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "panel:recheck", Object: "call:" + c.ID})
	})
}

// Nightly looks for conflicts again in every call that is under way, and returns
// in how many it found some: what registers were told in the meantime, by
// whatever way, ends what it forbids. The program itself calls it.
func (s *Service) Nightly(ctx context.Context) (int, error) {
	ids, err := gen.New(s.DB.Read).LiveCalls(ctx)
	if err != nil {
		return 0, fmt.Errorf("find calls with assignments: %w", err)
	}
	n := 0
	for _, id := range ids {
		c, err := s.Calls.Call(ctx, id)
		if err != nil {
			return n, err
		}
		if over(c) {
			continue
		}
		found, err := s.nightly(ctx, c)
		if err != nil {
			return n, fmt.Errorf("call %s: %w", c.Code, err)
		}
		if found {
			n++
		}
	}
	return n, nil
}

func (s *Service) nightly(ctx context.Context, c accredit.Call) (found bool, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		b, err := s.board(ctx, tx, c)
		if err != nil {
			return err
		}
		for _, a := range b.Given {
			found = found || a.Live() && len(b.Ties[a.ExpertID][a.ApplicationID]) > 0
		}
		if !found {
			return nil
		}
		if err := s.repair(ctx, tx, c); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "panel:recheck", Object: "call:" + c.ID})
	})
	return found, err
}

// ExpertChanged looks again at the calls of an expert of whom a tie was found,
// in the transaction that found it: what it forbids ends at once.
func (s *Service) ExpertChanged(ctx context.Context, tx *sql.Tx, expertID string) error {
	list, err := gen.New(tx).CallsOf(ctx, expertID)
	if err != nil {
		return fmt.Errorf("find calls of an expert: %w", err)
	}
	for _, id := range list {
		c, err := s.Calls.Call(ctx, id)
		if err != nil {
			return err
		}
		if over(c) {
			continue
		}
		if err := s.lock(ctx, tx); err != nil {
			return err
		}
		if err := s.repair(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

// mend makes one step of a repair; false if there is none left.
func (s *Service) mend(ctx context.Context, tx *sql.Tx, b Board, short []Short) (bool, error) {
	for _, x := range short {
		p := b.alone(x.Application.ID)
		if plan, lack := assign.Solve(p); lack == nil {
			return true, s.apply(ctx, tx, b, p, plan)
		}
	}
	p := b.whole()
	if plan, lack := assign.Solve(p); lack == nil {
		return true, s.apply(ctx, tx, b, p, plan)
	}
	for _, x := range short {
		if ok, err := s.promote(ctx, tx, b, x); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// live returns the pairs of the board that count, with what they are.
func (b Board) live(of func(Assignment) bool) (pairs [][2]int) {
	experts, apps := map[string]int{}, map[string]int{}
	for i, st := range b.Seats {
		experts[st.ExpertID] = i
	}
	for i, a := range b.Applications {
		apps[a.ID] = i
	}
	for _, a := range b.Given {
		e, ok := experts[a.ExpertID]
		x, known := apps[a.ApplicationID]
		if a.Live() && ok && known && of(a) {
			pairs = append(pairs, [2]int{e, x})
		}
	}
	return pairs
}

// alone is the problem of one application: all others stay as they are.
func (b Board) alone(applicationID string) assign.Problem {
	p := b.panelled()
	for _, x := range b.live(func(a Assignment) bool { return a.ApplicationID != applicationID }) {
		p.Experts[x[0]].Load--
	}
	at := 0
	for i, a := range b.Applications {
		if a.ID == applicationID {
			at = i
		}
	}
	p.Applications = p.Applications[at : at+1]
	for e := range p.Experts {
		p.Experts[e].Load = max(0, p.Experts[e].Load)
		p.Forbidden[e] = p.Forbidden[e][at : at+1]
	}
	for _, x := range b.live(func(a Assignment) bool { return a.ApplicationID == applicationID }) {
		p.Pinned = append(p.Pinned, [2]int{x[0], 0})
	}
	return p
}

// whole is the problem of all: what is judged or set by hand stays, the rest
// may move, but not without need.
func (b Board) whole() assign.Problem {
	p := b.panelled()
	fixed := func(a Assignment) bool { return a.State == Submitted || a.Pinned }
	p.Pinned = b.live(fixed)
	p.Keep = b.live(func(a Assignment) bool { return !fixed(a) })
	return p
}

// panelled copies the problem, with the panels of the applications as they
// were dealt: that of most of their experts.
func (b Board) panelled() assign.Problem {
	p := b.Problem
	p.Experts, p.Applications = append([]assign.Expert(nil), p.Experts...), append([]assign.Application(nil), p.Applications...)
	p.Forbidden = append([][]bool(nil), p.Forbidden...)
	at := map[string]int{}
	for i, a := range b.Applications {
		at[a.ID] = i
	}
	votes := map[[2]int]int{}
	for _, a := range b.Given {
		i, ok := at[a.ApplicationID]
		if !ok || a.Panel == 0 {
			continue
		}
		x := &p.Applications[i]
		x.Anchor = x.Anchor || a.Anchor
		votes[[2]int{i, a.Panel}]++
		if votes[[2]int{i, a.Panel}] > votes[[2]int{i, x.Panel}] || x.Panel == 0 {
			x.Panel = a.Panel
		}
	}
	return p
}

// apply stores the difference between the board and a plan for some of its
// applications.
func (s *Service) apply(ctx context.Context, tx *sql.Tx, b Board, p assign.Problem, plan assign.Plan) error {
	want := map[[2]string]bool{}
	anchor := map[string]bool{}
	for _, x := range plan.Pairs {
		want[[2]string{p.Experts[x[0]].ID, p.Applications[x[1]].ID}] = true
	}
	for _, a := range p.Applications {
		anchor[a.ID] = a.Anchor
	}
	for _, a := range b.Given {
		key := [2]string{a.ExpertID, a.ApplicationID}
		_, about := anchor[a.ApplicationID]
		switch {
		case !a.Live() || !about:
		case want[key]:
			delete(want, key)
		default:
			if err := s.take(ctx, tx, a, ending{state: Replaced, verb: "panel:repair"}); err != nil {
				return err
			}
		}
	}
	return s.giveAll(ctx, tx, b, p, plan, want)
}

// take removes what was only planned and ends what was open.
func (s *Service) take(ctx context.Context, tx *sql.Tx, a Assignment, e ending) error {
	if a.State != Planned {
		return s.stop(ctx, tx, a, e)
	}
	if err := gen.New(tx).DropAssignment(ctx, a.ID); err != nil {
		return fmt.Errorf("drop assignment: %w", err)
	}
	return nil
}

// giveAll adds the pairs of a plan that are new, in its order.
func (s *Service) giveAll(ctx context.Context, tx *sql.Tx, b Board, p assign.Problem, plan assign.Plan, new map[[2]string]bool) error {
	code := map[string]string{}
	for _, a := range b.Applications {
		code[a.ID] = a.Code
	}
	for _, x := range plan.Pairs {
		e, a := p.Experts[x[0]], p.Applications[x[1]]
		if !new[[2]string{e.ID, a.ID}] {
			continue
		}
		n := Assignment{CallID: b.Call.ID, ApplicationID: a.ID, ApplicationCode: code[a.ID], ExpertID: e.ID,
			State: b.stateFor(b.Seats[x[0]]), Anchor: a.Anchor}
		if err := s.give(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

// stateFor is how a new assignment of a seat begins.
func (b Board) stateFor(st Seat) string {
	if b.Call.State == reviewing && st.State == Seated {
		return Open
	}
	return Planned
}

// promote asks the next substitute who may judge an application that is short.
func (s *Service) promote(ctx context.Context, tx *sql.Tx, b Board, x Short) (bool, error) {
	all, err := seats(ctx, tx, b.Call.ID)
	if err != nil {
		return false, err
	}
	panel := 0
	for i, a := range b.Applications {
		if a.ID == x.Application.ID {
			panel = b.panelled().Applications[i].Panel
		}
	}
	for _, st := range seatsIn(all, Substitute) {
		if _, active := b.Experts[st.ExpertID]; !active || b.Ties.Conflicted(st.ExpertID, x.Application.ID) {
			continue
		}
		if !b.helps(st, x, panel) {
			continue
		}
		if err := s.ask(ctx, tx, st, panel); err != nil {
			return false, err
		}
		return true, audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "panel:promote", Object: "call:" + b.Call.ID,
			Detail: map[string]any{"seat": st.Code(), "application": x.Application.Code}})
	}
	return false, nil
}

// helps reports whether an application is whole with one more expert, or with
// one expert that it is still short of: a category must not stay empty.
func (b Board) helps(st Seat, x Short, panel int) bool {
	with := b
	st.Panel = panel
	with.Seats = append(append([]Seat(nil), b.Seats...), st)
	with.Problem = with.problem()
	p := with.alone(x.Application.ID)
	if _, lack := assign.Solve(p); lack == nil {
		return true
	}
	return x.Need-x.Have > 1
}
