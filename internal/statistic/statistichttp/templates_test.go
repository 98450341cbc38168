package statistichttp

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
		{"mine", []string{"page", "rows"}, minePage{}},
		{"sheet", []string{"page", "live"}, sheetPage{}},
		{"cell", []string{"page"}, cellPage{}},
		{"move", []string{"page"}, movePage{}},
		{"back", []string{"page"}, backPage{}},
		{"print", []string{"page"}, sheetPage{}},
		{"collections", []string{"page"}, collectionsPage{}},
		{"matrix", []string{"page"}, matrixPage{}},
		{"chase", []string{"page"}, chasePage{}},
		{"send", []string{"page"}, sendPage{}},
		{"publish", []string{"page"}, publishPage{}},
		{"statistics", []string{"page"}, statisticsPage{}},
		{"release", []string{"page"}, releasePage{}},
	} {
		tmpl := view(tt.name, "").Tmpl
		for _, part := range tt.parts {
			if err := templatecheck.CheckHTMLStrict(tmpl.Lookup(part), tt.data); err != nil {
				t.Errorf("%s, %s: %v", tt.name, part, err)
			}
		}
	}
}
