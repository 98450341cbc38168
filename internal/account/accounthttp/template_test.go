package accounthttp

import (
	"testing"

	"github.com/jba/templatecheck"

	"xuedu/internal/web"
)

func TestTemplates(t *testing.T) {
	for _, c := range []struct {
		name string
		view web.View
		data any
	}{
		{"signin", signInView, signInPage{}}, {"own", ownView, ownPage{}}, {"password", passwordView, passwordPage{}},
		{"list", listView, listPage{}}, {"new", newView, newPage{}}, {"once", onceView, oncePage{}}, {"show", showView, showPage{}}, {"trail", trailView, trailPage{}},
	} {
		if err := templatecheck.CheckHTMLStrict(c.view.Tmpl.Lookup("page"), c.data); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
