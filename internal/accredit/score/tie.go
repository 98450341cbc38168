package score

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// order puts the lines in order and asks the tie chain where finals are equal.
func (t *table) order() {
	slices.SortFunc(t.lines, func(a, b *line) int {
		return cmp.Or(a.compare(b), strings.Compare(a.Application, b.Application))
	})
	for from := 0; from < len(t.lines); {
		to := from + 1
		for to < len(t.lines) && t.lines[to].compare(t.lines[from]) == 0 {
			to++
		}
		if tied := t.lines[from:to]; len(tied) > 1 && tied[0].final != nil {
			t.untie(tied)
		}
		from = to
	}
}

func (t *table) untie(tied []*line) {
	for _, l := range tied {
		l.keys = t.keys(l)
	}
	slices.SortFunc(tied, func(a, b *line) int {
		return cmp.Or(a.chain(b), strings.Compare(a.Application, b.Application))
	})
	for i := 1; i < len(tied); i++ {
		at := tied[i-1].parted(tied[i])
		tied[i-1].apart, tied[i].apart = max(tied[i-1].apart, at), max(tied[i].apart, at)
	}
	for _, l := range tied {
		l.Tie = TieShared
		if l.apart <= len(t.ties) {
			l.Tie = t.ties[l.apart-1]
		}
	}
}

// chain compares by the keys of the tie chain.
func (a *line) chain(b *line) int {
	for i := range a.keys {
		if c := b.keys[i].Cmp(a.keys[i]); c != 0 {
			return c
		}
	}
	return 0
}

// parted is the first link, from 1, at which two lines differ; one more than
// there are if they do nowhere.
func (a *line) parted(b *line) int {
	for i := range a.keys {
		if a.keys[i].Cmp(b.keys[i]) != 0 {
			return i + 1
		}
	}
	return len(a.keys) + 1
}

// keys answers for each link of the chain; greater is better.
func (t *table) keys(l *line) []*big.Rat {
	keys := make([]*big.Rat, len(t.ties))
	for i, tie := range t.ties {
		keys[i] = t.key(l, tie)
	}
	return keys
}

func (t *table) key(l *line, tie string) *big.Rat {
	switch tie {
	case TieVisit:
		if l.visit == nil {
			return big.NewRat(-1, 1)
		}
		return l.visit
	case TieSpread:
		return new(big.Rat).Neg(l.spread)
	case TieRecommendation:
		return early(l.entry.Recommendation)
	case TieBallot:
		return big.NewRat(int64(l.entry.Yes), 1)
	case TieDraw:
		return early(l.entry.Draw)
	}
	if code, ok := strings.CutPrefix(tie, TieLeaf); ok {
		return t.subtotal(l, []string{code})
	}
	return t.subtotal(l, t.group[strings.TrimPrefix(tie, TieGroup)])
}

// early ranks 1 above 2, and 0, which is none, below all.
func early(place int) *big.Rat {
	if place <= 0 {
		return new(big.Rat)
	}
	return big.NewRat(1, int64(place))
}

// subtotal is the mean of all ballots' points in some leaves, exact.
func (t *table) subtotal(l *line, leaves []string) *big.Rat {
	var n int64
	for _, b := range l.ballots {
		for _, leaf := range leaves {
			n += t.weight[leaf] * t.percent[b.Levels[leaf]]
		}
	}
	return big.NewRat(n, int64(len(l.ballots)))
}
