package workbookhttp

import (
	"testing"

	"github.com/jba/templatecheck"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	if err := templatecheck.CheckHTMLStrict(uploadView.Tmpl.Lookup("page"), uploadPage{}); err != nil {
		t.Error(err)
	}
}
