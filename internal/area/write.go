package area

import (
	"context"
	"fmt"

	"xuedu/internal/db"
)

// chunk is how many rows go to the database at a time.
const chunk = 10_000

var (
	areaCols    = []string{"id", "code", "level", "valid_from", "valid_to"}
	versionCols = []string{"area_id", "valid_from", "parent_id", "name", "name_en", "pinyin", "initials"}
)

// write stores the plan: areas first, since versions point at them.
func (im *importer) write(ctx context.Context, tx db.Querier, add db.CopyFunc) error {
	step := steps{total: 2*len(im.areas) + len(im.updates) + len(im.edits), tell: im.o.Progress}
	err := im.inChunks(&step, add, "area", areaCols, func(r *record) []any {
		return []any{r.id, r.code, string(r.level), r.from, r.to}
	})
	if err != nil {
		return err
	}
	err = im.inChunks(&step, add, "area_version", versionCols, func(r *record) []any {
		v := &r.versions[0]
		return []any{r.id, v.from, v.parent(), v.name, v.nameEN, v.pinyin, v.initials}
	})
	if err != nil {
		return err
	}
	for _, u := range im.updates {
		if err := writeVersion(ctx, tx, u); err != nil {
			return err
		}
		step.done(1)
	}
	for _, e := range im.edits {
		if _, err := tx.ExecContext(ctx, `UPDATE area SET valid_from = $1, valid_to = $2 WHERE id = $3`, e.from, e.to, e.id); err != nil {
			return fmt.Errorf("change validity of area %d: %w", e.id, err)
		}
		step.done(1)
	}
	return nil
}

func (im *importer) inChunks(step *steps, add db.CopyFunc, table string, cols []string, cells func(*record) []any) error {
	for lo := 0; lo < len(im.areas); lo += chunk {
		hi := min(lo+chunk, len(im.areas))
		rows := make([][]any, 0, hi-lo)
		for i := lo; i < hi; i++ {
			rows = append(rows, cells(&im.areas[i]))
		}
		if err := add(table, cols, rows); err != nil {
			return err
		}
		step.done(hi - lo)
	}
	return nil
}

func writeVersion(ctx context.Context, tx db.Querier, u update) error {
	v := u.v
	_, err := tx.ExecContext(ctx, `INSERT INTO area_version (area_id, valid_from, parent_id, name, name_en, pinyin, initials)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (area_id, valid_from) DO UPDATE SET parent_id = excluded.parent_id, name = excluded.name,
		name_en = excluded.name_en, pinyin = excluded.pinyin, initials = excluded.initials`,
		u.id, v.from, v.parent(), v.name, v.nameEN, v.pinyin, v.initials)
	if err != nil {
		return fmt.Errorf("write version of area %d: %w", u.id, err)
	}
	return nil
}

// steps tells a progress bar how far a write is.
type steps struct {
	n, total int
	tell     func(done, total int)
}

func (s *steps) done(n int) {
	if s.n += n; s.tell != nil {
		s.tell(s.n, s.total)
	}
}
