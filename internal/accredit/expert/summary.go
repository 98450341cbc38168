package expert

import (
	"cmp"
	"slices"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/pack"
)

// Filter selects experts of a list.
type Filter struct {
	Text, Category, State string
	District              int64 // of work or home
}

// Select keeps what a filter names, in the order given.
func (s *Service) Select(list []Expert, f Filter) []Expert {
	text := strings.ToLower(strings.TrimSpace(f.Text))
	var out []Expert
	for _, e := range list {
		switch {
		case f.State != "" && e.State != f.State, f.Category != "" && !slices.Contains(e.Categories, f.Category):
		case f.District != 0 && s.District(e.WorkArea) != f.District && s.District(e.HomeArea) != f.District:
		case text != "" && !e.found(text):
		default:
			out = append(out, e)
		}
	}
	return out
}

func (e *Expert) found(text string) bool {
	for _, t := range append([]string{e.Name, e.Code, e.OrgName, e.Title}, e.Fields...) {
		if strings.Contains(strings.ToLower(t), text) {
			return true
		}
	}
	return false
}

// District returns the district an area lies in, 0 = none.
func (s *Service) District(id int64) int64 {
	t := s.Tree()
	n, ok := t.ByID(id)
	for ; ok && n >= 0; n = t.Parent(n) {
		if t.At(n).Level == area.District {
			return t.At(n).ID
		}
	}
	return 0
}

// Gap is a category that could not seat a panel for applications of a district.
type Gap struct {
	Category pack.Category
	District int64 // 0 = anywhere
	Have     int   // active experts of the category who neither work nor live there
	Need     int   // on every application
}

// Gaps finds where the pool is too thin: by category and district, how many
// active experts from outside the district there are, where that is fewer than
// the panels ask for on every application; the thinnest first.
func (s *Service) Gaps(list []Expert) []Gap {
	var out []Gap
	for _, c := range s.Categories() {
		need := max(s.each(c.Code), 1)
		total, tied := 0, map[int64]int{}
		for _, e := range list {
			if e.State != Active || !slices.Contains(e.Categories, c.Code) {
				continue
			}
			total++
			for _, d := range distinct(s.District(e.WorkArea), s.District(e.HomeArea)) {
				tied[d]++
			}
		}
		if total < need {
			out = append(out, Gap{Category: c, Have: total, Need: need})
			continue
		}
		for d, n := range tied {
			if total-n < need {
				out = append(out, Gap{Category: c, District: d, Have: total - n, Need: need})
			}
		}
	}
	slices.SortFunc(out, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Have-a.Need, b.Have-b.Need), cmp.Compare(a.Category.Code, b.Category.Code), cmp.Compare(a.District, b.District))
	})
	return out
}

// each is the most that a panel asks of a category on every application.
func (s *Service) each(code string) int {
	n := 0
	for _, p := range s.Pack().Awards {
		for _, c := range p.Panel.Categories {
			if c.Code == code {
				n = max(n, c.Each)
			}
		}
	}
	return n
}
