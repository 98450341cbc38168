package panel

import (
	"context"
	"database/sql"
	"fmt"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/panel/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// Seats lists the experts of a call: drawn ones in their order, before the
// draw the frozen pool. Forbidden to all but the office and the technical body.
func (s *Service) Seats(ctx context.Context, callID string) ([]Seat, error) {
	if err := office(ctx); err != nil {
		return nil, err
	}
	return seats(ctx, s.DB.Read, callID)
}

// Assignments lists all of a call, ended ones too, by application and seat.
// Forbidden to all but the office and the technical body.
func (s *Service) Assignments(ctx context.Context, callID string) ([]Assignment, error) {
	if err := office(ctx); err != nil {
		return nil, err
	}
	return assignments(ctx, s.DB.Read, callID)
}

// OfCall is Assignments without a check of the caller: for packages that
// checked a duty of their own, such as counting ballots.
func (s *Service) OfCall(ctx context.Context, callID string) ([]Assignment, error) {
	return assignments(ctx, s.DB.Read, callID)
}

// Mine lists what lies on the desk of the signed-in expert: open and submitted,
// of calls that go on, and without a conflict now. Whoever is no expert has
// nothing.
func (s *Service) Mine(ctx context.Context) ([]Assignment, error) {
	me, ok, err := s.Experts.Of(ctx, account.From(ctx).ID)
	if err != nil || !ok {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).AssignmentsOf(ctx, me.ID)
	if err != nil {
		return nil, fmt.Errorf("read assignments: %w", err)
	}
	byCall, order := map[string][]Assignment{}, []string{}
	for _, r := range rows {
		if byCall[r.CallID] == nil {
			order = append(order, r.CallID)
		}
		byCall[r.CallID] = append(byCall[r.CallID], assignmentOf(gen.AssignmentRow(r)))
	}
	var out []Assignment
	for _, id := range order {
		free, err := s.visible(ctx, me, id, byCall[id])
		if err != nil {
			return nil, err
		}
		out = append(out, free...)
	}
	return out, nil
}

// visible keeps of an expert's assignments of a call what may be seen now.
func (s *Service) visible(ctx context.Context, me expert.Expert, callID string, list []Assignment) ([]Assignment, error) {
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return nil, err
	}
	if over(c) {
		return nil, nil
	}
	ids := make([]string, len(list))
	for i, a := range list {
		ids[i] = a.ApplicationID
	}
	m, err := s.matrix(ctx, s.DB.Read, c, []string{me.ID}, ids)
	if err != nil {
		return nil, err
	}
	out := list[:0]
	for _, a := range list {
		if !m.Conflicted(me.ID, a.ApplicationID) {
			out = append(out, a)
		}
	}
	return out, nil
}

// inTx is a checker that also sees what a transaction has not committed yet.
type inTx interface {
	MatrixIn(ctx context.Context, q db.Querier, r expert.Rule, experts []string, subjects []expert.Subject) (expert.Matrix, error)
}

// matrix asks for the ties between experts and applications of a call, as they
// are today.
func (s *Service) matrix(ctx context.Context, q db.Querier, c accredit.Call, experts, applications []string) (expert.Matrix, error) {
	subjects := make([]expert.Subject, len(applications))
	for i, id := range applications {
		var err error
		if subjects[i], err = s.Calls.Subject(ctx, id); err != nil {
			return nil, err
		}
	}
	if x, ok := s.Experts.(inTx); ok {
		return x.MatrixIn(ctx, q, s.rule(c), experts, subjects)
	}
	return s.Experts.Matrix(ctx, s.rule(c), experts, subjects)
}

// over reports whether nothing is expected of a call any more.
func over(c accredit.Call) bool {
	for _, st := range c.Rules.Workflows["call"].States {
		if st.Code == c.State {
			return st.Final
		}
	}
	return false
}

// Assignment returns one of the signed-in expert's own, open or submitted; to
// everybody else, and as soon as there is a conflict, there is no such thing
// (NotFound).
func (s *Service) Assignment(ctx context.Context, id string) (Assignment, error) {
	gone := errs.New(errs.NotFound, "panel.not_found")
	me, ok, err := s.Experts.Of(ctx, account.From(ctx).ID)
	if err != nil {
		return Assignment{}, err
	}
	a, err := assignment(ctx, s.DB.Read, id)
	if err != nil {
		return Assignment{}, err
	}
	if !ok || a.ExpertID != me.ID || a.State != Open && a.State != Submitted {
		return Assignment{}, gone
	}
	list, err := s.visible(ctx, me, a.CallID, []Assignment{a})
	if err != nil {
		return Assignment{}, err
	}
	if len(list) == 0 {
		return Assignment{}, gone
	}
	return a, nil
}

// Submit marks an assignment as judged, in the transaction of who keeps the
// ballot and checked that it is the caller's. Conflict if it is not open.
func (s *Service) Submit(ctx context.Context, tx *sql.Tx, id string) error {
	at := s.stamp()
	n, err := gen.New(tx).MarkSubmitted(ctx, gen.MarkSubmittedParams{ID: id, SubmittedAt: sql.NullTime{Time: at, Valid: true}})
	if err != nil {
		return fmt.Errorf("submit assignment: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "panel.not_open")
	}
	return audit.Append(ctx, tx, at, audit.Entry{Verb: "review:submit", Object: "assignment:" + id})
}

// OfOffice returns an assignment, for the office and the technical body.
func (s *Service) OfOffice(ctx context.Context, id string) (Assignment, error) {
	if err := office(ctx); err != nil {
		return Assignment{}, err
	}
	return assignment(ctx, s.DB.Read, id)
}
