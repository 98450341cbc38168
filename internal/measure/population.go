package measure

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// PopulationCode is the measure of resident persons.
const PopulationCode = "population"

// Population offers the population series of the areas as a Source. An area
// has the figure in force on the last day of the period; where it has none of
// its own it is not computable, cause NoPopulation: nothing is added up or
// guessed. Figures by age or sex are those imported as a series of this code.
type Population struct {
	figures func() *area.Populations
	series  *Series
	decls   []Decl

	mu   sync.Mutex
	seen *area.Populations
	n    int // of the figures that were seen
}

// NewPopulation returns the source over what figures gives at the moment.
func NewPopulation(figures func() *area.Populations, series *Series, text Translate) *Population {
	return &Population{figures: figures, series: series, decls: []Decl{{
		Code: PopulationCode, Name: text.Text("measure.population"), Note: text.Text("measure.population_note"),
		Unit: "person", Domain: "population", Area: formula.Sum, Time: formula.Last, Periods: kinds,
		Dims: []formula.Dim{{Name: "age", Add: formula.Distinct}, {Name: "sex", Values: []string{"f", "m"}, Add: formula.Sum}},
	}}}
}

// Decls implements Source.
func (s *Population) Decls(context.Context) ([]Decl, error) { return s.decls, nil }

// Version implements Source: it counts how often the figures were replaced, and
// tells the last import of those by age or sex.
func (s *Population) Version(ctx context.Context, _ string, _ period.Period) (string, error) {
	batch, err := lastBatchOf(ctx, s.series.db.Read, PopulationCode)
	if err != nil {
		return "", err
	}
	now := s.figures()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen != now {
		s.seen = now
		s.n++
	}
	return fmt.Sprintf("%d.%d", s.n, batch), nil
}

// Read implements Source.
func (s *Population) Read(ctx context.Context, a Ask) (Block, error) {
	n := a.Tree.Len()
	b := Block{Cause: make([]formula.Cause, n)}
	if len(a.Filter) > 0 {
		var err error
		b.Num, b.State, err = s.series.InForce(ctx, PopulationCode, a.Filter, a.Period.To, a.Tree)
		for i, state := range b.State {
			if state == formula.NotReported {
				b.State[i], b.Cause[i] = formula.NotComputable, formula.NoPopulation
			}
		}
		return b, err
	}
	b.Num, b.State = make([]int64, n), make([]formula.State, n)
	figures, day := s.figures(), a.Period.To.String()
	for i := range n {
		persons, _, _, _, ok := figures.At(a.Tree.At(i).ID, day)
		if !ok {
			b.State[i], b.Cause[i] = formula.NotComputable, formula.NoPopulation
			continue
		}
		b.Num[i], b.State[i] = persons, formula.Value
	}
	return b, nil
}

// Origin implements Source: the figure with its source, its edition and the
// day it speaks of.
func (s *Population) Origin(ctx context.Context, a Ask, nr, limit int) ([]Part, int, error) {
	if len(a.Filter) > 0 {
		return s.series.latest(ctx, a, nr, limit)
	}
	persons, asOf, source, vintage, ok := s.figures().At(a.Tree.At(nr).ID, a.Period.To.String())
	if !ok || limit < 1 {
		return nil, 0, nil
	}
	p := Part{Name: pack.Text{}, Value: persons, State: formula.Value}
	for _, lang := range []string{"zh-CN", "en"} {
		p.Name[lang] = fmt.Sprintf("%s (%s), %s", sourceIn(source, lang), vintage, asOf)
	}
	return []Part{p}, 1, nil
}

// sourceIn returns the name of a source in lang: names in several languages
// stand in one text, the Chinese one first, parted by " | ".
func sourceIn(source, lang string) string {
	first, second, ok := strings.Cut(source, " | ")
	if ok && lang == "en" {
		return second
	}
	return first
}
