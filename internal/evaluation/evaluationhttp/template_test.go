package evaluationhttp

import (
	"testing"

	"github.com/jba/templatecheck"

	"xuedu/internal/web"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for _, x := range []struct {
		view web.View
		data any
	}{{listView, deskList{}}, {roundView, roundPage{}}, {draftView, draftPage{}}, {publicView, publicList{}}, {openView, openPage{}}, {areaView, areaPage{}},
		{leagueView, leaguePage{}}, {methodView, methodPage{}}} {
		if err := templatecheck.CheckHTMLStrict(x.view.Tmpl.Lookup("page"), x.data); err != nil {
			t.Error(err)
		}
	}
}
