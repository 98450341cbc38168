package measure

import (
	"context"
	"slices"
	"strings"
	"sync"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/period"
)

// Tape is what the sources of an engine answered: enough to compute the same
// again when the sources have changed or are gone (P1.8; design 4.8). Numbers of
// a block are by preorder number of the tree it was recorded over.
type Tape struct {
	Decls   []Decl   `json:"decls"`
	Answers []Answer `json:"answers"`

	mu sync.Mutex
}

// Answer is what one source gave once.
type Answer struct {
	Code   string `json:"code"`
	Period string `json:"period"`
	Filter string `json:"filter,omitempty"` // as FilterText writes it
	Target bool   `json:"target,omitempty"` // of target(x)
	Block
}

func (a Answer) compare(b Answer) int {
	if a.Target != b.Target {
		if a.Target {
			return 1
		}
		return -1
	}
	return strings.Compare(a.Code+"\x00"+a.Period+"\x00"+a.Filter, b.Code+"\x00"+b.Period+"\x00"+b.Filter)
}

// Record returns an engine over the same sources that has computed nothing yet,
// and the tape on which it writes what they answer.
func (e *Engine) Record(ctx context.Context) (*Engine, *Tape, error) {
	cat, err := e.Catalogue(ctx)
	if err != nil {
		return nil, nil, err
	}
	t := &Tape{Decls: cat.List()}
	sources := make([]Source, len(e.sources))
	for i, s := range e.sources {
		sources[i] = recorder{s, t}
	}
	var targets Targets
	if e.targets != nil {
		targets = targetRecorder{e.targets, t}
	}
	return New(e.tree, targets, sources...), t, nil
}

type recorder struct {
	Source
	tape *Tape
}

func (r recorder) Read(ctx context.Context, a Ask) (Block, error) {
	b, err := r.Source.Read(ctx, a)
	if err == nil {
		r.tape.add(Answer{Code: a.Code, Period: a.Period.Name, Filter: FilterText(a.Filter), Block: b})
	}
	return b, err
}

type targetRecorder struct {
	Targets
	tape *Tape
}

func (r targetRecorder) Read(ctx context.Context, code string, p period.Period, t *area.Tree) (Block, error) {
	b, err := r.Targets.Read(ctx, code, p, t)
	if err == nil {
		r.tape.add(Answer{Code: code, Period: p.Name, Target: true, Block: b})
	}
	return b, err
}

// add keeps a copy: the engine goes on to write into what it was given.
func (t *Tape) add(a Answer) {
	a.Num, a.State, a.Cause = slices.Clone(a.Num), slices.Clone(a.State), slices.Clone(a.Cause)
	a.Coverage = formula.Coverage{Expected: slices.Clone(a.Expected), Reported: slices.Clone(a.Reported), NotApplicable: slices.Clone(a.NotApplicable)}
	a.Given = false
	t.mu.Lock()
	defer t.mu.Unlock()
	i, found := slices.BinarySearchFunc(t.Answers, a, Answer.compare)
	if !found {
		t.Answers = slices.Insert(t.Answers, i, a)
	}
}

// Play returns an engine that computes from the tape alone, over the tree it
// was recorded over. It fails with Conflict where it is asked for what the tape
// does not hold.
func (t *Tape) Play(tree *area.Tree) *Engine {
	return New(func() *area.Tree { return tree }, playedTargets{t}, player{t})
}

type player struct{ *Tape }

func (p player) Decls(context.Context) ([]Decl, error) { return p.Tape.Decls, nil }

func (p player) Version(context.Context, string, period.Period) (string, error) { return "", nil }

func (p player) Origin(context.Context, Ask, int, int) ([]Part, int, error) { return nil, 0, nil }

func (p player) Read(_ context.Context, a Ask) (Block, error) {
	return p.find(Answer{Code: a.Code, Period: a.Period.Name, Filter: FilterText(a.Filter)})
}

type playedTargets struct{ *Tape }

func (p playedTargets) Version(context.Context) (string, error) { return "", nil }

func (p playedTargets) Read(_ context.Context, code string, at period.Period, _ *area.Tree) (Block, error) {
	return p.find(Answer{Code: code, Period: at.Name, Target: true})
}

func (t *Tape) find(a Answer) (Block, error) {
	i, ok := slices.BinarySearchFunc(t.Answers, a, Answer.compare)
	if !ok {
		return Block{}, errs.New(errs.Conflict, "measure.not_on_tape", "Code", a.Code, "Period", a.Period)
	}
	return t.Answers[i].Block, nil
}

// Drift is an answer that is another one today.
type Drift struct {
	Code, Period, Filter string
	Target               bool
	Gone                 bool // nobody offers the measure, or that value, any more
	Areas                int  // where it differs, of those that are still there
}

// Drift asks the sources again for all that a tape holds, and lists what
// differs. tree is that of the tape; areas are matched by their codes.
func (e *Engine) Drift(ctx context.Context, t *Tape, tree *area.Tree) ([]Drift, error) {
	c, err := e.begin(ctx)
	if err != nil {
		return nil, err
	}
	var out []Drift
	for _, a := range t.Answers {
		d := Drift{Code: a.Code, Period: a.Period, Filter: a.Filter, Target: a.Target}
		b, err := c.again(a)
		switch errs.KindOf(err) {
		case errs.Invalid, errs.NotFound, errs.Conflict:
			d.Gone = err != nil
		default:
			if err != nil {
				return nil, err
			}
		}
		if !d.Gone {
			d.Areas = differ(tree, a.Block, e.tree(), b)
		}
		if d.Gone || d.Areas > 0 {
			out = append(out, d)
		}
	}
	return out, nil
}

// again asks today's source for an answer.
func (c *call) again(a Answer) (Block, error) {
	p, err := period.Parse(a.Period)
	if err != nil {
		return Block{}, err
	}
	if a.Target {
		if c.targets == nil {
			return Block{}, errs.New(errs.Conflict, "measure.not_on_tape", "Code", a.Code, "Period", a.Period)
		}
		return c.targets.Read(c.ctx, a.Code, p, c.axis.tree)
	}
	en, err := c.entry(a.Code)
	if err != nil {
		return Block{}, err
	}
	filter, err := en.filterOf(a.Filter)
	if err != nil {
		return Block{}, err
	}
	return en.source.Read(c.ctx, Ask{Code: a.Code, Filter: filter, Period: p, Tree: c.axis.tree})
}

// differ counts the areas of both trees whose cells are not the same.
func differ(was *area.Tree, a Block, now *area.Tree, b Block) (n int) {
	for i := range min(was.Len(), len(a.State)) {
		j, ok := now.ByCode(was.At(i).Code)
		if ok && j < len(b.State) && (a.State[i] != b.State[j] || a.Num[i] != b.Num[j]) {
			n++
		}
	}
	return n
}
