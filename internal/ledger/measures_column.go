package ledger

import (
	"context"

	"xuedu/internal/area"
	"xuedu/internal/ledger/engine"
)

// Column is a measure in one period for every area of a tree, by preorder
// number.
type Column struct {
	Tree   *area.Tree
	State  State   // of all areas; only with Value there are numbers
	Num    []int64 // whole persons or person-times; minutes for Hours and CreditHours. Never changed.
	Absent []bool  // areas that did not exist in the period and have no rows in it
}

// every stands for all levels in the key of an answer.
const every area.Level = "every"

// Column answers q for every area at once; q.Area and q.Level are not read. It
// knows no Rate, and fails with Invalid where q names something unknown and
// with Unavailable before Start.
func (f *Figures) Column(ctx context.Context, q Query) (Column, error) {
	f.use.RLock()
	defer f.use.RUnlock()
	a, err := f.checkAll(ctx, q)
	if err != nil || a == nil {
		return Column{State: NotReported}, err
	}
	c := Column{Tree: a.tree, State: f.state(a)}
	if c.State != Value {
		return c, nil
	}
	c.Num = f.forest(a, func(a *asked) []int64 { return f.numbers(a, Value) })
	c.Absent = f.absent(a)
	return c, nil
}

// checkAll checks a question about all areas; nil for a city without areas.
func (f *Figures) checkAll(ctx context.Context, q Query) (*asked, error) {
	if f.eng != nil && f.eng.Tree().Len() == 0 {
		return nil, nil
	}
	q.Level = ""
	if f.eng != nil {
		q.Area = f.eng.Tree().At(0).Code
	}
	a, err := f.check(ctx, q)
	if err != nil {
		return nil, err
	}
	a.Level, a.list = every, make([]int, a.tree.Len())
	for n := range a.list {
		a.list[n] = n
	}
	return a, nil
}

// forest asks once for each root of the tree.
func (f *Figures) forest(a *asked, count func(*asked) []int64) []int64 {
	if a.tree.Last(0) == a.tree.Len() {
		return count(a)
	}
	out := make([]int64, a.tree.Len())
	for root := 0; root < a.tree.Len(); root = a.tree.Last(root) {
		one := *a
		one.nr, one.ask.Root, one.list = root, root, a.list[root:a.tree.Last(root)]
		copy(out[root:a.tree.Last(root)], count(&one)[root:])
	}
	return out
}

// absent tells which areas have no figure because they were not there.
func (f *Figures) absent(a *asked) []bool {
	out := make([]bool, a.tree.Len())
	from, to := a.Period.From.String(), a.Period.To.String()
	var rows []int64
	for n := range out {
		at := a.tree.At(n)
		if at.ValidFrom <= to && (at.ValidTo == "" || at.ValidTo > from) {
			continue
		}
		if rows == nil {
			whole := *a
			whole.ask = engine.Ask{From: a.ask.From, To: a.ask.To, Root: a.ask.Root, ByPlace: a.ask.ByPlace}
			rows = f.forest(&whole, func(a *asked) []int64 { return f.count(a, times) })
		}
		out[n] = rows[n] == 0
	}
	return out
}
