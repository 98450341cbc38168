package indicator

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/db"
	"xuedu/internal/indicator/internal/gen"
	"xuedu/internal/pack"
)

// counter is locked while versions are written, and numbers their changes.
const counter = "indicator"

// versions reads all versions by code, in the order of their numbers.
func versions(ctx context.Context, q db.Querier) (map[string][]Definition, error) {
	rows, err := gen.New(q).Versions(ctx)
	if err != nil {
		return nil, fmt.Errorf("read indicators: %w", err)
	}
	out := make(map[string][]Definition, len(rows))
	for _, r := range rows {
		d := Definition{Version: r.Version, ValidTo: r.ValidTo, Origin: r.Origin, Reason: r.Reason, Author: r.Author, At: r.CreatedAt.UTC()}
		if err := json.Unmarshal([]byte(r.Body), &d.Indicator); err != nil {
			return nil, fmt.Errorf("read indicator %s version %d: %w", r.Code, r.Version, err)
		}
		out[r.Code] = append(out[r.Code], d)
	}
	return out, nil
}

// serial returns the number of the last change, 0 if there was none.
func serial(ctx context.Context, q db.Querier) (int64, error) {
	n, err := gen.New(q).Stamp(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read number of changes: %w", err)
	}
	return n, nil
}

// put writes a new version, and the days on which those of its code end.
func put(ctx context.Context, tx *sql.Tx, list []Definition, d Definition, at time.Time) (Definition, error) {
	d, ended := d.after(list)
	d.At = at
	q := gen.New(tx)
	for _, e := range ended {
		if err := q.EndVersion(ctx, gen.EndVersionParams{ValidTo: e.ValidTo, Code: e.Code, Version: e.Version}); err != nil {
			return d, fmt.Errorf("end indicator %s version %d: %w", e.Code, e.Version, err)
		}
	}
	err := q.InsertVersion(ctx, gen.InsertVersionParams{
		ID: uuid.Must(uuid.NewV7()).String(), Code: d.Code, Version: d.Version, ValidFrom: d.From, ValidTo: d.ValidTo,
		Body: body(d.Indicator), Origin: d.Origin, Reason: d.Reason, Author: d.Author, CreatedAt: at,
	})
	if err != nil {
		return d, fmt.Errorf("write indicator %s version %d: %w", d.Code, d.Version, err)
	}
	return d, nil
}

// body is what is stored of a definition: two definitions that say the same
// have the same body.
func body(d pack.Indicator) string {
	b, _ := json.Marshal(d) // texts, numbers and lists: cannot fail
	return string(b)
}
