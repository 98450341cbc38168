package visit

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/visit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// NewVisit is what a visit is planned from.
type NewVisit struct {
	ApplicationID string
	Day           string   // of the visit
	Experts       []string // ids, as many as the rule says
	Office        string   // account of the member of the office; "" = the caller
	Rule          string   // public value by which sites are drawn
}

// Plan sets day and team of a visit. It fails with Forbidden for whoever is
// not of the office; with Conflict where the application is not to be visited
// or has a visit; with Invalid where the day leaves less notice than the rule
// asks for, the team has not the size of the rule, or an expert is tied to the
// applicant: then it names the expert.
func (s *Service) Plan(ctx context.Context, n NewVisit) (Visit, error) {
	if err := s.requireOffice(ctx); err != nil {
		return Visit{}, err
	}
	d, err := s.plannable(ctx, n)
	if err != nil {
		return Visit{}, err
	}
	chosen, err := s.choose(ctx, d, n.Experts)
	if err != nil {
		return Visit{}, err
	}
	if n.Office == "" {
		n.Office = actor(ctx)
	}
	v := Visit{ID: newID(), CallID: d.CallID, ApplicationID: d.ID, Day: n.Day, State: Planned, CreatedBy: actor(ctx)}
	if v.Rule, err = text("rule", n.Rule, 4); err != nil {
		return Visit{}, err
	}
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error { return s.insert(ctx, tx, v, chosen, n.Office, d.AreaID) })
	return v, err
}

// plannable returns the application of a visit to be planned.
func (s *Service) plannable(ctx context.Context, n NewVisit) (accredit.Dossier, error) {
	d, err := s.Calls.DossierFor(ctx, n.ApplicationID)
	if err != nil {
		return d, err
	}
	switch {
	case d.Rules.Programme.Visit.Team == 0:
		return d, errs.New(errs.Conflict, "visit.not_asked")
	case !slices.Contains(toVisit, d.State):
		return d, errs.New(errs.Conflict, "visit.wrong_state")
	}
	return d, s.enoughNotice(n.Day, d.Rules.Programme.Visit.Notice)
}

// toVisit are the states of an application that is to be visited.
var toVisit = []string{"shortlisted", "on_site"}

// enoughNotice refuses a day that is fewer working days away than the
// applicant must be told before.
func (s *Service) enoughNotice(day string, notice int) error {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return errs.InvalidField("day", "visit.bad_day")
	}
	first := s.Days().Add(s.today(), notice)
	if t.Before(first) {
		return errs.InvalidField("day", "visit.too_soon", "N", notice, "Day", first.Format(time.DateOnly))
	}
	return nil
}

// choose returns the experts of a team.
func (s *Service) choose(ctx context.Context, d accredit.Dossier, ids []string) ([]expert.Expert, error) {
	pool, err := s.Experts.Pool(ctx)
	if err != nil {
		return nil, err
	}
	var chosen []expert.Expert
	for _, e := range pool {
		if slices.Contains(ids, e.ID) && e.AccountID != "" {
			chosen = append(chosen, e)
		}
	}
	if size := d.Rules.Programme.Visit.Team; len(chosen) != size || len(ids) != size {
		return nil, errs.InvalidField("experts", "visit.team_size", "N", size)
	}
	found, err := s.conflicts(ctx, d, ids)
	if err != nil {
		return nil, err
	}
	for _, e := range chosen {
		if len(found[e.ID]) > 0 {
			return nil, errs.InvalidField("experts", "visit.conflict", "Name", e.Name)
		}
	}
	return chosen, nil
}

