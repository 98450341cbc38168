package portalhttp_test

import (
	"testing"

	"github.com/jba/templatecheck"

	"xuedu/internal/portalhttp"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for tmpl, data := range portalhttp.Checked() {
		if err := templatecheck.CheckHTMLStrict(tmpl, data); err != nil {
			t.Errorf("%T: %v", data, err)
		}
	}
}
