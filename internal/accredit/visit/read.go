package visit

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/visit/internal/gen"
)

// Get returns a visit to the office and to its team; NotFound for all others,
// also for a member with a conflict.
func (s *Service) Get(ctx context.Context, id string) (Detail, error) {
	v, err := read(ctx, s.DB.Read, id)
	if err != nil {
		return Detail{}, err
	}
	if !s.office(ctx) {
		if ok, err := s.member(ctx, v); err != nil || !ok || v.State != Announced && v.State != Done {
			return Detail{}, orNoVisit(err)
		}
	}
	return s.detail(ctx, s.DB.Read, v)
}

// Member reports whether the caller is of the team of a visit.
func (s *Service) Member(ctx context.Context, v Visit) (bool, error) { return s.member(ctx, v) }

// Notice returns what the applicant is told of a visit: day, and once it is
// announced sites and note; never what was found.
func (s *Service) Notice(ctx context.Context, id string) (Visit, []Site, error) {
	v, _, err := s.ofApplicant(ctx, id)
	if err != nil {
		return v, nil, err
	}
	if v.State == Planned {
		return v, nil, nil
	}
	list, err := sites(ctx, s.DB.Read, id)
	if v.State == Named || v.State == Drawn { // the drawn ones are told with the notice
		list = slices.DeleteFunc(list, func(x Site) bool { return x.Origin == ByDraw })
	}
	return v, list, err
}

// OfCall lists the visits of a call for the office.
func (s *Service) OfCall(ctx context.Context, callID string) ([]Visit, error) {
	if err := s.requireOffice(ctx); err != nil {
		return nil, err
	}
	return s.ofCall(ctx, callID)
}

func (s *Service) ofCall(ctx context.Context, callID string) ([]Visit, error) {
	rows, err := gen.New(s.DB.Read).VisitsOfCall(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("list visits: %w", err)
	}
	return all(rows), nil
}

// OfApplication lists the visits of an application, to whoever may read it.
func (s *Service) OfApplication(ctx context.Context, applicationID string) ([]Visit, error) {
	if _, err := s.Calls.Application(ctx, applicationID); err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).VisitsOfApplication(ctx, applicationID)
	if err != nil {
		return nil, fmt.Errorf("list visits: %w", err)
	}
	return all(rows), nil
}

// Mine lists the visits of the caller's teams, without those that a conflict hides.
func (s *Service) Mine(ctx context.Context) ([]Visit, error) {
	rows, err := gen.New(s.DB.Read).VisitsOfMember(ctx, actor(ctx))
	if err != nil {
		return nil, fmt.Errorf("list visits: %w", err)
	}
	var list []Visit
	for _, v := range all(rows) {
		ok, err := s.member(ctx, v)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, v)
		}
	}
	return list, nil
}

// Found returns what visits found: application to leaf to level, of those that
// are done. It checks nothing: it is for packages that compute the result.
func (s *Service) Found(ctx context.Context, callID string) (map[string]map[string]string, error) {
	rows, err := gen.New(s.DB.Read).FoundOfCall(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("read findings: %w", err)
	}
	m := map[string]map[string]string{}
	for _, r := range rows {
		if m[r.ApplicationID] == nil {
			m[r.ApplicationID] = map[string]string{}
		}
		m[r.ApplicationID][r.Leaf] = r.Level
	}
	return m, nil
}

// Register offers the guards and effects of a call's workflow.
func (s *Service) Register(on interface {
	OnGuard(string, accredit.Guard)
	OnEffect(string, accredit.Effect)
}) {
	on.OnGuard("visits_asked", s.asked)
	on.OnGuard("visits_done", s.allDone)
	on.OnEffect("begin_visits", s.begin)
}

// asked: the programme asks for visits.
func (s *Service) asked(_ context.Context, c accredit.Call, _ string) (string, error) {
	if c.Rules.Programme.Visit.Team == 0 {
		return "visit.not_asked", nil
	}
	return "", nil
}

// allDone: whoever is still in the call has been visited, where the programme
// asks for it.
func (s *Service) allDone(ctx context.Context, c accredit.Call, _ string) (string, error) {
	if c.Rules.Programme.Visit.Team == 0 {
		return "", nil
	}
	visits, err := s.ofCall(ctx, c.ID)
	if err != nil {
		return "", err
	}
	done := map[string]bool{}
	for _, v := range visits {
		done[v.ApplicationID] = done[v.ApplicationID] || v.State == Done
	}
	apps, err := s.Calls.OfCall(ctx, c.ID)
	if err != nil {
		return "", err
	}
	for _, a := range apps {
		if slices.Contains(toVisit, a.State) && !done[a.ID] {
			return "visit.not_all_done", nil
		}
	}
	return "", nil
}

// begin moves the shortlisted applications of a call on site.
func (s *Service) begin(ctx context.Context, tx *sql.Tx, c accredit.Call, _ string) error {
	apps, err := s.Calls.OfCall(ctx, c.ID)
	if err != nil {
		return err
	}
	var ids []string
	for _, a := range apps {
		if a.State == "shortlisted" {
			ids = append(ids, a.ID)
		}
	}
	return s.Calls.Advance(ctx, tx, c.ID, ids, "begin_visit", "")
}
