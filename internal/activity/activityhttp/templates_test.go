package activityhttp

import (
	"html/template"
	"testing"

	"github.com/jba/templatecheck"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		tmpl  *template.Template
		parts []string
		data  any
	}{
		{"form", formView.Tmpl, []string{"page"}, form{}},
		{"roster", rosterView.Tmpl, []string{"page", "live"}, rosterPage{}},
		{"print", printView.Tmpl, []string{"page"}, printPage{}},
		{"home", homeView.Tmpl, []string{"page"}, homePage{}},
		{"meetings", meetingsView.Tmpl, []string{"page", "rows"}, meetingsPage{}},
		{"activities", listView.Tmpl, []string{"page", "rows"}, listPage{}},
		{"activity", activityView.Tmpl, []string{"page"}, activityPage{}},
		{"class", classView.Tmpl, []string{"page"}, classPage{}},
		{"import", importView.Tmpl, []string{"page"}, importPage{}},
		{"find", findView.Tmpl, []string{"page", "found"}, findPage{}},
		{"offer", offerView.Tmpl, []string{"page"}, offerPage{}},
	} {
		for _, part := range tt.parts {
			if err := templatecheck.CheckHTMLStrict(tt.tmpl.Lookup(part), tt.data); err != nil {
				t.Errorf("%s, %s: %v", tt.name, part, err)
			}
		}
	}
}
