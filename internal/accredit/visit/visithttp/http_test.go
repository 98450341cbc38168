package visithttp

import (
	"testing"

	"github.com/jba/templatecheck"

	"xuedu/internal/web"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for view, data := range map[*web.View]any{&listView: listPage{}, &planView: planPage{}, &officeView: officePage{},
		&noticeView: noticePage{}, &mineView: minePage{}, &teamView: teamPage{}} {
		if err := templatecheck.CheckHTMLStrict(view.Tmpl.Lookup("page"), data); err != nil {
			t.Errorf("%T: %v", data, err)
		}
	}
	if err := templatecheck.CheckHTMLStrict(teamView.Tmpl.Lookup("leaf"), leafPage{}); err != nil {
		t.Error(err)
	}
}
