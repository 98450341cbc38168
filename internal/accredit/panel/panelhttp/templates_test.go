package panelhttp

import (
	"testing"

	"github.com/jba/templatecheck"
)

// TestTemplates parses afresh, since showing a page rewrites its template.
func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for name, data := range map[string]any{"panel": panelPage{}, "assign": assignPage{}, "replace": replacePage{}, "seats": seatsPage{}, "public": publicPage{}} {
		if err := templatecheck.CheckHTMLStrict(view(name).Tmpl.Lookup("page"), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
