package area

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"xuedu/internal/db"
)

// changeCounter counts the changes of areas and populations.
const changeCounter = "area_change"

// lastChange returns the number of the last change, 0 if there was none.
func lastChange(ctx context.Context, q db.Querier) (int64, error) {
	var n int64
	err := q.QueryRowContext(ctx, `SELECT next FROM counter WHERE name = $1`, changeCounter).Scan(&n)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read number of changes: %w", err)
	}
	return n, nil
}

// These three read whole tables of up to a million rows, so they scan by hand.

// loadAreas returns every area with its versions, in the order of ids.
func loadAreas(ctx context.Context, q db.Querier) ([]record, error) {
	rs, err := q.QueryContext(ctx, `SELECT a.id, a.code, a.level, a.valid_from, a.valid_to,
		v.valid_from, v.parent_id, v.name, v.name_en, v.pinyin, v.initials
		FROM area a JOIN area_version v ON v.area_id = a.id ORDER BY a.id, v.valid_from`)
	if err != nil {
		return nil, fmt.Errorf("read areas: %w", err)
	}
	defer rs.Close()
	var all []record
	for rs.Next() {
		var (
			r      record
			v      version
			parent sql.NullInt64
		)
		if err := rs.Scan(&r.id, &r.code, &r.level, &r.from, &r.to,
			&v.from, &parent, &v.name, &v.nameEN, &v.pinyin, &v.initials); err != nil {
			return nil, fmt.Errorf("read areas: %w", err)
		}
		v.parentID = parent.Int64
		if n := len(all); n > 0 && all[n-1].id == r.id {
			all[n-1].versions = append(all[n-1].versions, v)
			continue
		}
		r.versions = []version{v}
		all = append(all, r)
	}
	return all, rs.Err()
}

func loadSuccessors(ctx context.Context, q db.Querier) ([]Successor, error) {
	rs, err := q.QueryContext(ctx, `SELECT area_id, successor_id, share FROM area_successor ORDER BY area_id, successor_id`)
	if err != nil {
		return nil, fmt.Errorf("read successors: %w", err)
	}
	defer rs.Close()
	var all []Successor
	for rs.Next() {
		var s Successor
		if err := rs.Scan(&s.AreaID, &s.SuccessorID, &s.Share); err != nil {
			return nil, fmt.Errorf("read successors: %w", err)
		}
		all = append(all, s)
	}
	return all, rs.Err()
}

func loadPopulations(ctx context.Context, q db.Querier) (*Populations, error) {
	rs, err := q.QueryContext(ctx, `SELECT area_id, as_of, persons, source, vintage FROM population ORDER BY area_id, as_of, vintage`)
	if err != nil {
		return nil, fmt.Errorf("read populations: %w", err)
	}
	defer rs.Close()
	p := &Populations{series: map[int64][]Population{}}
	for rs.Next() {
		var f Population
		if err := rs.Scan(&f.AreaID, &f.AsOf, &f.Persons, &f.Source, &f.Vintage); err != nil {
			return nil, fmt.Errorf("read populations: %w", err)
		}
		p.series[f.AreaID] = append(p.series[f.AreaID], f)
	}
	return p, rs.Err()
}
