package visit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"xuedu/internal/accredit/visit/internal/gen"
	"xuedu/internal/db"
)

func of(r gen.Visit) Visit {
	v := Visit{
		ID: r.ID, CallID: r.CallID, ApplicationID: r.ApplicationID, Day: r.Day, State: r.State, Rule: r.Rule,
		DrawID: r.DrawID, Note: r.Note, Digest: r.Digest, CreatedBy: r.CreatedBy,
	}
	if r.AnnouncedAt.Valid {
		v.AnnouncedAt = r.AnnouncedAt.Time.UTC()
	}
	if r.DoneAt.Valid {
		v.DoneAt = r.DoneAt.Time.UTC()
	}
	return v
}

// read returns a visit, NotFound if there is none.
func read(ctx context.Context, q db.Querier, id string) (Visit, error) {
	row, err := gen.New(q).GetVisit(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Visit{}, noVisit()
	}
	if err != nil {
		return Visit{}, fmt.Errorf("read visit: %w", err)
	}
	return of(row), nil
}

// locked is read after the visit's row is locked: what follows from it stays true.
func locked(ctx context.Context, tx *sql.Tx, id string) (Visit, error) {
	n, err := gen.New(tx).LockVisit(ctx, id)
	if err != nil {
		return Visit{}, fmt.Errorf("lock visit: %w", err)
	}
	if n == 0 {
		return Visit{}, noVisit()
	}
	return read(ctx, tx, id)
}

func all(rows []gen.Visit) []Visit {
	list := make([]Visit, len(rows))
	for i, r := range rows {
		list[i] = of(r)
	}
	return list
}

func team(ctx context.Context, q db.Querier, id string) ([]Member, error) {
	rows, err := gen.New(q).Members(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read team: %w", err)
	}
	list := make([]Member, len(rows))
	for i, r := range rows {
		list[i] = Member{AccountID: r.AccountID, ExpertID: r.ExpertID, State: r.State, Reason: r.Reason}
		if r.SignedAt.Valid {
			list[i].SignedAt = r.SignedAt.Time.UTC()
		}
	}
	return list, nil
}

func sites(ctx context.Context, q db.Querier, id string) ([]Site, error) {
	rows, err := gen.New(q).Sites(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read sites: %w", err)
	}
	list := make([]Site, len(rows))
	for i, r := range rows {
		list[i] = Site{r.Code, r.Name, r.Origin}
	}
	return list, nil
}

func items(ctx context.Context, q db.Querier, id string) (map[string]Item, error) {
	rows, err := gen.New(q).Items(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read findings: %w", err)
	}
	m := make(map[string]Item, len(rows))
	for _, r := range rows {
		m[r.Leaf] = Item{r.Leaf, r.Level, r.Claimed, r.Note, r.Author, r.Version, r.At.UTC()}
	}
	return m, nil
}

func photos(ctx context.Context, q db.Querier, id string) ([]Photo, error) {
	rows, err := gen.New(q).Photos(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read photos: %w", err)
	}
	list := make([]Photo, len(rows))
	for i, r := range rows {
		list[i] = Photo{r.Digest, r.Leaf, r.Media, r.Author, r.At.UTC()}
	}
	return list, nil
}

func samples(ctx context.Context, q db.Querier, id string) ([]Sample, error) {
	rows, err := gen.New(q).Samples(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read sample: %w", err)
	}
	list := make([]Sample, len(rows))
	for i, r := range rows {
		list[i] = Sample{Nr: r.Nr, Row: r.RowNr, Outcome: r.Outcome, Note: r.Note, Author: r.Author}
		if r.At.Valid {
			list[i].At = r.At.Time.UTC()
		}
	}
	return list, nil
}

// detail puts a visit together; q is the transaction of a write, or the pool.
func (s *Service) detail(ctx context.Context, q db.Querier, v Visit) (Detail, error) {
	d := Detail{Visit: v}
	dossier, err := s.Calls.DossierFor(ctx, v.ApplicationID)
	if err != nil {
		return d, err
	}
	d.Code, d.Title = dossier.Code, dossier.Title
	d.Levels, d.RuleOf = dossier.Rules.Programme.Levels, dossier.Rules.Programme.Visit
	found, err := items(ctx, q, v.ID)
	if err != nil {
		return d, err
	}
	d.Leaves = checklist(dossier, found)
	if d.Sites, err = sites(ctx, q, v.ID); err != nil {
		return d, err
	}
	if d.Team, err = team(ctx, q, v.ID); err != nil {
		return d, err
	}
	if d.Photos, err = photos(ctx, q, v.ID); err != nil {
		return d, err
	}
	d.Samples, err = samples(ctx, q, v.ID)
	return d, err
}
