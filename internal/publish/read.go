package publish

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/publish/internal/gen"
	"xuedu/internal/release"
)

func notFound() error { return errs.New(errs.NotFound, "publish.not_found") }

// Editions lists what the caller may see, by series, area, newest period and
// newest version first.
func (s *Service) Editions(ctx context.Context) ([]Edition, error) {
	rows, err := gen.New(s.DB.Read).Releases(ctx)
	if err != nil {
		return nil, err
	}
	early, err := s.early(ctx)
	if err != nil {
		return nil, err
	}
	var out []Edition
	for _, row := range rows {
		e, err := s.edition(gen.GetReleaseRow(row))
		if err != nil {
			return nil, err
		}
		if s.visible(ctx, &e, early) {
			out = append(out, e)
		}
	}
	return out, nil
}

// Edition returns one. It fails with NotFound where there is none, or none for
// the caller.
func (s *Service) Edition(ctx context.Context, id string) (Edition, error) {
	row, err := gen.New(s.DB.Read).GetRelease(ctx, id)
	return s.one(ctx, row, err)
}

// Find returns the edition of a version; "" is the newest that the caller may
// see.
func (s *Service) Find(ctx context.Context, series, area, period, version string) (Edition, error) {
	if version != "" {
		row, err := gen.New(s.DB.Read).FindRelease(ctx, gen.FindReleaseParams{Series: series, Area: area, Period: period, Version: version})
		return s.one(ctx, gen.GetReleaseRow(row), err)
	}
	list, err := s.Editions(ctx)
	if err != nil {
		return Edition{}, err
	}
	i := slices.IndexFunc(list, func(e Edition) bool {
		return e.Series == series && e.Area == area && e.Period == period && (e.Public || e.ReadEarly)
	})
	if i < 0 {
		return Edition{}, notFound()
	}
	return list[i], nil
}

// Public returns the newest edition of a report that everybody could read at a
// time, and can read now. It fails with NotFound where there was none.
func (s *Service) Public(ctx context.Context, series, area, period string, at time.Time) (Edition, error) {
	list, err := s.Editions(ctx)
	if err != nil {
		return Edition{}, err
	}
	i := slices.IndexFunc(list, func(e Edition) bool {
		return e.Series == series && e.Area == area && e.Period == period && e.Public && !e.PublicAt.After(at)
	})
	if i < 0 {
		return Edition{}, errs.New(errs.NotFound, "publish.not_public")
	}
	return list[i], nil
}

func (s *Service) one(ctx context.Context, row gen.GetReleaseRow, err error) (Edition, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return Edition{}, notFound()
	}
	if err != nil {
		return Edition{}, err
	}
	e, err := s.edition(row)
	if err != nil {
		return e, err
	}
	early, err := s.early(ctx)
	if err != nil {
		return e, err
	}
	if !s.visible(ctx, &e, early) {
		return Edition{}, notFound()
	}
	return e, nil
}

// early are the releases that the caller may read before they are public.
func (s *Service) early(ctx context.Context) ([]string, error) {
	who := account.From(ctx)
	if !who.SignedIn() {
		return nil, nil
	}
	return gen.New(s.DB.Read).ReadableBy(ctx, who.ID)
}

// visible reports whether the caller may know of a release, and notes how.
func (s *Service) visible(ctx context.Context, e *Edition, early []string) bool {
	who := account.From(ctx)
	e.ReadEarly = !e.Public && e.State == Approved && slices.Contains(early, e.ID)
	return e.Public || e.ReadEarly || who.Can(PermPrepare) || who.Can(PermApprove) || who.Can(PermRead)
}

