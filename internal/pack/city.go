package pack

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack/internal/gen"
)

// City is the city that lives in a database. A city without a fingerprint is
// half made: its making was begun and has not ended.
type City struct {
	ID             string
	Pack           string
	PackVersion    string
	KeyFingerprint string
	Synthetic      bool // activity data are invented
	CreatedAt      time.Time
}

// Made reports whether the making of the city has ended.
func (c City) Made() bool { return c.KeyFingerprint != "" }

// CityOf reads the city of a database. It fails with NotFound where there is
// none.
func CityOf(ctx context.Context, q db.Querier) (City, error) {
	rows, err := gen.New(q).City(ctx)
	if err != nil {
		return City{}, fmt.Errorf("read city: %w", err)
	}
	if len(rows) == 0 {
		return City{}, errs.New(errs.NotFound, "pack.no_city")
	}
	return City(rows[0]), nil
}

// Begin writes down that a city is being made, and returns it. Where a city is
// there already, made or half made, it returns that one and writes nothing.
func (s *Service) Begin(ctx context.Context, c City) (City, error) {
	c.CreatedAt = s.stamp()
	c.KeyFingerprint = ""
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := db.Next(ctx, tx, "city", 1); err != nil { // one at a time
			return err
		}
		have, err := CityOf(ctx, tx)
		if errs.KindOf(err) == errs.NotFound {
			return gen.New(tx).InsertCity(ctx, gen.InsertCityParams(c))
		}
		c = have
		return err
	})
	return c, err
}

// Finish ends the making of a city: it stores the pack and the fingerprint of
// the city's keys in one transaction.
func (s *Service) Finish(ctx context.Context, c City, p *Pack, fingerprint string) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		if err := putFiles(ctx, tx, p.files); err != nil {
			return err
		}
		err := gen.New(tx).FinishCity(ctx, gen.FinishCityParams{PackVersion: p.Version, KeyFingerprint: fingerprint, ID: c.ID})
		if err != nil {
			return fmt.Errorf("finish city: %w", err)
		}
		return s.trail(ctx, tx, "city:init", p, "", map[string]any{"pack": p.Name, "version": p.Version, "digest": p.Digest()})
	})
	if err == nil {
		s.held.Store(p)
	}
	return err
}
