package workbook

import (
	"strings"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/statistic"
)

// text is a cell as people write it in their language; reading it back gives
// the same cell.
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
	for _, o := range s.options(lang, f) {
		if o[0] == c.Text {
			return o[1]
		}
	}
	return c.Show(f)
}

// options are the codes and names that a cell offers.
func (s *Service) options(lang string, f pack.Field) [][2]string {
	if f.Type == "yesno" {
		return [][2]string{{"yes", s.texts.T(lang, "workbook.yes")}, {"no", s.texts.T(lang, "workbook.no")}}
	}
	var out [][2]string
	for _, c := range f.Choices {
		out = append(out, [2]string{c.Code, c.Name.In(lang)})
	}
	return out
}

// same reports whether two texts of a cell mean the same: 1,200 and １２００ do.
func same(f pack.Field, a, b string) bool {
	if strings.TrimSpace(a) == strings.TrimSpace(b) {
		return true
	}
	x, n, s, errX := statistic.ParseEntry(f, a)
	y, m, t, errY := statistic.ParseEntry(f, b)
	return errX == nil && errY == nil && x == y && n == m && s == t
}
