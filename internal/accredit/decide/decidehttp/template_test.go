package decidehttp

import (
	"testing"

	"github.com/jba/templatecheck"

	"xuedu/internal/web"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for _, tt := range []struct {
		view web.View
		data any
	}{
		{resultView, &resultPage{}}, {oneView, &onePage{}}, {adviceView, &advicePage{}}, {meetingView, &meetingPage{}}, {voteView, &meetingPage{}},
		{noticesView, noticesPage{}}, {noticeView, &noticePage{}}, {statusView, statusPage{}}, {objectionsView, objectionsPage{}}, {objectionView, &objectionPage{}}, {paperView, &paperPage{}},
	} {
		for _, name := range []string{"page", "sheet"} {
			if err := templatecheck.CheckHTMLStrict(tt.view.Tmpl.Lookup(name), tt.data); err != nil {
				t.Errorf("%T: %v", tt.data, err)
			}
		}
	}
}
