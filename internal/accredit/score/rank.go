package score

import (
	"cmp"
	"math/big"
	"slices"

	"xuedu/internal/errs"
)

// Rank returns the result of a record's ballots and entries, best first; it
// does not look at the record's own Result (P1.7).
//
// Applications without enough ballots come last and have no score. Those that
// the shortlist rule leaves out come after all that it takes. Equal finals go
// through the tie chain of the programme. A tie that nothing decides shares a
// place; if the last place to be awarded depends on it, none of its
// applications is in until a draw has put them in order (NeedDraw). In is what
// the rule says, unless the meeting deviated (Entry.Decision).
//
// Invalid: a ballot, an entry or a rule that cannot be computed with.
func Rank(r Record) ([]Standing, error) {
	t, err := newTable(r)
	if err != nil {
		return nil, err
	}
	out := make([]Standing, len(t.lines))
	for i, l := range t.lines {
		out[i] = l.Standing
	}
	return out, nil
}

// NeedDraw returns the ties that only a draw can break and on which the last
// place depends: lists of applications in the order of their numbers. A tie
// that decides nothing needs no draw.
func NeedDraw(r Record) ([][]string, error) {
	t, err := newTable(r)
	if err != nil {
		return nil, err
	}
	return t.undrawn, nil
}

// CutLine returns the final score of the last application that is in by the
// rule, or the score to be reached where places are left; "" if there is no
// line, since everybody is in.
func CutLine(r Record) (string, error) {
	t, err := newTable(r)
	if err != nil || t.cut == nil {
		return "", err
	}
	return t.round(t.cut), nil
}

// Shortlist returns the applications that the shortlist rule takes, best
// first, by their official scores alone: so many per cent of the places, and
// whoever is equal to the last of them.
func Shortlist(r Record) ([]string, error) {
	t, err := newTable(r)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, l := range t.lines {
		if l.short {
			out = append(out, l.Application)
		}
	}
	return out, nil
}

// line is a standing that is being made.
type line struct {
	Standing
	ballots              []Ballot
	entry                Entry
	score, visit, spread *big.Rat // exact; score and spread nil = too few ballots
	rounded              *big.Rat // score as it is published
	final                *big.Rat
	short                bool
	keys                 []*big.Rat // of the tie chain, greater is better; nil = not asked
	apart                int        // the link of the chain that parted it from a neighbour, 1 = the first; 0 = none needed
}

// table is a result that is being made.
type table struct {
	*sheet
	places  int
	lines   []*line
	cut     *big.Rat
	undrawn [][]string
}

func newTable(r Record) (*table, error) {
	s, err := newSheet(r.Programme)
	if err != nil {
		return nil, err
	}
	if r.Places < 0 || r.Places > mostAwards {
		return nil, errs.New(errs.Invalid, "score.bad_awards", "Places", r.Places)
	}
	t := &table{sheet: s, places: r.Places}
	if t.lines, err = s.lines(r); err != nil {
		return nil, err
	}
	t.shortlist()
	t.order()
	t.place()
	t.take()
	t.deviate()
	return t, nil
}

// lines gathers ballots and entries by application and scores each.
func (s *sheet) lines(r Record) ([]*line, error) {
	by := map[string]*line{}
	var lines []*line
	of := func(app string) *line {
		l := by[app]
		if l == nil {
			l = &line{Standing: Standing{Application: app}, entry: Entry{Application: app}}
			by[app], lines = l, append(lines, l)
		}
		return l
	}
	for _, e := range r.Entries {
		if by[e.Application] != nil {
			return nil, errs.New(errs.Invalid, "score.entry_twice", "Application", e.Application)
		}
		of(e.Application).entry = e
	}
	for _, b := range r.Ballots {
		l := of(b.Application)
		l.ballots = append(l.ballots, b)
	}
	for _, l := range lines {
		if err := s.fill(l); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// fill computes what a line says of its application alone.
func (s *sheet) fill(l *line) (err error) {
	if l.visit, err = s.visited(l.entry); err != nil {
		return err
	}
	if l.visit != nil {
		l.Visit = s.round(l.visit)
	}
	if len(l.ballots) < s.rule.Least { // checked all the same
		_, err = s.all(l.ballots)
		return err
	}
	if l.score, l.spread, err = s.official(l.ballots); err != nil {
		return err
	}
	l.Score, l.Spread = s.round(l.score), s.round(l.spread)
	l.rounded, _ = decimal(l.Score)
	l.final = s.final(l.Score, l.Visit)
	l.Final = s.round(l.final)
	return nil
}

// shortlist marks the lines that go on, by rounded official scores.
func (t *table) shortlist() {
	var scored []*line
	for _, l := range t.lines {
		if l.score != nil {
			scored = append(scored, l)
		}
	}
	most := len(scored)
	if t.rule.Shortlist > 0 {
		most = min(most, (t.places*t.rule.Shortlist+99)/100)
	}
	if most <= 0 {
		return
	}
	slices.SortFunc(scored, func(a, b *line) int { return b.rounded.Cmp(a.rounded) })
	for _, l := range scored {
		l.short = l.rounded.Cmp(scored[most-1].rounded) >= 0
	}
}

// class: shortlisted before the others, without a score last.
func (l *line) class() int {
	switch {
	case l.short:
		return 0
	case l.score != nil:
		return 1
	}
	return 2
}

func (a *line) compare(b *line) int {
	if c := cmp.Compare(a.class(), b.class()); c != 0 || a.final == nil {
		return c
	}
	return b.final.Cmp(a.final)
}

// place numbers the lines; those that nothing parts share a place.
func (t *table) place() {
	for i, l := range t.lines {
		l.Place = i + 1
		if i > 0 && t.lines[i-1].same(l) {
			l.Place = t.lines[i-1].Place
		}
	}
}

// same reports whether nothing parts two neighbours.
func (a *line) same(b *line) bool { return a.compare(b) == 0 && (a.final == nil || a.chain(b) == 0) }
