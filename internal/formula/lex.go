package formula

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word of the source. Text is in canonical spelling: half-width,
// operators and words of the language as the printer writes them.
type token struct {
	kind     tokenKind
	text     string
	off, end int
}

type tokenKind uint8

const (
	tEnd tokenKind = iota
	tNumber
	tName
	tMark // an operator, bracket or comma; also and, or, not
	tBad
)

// half returns the half-width form of r: Chinese keyboards give full-width
// letters, digits and marks.
func half(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '、':
		return ','
	case r == '×':
		return '*'
	case r == '÷':
		return '/'
	case r == '−' || r == '–':
		return '-'
	}
	return r
}

// marks of one and two characters, with their canonical spelling.
var marks = map[string]string{
	"+": "+", "-": "-", "*": "*", "/": "/", "(": "(", ")": ")", "[": "[", "]": "]", ",": ",",
	"<": "<", "<=": "<=", "=": "=", "==": "=", "!=": "!=", "<>": "!=", ">=": ">=", ">": ">",
	"≤": "<=", "≥": ">=", "≠": "!=",
}

func letter(r rune) bool { return unicode.IsLetter(r) || r == '_' }
func digit(r rune) bool  { return '0' <= r && r <= '9' }

// rest reads the half-width runes from at on as long as they fit.
func rest(src string, at int, fits func(rune) bool) (text string, end int) {
	var b strings.Builder
	for end = at; end < len(src); {
		r, n := utf8.DecodeRuneInString(src[end:])
		if r = half(r); !fits(r) {
			break
		}
		b.WriteRune(r)
		end += n
	}
	return b.String(), end
}

func skip(src string, at int) int {
	_, end := rest(src, at, unicode.IsSpace)
	return end
}

// lex reads the token at or behind at.
func lex(src string, at int) token {
	at = skip(src, at)
	if at == len(src) {
		return token{tEnd, "", at, at}
	}
	r, n := utf8.DecodeRuneInString(src[at:])
	r = half(r)
	switch {
	case digit(r):
		return number(src, at)
	case letter(r):
		text, end := rest(src, at, func(r rune) bool { return letter(r) || digit(r) || r == '.' })
		switch w := strings.ToLower(text); w {
		case "and", "or", "not":
			return token{tMark, w, at, end}
		}
		return token{tName, text, at, end}
	}
	two, end := rest(src, at, func(r rune) bool { return strings.ContainsRune("<>=!≤≥≠", r) })
	if m, ok := marks[two]; ok {
		return token{tMark, m, at, end}
	}
	if m, ok := marks[string(r)]; ok {
		return token{tMark, m, at, at + n}
	}
	return token{tBad, src[at : at+n], at, at + n}
}

// number reads digits with at most one point between them.
func number(src string, at int) token {
	text, end := rest(src, at, digit)
	if end < len(src) && src[end] == '.' {
		if frac, e := rest(src, end+1, digit); frac != "" {
			text, end = text+"."+frac, e
		}
	}
	return token{tNumber, text, at, end}
}

// value reads the value of a dimension, which may be a code such as 60+.
func value(src string, at int) token {
	at = skip(src, at)
	text, end := rest(src, at, func(r rune) bool {
		return letter(r) || digit(r) || strings.ContainsRune(".-+:", r)
	})
	if text == "" {
		return lex(src, at)
	}
	return token{tName, text, at, end}
}
