package orghttp

import (
	"errors"
	"net/http"

	"xuedu/internal/errs"
	"xuedu/internal/org"
	"xuedu/internal/sheet"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// maxUpload is the most a file may hold, in bytes.
const maxUpload = 32 << 20

type importPage struct {
	ui.Page
	Problem *problem
	Columns []string
	Strict  bool
	DryRun  bool
	File    string
	Report  *org.ImportReport
	Rejects []reject
	More    int
}

// reject is a refused row as it is shown.
type reject struct {
	Line                int
	Column, Value, Text string
}

// shownRejects is how many refused rows are listed.
const shownRejects = 200

func (h *handler) importForm(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, importView, newImportPage(r))
}

func newImportPage(r *http.Request) importPage {
	p := importPage{Page: ui.NewPage(r, ui.Desk, "org.import").In("nav.desk_orgs"), DryRun: true}
	for _, c := range org.Columns {
		p.Columns = append(p.Columns, c.Name)
	}
	return p
}

func (h *handler) importFile(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	p := newImportPage(r)
	rep, err := h.takeFile(r, &p)
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Invalid {
		p.Problem = &problem{Field: "file", Text: p.T(e.Key, e.Args...)}
		return web.Render(w, r, http.StatusUnprocessableEntity, importView, p)
	}
	if err != nil {
		return err
	}
	p.Report, p.More = &rep, max(0, len(rep.Rejects)-shownRejects)
	for _, x := range rep.Rejects[:min(len(rep.Rejects), shownRejects)] {
		p.Rejects = append(p.Rejects, reject{Line: x.Line, Column: x.Column, Value: x.Value, Text: p.T(x.Err.Key, x.Err.Args...)})
	}
	return web.Render(w, r, http.StatusOK, importView, p)
}

func (h *handler) takeFile(r *http.Request, p *importPage) (org.ImportReport, error) {
	f, head, err := r.FormFile("file")
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
		return org.ImportReport{}, errs.New(errs.Invalid, "error.too_large")
	}
	if err != nil { // no form of the right kind, or no file in it
		return org.ImportReport{}, errs.New(errs.Invalid, "org.file_missing")
	}
	defer f.Close()
	p.Strict, p.DryRun, p.File = r.FormValue("strict") != "", r.FormValue("do") != "write", head.Filename
	t, err := sheet.New(f)
	if err != nil {
		return org.ImportReport{}, err
	}
	return h.Orgs.Import(r.Context(), t, org.ImportOptions{Name: head.Filename, DryRun: p.DryRun, Strict: p.Strict})
}
