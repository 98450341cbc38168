package formhttp

import (
	"testing"

	"github.com/jba/templatecheck"

	"xuedu/internal/web"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for _, tt := range []struct {
		view web.View
		name string
		data any
	}{
		{listView, "page", listPage{}}, {showView, "page", showPage{}}, {fieldsView, "page", fieldsPage{}}, {fieldsView, "found", fieldsPage{}},
		{burdenView, "page", burdenPage{}}, {refusalsView, "page", refusalsPage{}}, {deskView, "page", deskPage{}},
		{keepView, "page", &keepPage{}}, {designView, "page", &designPage{}}, {designView, "preview", &designPage{}},
	} {
		if err := templatecheck.CheckHTMLStrict(tt.view.Tmpl.Lookup(tt.name), tt.data); err != nil {
			t.Errorf("%T: %v", tt.data, err)
		}
	}
}
