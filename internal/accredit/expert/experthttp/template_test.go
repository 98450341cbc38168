package experthttp

import (
	"testing"

	"github.com/jba/templatecheck"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for _, tt := range []struct {
		view string
		got  error
	}{
		{"list", templatecheck.CheckHTMLStrict(listView.Tmpl.Lookup("page"), listPage{})},
		{"show", templatecheck.CheckHTMLStrict(showView.Tmpl.Lookup("page"), showPage{})},
		{"form", templatecheck.CheckHTMLStrict(formView.Tmpl.Lookup("page"), formPage{})},
		{"import", templatecheck.CheckHTMLStrict(importView.Tmpl.Lookup("page"), importPage{})},
		{"conflicts", templatecheck.CheckHTMLStrict(conflictsView.Tmpl.Lookup("page"), conflictsPage{})},
		{"invitations", templatecheck.CheckHTMLStrict(invitesView.Tmpl.Lookup("page"), invitesPage{})},
		{"me", templatecheck.CheckHTMLStrict(meView.Tmpl.Lookup("page"), mePage{})},
	} {
		if tt.got != nil {
			t.Errorf("%s: %v", tt.view, tt.got)
		}
	}
}
