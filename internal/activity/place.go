package activity

import (
	"strings"

	"xuedu/internal/area"
)

// maxCandidates is how many places an ambiguous name may offer.
const maxCandidates = 12

// Place finds the area that people mean by a text: a code, a name, or names
// from above to below (“海淀 中关村”). nearID is an area around which a name
// is looked for first; 0 = nowhere. It returns the area's id, or 0 and the
// numbers of those that could be meant; ended areas are left out.
func (s *Service) Place(text string, nearID int64) (id int64, candidates []int) {
	t, text := s.Tree(), strings.TrimSpace(text)
	if n, ok := t.ByCode(text); ok {
		return t.At(n).ID, nil
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		return 0, nil
	}
	name := words[len(words)-1]
	path := []int{-1}
	if n, ok := t.ByID(nearID); ok {
		path = append(path, t.Path(n)...)
	}
	for i := len(path) - 1; i >= 0; i-- { // from the nearest area outwards
		first, last := 0, t.Len()
		if path[i] >= 0 {
			first, last = path[i], t.Last(path[i])
		}
		hits := standing(t, t.SearchIn(first, last, text, maxCandidates))
		if exact := named(t, hits, name); len(exact) == 1 {
			return t.At(exact[0]).ID, nil
		}
		if len(hits) == 1 {
			return t.At(hits[0]).ID, nil
		}
		if len(hits) > 1 {
			return 0, hits
		}
	}
	return 0, nil
}

func standing(t *area.Tree, hits []int) []int {
	var out []int
	for _, n := range hits {
		if t.At(n).ValidTo == "" {
			out = append(out, n)
		}
	}
	return out
}

func named(t *area.Tree, hits []int, name string) []int {
	var out []int
	for _, n := range hits {
		if a := t.At(n); a.Name == name || strings.EqualFold(a.NameEN, name) {
			out = append(out, n)
		}
	}
	return out
}

// PathText names an area with the areas above it, below the root, so that the
// text finds it again: “海淀区 中关村街道 华清园社区”.
func (s *Service) PathText(n int) string {
	t := s.Tree()
	var names []string
	for _, i := range t.Path(n) {
		if t.Parent(i) >= 0 || i == n {
			names = append(names, t.At(i).Name)
		}
	}
	return strings.Join(names, " ")
}

// NearText is the name of an area, with what stands above it where another
// area near nearID has the same name.
func (s *Service) NearText(areaID, nearID int64) string {
	n, ok := s.Tree().ByID(areaID)
	if !ok {
		return ""
	}
	name := s.Tree().At(n).Name
	if id, _ := s.Place(name, nearID); id == areaID {
		return name
	}
	return s.PathText(n)
}