func (s *Service) edition(row gen.GetReleaseRow) (Edition, error) {
	e := Edition{ID: row.ID, Series: row.Series, Area: row.Area, Period: row.Period, Version: row.Version, Stage: row.Stage, State: row.State,
		Supersedes: row.Supersedes, Digest: row.Digest, Key: row.KeyID, FrozenAt: row.FrozenAt, FrozenBy: row.FrozenBy,
		ApprovedAt: row.ApprovedAt.Time, ApprovedBy: row.ApprovedBy, PublicAt: row.PublicAt.Time}
	e.Public = e.State == Approved && row.PublicAt.Valid && !row.PublicAt.Time.After(s.Now())
	if err := json.Unmarshal([]byte(row.Title), &e.Title); err != nil {
		return e, fmt.Errorf("release %s: %w", row.ID, err)
	}
	if err := json.Unmarshal([]byte(row.Reason), &e.Reason); err != nil {
		return e, fmt.Errorf("release %s: %w", row.ID, err)
	}
	return e, nil
}

// Events lists what was done with a release, the oldest first.
func (s *Service) Events(ctx context.Context, id string) ([]Event, error) {
	if _, err := s.Edition(ctx, id); err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).EventsOf(ctx, id)
	out := make([]Event, len(rows))
	for i, r := range rows {
		out[i] = Event{Verb: r.Verb, Reason: r.Reason, PublicAt: r.PublicAt.Time, Actor: r.Actor, At: r.CreatedAt}
	}
	return out, err
}

// Release returns what was frozen, once approved with those who answer for it.
// Nobody may change what is returned.
func (s *Service) Release(ctx context.Context, id string) (*release.Release, *release.Index, error) {
	e, err := s.Edition(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	return s.load(ctx, e)
}

// load reads a release that the caller may see, from memory where it can.
func (s *Service) load(ctx context.Context, e Edition) (*release.Release, *release.Index, error) {
	if k, ok := s.cache.get(e.Digest); ok {
		return k.release, k.index, nil
	}
	b, err := gen.New(s.DB.Read).GetFrozen(ctx, e.ID)
	if err != nil {
		return nil, nil, err
	}
	if release.Digest(b) != e.Digest {
		return nil, nil, fmt.Errorf("release %s is not what was frozen: the database was changed", e.ID)
	}
	r, err := release.Parse(b)
	if err != nil {
		return nil, nil, fmt.Errorf("release %s: %w", e.ID, err)
	}
	k := kept{r, release.NewIndex(r)}
	s.cache.put(e.Digest, k)
	return k.release, k.index, nil
}

// Sealed returns the signed ZIP of an approved release. It fails with Conflict
// before it is approved.
func (s *Service) Sealed(ctx context.Context, id string) ([]byte, error) {
	e, err := s.Edition(ctx, id)
	if err != nil {
		return nil, err
	}
	if e.State != Approved {
		return nil, errs.New(errs.Conflict, "publish.not_approved")
	}
	return gen.New(s.DB.Read).GetSealed(ctx, id)
}

// Series returns all releases of a report about an area that the caller may
// see, the oldest first: the vintages of its cells.
func (s *Service) Series(ctx context.Context, series, area string) ([]*release.Release, error) {
	list, err := s.Editions(ctx)
	if err != nil {
		return nil, err
	}
	var out []*release.Release
	slices.SortStableFunc(list, func(a, b Edition) int { return a.FrozenAt.Compare(b.FrozenAt) })
	for _, e := range list {
		if e.Series != series || e.Area != area || e.State != Approved {
			continue
		}
		r, _, err := s.load(ctx, e)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// Approved returns every release that was approved, of all reports, the oldest
// first, whoever may see it: what readers have or will have. It is for the
// program itself, which hides in the next what these would give away.
func (s *Service) Approved(ctx context.Context) ([]*release.Release, error) {
	rows, err := gen.New(s.DB.Read).Releases(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b gen.ReleasesRow) int { return a.FrozenAt.Compare(b.FrozenAt) })
	var out []*release.Release
	for _, row := range rows {
		if row.State != Approved {
			continue
		}
		e, err := s.edition(gen.GetReleaseRow(row))
		if err != nil {
			return nil, err
		}
		r, _, err := s.load(ctx, e)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
