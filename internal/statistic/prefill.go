package statistic

import (
	"context"
	"math/big"
	"strings"
	"sync"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic/rule"
)

// ofRegister is how a formula names a value of the register that gives the rows.
const ofRegister = "org."

// derived are the derived cells of a form for all areas: one column for each
// row and field, computed at once.
type derived map[rule.Key][]value

// derive computes every derived cell of a form's fixed rows in a period. A
// formula that cannot be read any more is not computable.
func (s *Service) derive(ctx context.Context, f *pack.Form, at period.Period) (derived, error) {
	cat, err := s.Engine.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	out := derived{}
	var jobs []job
	for _, r := range f.FixedRows() {
		for _, fd := range f.Fields {
			if (f.Origin(r, fd) != pack.CellDerived || strings.HasPrefix(fd.Derive, ofRegister)) && !hasOwn(f, r, fd) {
				continue
			}
			prog, bad := formula.Compile(fd.Derive, cat)
			if len(bad) > 0 {
				prog = nil
			}
			jobs = append(jobs, job{rule.Key{Row: r.Code, Field: fd.Code}, fd, prog, r.Filter})
		}
	}
	var mu sync.Mutex
	return out, s.each(jobs, func(j job) error {
		col, err := s.column(ctx, j, at)
		mu.Lock()
		defer mu.Unlock()
		out[j.key] = col
		return err
	})
}

type job struct {
	key    rule.Key
	field  pack.Field
	prog   *formula.Program // nil = cannot be read
	filter map[string]string
}

// each runs f for the jobs, some at a time.
func (s *Service) each(jobs []job, f func(job) error) error {
	const workers = 4
	var wg sync.WaitGroup
	next := make(chan job)
	bad := make(chan error, len(jobs))
	for range workers {
		wg.Go(func() {
			for j := range next {
				if err := f(j); err != nil {
					bad <- err
				}
			}
		})
	}
	for _, j := range jobs {
		next <- j
	}
	close(next)
	wg.Wait()
	close(bad)
	return <-bad // nil if there is none
}

func (s *Service) column(ctx context.Context, j job, at period.Period) ([]value, error) {
	col := make([]value, s.Tree().Len())
	if j.prog == nil {
		for i := range col {
			col[i].state = formula.NotComputable
		}
		return col, nil
	}
	res, err := s.Engine.EvalWith(ctx, j.prog, formula.Missing{}, at, j.filter)
	if err != nil {
		return nil, err
	}
	if res.Len() != len(col) {
		return nil, errs.New(errs.Conflict, "statistic.changed_meanwhile")
	}
	for i := range col {
		col[i] = valueAt(res.Column, i, decimals(j.field))
	}
	return col, nil
}

// valueAt is a cell of a column at a number of decimals, rounded half even.
func valueAt(c formula.Column, i, places int) value {
	v := value{state: c.State[i]}
	if v.state != formula.Value {
		return v
	}
	var r *big.Rat
	if b, ok := c.Big[i]; ok {
		r = new(big.Rat).Set(b)
	} else {
		den := int64(1)
		if c.Den != nil {
			den = c.Den[i]
		}
		if places == 0 && den == 1 {
			v.num = c.Num[i]
			return v
		}
		r = big.NewRat(c.Num[i], den)
	}
	n, ok := scaled(r, places)
	if !ok {
		return value{state: formula.NotComputable}
	}
	v.num = n
	return v
}

// scaled rounds r × 10^places half even; ok is false where it does not fit.
func scaled(r *big.Rat, places int) (int64, bool) {
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	num := new(big.Int).Mul(r.Num(), ten)
	q, m := new(big.Int).QuoRem(num, r.Denom(), new(big.Int))
	twice := new(big.Int).Abs(new(big.Int).Lsh(m, 1))
	if c := twice.Cmp(r.Denom()); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(int64(num.Sign())))
	}
	return q.Int64(), q.IsInt64()
}

// fill gives the first content of a cell of area nr: what is derived, what a
// register knows, what is carried from last period; ok is false where somebody
// has to type it.
func (d derived) fill(nr int, f *pack.Form, r pack.Row, fd pack.Field, reg map[string]string, last map[rule.Key]rule.Cell) (v value, origin string, ok bool) {
	k := rule.Key{Row: r.Code, Field: fd.Code}
	switch f.Origin(r, fd) {
	case pack.CellDerived:
		if name, is := strings.CutPrefix(fd.Derive, ofRegister); is {
			v, err := parseValue(fd, reg[name])
			return v, OriginDerived, err == nil && v.state != formula.NotReported
		}
		col, known := d[k]
		if !known {
			return value{state: formula.NotComputable}, OriginDerived, true
		}
		return col[nr], OriginDerived, true
	case pack.CellTyped:
		c, there := last[k]
		if fd.Carry && there && c.State != formula.NotReported {
			return value{c.State, c.Num, c.Text}, OriginCarried, true
		}
	}
	return value{}, "", false
}

// Lineage says what a derived cell of a return is made of.
type Lineage struct {
	Formula string
	Filter  map[string]string // of the row, added to every measure that knows it
	Refs    []formula.Ref
	Parts   map[string][]measure.Part // by the code of a measure: its greatest parts
}

// Lineage opens a derived cell down to the records of the registers; NotFound
// for a cell that is not derived by a formula.
func (s *Service) Lineage(ctx context.Context, id string, k rule.Key, limit int) (Lineage, error) {
	b, err := s.load(ctx, s.DB.Read, id)
	if err != nil {
		return Lineage{}, err
	}
	if err := s.require(ctx, permRead, b.AreaID); err != nil {
		return Lineage{}, err
	}
	r, fd, origin, ok := b.find(k)
	nr, known := s.Tree().ByID(b.AreaID)
	if !ok || !known || origin != pack.CellDerived || strings.HasPrefix(fd.Derive, ofRegister) {
		return Lineage{}, errs.New(errs.NotFound, "statistic.not_found")
	}
	cat, err := s.Engine.Catalogue(ctx)
	if err != nil {
		return Lineage{}, err
	}
	l := Lineage{Formula: fd.Derive, Filter: r.Filter, Parts: map[string][]measure.Part{}}
	prog, bad := formula.Compile(fd.Derive, cat)
	if len(bad) > 0 {
		return l, nil
	}
	l.Refs = prog.Refs()
	for _, ref := range l.Refs {
		ref.Filter = joinFilter(cat, ref, r.Filter)
		parts, _, err := s.Engine.Origin(ctx, ref, b.Collection.Period, nr, limit)
		if err != nil {
			return l, err
		}
		l.Parts[ref.Code] = parts
	}
	return l, nil
}

// joinFilter adds a row's filter to a reference as far as its measure knows it.
func joinFilter(cat *measure.Catalogue, ref formula.Ref, row map[string]string) string {
	d, _ := cat.Decl(ref.Code)
	f, err := measure.ParseFilter(ref.Filter)
	if err != nil {
		return ref.Filter
	}
	all := map[string]string{}
	for _, dim := range d.Dims {
		if v, ok := row[dim.Name]; ok {
			all[dim.Name] = v
		}
	}
	for dim, v := range f {
		all[dim] = v
	}
	return measure.FilterText(all)
}
