package accredithttp

import (
	"testing"

	"github.com/jba/templatecheck"
)

// TestTemplates parses afresh, since showing a page rewrites its template.
func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for _, tt := range []struct {
		name  string
		parts []string
		data  any
	}{
		{"list", []string{"page", "rows"}, &listPage{}},
		{"begin", []string{"page"}, &beginPage{}},
		{"show", []string{"page"}, &showPage{}},
		{"content", []string{"page", "live"}, contentPage{}},
		{"leaf", []string{"page", "live"}, leafPage{}},
		{"move", []string{"page"}, movePage{}},
		{"history", []string{"page"}, historyPage{}},
		{"print", []string{"page"}, printPage{}},
		{"verify", []string{"page"}, verifyPage{}},
		{"board", []string{"page"}, &boardPage{}},
		{"check", []string{"page"}, checkPage{}},
		{"clean", []string{"page"}, cleanPage{}},
	} {
		tmpl := view(tt.name, "").Tmpl
		for _, part := range tt.parts {
			if err := templatecheck.CheckHTMLStrict(tmpl.Lookup(part), tt.data); err != nil {
				t.Errorf("%s, %s: %v", tt.name, part, err)
			}
		}
	}
}
