package measure

import (
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
)

// Translate gives the text of a key in a language, as i18n.Bundle.T does.
type Translate func(lang, key string, args ...any) string

// Text gives a key in every language of the program: the name or the note of a
// measure that a domain declares.
func (t Translate) Text(key string, args ...any) pack.Text {
	out := make(pack.Text, len(i18n.Langs))
	for _, lang := range i18n.Langs {
		out[lang] = t(lang, key, args...)
	}
	return out
}
