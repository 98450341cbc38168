package activity

import (
	"context"
	"database/sql"

	"xuedu/internal/measure"
)

// Shares tells how much of a measure the institutions that teach hold.
type Shares struct {
	ask  measure.Ask
	rows []holding
}

// holding is what an institution has in an area, or of a key there.
type holding struct {
	nr       int
	org, key string
	value    int64
}

// Shares reads, in one statement for all areas, what each institution has of a
// measure. It fails with NotFound for one that is not counted over classes.
func (m *Measures) Shares(ctx context.Context, a measure.Ask) (*Shares, error) {
	o, err := m.asked(a)
	if err != nil {
		return nil, err
	}
	s := &Shares{ask: a}
	if o.listed {
		return s, nil
	}
	where, args := o.where(a)
	key, value := "''", "sum("+m.value(o)+")"
	group := "m.area_id, a.org_id"
	if o.key != "" {
		key, value, group = o.key, "max("+m.value(o)+")", group+", "+o.key
	}
	query := `SELECT m.area_id, a.org_id, ` + key + `, CAST(` + value + ` AS BIGINT)` + taughtFrom + o.join + where + ` GROUP BY ` + group + ` ORDER BY ` + group
	err = m.each(ctx, query, args, func(rows *sql.Rows) error {
		var id int64
		var h holding
		if err := rows.Scan(&id, &h.org, &h.key, &h.value); err != nil {
			return err
		}
		var ok bool
		if h.nr, ok = a.Tree.ByID(id); ok {
			s.rows = append(s.rows, h)
		}
		return nil
	})
	return s, err
}

// Largest is the percentage, rounded up, that one institution has of the value
// of an area; ok is false where nothing is counted there.
func (s *Shares) Largest(nr int) (percent int, ok bool) {
	var all, most int64
	has, seen := map[string]int64{}, map[[2]string]bool{}
	for _, h := range s.rows {
		k := [2]string{h.org, h.key}
		if h.nr < nr || h.nr >= s.ask.Tree.Last(nr) || h.key != "" && seen[k] {
			continue
		}
		seen[k] = true
		has[h.org] += h.value
		most, all = max(most, has[h.org]), all+h.value
	}
	if all <= 0 {
		return 0, false
	}
	return int((100*most + all - 1) / all), true
}
