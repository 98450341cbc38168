package indicator

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
)

// book is all versions of all indicators at one moment. It is read again when
// any process has changed them.
type book struct {
	serial   int64
	versions map[string][]Definition
	turns    []string // days on which some version begins or ends

	mu   sync.Mutex
	sets map[int]*set // by the number of turns before the day
}

// set is the definitions in force between two turns, with their programs.
type set struct {
	defs map[string]Definition
	cat  *measure.Catalogue
	pack *pack.Pack

	mu       sync.Mutex
	programs map[string]compiled
}

type compiled struct {
	program *formula.Program
	bad     []formula.Problem
}

// book returns the definitions as they are now.
func (s *Service) book(ctx context.Context) (*book, error) {
	if s.fixed != nil {
		return s.fixed, nil
	}
	n, err := serial(ctx, s.db.Read)
	if err != nil {
		return nil, err
	}
	if b := s.held.Load(); b != nil && b.serial == n {
		return b, nil
	}
	list, err := versions(ctx, s.db.Read)
	if err != nil {
		return nil, err
	}
	b := newBook(n, list) // read before the rows: at worst they are read once more
	s.held.Store(b)
	return b, nil
}

func newBook(n int64, list map[string][]Definition) *book {
	b := &book{serial: n, versions: list, sets: map[int]*set{}}
	for _, versions := range list {
		for _, d := range versions {
			b.turns = append(b.turns, d.From)
			if d.ValidTo != "" {
				b.turns = append(b.turns, d.ValidTo)
			}
		}
	}
	slices.Sort(b.turns)
	b.turns = slices.Compact(b.turns)
	return b
}

// on returns the definitions in force on a day, ready to compile.
func (b *book) on(day string, cat *measure.Catalogue, p *pack.Pack) *set {
	turn, found := slices.BinarySearch(b.turns, day)
	if found {
		turn++
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if x := b.sets[turn]; x != nil && x.cat == cat && x.pack == p {
		return x
	}
	x := &set{defs: map[string]Definition{}, cat: cat, pack: p, programs: map[string]compiled{}}
	for code, versions := range b.versions {
		if d, ok := on(versions, day); ok {
			x.defs[code] = d
		}
	}
	b.sets[turn] = x
	return x
}

// with returns x with one definition put in the place of that of its code.
func (x *set) with(d Definition) *set {
	y := &set{defs: make(map[string]Definition, len(x.defs)+1), cat: x.cat, pack: x.pack, programs: map[string]compiled{}}
	for code, other := range x.defs {
		y.defs[code] = other
	}
	y.defs[d.Code] = d
	return y
}

// program compiles the formula of a code; codes of other indicators stand for
// their formulas.
func (x *set) program(code string) compiled {
	x.mu.Lock()
	defer x.mu.Unlock()
	c, ok := x.programs[code]
	if !ok {
		c.program, c.bad = formula.Compile(x.defs[code].Formula, symbols{x})
		x.programs[code] = c
	}
	return c
}

// sorted returns the definitions in the order of groups and codes.
func (x *set) sorted() []Definition {
	out := make([]Definition, 0, len(x.defs))
	for _, d := range x.defs {
		out = append(out, d)
	}
	place := map[string]int{}
	for _, d := range out {
		place[d.Group], _, _ = x.pack.Indicators.Group(d.Group)
	}
	slices.SortFunc(out, func(a, b Definition) int {
		return cmp.Or(cmp.Compare(place[a.Group], place[b.Group]), strings.Compare(a.Group, b.Group), strings.Compare(a.Code, b.Code))
	})
	return out
}

// symbols are what a formula may name: the measures, and the indicators in
// force, which stand for their formulas.
type symbols struct{ *set }

func (y symbols) Symbol(code string) (formula.Symbol, bool) {
	if m, ok := y.cat.Symbol(code); ok {
		return m, true
	}
	d, ok := y.defs[code]
	if !ok {
		return formula.Symbol{}, false
	}
	u, _ := y.pack.Indicators.UnitOf(d.Unit)
	return formula.Symbol{Code: code, Unit: formula.Unit(u.Dim), Area: formula.None, Time: formula.None, Inline: d.Formula}, true
}

func (y symbols) Near(code string) []string {
	near := y.cat.Near(code)
	for other := range y.defs {
		if strings.EqualFold(other, code) {
			near = append([]string{other}, near...)
		}
	}
	return near
}

// set returns the definitions in force on a day.
func (s *Service) set(ctx context.Context, day string) (*set, error) {
	b, err := s.book(ctx)
	if err != nil {
		return nil, err
	}
	cat, err := s.engine.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	return b.on(day, cat, s.pack()), nil
}

// today is the day in the city's time zone.
func (s *Service) today() string {
	zone, err := time.LoadLocation(s.pack().TimeZone)
	if err != nil { // a checked pack names one that is known
		zone = time.UTC
	}
	return s.now().In(zone).Format(time.DateOnly)
}

// day returns a day as asked for, or today.
func (s *Service) day(day string) (string, error) {
	if day == "" {
		return s.today(), nil
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return "", errs.InvalidField("day", "period.bad_day", "Value", day)
	}
	return day, nil
}
