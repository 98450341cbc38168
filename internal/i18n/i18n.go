// Package i18n holds the texts of the program in every language. A text is
// found by its key; locales/LANG/DOMAIN.json holds the keys "DOMAIN.…".
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed locales
var files embed.FS

// The languages, the default first.
const (
	ZH = "zh-CN"
	EN = "en"
)

// Langs lists the languages in the order they are offered.
var Langs = []string{ZH, EN}

// Bundle is all texts. It is immutable after Load and safe for concurrent use.
type Bundle struct {
	localizers map[string]*goi18n.Localizer
	keys       map[string]map[string]string // lang → key → text
	matcher    language.Matcher
}

// Load reads the embedded texts.
func Load() (*Bundle, error) {
	gb := goi18n.NewBundle(language.SimplifiedChinese)
	gb.RegisterUnmarshalFunc("json", json.Unmarshal)
	b := &Bundle{localizers: map[string]*goi18n.Localizer{}, keys: map[string]map[string]string{}}
	var tags []language.Tag
	for _, lang := range Langs {
		tag := language.MustParse(lang)
		tags = append(tags, tag)
		if err := b.loadLang(gb, lang, tag); err != nil {
			return nil, err
		}
	}
	for _, lang := range Langs {
		b.localizers[lang] = goi18n.NewLocalizer(gb, lang)
	}
	b.matcher = language.NewMatcher(tags)
	return b, nil
}

func (b *Bundle) loadLang(gb *goi18n.Bundle, lang string, tag language.Tag) error {
	b.keys[lang] = map[string]string{}
	names, err := fs.Glob(files, path.Join("locales", lang, "*.json"))
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		var texts map[string]any // a string, or {"one": …, "other": …}
		if err := json.Unmarshal(data, &texts); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for key, v := range texts {
			b.keys[lang][key] = fmt.Sprint(v)
			if err := gb.AddMessages(tag, message(key, v)); err != nil {
				return fmt.Errorf("%s: %s: %w", name, key, err)
			}
		}
	}
	return nil
}

func message(key string, v any) *goi18n.Message {
	m := &goi18n.Message{ID: key}
	switch v := v.(type) {
	case string:
		m.Other = v
	case map[string]any:
		m.One, _ = v["one"].(string)
		m.Other, _ = v["other"].(string)
	}
	return m
}

// T returns the text of key in lang. args are name, value pairs for the
// placeholders {{.Name}}; the value of "N" also chooses the plural form. A
// missing key comes back as the key itself: a test makes sure there is none.
func (b *Bundle) T(lang, key string, args ...any) string {
	l, ok := b.localizers[lang]
	if !ok {
		l = b.localizers[ZH]
	}
	cfg := goi18n.LocalizeConfig{MessageID: key}
	if len(args) > 1 {
		data := make(map[string]any, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			data[fmt.Sprint(args[i])] = args[i+1]
		}
		cfg.TemplateData = data
		if n, ok := data["N"]; ok {
			cfg.PluralCount = pluralCount(n)
		}
	}
	s, err := l.Localize(&cfg)
	if err != nil && s == "" {
		return key
	}
	return s
}

// pluralCount turns a count into what the plural rules take; grouped text
// such as "1,234" is never one.
func pluralCount(n any) any {
	switch n := n.(type) {
	case int, int64:
		return n
	case string:
		if n == "1" {
			return 1
		}
	}
	return 2
}

// Has reports whether lang has a text for key.
func (b *Bundle) Has(lang, key string) bool { _, ok := b.keys[lang][key]; return ok }

// Keys returns the texts of lang by key, for the completeness test.
func (b *Bundle) Keys(lang string) map[string]string { return b.keys[lang] }

// Match chooses the language for an Accept-Language header.
func (b *Bundle) Match(accept string) string {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return ZH
	}
	_, i, _ := b.matcher.Match(tags...)
	return Langs[i]
}
