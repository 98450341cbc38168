package view

import "strconv"

// Part is a section with its number. What was written once for each area of a
// level is one part with a piece for each.
type Part struct {
	Section
	No     string
	Pieces []Section
}

// Parts numbers sections and joins those of one kind; each is the title of what
// was written area by area.
func Parts(list []Section, lang, each string) (out []Part) {
	for _, s := range list {
		last := len(out) - 1
		if s.Area != "" && last >= 0 && out[last].Code == s.Code && len(out[last].Pieces) > 0 {
			out[last].Pieces = append(out[last].Pieces, s)
			continue
		}
		x := Part{Section: s, No: Number(lang, len(out)+1)}
		if s.Area != "" {
			x.Pieces, x.ID, x.Title = []Section{s}, "each-"+s.Code, each
		}
		out = append(out, x)
	}
	return out
}

var chinese = []string{"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// Number counts sections as the language does.
func Number(lang string, n int) string {
	if lang != "zh-CN" || n > 99 {
		return strconv.Itoa(n)
	}
	ten, one := n/10, n%10
	out := ""
	if ten > 1 {
		out = chinese[ten]
	}
	if ten > 0 {
		out += "十"
	}
	if one > 0 {
		out += chinese[one]
	}
	return out
}
