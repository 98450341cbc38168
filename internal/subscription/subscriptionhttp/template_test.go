package subscriptionhttp

import (
	"testing"

	"github.com/jba/templatecheck"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	if err := templatecheck.CheckHTMLStrict(askView.Tmpl.Lookup("page"), askPage{}); err != nil {
		t.Error(err)
	}
	if err := templatecheck.CheckHTMLStrict(linkView.Tmpl.Lookup("page"), linkPage{}); err != nil {
		t.Error(err)
	}
}
