package expert

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"unicode"
)

// suggest notes institutions whose name is like the employer as written, where
// the register does not know the employer. Names never exclude anybody: the
// office decides (b.2).
func (s *Service) suggest(ctx context.Context, tx *sql.Tx, e Expert, kin kinship) error {
	if e.OrgID != "" || e.OrgName == "" {
		return nil
	}
	for _, o := range alike(e.OrgName, kin) {
		edge := Edge{ExpertID: e.ID, Kind: KindEmployer, Subject: SubjectOrg, SubjectID: o.ID, Source: SourceName, State: Suggested, Reason: e.OrgName}
		if _, err := s.keepEdge(ctx, tx, edge, eventSuggested); err != nil {
			return err
		}
	}
	return nil
}

// mostAlike is how many institutions are suggested for one name.
const mostAlike = 5

// Alike returns institutions of the register whose name is like name, the
// likest first.
func (s *Service) Alike(ctx context.Context, name string) ([]Org, error) {
	kin, err := s.kin(ctx)
	return alike(name, kin), err
}

func alike(name string, kin kinship) []Org {
	want := pairs(plain(name))
	type hit struct {
		org  Org
		same float64
	}
	var hits []hit
	for _, o := range kin {
		if v := dice(want, pairs(plain(o.Name))); v >= 0.6 {
			hits = append(hits, hit{o, v})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		if a.same != b.same {
			if a.same > b.same {
				return -1
			}
			return 1
		}
		return strings.Compare(a.org.ID, b.org.ID)
	})
	var out []Org
	for _, h := range hits[:min(len(hits), mostAlike)] {
		out = append(out, h.org)
	}
	return out
}

// plain keeps letters and digits of a name, in lower case.
func plain(s string) []rune {
	var out []rune
	for _, r := range strings.ToLower(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, r)
		}
	}
	return out
}

func pairs(s []rune) map[[2]rune]bool {
	m := map[[2]rune]bool{}
	for i := 1; i < len(s); i++ {
		m[[2]rune{s[i-1], s[i]}] = true
	}
	return m
}

// dice is the share of neighbouring letters that two names have in common.
func dice(a, b map[[2]rune]bool) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	n := 0
	for p := range a {
		if b[p] {
			n++
		}
	}
	return 2 * float64(n) / float64(len(a)+len(b))
}
