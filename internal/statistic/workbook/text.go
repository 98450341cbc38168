package workbook

import (
	"strings"

	"github.com/cockroachdb/apd/v3"
	"golang.org/x/text/width"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/statistic"
)

// text is a cell as people write it; reading it back gives the same cell.
func (s *Service) text(lang string, f pack.Field, c statistic.Cell) string {
	switch c.State {
	case formula.Nil:
		return s.texts.T(lang, "workbook.nil")
	case formula.NotApplicable:
		return s.texts.T(lang, "workbook.not_applicable")
	case formula.Withheld:
		return s.texts.T(lang, "workbook.withheld")
	case formula.NotComputable:
		return s.texts.T(lang, "workbook.not_computable")
	case formula.NotReported:
		return ""
	}
	if !isNumber(f) {
		return s.choice(lang, f, c.Text)
	}
	return decimal(c.Num, f.Decimals)
}

func isNumber(f pack.Field) bool { return f.Type == "count" || f.Type == "decimal" }

// choice is the name of a choice, as the list in the cell offers it.
func (s *Service) choice(lang string, f pack.Field, code string) string {
	for _, c := range f.Choices {
		if c.Code == code {
			return c.Name.In(lang)
		}
	}
	if f.Type == "yesno" && (code == "yes" || code == "no") {
		return s.texts.T(lang, "workbook."+code)
	}
	return code
}

// code is the way back from choice.
func (s *Service) code(lang string, f pack.Field, name string) string {
	for _, c := range f.Choices {
		if name == c.Code || name == c.Name.In(lang) {
			return c.Code
		}
	}
	if f.Type == "yesno" {
		for _, code := range []string{"yes", "no"} {
			if strings.EqualFold(name, s.texts.T(lang, "workbook."+code)) {
				return code
			}
		}
	}
	return name
}

// decimal writes n·10^-places without zeros that say nothing.
func decimal(n int64, places int) string {
	d := apd.New(n, -int32(places))
	d.Reduce(d)
	return d.Text('f')
}

// same reports whether two texts of a cell mean the same: 1,200 and １２００.00 do.
func same(a, b string) bool {
	a, b = plain(a), plain(b)
	if a == b {
		return true
	}
	x, _, errX := apd.NewFromString(a)
	y, _, errY := apd.NewFromString(b)
	return errX == nil && errY == nil && x.Form == apd.Finite && y.Form == apd.Finite && x.Cmp(y) == 0
}

// plain takes full width, thousands separators and spaces off a text.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == ',' || r == ' ' || r == '\u00a0' || r == '\u3000' {
			return -1
		}
		return r
	}, width.Narrow.String(s))
	return strings.ToLower(s)
}
