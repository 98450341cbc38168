package narrative

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// allowed are numbers that are no figures: years, days, ordinals, numbers of
// clauses and documents, codes, names of ages.
var allowed = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`(?:19|20)\d\d\s*(?:[—–~至-]+|to|and)\s*(?:19|20)\d\d(?:\s*(?:年度|年))?`, // 2021—2025年
	`(?:19|20)\d\d\s*(?:年度|年)(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?)?`,      // 2024年12月31日
	`\d{1,2}\s*月\s*\d{1,2}\s*日`,
	`第\s*\d+\s*(?:章|节|条|款|项|次|届|批|期|轮|季度)`,
	`〔\d{4}〕\s*\d+\s*号`,
	`\d{1,2}\s+(?:January|February|March|April|May|June|July|August|September|October|November|December)(?:\s+\d{4})?`,
	`(?:chapter|section|article|clause|table|figure|part|no\.|quarter|page)\s*\d+(?:\.\d+)*`,
	`\b(?:19|20)\d\d\b`,
	`\b[a-z]+-?\d+(?:\.\d+)*\b`, // D01, P1.8, COVID-19
}, "|"))

// disguised are numbers of things that would pass for years.
var disguised = regexp.MustCompile(`(?:19|20)\d\d\s*(?:` + things + `)`)

const things = `个|名|人|次|所|家|项|元|户|门|场|节|天|岁|平方米|公里|支|处|册|小时|学时`

// numbered begins headings and items: 1.2 Background, (3) Rules.
var numbered = regexp.MustCompile(`^\s*(?:\d{1,2}(?:\.\d{1,2})*[.、]?\s|[（(]\d{1,2}[)）])`)

// amount begins a heading with a figure.
var amount = regexp.MustCompile(`^\s*\d+\s*(?:` + things + `|%)`)

// figures are what is left that looks like one: digits, Chinese numbers before
// a measure word, English number words.
var figures = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`\d[\d,.]*\s*(?:%|‰|％|个百分点|万|亿|倍|成)?`,
	`[百千万]分之[零〇一二两三四五六七八九十百千万\d]+`,
	`[二两三四五六七八九十]分之[一二两三四五六七八九]`,
	`[一二两三四五六七八九]成(?:[一二三四五六七八九半])?(?:以上|左右|的|多|，|。|$)`,
	`[零〇一二两三四五六七八九十百千万亿]{2,}\s*余?(?:` + things + `)`,
	`翻[一二两三四]番|[二两三四五六七八九十百]+倍`,
	`\b(?:eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b`,
	`\b(?:hundreds?|thousands?|millions?|per\s?cent|doubled|tripled|quadrupled|two-thirds|one-third|three-quarters)\b`,
}, "|"))

// typed reports numbers that are written out instead of bound.
func (r *reader) typed(list []Block) {
	for _, b := range list {
		in := b.Inlines
		if b.Kind == Heading && len(in) > 0 && in[0].Binding == nil && !amount.MatchString(in[0].Text) {
			if n := len(numbered.FindString(in[0].Text)); n > 0 {
				in = append([]Inline{{Text: strings.Repeat(" ", n) + in[0].Text[n:], Place: in[0].Place}}, in[1:]...)
			}
		}
		r.typedIn(in)
		for _, item := range b.Items {
			r.typed(item)
		}
	}
}

func (r *reader) typedIn(list []Inline) {
	for _, x := range list {
		if x.Binding == nil {
			r.typedText(x)
		}
		r.typedIn(x.Children)
	}
}

func (r *reader) typedText(x Inline) {
	t := halfWidth.Replace(x.Text)
	rest := blank(t)
	for _, m := range figures.FindAllStringIndex(rest, -1) {
		p, before := x.Place, t[:m[0]]
		if n := strings.Count(before, "\n"); n > 0 {
			p.Line, p.Col, before = p.Line+n, 1, before[strings.LastIndexByte(before, '\n')+1:]
		}
		p.Col += utf8.RuneCountInString(before)
		r.bad = append(r.bad, Problem{Place: p, Key: "narrative.problem.typed", Text: strings.TrimSpace(t[m[0]:m[1]])})
	}
}

// blank takes out the numbers that are no figures, byte for byte.
func blank(t string) string {
	out := []byte(t)
	things := disguised.FindAllStringIndex(t, -1)
	for _, m := range allowed.FindAllStringIndex(t, -1) {
		if slices.ContainsFunc(things, func(d []int) bool { return d[0] < m[1] && m[0] < d[1] }) {
			continue
		}
		for i := m[0]; i < m[1]; i++ {
			out[i] = ' '
		}
	}
	return string(out)
}

// halfWidth makes full-width digits and signs plain ones.
var halfWidth = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9", "％", "%", "．", ".")
