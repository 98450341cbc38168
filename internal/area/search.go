package area

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Search returns the numbers of at most limit areas that text finds, the best
// first. text is a part of a name (中关村), pinyin (haidian, hai dian), the
// initials of it (hdq), an English name or the start of a code. Words before
// the last must be found in the areas above: “海淀 中关村”. Areas that still
// exist come before ended ones, higher levels before lower ones.
func (t *Tree) Search(text string, limit int) []int { return t.SearchIn(0, t.Len(), text, limit) }

// SearchIn is Search among the numbers [first, last).
func (t *Tree) SearchIn(first, last int, text string, limit int) []int {
	words := searchWords(text)
	if len(words) == 0 || limit < 1 {
		return nil
	}
	own, above := words[len(words)-1], words[:len(words)-1]
	var hits []hit
	for i := first; i < last; i++ {
		rank := own.rank(&t.areas[i])
		if rank == noHit || !t.underAll(i, above) {
			continue
		}
		if t.areas[i].ValidTo != "" {
			rank += endedRank
		}
		hits = append(hits, hit{nr: i, rank: rank, level: order[t.areas[i].Level]})
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.level, b.level), cmp.Compare(a.nr, b.nr))
	})
	out := make([]int, 0, min(limit, len(hits)))
	for _, h := range hits[:min(limit, len(hits))] {
		out = append(out, h.nr)
	}
	return out
}

// underAll reports whether each word finds some area above i.
func (t *Tree) underAll(i int, words []word) bool {
	for _, w := range words {
		p := t.Parent(i)
		for p >= 0 && w.rank(&t.areas[p]) == noHit {
			p = t.Parent(p)
		}
		if p < 0 {
			return false
		}
	}
	return true
}

type hit struct{ nr, rank, level int }

// The ranks of a hit, the best first.
const (
	rankExact = iota
	rankNameStart
	rankInitials
	rankPinyinStart
	rankCode
	rankInitialsStart
	rankNamePart
	rankInitialsPart
	noHit
	endedRank = noHit + 1
)

// word is one word of a search, in the forms it is compared in.
type word struct {
	text  string // lower case
	ascii bool
}

// searchWords splits a search at blanks; pinyin written with blanks is one word.
func searchWords(text string) []word {
	text = strings.ToLower(text)
	fields := strings.Fields(text)
	if isASCII(text) && len(fields) > 1 {
		fields = []string{strings.Join(fields, "")}
	}
	words := make([]word, 0, len(fields))
	for _, f := range fields {
		words = append(words, word{text: f, ascii: isASCII(f)})
	}
	return words
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// rank returns how well w finds a, or noHit.
func (w word) rank(a *Area) int {
	if !w.ascii {
		return nameRank(a.Name, w.text)
	}
	switch {
	case strings.EqualFold(a.Code, w.text):
		return rankExact
	case a.NameEN != "" && strings.HasPrefix(joinLower(a.NameEN), w.text):
		return rankNameStart
	case a.Initials == w.text:
		return rankInitials
	case len(w.text) > 1 && startsJoined(a.Pinyin, w.text):
		return rankPinyinStart
	case len(a.Code) > len(w.text) && strings.EqualFold(a.Code[:len(w.text)], w.text):
		return rankCode
	case strings.HasPrefix(a.Initials, w.text):
		return rankInitialsStart
	case strings.Contains(a.Name, w.text):
		return rankNamePart
	case len(w.text) > 1 && strings.Contains(a.Initials, w.text):
		return rankInitialsPart
	}
	return noHit
}

func nameRank(name, text string) int {
	switch {
	case name == text:
		return rankExact
	case strings.HasPrefix(name, text):
		return rankNameStart
	case strings.Contains(name, text):
		return rankNamePart
	}
	return noHit
}

func joinLower(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "")) }

// startsJoined reports whether key, read without its blanks, begins with text.
func startsJoined(key, text string) bool {
	j := 0
	for i := 0; i < len(key) && j < len(text); i++ {
		if key[i] == ' ' {
			continue
		}
		if key[i] != text[j] {
			return false
		}
		j++
	}
	return j == len(text)
}
