package ledgerhttp_test

import (
	"testing"

	"github.com/jba/templatecheck"

	"xuedu/internal/ledger/ledgerhttp"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for tmpl, data := range ledgerhttp.Checked() {
		if err := templatecheck.CheckHTMLStrict(tmpl, data); err != nil {
			t.Errorf("%T: %v", data, err)
		}
	}
}
