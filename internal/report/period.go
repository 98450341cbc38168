package report

import (
	"fmt"
	"strconv"

	"xuedu/internal/i18n"
	"xuedu/internal/ledger"
)

// Span is a period that has a bulletin.
type Span struct {
	Period  ledger.Period
	Running bool // it has not ended: the bulletin is a draft
}

// Periods lists the periods with records: the years, the newest first, each
// followed by its quarters and then its months in their order.
func (s *Service) Periods() []Span {
	first, last, ok := s.Figures.Span()
	if !ok {
		return nil
	}
	var out []Span
	for y := last.Year(); y >= first.Year(); y-- {
		names := []string{strconv.Itoa(y)}
		for q := range 4 {
			names = append(names, fmt.Sprintf("%04d-Q%d", y, q+1))
		}
		for m := range 12 {
			names = append(names, fmt.Sprintf("%04d-%02d", y, m+1))
		}
		for _, n := range names {
			p, err := ledger.ParsePeriod(n)
			if err == nil && p.From <= last && p.To >= first {
				out = append(out, Span{Period: p, Running: p.To >= s.Today()})
			}
		}
	}
	return out
}

// Version changes whenever a bulletin could: with the records that are
// counted, the pack, the areas and the day.
func (s *Service) Version() string {
	return fmt.Sprint(s.Figures.Version(), " ", s.Pack().Digest(), fmt.Sprintf(" %p ", s.Tree()), s.Today())
}

// FileLinks are the other files of a bulletin, as they lie beside its page.
func FileLinks(code, lang string) []Download {
	if lang == "" {
		lang = i18n.ZH
	}
	return []Download{{"XLSX", BookFile(code, lang)}, {"JSON", DataFile(code)}}
}
