package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"xuedu/internal/area"
)

// Options of a base.
type Options struct {
	Path string              // file of the base; "" = keep it in memory
	City string              // id of the city
	Last int64               // the ledger's number up to which the rows are complete
	Mark string              // proves that a ledger is the one the base was built from
	Step func(done, all int) // progress, may be nil
}

func (o *Options) directory(t *area.Tree, themes []int64) directory {
	return directory{City: o.City, Tree: TreeDigest(t), Mark: o.Mark, Last: o.Last, Areas: t.Len(), Themes: themes}
}

// Engine answers questions. It is safe for concurrent use: Apply waits for the
// questions being answered, and they for it.
type Engine struct {
	mu      sync.RWMutex
	base    *base
	nums    numbering
	themes  themes
	over    overlay
	days    map[int32]int64
	last    int64
	mark    string
	log     []Batch // batches since a Compact began
	logging bool
	compact sync.Mutex // one Compact at a time

	allowed sync.Map // who → []uint64: settled persons with these attributes
	pool    sync.Pool
}

// who is a filter by attributes of persons.
type who struct {
	from, to int32
	sex      Sex
}

// ErrDamaged and ErrForeign are why Open refuses a file, ErrWrite why Build,
// Compact and Renumber could not make one.
var (
	ErrDamaged = errDamaged
	ErrForeign = errors.New("snapshot of another city, tree or format")
	ErrWrite   = errors.New("write snapshot")
)

// TreeDigest identifies a tree by its ids and shape.
func TreeDigest(t *area.Tree) string {
	h := sha256.New()
	for n := range t.Len() {
		fmt.Fprintln(h, t.At(n).ID, t.Parent(n))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func newEngine(s *source, nums numbering, opt Options) (*Engine, error) {
	blk, err := writeBlock(opt.Path, func(w io.Writer) error { return s.write(w) })
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWrite, err)
	}
	return engineOf(blk, nums)
}

func engineOf(blk block, nums numbering) (*Engine, error) {
	b, err := openBase(blk)
	if err != nil {
		return nil, errors.Join(err, blk.close())
	}
	e := &Engine{nums: nums}
	e.setBase(b)
	return e, nil
}

// setBase begins anew from b with an empty overlay.
func (e *Engine) setBase(b *base) {
	e.base, e.themes, e.last, e.mark = b, newThemes(b.dir.Themes), b.dir.Last, b.dir.Mark
	e.over = newOverlay(b)
	e.days = make(map[int32]int64, len(b.days))
	for _, d := range b.days {
		e.days[int32(d.day)] = d.n
	}
	e.allowed.Clear()
}

// Open loads the base at path. It fails with an error that is ErrDamaged,
// ErrForeign or of the file system.
func Open(path, city string, t *area.Tree) (*Engine, error) {
	blk, err := mapFile(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, errDamaged) {
			return nil, err
		}
		return nil, fmt.Errorf("open snapshot: %w", err)
	}
	e, err := engineOf(blk, number(t))
	if err != nil {
		return nil, err
	}
	if d := &e.base.dir; d.City != city || d.Tree != TreeDigest(t) || d.Areas != t.Len() {
		return nil, errors.Join(ErrForeign, blk.close())
	}
	return e, nil
}

// Close gives the memory of the base back. The engine must not be used after.
func (e *Engine) Close() error {
	e.compact.Lock()
	defer e.compact.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.base.block.close()
}

// Last returns the ledger's number up to which the engine is complete.
func (e *Engine) Last() int64 {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.last
}

// Saved returns the number up to which its file is complete, and the mark.
func (e *Engine) Saved() (last int64, mark string) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.base.dir.Last, e.base.dir.Mark
}

// Size returns the rows in the base and those that lie in the overlay.
func (e *Engine) Size() (base, overlay int64) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.base.dir.Rows + int64(len(e.base.looseRecs)), e.over.size()
}

// Tree returns the tree the areas are numbered by.
func (e *Engine) Tree() *area.Tree {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.nums.tree
}

// SetTree takes a tree that has the same areas in the same places, such as one
// with other names, and reports whether t is one.
func (e *Engine) SetTree(t *area.Tree) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.base.dir.Tree != TreeDigest(t) {
		return false
	}
	e.nums.tree = t
	return true
}

// Strange reports whether a row names an area that the tree does not know. Such
// rows count nowhere, and Renumber cannot find them a place in another tree.
func (e *Engine) Strange() bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.strange()
}

func (e *Engine) strange() bool { return e.base.dir.Strange || *e.nums.missed }

// Live returns how many rows that were not reversed lie in the days from..to.
func (e *Engine) Live(from, to int32) int64 {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var n int64
	for d, k := range e.days {
		if d >= from && d <= to {
			n += k
		}
	}
	return n
}

// Span returns the first and last day with a live row.
func (e *Engine) Span() (from, to int32, ok bool) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	for d, k := range e.days {
		if k <= 0 {
			continue
		}
		if !ok || d < from {
			from = d
		}
		to, ok = max(to, d), true
	}
	return from, to, ok
}
