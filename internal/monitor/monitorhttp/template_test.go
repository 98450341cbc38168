package monitorhttp

import (
	"testing"

	"github.com/jba/templatecheck"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	if err := templatecheck.CheckHTMLStrict(listView.Tmpl.Lookup("page"), listPage{}); err != nil {
		t.Error(err)
	}
	if err := templatecheck.CheckHTMLStrict(draftView.Tmpl.Lookup("page"), draftPage{}); err != nil {
		t.Error(err)
	}
	if err := templatecheck.CheckHTMLStrict(sectionView.Tmpl.Lookup("page"), sectionPage{}); err != nil {
		t.Error(err)
	}
	if err := templatecheck.CheckHTMLStrict(approveView.Tmpl.Lookup("page"), approvePage{}); err != nil {
		t.Error(err)
	}
}
