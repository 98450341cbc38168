package statistichttp

import (
	"fmt"
	"strconv"
	"strings"

	"xuedu/internal/formula"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/pack"
	"xuedu/internal/statistic"
)

// decimals is how many digits a field has behind the point.
func decimals(f pack.Field) int {
	if f.Type == "decimal" {
		return f.Decimals
	}
	return 0
}

// isNumber reports whether the cells of a field hold numbers.
func isNumber(f pack.Field) bool { return f.Type != "text" && f.Type != "choice" && f.Type != "yesno" }

// plain prints a number that is kept at so many digits behind the point, as
// people type it: 1234.50.
func plain(num int64, places int) string {
	if places <= 0 {
		return strconv.FormatInt(num, 10)
	}
	sign, s := "", strconv.FormatInt(num, 10)
	if num < 0 {
		sign, s = "-", s[1:]
	}
	if len(s) <= places {
		s = strings.Repeat("0", places-len(s)+1) + s
	}
	return sign + s[:len(s)-places] + "." + s[len(s)-places:]
}

// grouped prints the same number for readers: 1,234.50, with a true minus.
func grouped(num int64, places int) string {
	s := plain(num, places)
	sign := ""
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = "−", rest
	}
	whole, part, dot := strings.Cut(s, ".")
	var b strings.Builder
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	if dot {
		b.WriteString("." + part)
	}
	return sign + b.String()
}

// shownState is a cell that has a state and no number.
func shownState(p page, s formula.State) figureview.Cell {
	return figureview.Cell{State: ledger.State(s.String()), Word: p.CellState(s)}
}

// shown is what a reader sees of a cell.
func (p page) shown(f pack.Field, c statistic.Cell) figureview.Cell {
	out := shownState(p, c.State)
	if c.State != formula.Value {
		return out
	}
	if !isNumber(f) {
		out.Text, out.Exact = p.chosen(f, c.Text), c.Text
		return out
	}
	out.Text, out.Exact = grouped(c.Num, decimals(f)), plain(c.Num, decimals(f))
	return out
}

// chosen names a choice; free text stays.
func (p page) chosen(f pack.Field, text string) string {
	for _, o := range p.choices(f) {
		if o.Value == text {
			return o.Text
		}
	}
	return text
}

// choices lists what a choice or yes-no field may hold.
func (p page) choices(f pack.Field) []option {
	if f.Type == "yesno" {
		return []option{{Value: "yes", Text: p.T("returns.yes")}, {Value: "no", Text: p.T("returns.no")}}
	}
	var list []option
	for _, c := range f.Choices {
		list = append(list, option{Value: c.Code, Text: c.Name.In(p.Lang)})
	}
	return list
}

// typed is what stands in the field of a cell: what somebody would type to
// give it this content.
func (p page) typed(f pack.Field, c statistic.Cell) string {
	switch {
	case c.State == formula.Nil:
		return p.T("returns.word.nil")
	case c.State == formula.NotApplicable:
		return p.T("returns.word.na")
	case c.State != formula.Value:
		return ""
	case isNumber(f):
		return plain(c.Num, decimals(f))
	}
	return c.Text
}

// change says by how much a number moved since it was approved: +1.8 %.
func change(before, now int64) string {
	if before == 0 {
		return ""
	}
	pct := 100 * float64(now-before) / float64(max(before, -before))
	return strings.Replace(fmt.Sprintf("%+.1f%%", pct), "-", "−", 1)
}
