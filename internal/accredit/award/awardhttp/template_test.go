package awardhttp

import (
	"testing"

	"github.com/jba/templatecheck"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for _, tt := range []struct {
		view string
		got  error
	}{
		{"register", templatecheck.CheckHTMLStrict(registerView.Tmpl.Lookup("page"), registerPage{})},
		{"register fragment", templatecheck.CheckHTMLStrict(registerView.Tmpl.Lookup("list"), registerPage{})},
		{"show", templatecheck.CheckHTMLStrict(showView.Tmpl.Lookup("page"), showPage{})},
		{"verify", templatecheck.CheckHTMLStrict(verifyView.Tmpl.Lookup("page"), verifyPage{})},
		{"paper", templatecheck.CheckHTMLStrict(paperView.Tmpl.Lookup("page"), certificatePage{})},
		{"paper alone", templatecheck.CheckHTMLStrict(paperView.Tmpl.Lookup("sheet"), certificatePage{})},
		{"desk", templatecheck.CheckHTMLStrict(deskView.Tmpl.Lookup("page"), deskPage{})},
		{"keep", templatecheck.CheckHTMLStrict(keepView.Tmpl.Lookup("page"), keepPage{})},
		{"cases", templatecheck.CheckHTMLStrict(casesView.Tmpl.Lookup("page"), casesPage{})},
		{"case", templatecheck.CheckHTMLStrict(caseView.Tmpl.Lookup("page"), casePage{})},
	} {
		if tt.got != nil {
			t.Errorf("%s: %v", tt.view, tt.got)
		}
	}
}
