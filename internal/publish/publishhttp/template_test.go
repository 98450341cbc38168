package publishhttp

import (
	"testing"

	"github.com/jba/templatecheck"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for _, p := range parsed {
		if err := templatecheck.CheckHTMLStrict(p.tmpl.Lookup("page"), p.data); err != nil {
			t.Error(err)
		}
	}
}
