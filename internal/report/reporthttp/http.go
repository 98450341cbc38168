// Package reporthttp serves the bulletins: which there are, each as a page
// whose figures can be opened, and its files.
package reporthttp

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/ledger"
	"xuedu/internal/report"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

var (
	listView = web.View{Tmpl: ui.Parse(files, "templates/list.html")}
	pageView = web.View{Tmpl: template.Must(ui.Parse(files, "templates/page.html").ParseFS(report.Templates, "templates/bulletin.html"))}
)

// Service is what the handlers need from package report.
type Service interface {
	Areas() ([]*area.Area, error)
	Root() (*area.Area, error)
	Periods() []report.Span
	HasRecords(ledger.Period) bool
	Collect(ctx context.Context, p ledger.Period, area string) (*report.Data, error)
	View(d *report.Data, lang string, link func(ledger.Query) string) (*report.View, error)
	Workbook(out io.Writer, d *report.Data, lang string) error
	Version() string
}

type handler struct {
	svc   Service
	link  func(ledger.Query) string // address of a figure's lineage
	cache cache
}

// Routes returns the routes of this feature. link makes the address at which
// a figure is opened.
func Routes(svc Service, link func(ledger.Query) string) []web.Route {
	h := &handler{svc: svc, link: link}
	return []web.Route{
		{Pattern: "GET /reports", Perm: web.Public, Handler: h.list},
		{Pattern: "GET /reports/{period}", Perm: web.Public, Handler: h.page},
		{Pattern: "GET /reports/{period}/{area}", Perm: web.Public, Handler: h.page},
		{Pattern: "GET /reports/{period}/{area}/{file}", Perm: web.Public, Handler: h.file},
	}
}

// listPage is the page of all periods with a bulletin, the newest first.
type listPage struct {
	ui.Page
	Years []year
}

type year struct {
	Year     link
	Quarters []link
	Months   []link
}

type link struct {
	Text, Href string
	Running    bool
}

func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: ui.NewPage(r, ui.Public, "report.list.title").In("nav.reports")}
	for _, s := range h.svc.Periods() {
		l := link{Text: label(p.Page, s.Period.Name), Href: "/reports/" + s.Period.Name, Running: s.Running}
		if s.Period.IsYear() {
			p.Years = append(p.Years, year{Year: l})
			continue
		}
		y := &p.Years[len(p.Years)-1]
		if strings.Contains(s.Period.Name, "Q") {
			y.Quarters = append(y.Quarters, l)
		} else {
			y.Months = append(y.Months, l)
		}
	}
	return web.Render(w, r, http.StatusOK, listView, p)
}

// label is the short name of a period inside its year.
func label(p ui.Page, name string) string {
	year, part, _ := strings.Cut(name, "-")
	switch {
	case part == "":
		return year
	case part[0] == 'Q':
		return p.T("figure.short_quarter." + part[1:])
	}
	if p.Lang == i18n.EN {
		d, err := ledger.ParsePeriod(name)
		if err == nil {
			return d.From.Time().Format("January")
		}
	}
	return p.T("figure.short_month", "Month", strings.TrimPrefix(part, "0"))
}

// bulletinPage is one bulletin.
type bulletinPage struct {
	ui.Page
	V      *report.View
	Others []link
}

func (h *handler) page(w http.ResponseWriter, r *http.Request) error {
	d, err := h.data(r)
	if err != nil {
		return err
	}
	page := bulletinPage{Page: ui.NewPage(r, ui.Public, "report.list.title").In("nav.reports")}
	if page.V, err = h.svc.View(d, page.Lang, h.link); err != nil {
		return err
	}
	page.Title = page.V.Title + " " + page.V.Period
	base := "/reports/" + d.Period.Name + "/"
	for _, kind := range []string{"html", "xlsx", "json"} {
		page.V.Downloads = append(page.V.Downloads, report.Download{Text: page.T("report.get." + kind), Href: base + d.Area + "/" + fileName(d.Area, page.Lang, kind)})
	}
	areas, err := h.svc.Areas()
	if err != nil {
		return err
	}
	for _, a := range areas {
		if a.Code != d.Area {
			page.Others = append(page.Others, link{Text: a.In(page.Lang), Href: base + a.Code})
		}
	}
	page.V.Synthetic = "" // the frame of the page says so
	return web.Render(w, r, http.StatusOK, pageView, page)
}

func fileName(code, lang, kind string) string {
	switch kind {
	case "html":
		return report.PageFile(code, lang)
	case "xlsx":
		return report.BookFile(code, lang)
	}
	return report.DataFile(code)
}

// file sends one of the files of a bulletin, with the bytes that the command
// line writes.
func (h *handler) file(w http.ResponseWriter, r *http.Request) error {
	d, err := h.data(r)
	if err != nil {
		return err
	}
	name := r.PathValue("file")
	var out bytes.Buffer
	mime := "application/json"
	switch lang := langOf(d.Area, name); {
	case name == report.DataFile(d.Area):
		b, err := d.Canonical()
		if err != nil {
			return err
		}
		out.Write(b)
	case lang != "" && name == report.PageFile(d.Area, lang):
		mime = "text/html; charset=utf-8"
		v, err := h.svc.View(d, lang, nil)
		if err != nil {
			return err
		}
		v.Downloads = report.FileLinks(d.Area, lang)
		if err := report.HTML(&out, v); err != nil {
			return err
		}
	case lang != "" && name == report.BookFile(d.Area, lang):
		mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		if err := h.svc.Workbook(&out, d, lang); err != nil {
			return err
		}
	default:
		return errs.New(errs.NotFound, "error.not_found")
	}
	head := w.Header()
	head.Set("Content-Type", mime)
	head.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", d.Period.Name+"-"+name))
	head.Set("Cache-Control", "no-cache")
	_, err = out.WriteTo(w)
	return err
}

// langOf reads the language out of the name of a file; "" if there is none.
func langOf(code, name string) string {
	for _, lang := range i18n.Langs {
		if strings.HasPrefix(name, code+"."+lang+".") {
			return lang
		}
	}
	return ""
}

// data returns the figures of the bulletin that a request names.
func (h *handler) data(r *http.Request) (*report.Data, error) {
	p, err := report.ParsePeriod(r.PathValue("period"))
	if err != nil || !h.svc.HasRecords(p) {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	code := r.PathValue("area")
	if code == "" {
		root, err := h.svc.Root()
		if err != nil {
			return nil, err
		}
		code = root.Code
	}
	return h.cache.get(h.svc.Version(), p.Name+" "+code, func() (*report.Data, error) {
		return h.svc.Collect(r.Context(), p, code)
	})
}
