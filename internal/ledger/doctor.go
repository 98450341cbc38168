package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"

	"xuedu/internal/db"
)

// Finding is the result of one check of the ledger: how many rows break it.
type Finding struct {
	Check string // i18n key of what was checked
	Wrong int64
}

// integrity holds what no constraint in the schema watches: attendance has no
// foreign keys.
var integrity = []struct{ key, query string }{
	{"figures.check.person", `SELECT count(*) FROM attendance a WHERE a.person_id <> 0 AND NOT EXISTS (SELECT 1 FROM person p WHERE p.id = a.person_id)`},
	{"figures.check.session", `SELECT count(*) FROM attendance a WHERE NOT EXISTS (SELECT 1 FROM session s WHERE s.id = a.session_id)`},
	{"figures.check.theme", `SELECT count(*) FROM attendance a WHERE NOT EXISTS (SELECT 1 FROM theme t WHERE t.id = a.theme_id)`},
	{"figures.check.area", `SELECT count(*) FROM attendance a WHERE NOT EXISTS (SELECT 1 FROM area x WHERE x.id = a.home_id) OR NOT EXISTS (SELECT 1 FROM area x WHERE x.id = a.place_id)`},
	{"figures.check.batch", `SELECT count(*) FROM attendance a WHERE NOT EXISTS (SELECT 1 FROM batch b WHERE b.id = a.batch_id)`},
	{"figures.check.reversal", `SELECT count(*) FROM reversal r WHERE NOT EXISTS (SELECT 1 FROM attendance a WHERE a.id = r.attendance_id AND a.id < r.id)`},
	{"figures.check.change", `SELECT count(*) FROM person_change c WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = c.person_id)`},
	{"figures.check.twice", `SELECT count(*) FROM (SELECT a.person_id FROM attendance a WHERE NOT EXISTS (SELECT 1 FROM reversal r WHERE r.attendance_id = a.id)
		GROUP BY a.person_id, a.session_id HAVING count(*) > 1 AND a.person_id <> 0) x`},
	{"figures.check.counter", `SELECT count(*) FROM (SELECT max(id) AS id FROM attendance UNION ALL SELECT max(id) FROM reversal
		UNION ALL SELECT max(id) FROM person_change UNION ALL SELECT max(id) FROM batch) x
		WHERE x.id >= COALESCE((SELECT next FROM counter WHERE name = 'ledger'), 1)`},
}

// CheckLedger goes through the whole ledger and reports each check, also those
// that found nothing. step is told which checks are done; it may be nil.
func CheckLedger(ctx context.Context, d *db.DB, step func(done, all int64)) ([]Finding, error) {
	var out []Finding
	for i, c := range integrity {
		f := Finding{Check: c.key}
		if err := d.Read.QueryRowContext(ctx, c.query).Scan(&f.Wrong); err != nil {
			return out, fmt.Errorf("%s: %w", c.key, err)
		}
		out = append(out, f)
		if step != nil {
			step(int64(i+1), int64(len(integrity)))
		}
	}
	return out, nil
}

// CheckSample compares n figures, drawn by seed, with what plain SQL counts in
// the ledger.
func (f *Figures) CheckSample(ctx context.Context, n int, seed uint64, step func(done, all int64)) (Finding, error) {
	out := Finding{Check: "figures.check.sample"}
	from, to, ok := f.Span()
	if !ok {
		return out, nil
	}
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range n {
		q := f.sample(r, from, to)
		same, err := f.agrees(ctx, q)
		if err != nil {
			return out, err
		}
		if !same {
			out.Wrong++
			f.opt.Log.ErrorContext(ctx, "figures: engine and ledger disagree", "query", fmt.Sprintf("%+v", q))
		}
		if step != nil {
			step(int64(i+1), int64(n))
		}
	}
	return out, nil
}

// sample draws a question: any area, a year, quarter or month of the ledger.
func (f *Figures) sample(r *rand.Rand, from, to Day) Query {
	f.use.RLock()
	defer f.use.RUnlock()
	t := f.eng.Tree()
	day := from.Time().AddDate(0, 0, r.IntN(1+int(to.Time().Sub(from.Time()).Hours()/24)))
	month := int(day.Month())
	names := []string{fmt.Sprintf("%04d", day.Year()), fmt.Sprintf("%04d-Q%d", day.Year(), (month+2)/3), fmt.Sprintf("%04d-%02d", day.Year(), month)}
	p, err := ParsePeriod(names[r.IntN(len(names))])
	if err != nil {
		p = Period{Name: from.String() + ".." + to.String(), From: from, To: to}
	}
	return Query{Measure: Attendances, Area: t.At(r.IntN(t.Len())).Code, Period: p, By: []By{ByHome, ByPlace}[r.IntN(2)]}
}

func (f *Figures) agrees(ctx context.Context, q Query) (bool, error) {
	for range 3 { // the ledger may grow between the two counts
		l, want, err := f.both(ctx, q)
		if err != nil {
			return false, err
		}
		o, err := f.origin(ctx, l)
		if err != nil {
			return false, err
		}
		if o.Persons == want[0] && o.Rows == want[1] && o.Heads == want[2] && o.Minutes == want[3] {
			return true, nil
		}
		if f.Version() == l.version {
			return false, nil
		}
	}
	return true, nil
}

// both returns what the engine counts, and the question for SQL to count the
// whole ledger by.
func (f *Figures) both(ctx context.Context, q Query) (*lineage, [4]int64, error) {
	f.use.RLock()
	defer f.use.RUnlock()
	a, err := f.check(ctx, q)
	if err != nil {
		return nil, [4]int64{}, err
	}
	s := f.eng.Sums(a.ask)
	n := a.nr
	return &lineage{asked: a, version: f.eng.Last(), all: true}, [4]int64{f.eng.Participants(a.ask)[n], s.Rows[n], s.Heads[n], s.Minutes[n]}, nil
}
