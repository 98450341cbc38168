package ledger

import (
	"context"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/ledger/engine"
)

// answerKey names an answer of the engine. level matters where only the areas
// asked for were counted.
type answerKey struct {
	ask   engine.Ask
	kind  answerKind
	limit engine.Threshold
	level area.Level
	nr    int
}

type answerKind uint8

const (
	persons answerKind = iota
	rows
	minutes
	heads
	times // rows and heads
	regular
)

// maxAnswers bounds what is kept for the next question.
const maxAnswers = 256

// Query answers q for the area or for all areas of a level below it, in
// preorder. Areas that have ended, or not begun, are left out unless they have
// rows in the period. It fails with Invalid where q names something unknown.
func (f *Figures) Query(ctx context.Context, q Query) ([]Figure, error) {
	f.use.RLock()
	defer f.use.RUnlock()
	a, err := f.check(ctx, q)
	if err != nil {
		return nil, err
	}
	return f.figures(a), nil
}

// figures answers a checked question. f.use is held for reading.
func (f *Figures) figures(a *asked) []Figure {
	out := make([]Figure, 0, len(a.list))
	state := f.state(a)
	have := f.numbers(a, state)
	present := f.present(a)
	for _, n := range a.list {
		if !present(n) {
			continue
		}
		fig := Figure{Area: a.tree.At(n), Nr: n, Period: a.Period, Measure: a.Measure, State: state}
		if state == Value {
			f.fill(&fig, a, have[n])
		}
		out = append(out, fig)
	}
	return out
}

// state is the state that all figures of a question share.
func (f *Figures) state(a *asked) State {
	switch {
	case a.Measure == Regular && !a.Period.IsYear(), a.Measure == Rate && a.By == ByPlace:
		return NotApplicable
	case f.eng.Live(a.ask.From, a.ask.To) == 0:
		return NotReported
	case a.Measure == Rate && (a.Filter.Age != "" || a.Filter.Sex != ""):
		return NotComputable // there is no population by age and sex
	}
	return Value
}

// present tells which areas belong into a list: those that exist in the
// period, or have rows in it.
func (f *Figures) present(a *asked) func(n int) bool {
	if a.Level == "" {
		return func(int) bool { return true }
	}
	from, to := a.Period.From.String(), a.Period.To.String()
	var any []int64
	return func(n int) bool {
		at := a.tree.At(n)
		if at.ValidFrom <= to && (at.ValidTo == "" || at.ValidTo > from) {
			return true
		}
		if any == nil {
			all := *a
			all.ask = engine.Ask{From: a.ask.From, To: a.ask.To, Root: a.ask.Root, ByPlace: a.ask.ByPlace}
			any = f.count(&all, times)
		}
		return any[n] != 0
	}
}

// numbers returns what is counted, by preorder number: whole persons or
// person-times, or minutes; nil where the state is not Value.
func (f *Figures) numbers(a *asked, s State) []int64 {
	if s != Value {
		return nil
	}
	switch a.Measure {
	case Participants, Rate:
		return f.count(a, persons)
	case Hours, CreditHours:
		return f.count(a, minutes)
	case Headcount:
		return f.count(a, heads)
	case Regular:
		return f.count(a, regular)
	}
	return f.count(a, times)
}

// count asks the engine, or finds the answer it gave before.
func (f *Figures) count(a *asked, kind answerKind) []int64 {
	k := answerKey{ask: a.ask, kind: kind}
	if kind == regular {
		p := a.pack.Params
		k.limit = engine.Threshold{Rows: p.RegularSessions, Minutes: p.RegularCredits * p.CreditMinutes}
	}
	if a.ask.ByPlace && (kind == regular || kind == persons) { // only the areas listed are counted
		k.level, k.nr = a.Level, a.nr
	}
	version := f.eng.Last()
	if v, ok := f.answer(k, version); ok {
		return v
	}
	switch kind {
	case persons:
		return f.keep(version, k, f.eng.ParticipantsAt(a.ask, a.list))
	case regular:
		return f.keep(version, k, f.eng.Regular(a.ask, k.limit, a.list))
	}
	s := f.eng.Sums(a.ask)
	all := make([]int64, len(s.Rows))
	for n := range all {
		all[n] = s.Rows[n] + s.Heads[n]
	}
	lists := map[answerKind][]int64{rows: s.Rows, minutes: s.Minutes, heads: s.Heads, times: all}
	for k.kind = range lists {
		f.keep(version, k, lists[k.kind])
	}
	return lists[kind]
}

func (f *Figures) answer(k answerKey, version int64) ([]int64, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.upTo != version || f.of != f.eng {
		f.answers, f.upTo, f.of = map[answerKey][]int64{}, version, f.eng
	}
	v, ok := f.answers[k]
	return v, ok
}

func (f *Figures) keep(version int64, k answerKey, v []int64) []int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.upTo == version && f.of == f.eng && f.eng.Last() == version {
		if len(f.answers) >= maxAnswers {
			clear(f.answers)
		}
		f.answers[k] = v
	}
	return v
}

// fill makes a number a figure.
func (f *Figures) fill(fig *Figure, a *asked, n int64) {
	switch a.Measure {
	case Hours:
		fig.Value = ratio(n, 60, 6)
	case CreditHours:
		fig.Value = ratio(n, a.pack.Params.CreditMinutes, 6)
	case Rate:
		base, at, source, vintage, ok := f.pop().At(fig.Area.ID, a.Period.To.String())
		if !ok || base <= 0 {
			fig.State = NotComputable
			return
		}
		fig.Value = rounded(n*100, base, 4)
		fig.Base, fig.BaseAt, fig.BaseBy = base, at, label(source, vintage)
	default:
		fig.Value = whole(n)
	}
}

// nameGap parts the names of a source in the data's languages, the Chinese
// one first: "第七次全国人口普查 | Seventh National Census".
const nameGap = " | "

func label(source, vintage string) string {
	if vintage == "" {
		return source
	}
	names := strings.Split(source, nameGap)
	for i := range names {
		names[i] += " (" + vintage + ")"
	}
	return strings.Join(names, nameGap)
}

// SourceIn returns the name of a population's source in lang, the first where
// the data have no other.
func SourceIn(source, lang string) string {
	first, second, ok := strings.Cut(source, nameGap)
	if ok && lang == "en" {
		return second
	}
	return first
}
