package decidehttp

import (
	"net/http"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/docx"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// paperPage is an official paper: a page that prints as it is filed, and the
// same as DOCX and PDF.
type paperPage struct {
	page
	Doc            docx.Document
	File           string // its name, without an ending
	Way            string // address, to which .docx and .pdf are added
	Back, BackText string
	Draft          bool // it was not issued yet
	PDF            bool // this program can make one
}

// maker makes the paper that a request asks for.
type maker func(r *http.Request) (*paperPage, error)

// paperRoutes serve each paper as a page, as DOCX and as PDF.
func (h *handler) paperRoutes() []web.Route {
	var list []web.Route
	for _, k := range []struct {
		path string
		perm web.Perm
		make maker
	}{
		{"/calls/{code}/decision", web.Public, h.issued},
		{"/desk/calls/{id}/decision", Read, h.decision},
		{"/desk/calls/{id}/list", Read, h.list},
		{"/desk/meetings/{id}/minutes", Read, h.minutes},
	} {
		list = append(list,
			web.Route{Pattern: "GET " + k.path, Perm: k.perm, Handler: h.showPaper(k.make)},
			web.Route{Pattern: "GET " + k.path + ".docx", Perm: k.perm, Handler: h.paperDOCX(k.make)},
			web.Route{Pattern: "GET " + k.path + ".pdf", Perm: k.perm, Handler: h.paperPDF(k.make)})
	}
	return list
}

func (h *handler) showPaper(make maker) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, err := make(r)
		if err != nil {
			return err
		}
		p.Scripts = []string{"print.js"}
		return web.Render(w, r, http.StatusOK, paperView, p)
	}
}

const docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

func (h *handler) paperDOCX(make maker) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, err := make(r)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", docxType)
		w.Header().Set("Content-Disposition", `attachment; filename="`+p.File+`.docx"`)
		return docx.Write(w, p.Doc)
	}
}

func (h *handler) paperPDF(make maker) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, err := make(r)
		if err != nil {
			return err
		}
		return ui.SendPDF(w, r, h.Printer, p.File, paperView, p)
	}
}

// paper is what all papers about a call have in common.
func (h *handler) paper(r *http.Request, front ui.Front, c accredit.Call, name string) *paperPage {
	p := &paperPage{page: h.page(r, front, "decide.result", nil), File: c.Code + "-" + name, Way: r.URL.Path, PDF: h.Printer.Ready()}
	if i := strings.LastIndexByte(p.Way, '.'); i > strings.LastIndexByte(p.Way, '/') {
		p.Way = p.Way[:i]
	}
	p.Page = p.Page.In("nav.calls")
	p.Back, p.BackText = "/desk/calls/"+c.ID+"/result", p.T("decide.result")
	return p
}
