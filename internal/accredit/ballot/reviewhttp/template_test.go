package reviewhttp

import (
	"testing"

	"github.com/jba/templatecheck"
)

// TestTemplates parses afresh, since showing a page rewrites its template.
func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for name, data := range map[string]any{
		"mine": minePage{}, "overview": overviewPage{}, "leaf": leafPage{}, "print": printPage{},
		"discussion": discussionPage{}, "recuse": recusePage{}, "loaded": loadedPage{}, "office": officePage{},
	} {
		if err := templatecheck.CheckHTMLStrict(view(name).Tmpl.Lookup("page"), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
