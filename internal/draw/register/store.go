package register

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/draw"
	"xuedu/internal/draw/register/internal/gen"
	"xuedu/internal/errs"
)

func insert(ctx context.Context, tx *sql.Tx, n NewDraw, m draw.Manifest, names map[string]name, secret []byte, at time.Time) error {
	title, err := json.Marshal(n.Title)
	if err != nil {
		return fmt.Errorf("encode title: %w", err)
	}
	hidden, err := json.Marshal(names)
	if err != nil {
		return fmt.Errorf("encode names: %w", err)
	}
	return gen.New(tx).InsertDraw(ctx, gen.InsertDrawParams{
		ID: m.ID, Purpose: m.Purpose, Subject: n.Subject, Title: string(title), State: Frozen,
		Manifest: string(m.Encode()), Secret: hex.EncodeToString(secret), Names: string(hidden),
		Digest: m.Frozen, FrozenAt: at, Actor: audit.From(ctx).Actor,
	})
}

// read returns a draw and its secret, NotFound if there is none.
func read(ctx context.Context, q db.Querier, id string) (Record, []byte, error) {
	row, err := gen.New(q).GetDraw(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Record{}, nil, errs.New(errs.NotFound, "draw.not_found")
	}
	if err != nil {
		return Record{}, nil, fmt.Errorf("read draw: %w", err)
	}
	r := Record{Item: Item{
		ID: row.ID, Purpose: row.Purpose, Subject: row.Subject, State: row.State,
		FrozenAt: row.FrozenAt.UTC(), DrawnAt: row.DrawnAt.Time.UTC(), Reason: row.Reason,
	}}
	secret, err := hex.DecodeString(row.Secret)
	if err == nil {
		r.Manifest, err = draw.Parse([]byte(row.Manifest))
	}
	if err == nil {
		err = json.Unmarshal([]byte(row.Names), &r.names)
	}
	if err == nil {
		err = json.Unmarshal([]byte(row.Title), &r.Title)
	}
	if err != nil {
		return Record{}, nil, fmt.Errorf("read draw %s: %w", id, err)
	}
	if r.Digest = r.Manifest.Frozen; r.Manifest.Drawn() {
		r.Digest = r.Manifest.Sealed
	}
	return r, secret, nil
}

// Get returns a draw; NotFound if there is none. Its manifest is public; the
// things behind the tokens are for the package that it was drawn for.
func (s *Service) Get(ctx context.Context, id string) (Record, error) {
	r, _, err := read(ctx, s.DB.Read, id)
	return r, err
}

// Things returns the things of a draw in their order and those that are taken;
// Conflict where it is not drawn or void.
func (s *Service) Things(ctx context.Context, id string) (order, taken []string, err error) {
	r, err := s.Get(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if r.State != Drawn {
		return nil, nil, errs.New(errs.Conflict, "draw.no_result")
	}
	order, taken = r.Things()
	return order, taken, nil
}

// List returns the draws for a subject, newest first.
func (s *Service) List(ctx context.Context, subject string) ([]Item, error) {
	rows, err := gen.New(s.DB.Read).DrawsOf(ctx, subject)
	if err != nil {
		return nil, fmt.Errorf("list draws: %w", err)
	}
	items := make([]Item, len(rows))
	for i, r := range rows {
		if items[i], err = itemOf(gen.AllDrawsRow(r)); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// All returns the newest draws, of one purpose or of all.
func (s *Service) All(ctx context.Context, purpose string, most int) ([]Item, error) {
	rows, err := gen.New(s.DB.Read).AllDraws(ctx, gen.AllDrawsParams{Purpose: purpose, Most: int32(most)})
	if err != nil {
		return nil, fmt.Errorf("list draws: %w", err)
	}
	items := make([]Item, len(rows))
	for i, r := range rows {
		if items[i], err = itemOf(r); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func itemOf(r gen.AllDrawsRow) (Item, error) {
	i := Item{
		ID: r.ID, Purpose: r.Purpose, Subject: r.Subject, State: r.State, Digest: r.Digest,
		FrozenAt: r.FrozenAt.UTC(), Reason: r.Reason,
	}
	if r.DrawnAt.Valid {
		i.DrawnAt = r.DrawnAt.Time.UTC()
	}
	if err := json.Unmarshal([]byte(r.Title), &i.Title); err != nil {
		return Item{}, fmt.Errorf("title of draw %s: %w", r.ID, err)
	}
	return i, nil
}
