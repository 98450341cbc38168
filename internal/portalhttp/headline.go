package portalhttp

import (
	"strconv"
	"strings"

	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ui"
)

// headline says the rate as a sentence about people: of every hundred,
// thousand or ten thousand residents so many took part. Without a rate it
// says how many people took part.
func headline(p ui.Page, period string, people, rate ledger.Figure) string {
	if rate.State == ledger.Value {
		v, err := rate.Value.Float64()
		for _, of := range []struct {
			least, times float64
			name         string
		}{{0.95, 1, "hundred"}, {0.095, 10, "thousand"}, {0.0095, 100, "ten_thousand"}} {
			if err == nil && v >= of.least {
				n := int(v*of.times + 0.5)
				return p.T("home.headline."+of.name, "Period", period, "Count", word(p.Lang, n), "N", n)
			}
		}
	}
	if people.State == ledger.Value {
		return p.T("home.headline.people", "Period", period, "Count", figureview.NewCell(p, people).Text)
	}
	return p.T("home.headline.none")
}

var (
	digits = strings.Split("零一二三四五六七八九", "")
	small  = strings.Fields("none one two three four five six seven eight nine ten eleven twelve")
)

// word writes a small number as a word: 十五, nine; in English, from thirteen
// on, in figures.
func word(lang string, n int) string {
	if lang == "en" {
		if n < len(small) {
			return small[n]
		}
		return strconv.Itoa(n)
	}
	if n < 0 || n > 99 {
		return strconv.Itoa(n)
	}
	tens, ones := n/10, n%10
	s := ""
	switch {
	case tens == 0 && ones == 2:
		return "两" // before a measure word
	case tens == 1:
		s = "十"
	case tens > 1:
		s = digits[tens] + "十"
	}
	if ones > 0 || tens == 0 {
		s += digits[ones]
	}
	return s
}
