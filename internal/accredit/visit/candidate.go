package visit

import (
	"context"
	"fmt"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/visit/internal/gen"
)

// Candidate is an expert of the pool with what ties them to an applicant.
type Candidate struct {
	expert.Expert
	Ties []expert.Edge // empty = may visit
}

// Candidates lists the pool for the team of an application, for the office.
func (s *Service) Candidates(ctx context.Context, applicationID string) (accredit.Dossier, []Candidate, error) {
	if err := s.requireOffice(ctx); err != nil {
		return accredit.Dossier{}, nil, err
	}
	d, err := s.Calls.DossierFor(ctx, applicationID)
	if err != nil {
		return d, nil, err
	}
	pool, err := s.Experts.Pool(ctx)
	if err != nil {
		return d, nil, err
	}
	var ids []string
	for _, e := range pool {
		ids = append(ids, e.ID)
	}
	found, err := s.conflicts(ctx, d, ids)
	if err != nil {
		return d, nil, err
	}
	var list []Candidate
	for _, e := range pool {
		if e.AccountID != "" {
			list = append(list, Candidate{e, found[e.ID]})
		}
	}
	return d, list, nil
}

// Case is an application that is to be visited, with its visit.
type Case struct {
	accredit.Application
	Visit Visit // zero = none is planned
}

// Cases lists what is to be visited in a call, for the office.
func (s *Service) Cases(ctx context.Context, callID string) ([]Case, error) {
	visits, err := s.OfCall(ctx, callID)
	if err != nil {
		return nil, err
	}
	apps, err := s.Calls.OfCall(ctx, callID)
	if err != nil {
		return nil, err
	}
	var list []Case
	for _, a := range apps {
		i := slices.IndexFunc(visits, func(v Visit) bool { return v.ApplicationID == a.ID && v.State != Cancelled })
		if i >= 0 {
			list = append(list, Case{a, visits[i]})
		} else if slices.Contains(toVisit, a.State) {
			list = append(list, Case{Application: a})
		}
	}
	return list, nil
}

// FirstDay is the first day on which a visit may be, told today.
func (s *Service) FirstDay(d accredit.Dossier) string {
	return s.Days().Add(s.today(), d.Rules.Programme.Visit.Notice).Format("2006-01-02")
}

// Visitors lists the accounts of all who are or were of a team of a call. It
// checks nothing: it is for packages that keep them apart from other duties.
func (s *Service) Visitors(ctx context.Context, callID string) ([]string, error) {
	ids, err := gen.New(s.DB.Read).MembersOfCall(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("list visitors: %w", err)
	}
	return ids, nil
}
