package indicatorhttp

import (
	"testing"

	"github.com/jba/templatecheck"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for _, tt := range parsed {
		if err := templatecheck.CheckHTMLStrict(tt.tmpl.Lookup("page"), tt.data); err != nil {
			t.Errorf("%T: %v", tt.data, err)
		}
	}
	if err := templatecheck.CheckHTMLStrict(previewView.Tmpl.Lookup("preview"), editPage{}); err != nil {
		t.Error(err)
	}
}
