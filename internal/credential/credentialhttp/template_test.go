package credentialhttp

import (
	"testing"

	"github.com/jba/templatecheck"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	if err := templatecheck.CheckHTMLStrict(checkView.Tmpl.Lookup("page"), checkPage{}); err != nil {
		t.Error(err)
	}
}
