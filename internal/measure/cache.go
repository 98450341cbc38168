package measure

import (
	"container/list"
	"context"
	"errors"
	"sync"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/period"
)

// key names a column that is kept: of a measure, of a target, or what a
// program gave.
type key struct {
	code, filter string
	target       bool
	at           period.Period
	shape        shape

	program *formula.Program
	missing formula.Missing
}

// shape is what of a declaration decides how a block is read.
type shape struct {
	den        int64
	level      area.Level
	area, time formula.Additivity
}

// stamp says what a kept column was made from.
type stamp struct {
	axis    *axis
	version string
}

// cache keeps columns up to a number of bytes, those that were used last. Of
// several who ask for one column at a time, one computes it. It is safe for
// concurrent use.
type cache struct {
	mu      sync.Mutex
	limit   int64
	size    int64
	order   *list.List // of *kept, the one used last in front
	byKey   map[key]*list.Element
	pending map[key]*work
	made    int64 // columns computed, for tests and metrics
}

type kept struct {
	key
	stamp
	column formula.Loaded
	size   int64
}

// work is a computation under way.
type work struct {
	stamp
	done   chan struct{}
	column formula.Loaded
	err    error
}

func newCache(limit int64) *cache {
	return &cache{limit: limit, order: list.New(), byKey: map[key]*list.Element{}, pending: map[key]*work{}}
}

// get returns the column of k made from s, computing it if it must. When the
// computation of somebody else was broken off by their context, it is done again.
func (c *cache) get(ctx context.Context, k key, s stamp, compute func() (formula.Loaded, error)) (formula.Loaded, error) {
	for {
		have, w, mine := c.find(k, s)
		switch {
		case w == nil:
			return have, nil
		case mine:
			w.column, w.err = compute()
			c.finish(k, w)
			return w.column, w.err
		}
		select {
		case <-w.done:
		case <-ctx.Done():
			return formula.Loaded{}, ctx.Err()
		}
		if !errors.Is(w.err, context.Canceled) && !errors.Is(w.err, context.DeadlineExceeded) {
			return w.column, w.err
		}
		if err := ctx.Err(); err != nil {
			return formula.Loaded{}, err
		}
	}
}

// find returns what is kept, or the work to wait for, or work of one's own.
func (c *cache) find(k key, s stamp) (have formula.Loaded, w *work, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.byKey[k]; ok && el.Value.(*kept).stamp == s {
		c.order.MoveToFront(el)
		return el.Value.(*kept).column, nil, false
	}
	if w := c.pending[k]; w != nil && w.stamp == s {
		return have, w, false
	}
	w = &work{stamp: s, done: make(chan struct{}), err: errBroken}
	c.pending[k] = w
	return have, w, true
}

// errBroken is what waiters get if a computation panicked.
var errBroken = errors.New("measure: computation broke off")

func (c *cache) finish(k key, w *work) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(w.done)
	if c.pending[k] == w {
		delete(c.pending, k)
	}
	if w.err != nil {
		return
	}
	c.made++
	if el, ok := c.byKey[k]; ok {
		c.drop(el)
	}
	entry := &kept{key: k, stamp: w.stamp, column: w.column, size: sizeOf(w.column)}
	c.byKey[k] = c.order.PushFront(entry)
	c.size += entry.size
	for c.size > c.limit && c.order.Len() > 0 {
		c.drop(c.order.Back())
	}
}

func (c *cache) drop(el *list.Element) {
	k := c.order.Remove(el).(*kept)
	delete(c.byKey, k.key)
	c.size -= k.size
}

// sizeOf estimates the bytes of a column. Denominators that columns share are
// counted with each: the limit is a limit.
func sizeOf(l formula.Loaded) int64 {
	const overhead, bigRat = 512, 128
	n := len(l.State) + 8*(len(l.Num)+len(l.Den)) + len(l.Cause) + 4*(len(l.Expected)+len(l.Reported)+len(l.NotApplicable))
	return int64(n + overhead + bigRat*len(l.Big))
}
