package activityhttp

import (
	"html/template"
	"testing"

	"github.com/jba/templatecheck"

	"xuedu/internal/ledger/figureview"
)

// TestTemplates parses afresh, since showing a page rewrites its template.
func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for _, tt := range []struct {
		name  string
		tmpl  *template.Template
		parts []string
		data  any
	}{
		{"form", view("form", "").Tmpl, []string{"page"}, form{}},
		{"roster", view("roster", "").Tmpl, []string{"page", "live"}, rosterPage{}},
		{"print", view("print", "").Tmpl, []string{"page"}, printPage{}},
		{"home", figureview.Parse(files, "templates/home.html"), []string{"page"}, homePage{}},
		{"meetings", view("meetings", "").Tmpl, []string{"page", "rows"}, meetingsPage{}},
		{"activities", view("activities", "").Tmpl, []string{"page", "rows"}, listPage{}},
		{"activity", view("activity", "").Tmpl, []string{"page"}, activityPage{}},
		{"class", view("class", "").Tmpl, []string{"page"}, classPage{}},
		{"import", view("import", "").Tmpl, []string{"page"}, importPage{}},
		{"find", view("find", "").Tmpl, []string{"page", "found"}, findPage{}},
		{"offer", view("offer", "").Tmpl, []string{"page"}, offerPage{}},
	} {
		for _, part := range tt.parts {
			if err := templatecheck.CheckHTMLStrict(tt.tmpl.Lookup(part), tt.data); err != nil {
				t.Errorf("%s, %s: %v", tt.name, part, err)
			}
		}
	}
}
