package area

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

//go:embed pinyin.txt
var readings string

// overrides maps characters to their syllables; longest is the most
// characters an entry has.
var overrides = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(readings) {
		if f := strings.Fields(line); len(f) > 1 && f[0] != "#" {
			m[f[0]] = f[1:]
		}
	}
	return m
})

const longestOverride = 4

// syllables remembers the first dictionary reading of each character.
var syllables sync.Map // rune → string

// Pinyin returns the sort key of a name (hai dian qu) and its initials (hdq).
// Letters and digits stand for themselves; other signs are left out.
func Pinyin(name string) (key, initials string) {
	rest := []rune(name)
	words := make([]string, 0, len(rest))
	for len(rest) > 0 {
		n, syl := reading(rest)
		words = append(words, syl...)
		rest = rest[n:]
	}
	var ini strings.Builder
	for _, w := range words {
		c, _ := utf8.DecodeRuneInString(w)
		ini.WriteRune(c)
	}
	return strings.Join(words, " "), ini.String()
}

// reading returns the syllables of the longest known start of s and the
// number of characters it takes.
func reading(s []rune) (int, []string) {
	for n := min(longestOverride, len(s)); n > 0; n-- {
		if syl, ok := overrides()[string(s[:n])]; ok {
			return n, syl
		}
	}
	if w := plainWord(s); w > 0 {
		return w, []string{strings.ToLower(string(s[:w]))}
	}
	if syl := syllable(s[0]); syl != "" {
		return 1, []string{syl}
	}
	return 1, nil
}

// plainWord returns the length of the Latin letters or digits s begins with.
// Each digit is a word of its own.
func plainWord(s []rune) int {
	n := 0
	for n < len(s) && s[n] < utf8.RuneSelf && unicode.IsLetter(s[n]) {
		n++
	}
	if n == 0 && unicode.IsDigit(s[0]) {
		return 1
	}
	return n
}

func syllable(r rune) string {
	if v, ok := syllables.Load(r); ok {
		return v.(string)
	}
	args := pinyin.NewArgs() // without tones
	syl := ""
	if p := pinyin.SinglePinyin(r, args); len(p) > 0 {
		syl = p[0]
	}
	syllables.Store(r, syl)
	return syl
}
