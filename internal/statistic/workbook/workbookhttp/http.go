// Package workbookhttp lets people download returns as workbooks and upload
// what they filled in (P2.3).
package workbookhttp

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"io"
	"net/http"
	"net/url"

	"xuedu/internal/errs"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/workbook"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

var uploadView = web.View{Tmpl: ui.Parse(files, "templates/upload.html")}

// Permissions of this feature; which returns, the service checks.
const (
	permRead web.Perm = "return:read"
	permFill web.Perm = "return:fill"
)

// maxMB is the most an uploaded file may hold.
const maxMB = 20

// maxFaults is how many faults the page lists; the marked copy has them all.
const maxFaults = 100

// Lister finds the returns to put into a workbook.
type Lister interface {
	Returns(ctx context.Context, q statistic.ReturnQuery) ([]statistic.Return, error)
}

// Deps is what the pages are made of.
type Deps struct {
	Books *workbook.Service
	Lists Lister
}

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /desk/returns/{id}/xlsx", Perm: permRead, Handler: d.one},
		{Pattern: "GET /desk/returns/xlsx", Perm: permRead, Handler: d.many},
		{Pattern: "GET /desk/returns/upload", Perm: permFill, Handler: d.form},
		{Pattern: "POST /desk/returns/upload", Perm: permFill, Handler: d.upload},
		{Pattern: "GET /desk/marked/{id}", Perm: permFill, Handler: d.marked},
	}
}

func (d Deps) one(w http.ResponseWriter, r *http.Request) error {
	return d.send(w, r, []string{r.PathValue("id")}, "xuedu-return.xlsx")
}

// many writes the returns on the caller's desk, or those of a collection.
func (d Deps) many(w http.ResponseWriter, r *http.Request) error {
	q := statistic.ReturnQuery{Collection: r.URL.Query().Get("collection")}
	q.Mine = q.Collection == ""
	list, err := d.Lists.Returns(r.Context(), q)
	if err != nil {
		return err
	}
	var ids []string
	for _, x := range list {
		ids = append(ids, x.ID)
	}
	return d.send(w, r, ids, "xuedu-returns.xlsx")
}

func (d Deps) send(w http.ResponseWriter, r *http.Request, ids []string, name string) error {
	p := ui.NewPage(r, ui.Desk, "workbook.title")
	var b bytes.Buffer
	if err := d.Books.Export(r.Context(), ids, p.Lang, &b); err != nil {
		return err
	}
	return attach(w, name, b.Bytes())
}

func attach(w http.ResponseWriter, name string, b []byte) error {
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	_, err := w.Write(b)
	return err
}

// uploadPage takes a file and says what came of it.
type uploadPage struct {
	ui.Page
	Into    string // return that a CSV file is for
	Problem string
	Report  *workbook.Report
	Faults  []workbook.Fault
	More    bool
	Marked  string // address of the marked copy
}

func (Deps) page(r *http.Request) uploadPage {
	return uploadPage{Page: ui.NewPage(r, ui.Desk, "workbook.page.title").In("nav.returns"), Into: r.FormValue("into")}
}

// Back is where the page leads back to.
func (p uploadPage) Back() string {
	if p.Into != "" {
		return "/desk/returns/" + url.PathEscape(p.Into)
	}
	return "/desk/returns"
}

func (d Deps) form(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, uploadView, d.page(r))
}

func (d Deps) upload(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxMB<<20)
	name, b, err := fileOf(r)
	p := d.page(r)
	var report workbook.Report
	if err == nil {
		report, err = d.Books.Import(r.Context(), b, p.Into, p.Lang)
	}
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Invalid {
		p.Problem = p.T(e.Key, e.Args...)
		return web.Render(w, r, http.StatusUnprocessableEntity, uploadView, p)
	}
	if err != nil {
		return err
	}
	return d.answer(w, r, p, name, report)
}

func (d Deps) answer(w http.ResponseWriter, r *http.Request, p uploadPage, name string, report workbook.Report) error {
	p.Report = &report
	p.Faults = report.Faults[:min(len(report.Faults), maxFaults)]
	p.More = len(report.Faults) > maxFaults
	status := http.StatusOK
	if len(report.Faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if report.Marked != nil {
		id, err := d.Books.Keep(r.Context(), name, report.Marked)
		if err != nil {
			return err
		}
		p.Marked = "/desk/marked/" + id
	}
	return web.Render(w, r, status, uploadView, p)
}

// fileOf reads the uploaded file.
func fileOf(r *http.Request) (name string, b []byte, err error) {
	f, head, err := r.FormFile("file")
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return "", nil, errs.New(errs.Invalid, "workbook.page.too_large", "MB", tooLarge.Limit>>20)
	}
	if err != nil {
		return "", nil, errs.New(errs.Invalid, "workbook.page.no_file")
	}
	b, err = io.ReadAll(f)
	return head.Filename, b, errors.Join(err, f.Close())
}

func (d Deps) marked(w http.ResponseWriter, r *http.Request) error {
	name, b, err := d.Books.Marked(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return attach(w, name, b)
}
