package orghttp

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
		{"list fragment", templatecheck.CheckHTMLStrict(listView.Tmpl.Lookup("list"), listPage{})},
		{"show", templatecheck.CheckHTMLStrict(showView.Tmpl.Lookup("page"), showPage{})},
		{"desk", templatecheck.CheckHTMLStrict(deskView.Tmpl.Lookup("page"), deskPage{})},
		{"desk fragment", templatecheck.CheckHTMLStrict(deskView.Tmpl.Lookup("list"), deskPage{})},
		{"keep", templatecheck.CheckHTMLStrict(keepView.Tmpl.Lookup("page"), keepPage{})},
		{"form", templatecheck.CheckHTMLStrict(formView.Tmpl.Lookup("page"), formPage{})},
		{"import", templatecheck.CheckHTMLStrict(importView.Tmpl.Lookup("page"), importPage{})},
	} {
		if tt.got != nil {
			t.Errorf("%s: %v", tt.view, tt.got)
		}
	}
}