func (s *Service) insert(ctx context.Context, tx *sql.Tx, v Visit, chosen []expert.Expert, office string, areaID int64) error {
	q := gen.New(tx)
	open, err := q.LockOpenVisit(ctx, v.ApplicationID)
	if err != nil {
		return fmt.Errorf("look for visits: %w", err)
	}
	if len(open) > 0 {
		return errs.New(errs.Conflict, "visit.planned_already")
	}
	err = q.InsertVisit(ctx, gen.InsertVisitParams{ID: v.ID, CallID: v.CallID, ApplicationID: v.ApplicationID, Day: v.Day, State: v.State,
		Rule: v.Rule, CreatedBy: v.CreatedBy, CreatedAt: s.stamp()})
	for _, e := range chosen {
		if err == nil {
			err = q.InsertMember(ctx, gen.InsertMemberParams{VisitID: v.ID, AccountID: e.AccountID, ExpertID: e.ID})
		}
	}
	if err == nil {
		err = q.InsertMember(ctx, gen.InsertMemberParams{VisitID: v.ID, AccountID: office})
	}
	if err != nil {
		return fmt.Errorf("insert visit: %w", err)
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "visit:plan", Object: "visit:" + v.ID, AreaID: areaID,
		Detail: map[string]any{"application": v.ApplicationID, "day": v.Day, "team": len(chosen)}})
}

// Release takes a member off the team with a reason; Add puts another in.
func (s *Service) Release(ctx context.Context, id, accountID, reason string) error {
	reason, err := text("reason", reason, 2)
	if err == nil {
		err = s.requireOffice(ctx)
	}
	if err != nil {
		return err
	}
	return s.endMember(ctx, id, accountID, Released, reason)
}

// Add puts an expert into the place of one who left. It fails with Conflict
// where the team is whole, and with Invalid where the expert is tied to the
// applicant or was of this team before.
func (s *Service) Add(ctx context.Context, id, expertID string) error {
	if err := s.requireOffice(ctx); err != nil {
		return err
	}
	v, err := read(ctx, s.DB.Read, id)
	if err != nil {
		return err
	}
	d, err := s.Calls.DossierFor(ctx, v.ApplicationID)
	if err != nil {
		return err
	}
	one := d
	one.Rules.Programme.Visit.Team = 1
	chosen, err := s.choose(ctx, one, []string{expertID})
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		return s.add(ctx, tx, id, chosen[0], d.Rules.Programme.Visit.Team)
	})
}

func (s *Service) add(ctx context.Context, tx *sql.Tx, id string, e expert.Expert, size int) error {
	v, err := locked(ctx, tx, id)
	if err != nil {
		return err
	}
	list, err := team(ctx, tx, id)
	if err != nil {
		return err
	}
	switch {
	case !v.Open():
		return errs.New(errs.Conflict, "visit.closed")
	case len(expertsOf(list)) >= size:
		return errs.New(errs.Conflict, "visit.team_whole")
	case slices.ContainsFunc(list, func(m Member) bool { return m.AccountID == e.AccountID }):
		return errs.InvalidField("expert", "visit.was_member", "Name", e.Name)
	}
	q := gen.New(tx)
	if err := q.InsertMember(ctx, gen.InsertMemberParams{VisitID: id, AccountID: e.AccountID, ExpertID: e.ID}); err != nil {
		return fmt.Errorf("insert member: %w", err)
	}
	if err := q.Unsign(ctx, id); err != nil {
		return fmt.Errorf("take back signatures: %w", err)
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "visit:add", Object: "visit:" + id, Detail: map[string]any{"member": e.AccountID}})
}

// Cancel ends a visit that is not done, with a reason; a draw that has no
// result yet is void with it.
func (s *Service) Cancel(ctx context.Context, id, reason string) error {
	reason, err := text("reason", reason, 2)
	if err == nil {
		err = s.requireOffice(ctx)
	}
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		v, err := locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if !v.Open() {
			return errs.New(errs.Conflict, "visit.closed")
		}
		if err := gen.New(tx).SetCancelled(ctx, gen.SetCancelledParams{ID: id, Note: reason}); err != nil {
			return fmt.Errorf("cancel visit: %w", err)
		}
		if v.DrawID != "" && v.State == Named {
			if err := s.Draws.VoidTx(ctx, tx, v.DrawID, reason); err != nil {
				return err
			}
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "visit:cancel", Object: "visit:" + id, Reason: reason})
	})
}
