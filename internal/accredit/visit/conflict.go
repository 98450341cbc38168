package visit

import (
	"context"
	"database/sql"
	"fmt"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/visit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// conflicts finds the ties of experts to an applicant by the frozen rule.
func (s *Service) conflicts(ctx context.Context, d accredit.Dossier, experts []string) (map[string][]expert.Edge, error) {
	if len(experts) == 0 {
		return nil, nil
	}
	subject, err := s.Calls.Subject(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	c := d.Rules.Programme.Conflict
	rule := expert.Rule{LookBack: c.LookBack, Kinds: c.Kinds, Level: c.Level, Day: s.today().Format("2006-01-02")}
	m, err := s.Experts.Matrix(ctx, rule, experts, []expert.Subject{subject})
	if err != nil {
		return nil, err
	}
	found := map[string][]expert.Edge{}
	for _, e := range experts {
		if m.Conflicted(e, d.ID) {
			found[e] = m[e][d.ID]
		}
	}
	return found, nil
}

// member reports whether the caller is of the team of a visit, and without
// conflict at this moment: one that turns up cuts access at once.
func (s *Service) member(ctx context.Context, v Visit) (bool, error) {
	list, err := team(ctx, s.DB.Read, v.ID)
	if err != nil {
		return false, err
	}
	for _, m := range list {
		if m.AccountID != actor(ctx) || m.State != OnTeam {
			continue
		}
		if m.ExpertID == "" {
			return true, nil
		}
		d, err := s.Calls.DossierFor(ctx, v.ApplicationID)
		if err != nil {
			return false, err
		}
		found, err := s.conflicts(ctx, d, []string{m.ExpertID})
		return len(found) == 0, err
	}
	return false, nil
}

// Recheck looks at the conflicts of all teams of visits that are not done yet
// and recuses who has one; it returns how many. It is called when a tie
// changes and before the office acts.
func (s *Service) Recheck(ctx context.Context, callID string) (int, error) {
	rows, err := gen.New(s.DB.Read).VisitsOfCall(ctx, callID)
	if err != nil {
		return 0, fmt.Errorf("list visits: %w", err)
	}
	n := 0
	for _, v := range all(rows) {
		if !v.Open() {
			continue
		}
		m, err := s.recheck(ctx, v)
		if err != nil {
			return n, err
		}
		n += m
	}
	return n, nil
}

func (s *Service) recheck(ctx context.Context, v Visit) (int, error) {
	list, err := team(ctx, s.DB.Read, v.ID)
	if err != nil {
		return 0, err
	}
	d, err := s.Calls.DossierFor(ctx, v.ApplicationID)
	if err != nil {
		return 0, err
	}
	found, err := s.conflicts(ctx, d, expertsOf(list))
	if err != nil {
		return 0, err
	}
	n := 0
	for _, m := range list {
		if len(found[m.ExpertID]) == 0 || m.State != OnTeam {
			continue
		}
		if err := s.endMember(ctx, v.ID, m.AccountID, Recused, found[m.ExpertID][0].Kind); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func expertsOf(list []Member) []string {
	var ids []string
	for _, m := range list {
		if m.State == OnTeam && m.ExpertID != "" {
			ids = append(ids, m.ExpertID)
		}
	}
	return ids
}

// endMember takes somebody off the team; what was found stays, signatures fall.
func (s *Service) endMember(ctx context.Context, id, accountID, state, reason string) error {
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		v, err := locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if !v.Open() {
			return errs.New(errs.Conflict, "visit.closed")
		}
		q := gen.New(tx)
		n, err := q.EndMember(ctx, gen.EndMemberParams{VisitID: id, AccountID: accountID, State: state, Reason: reason})
		if err != nil {
			return fmt.Errorf("end member: %w", err)
		}
		if n == 0 {
			return errs.New(errs.NotFound, "visit.no_member")
		}
		if err := q.Unsign(ctx, id); err != nil {
			return fmt.Errorf("take back signatures: %w", err)
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "visit:" + state, Object: "visit:" + id, Reason: reason,
			Detail: map[string]any{"member": accountID}})
	})
}
