package activity

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

const taughtFrom = ` FROM meeting m JOIN class c ON c.id = m.class_id JOIN activity a ON a.id = c.activity_id JOIN org o ON o.id = a.org_id`

// filterColumns are the columns behind the dimensions.
var filterColumns = map[string]string{"theme": "a.theme", "mode": "c.mode", "type": "o.type"}

// where is the condition of a question with its values.
func (o *taught) where(a measure.Ask) (text string, args []any) {
	text, args = ` WHERE m.day >= $1 AND m.day <= $2`, []any{a.Period.From.String(), a.Period.To.String()}
	add := func(column, value string) {
		args = append(args, value)
		text += " AND " + column + " = $" + strconv.Itoa(len(args))
	}
	if o.state != "" {
		add("m.state", string(o.state))
	}
	for _, dim := range []string{"theme", "mode", "type"} {
		if v, ok := a.Filter[dim]; ok {
			add(filterColumns[dim], v)
		}
	}
	if o.key != "" {
		text += " AND " + o.key + " IS NOT NULL"
	}
	return text, args
}

// value is the SQL of what one meeting, or one key, adds.
func (m *Measures) value(o *taught) string {
	if o.rule {
		return fmt.Sprintf(o.value, m.pack().Params.Completion())
	}
	return o.value
}

// units reads what is counted, in one statement for all areas.
func (m *Measures) units(ctx context.Context, o *taught, a measure.Ask) ([]measure.Unit, error) {
	where, args := o.where(a)
	query := `SELECT m.area_id, '', CAST(sum(` + m.value(o) + `) AS BIGINT)` + taughtFrom + o.join + where + ` GROUP BY m.area_id ORDER BY m.area_id`
	if o.key != "" {
		query = `SELECT m.area_id, ` + o.key + `, CAST(max(` + m.value(o) + `) AS BIGINT)` + taughtFrom + o.join + where +
			` GROUP BY m.area_id, ` + o.key + ` ORDER BY ` + o.key + `, m.area_id`
	}
	var out []measure.Unit
	err := m.each(ctx, query, args, func(rows *sql.Rows) error {
		var id int64
		var u measure.Unit
		if err := rows.Scan(&id, &u.Key, &u.Value); err != nil {
			return err
		}
		var ok bool
		if u.Nr, ok = a.Tree.ByID(id); ok {
			out = append(out, u)
		}
		return nil
	})
	return out, err
}

func (m *Measures) each(ctx context.Context, query string, args []any, f func(*sql.Rows) error) error {
	rows, err := m.db.Read.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("count activities: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return fmt.Errorf("count activities: %w", err)
		}
	}
	return rows.Err()
}

// planned reports whether any meeting was planned for a day of p.
func (m *Measures) planned(ctx context.Context, p period.Period) (bool, error) {
	var n int64
	err := m.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM meeting WHERE day >= $1 AND day <= $2 LIMIT 1) x`,
		p.From.String(), p.To.String()).Scan(&n)
	return n > 0, err
}

// HeldByOrg counts the meetings that each institution held in a period, by its
// id; those without any are left out.
func (m *Measures) HeldByOrg(ctx context.Context, p period.Period) (map[string]int64, error) {
	out := map[string]int64{}
	query := `SELECT a.org_id, count(*)` + taughtFrom + ` WHERE m.day >= $1 AND m.day <= $2 AND m.state = 'held' GROUP BY a.org_id ORDER BY a.org_id`
	err := m.each(ctx, query, []any{p.From.String(), p.To.String()}, func(rows *sql.Rows) error {
		var id string
		var n int64
		err := rows.Scan(&id, &n)
		out[id] = n
		return err
	})
	return out, err
}

// HeldVersion changes whenever the answer of HeldByOrg may.
func (m *Measures) HeldVersion(ctx context.Context, p period.Period) (string, error) {
	return version(ctx, m.db.Read, p)
}

// Origin implements measure.Source: the classes behind the value of an area.
func (m *Measures) Origin(ctx context.Context, a measure.Ask, nr, limit int) ([]measure.Part, int, error) {
	o, err := m.asked(a)
	if err != nil {
		return nil, 0, err
	}
	if o.listed {
		return nil, 0, nil
	}
	where, args := o.where(a)
	value := "sum(" + m.value(o) + ")"
	if o.key != "" {
		value = "max(" + m.value(o) + ")"
	}
	query := `SELECT m.area_id, c.id, a.title, c.name, CAST(` + value + ` AS BIGINT)` + taughtFrom + o.join + where +
		` GROUP BY m.area_id, c.id, a.title, c.name ORDER BY c.id, m.area_id`
	var parts []measure.Part
	last := ""
	err = m.each(ctx, query, args, func(rows *sql.Rows) error {
		var areaID, v int64
		var id, title, name string
		if err := rows.Scan(&areaID, &id, &title, &name, &v); err != nil {
			return err
		}
		n, ok := a.Tree.ByID(areaID)
		if !ok || n < nr || n >= a.Tree.Last(nr) {
			return nil
		}
		if id == last { // it meets in many areas
			if o.key == "" {
				parts[len(parts)-1].Value += v
			}
			return nil
		}
		last = id
		full := title + " · " + name
		parts = append(parts, measure.Part{Name: pack.Text{"zh-CN": full, "en": full}, Value: v, State: formula.Value, Href: "/desk/classes/" + id})
		return nil
	})
	slices.SortStableFunc(parts, func(x, y measure.Part) int { return cmp.Compare(y.Value, x.Value) })
	return parts[:min(limit, len(parts))], len(parts), err
}
