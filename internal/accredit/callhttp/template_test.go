package callhttp

import (
	"testing"

	"github.com/jba/templatecheck"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for name, data := range map[string]any{"list": listPage{}, "show": showPage{}, "desk": deskPage{}, "new": draftPage{}, "keep": keepPage{}} {
		if err := templatecheck.CheckHTMLStrict(view(name).Tmpl.Lookup("page"), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
