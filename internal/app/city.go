package app

import (
	"context"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/indicator"
	"xuedu/internal/ledger"
	"xuedu/internal/pack"
)

// LoadCity reads the city of a database. It fails with Unavailable where there
// is none, where the schema is older or newer than this program, and where the
// making of the city was cut short.
func LoadCity(ctx context.Context, d *db.DB) (pack.City, error) {
	if err := checkSchema(ctx, d); err != nil {
		return pack.City{}, err
	}
	c, err := pack.CityOf(ctx, d.Read)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		err = errs.New(errs.Unavailable, "app.no_city")
	case err == nil && !c.Made():
		err = errs.New(errs.Unavailable, "app.half_made")
	}
	return c, err
}

// ApplyPack puts p in force in the city of d, numbers its new themes and brings
// its indicators and targets in; what an earlier run left undone is done now. It
// fails as pack.Service.Apply does.
func ApplyPack(ctx context.Context, d *db.DB, p *pack.Pack, reason string, now func() time.Time) ([]pack.Change, error) {
	s := pack.New(d, Uses, now)
	changes, err := s.Apply(ctx, p, reason)
	if err != nil {
		return changes, err
	}
	if err := syncThemes(ctx, d, s.Pack, now); err != nil {
		return changes, err
	}
	if _, err := indicator.New(d, nil, s.Pack, nil, now).Adopt(ctx, reason); err != nil {
		return changes, err
	}
	areas := area.New(d, now)
	if err := areas.Reload(ctx); err != nil {
		return changes, err
	}
	if err := adoptForms(ctx, d, s.Pack(), now); err != nil {
		return changes, err
	}
	return changes, adoptTargets(ctx, countless(d, areas.Tree, s.Pack(), now), s.Pack(), reason)
}

// syncThemes numbers the themes of a pack; it needs neither areas nor keys.
func syncThemes(ctx context.Context, d *db.DB, p func() *pack.Pack, now func() time.Time) error {
	return ledger.New(d, nil, p, nil, now).SyncThemes(ctx)
}
