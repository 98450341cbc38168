package pack_test

import (
	"strings"
	"testing"
)

// A section for every clause that an indicator measures is written out, with
// its indicators; attendances stand in a table of their own (P1.9).
func TestSectionsByClause(t *testing.T) {
	t.Parallel()
	p := embedded(t, "beijing-2021")
	r, ok := p.Report("clauses")
	if !ok || len(r.Sections) < 10 {
		t.Fatalf("%d sections", len(r.Sections))
	}
	seen := map[string]bool{}
	for _, s := range r.Sections {
		if s.Each != "" || seen[s.Code] || s.Clause == "" || !strings.Contains(s.Title["en"], s.Clause) {
			t.Errorf("%+v", s)
		}
		seen[s.Code] = true
		for lang, body := range s.Body {
			if strings.Contains(body, "CODES") || strings.Contains(body, "CLAUSE") || !strings.Contains(body, "{{table ") {
				t.Errorf("%s %s: %s", s.Code, lang, body)
			}
		}
		if s.Clause == "P2.7" && (strings.Count(s.Body["en"], "{{table ") != 2 || !strings.Contains(s.Body["en"], "{{table D02 ")) {
			t.Errorf("attendances among people: %s", s.Body["en"])
		}
	}
}
