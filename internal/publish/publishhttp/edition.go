package publishhttp

import (
	"archive/zip"
	"bytes"
	"html/template"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/release/view"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

type editionPage struct {
	ui.Page
	E        item
	R        *release.Release
	Year     string
	Part     string // of the year: Q4
	Defs     template.HTML
	Sections []view.Part
	Files    []ui.Link
	Versions []item // of the same report and period, the newest first
	Readers  []publish.Reader
	Base     string
	Address  string // permanent, for citing
	Signoffs []signoff
}

type signoff struct {
	Role, Post string
	At         time.Time
}

func (h *handler) edition(w http.ResponseWriter, r *http.Request) error {
	e, err := h.find(r)
	if err != nil {
		return err
	}
	rel, x, err := h.Releases.Release(r.Context(), e.ID)
	if err != nil {
		return err
	}
	page := ui.NewPage(r, ui.Public, "publish.list.title").In("nav.reports")
	p := editionPage{Page: page, E: h.item(page, e), R: rel, Base: base(e), Address: h.Base(r) + base(e)}
	p.Title = p.E.Name + " " + p.E.When
	p.Year, p.Part, _ = strings.Cut(e.Period, "-")
	drawn := view.Sections(rel, x, h.options(page, e))
	p.Sections = view.Parts(drawn, page.Lang, page.T("publish.each"))
	if slices.ContainsFunc(drawn, func(s view.Section) bool { return s.HasMap }) {
		p.Defs = chart.Defs
	}
	for _, s := range rel.Signoffs {
		p.Signoffs = append(p.Signoffs, signoff{page.T("publish.role." + s.Role), s.Post[page.Lang], stamp(s.At)})
	}
	if err := h.around(r, &p); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, editionView, p)
}

// stamp reads a time of a release.
func stamp(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// options draw figures that lead to their permanent pages.
func (h *handler) options(p ui.Page, e publish.Edition) view.Options {
	return view.Options{Lang: p.Lang, Outlines: h.Outlines(), Href: func(k release.Key) string { return cellHref(e, k) },
		Words: view.Words{Legend: p.T("figure.map.steps"), Below: p.T("figure.map.below"), Above: p.T("figure.map.above"), Desc: p.T("publish.chart.desc")}}
}

// around adds files, versions and who reads early.
func (h *handler) around(r *http.Request, p *editionPage) error {
	all, err := h.Releases.Editions(r.Context())
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Series == p.E.Series && o.Area == p.E.Area && o.Period == p.E.Period && o.State == publish.Approved {
			p.Versions = append(p.Versions, h.item(p.Page, o))
		}
	}
	if p.Readers, err = h.Releases.Readers(r.Context(), p.E.ID); err != nil || p.E.State != publish.Approved {
		return err
	}
	sealed, err := h.Releases.Sealed(r.Context(), p.E.ID)
	if err != nil {
		return err
	}
	names, err := namesIn(sealed)
	for _, n := range names {
		p.Files = append(p.Files, ui.Link{Href: p.Base + "/files/" + n, Text: n})
	}
	p.Files = append([]ui.Link{{Href: p.Base + "/files/" + zipName(p.E.Edition), Text: p.T("publish.file.zip", "Size", size(len(sealed)))}}, p.Files...)
	return err
}

// size is a number of bytes as people read it.
func size(n int) string {
	if n < 1<<20 {
		return strconv.Itoa(max(1, n>>10)) + " kB"
	}
	return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"
}

func zipName(e publish.Edition) string { return e.Series + "-" + e.Period + "-" + e.Version + ".zip" }

// namesIn lists the files at the top of a ZIP.
func namesIn(b []byte) (out []string, err error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	for _, f := range z.File {
		if !strings.Contains(f.Name, "/") {
			out = append(out, f.Name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// types are what files are sent as; all else is a download without a type.
var types = map[string]string{".json": "application/json", ".csv": "text/csv; charset=utf-8", ".pdf": "application/pdf",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

// file sends the sealed ZIP, or one of its files.
func (h *handler) file(w http.ResponseWriter, r *http.Request) error {
	e, err := h.find(r)
	if err != nil {
		return err
	}
	content, err := h.Releases.Sealed(r.Context(), e.ID)
	if err != nil {
		return err
	}
	name := r.PathValue("file")
	kind := "application/zip"
	if name != zipName(e) {
		kind = "application/octet-stream"
		if t, ok := types[path.Ext(name)]; ok {
			kind = t
		}
		if content, err = fileIn(content, name); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("ETag", `"`+release.Digest(content)[:32]+`"`)
	w.Header().Set("Cache-Control", cacheFor(e))
	http.ServeContent(w, r, "", e.ApprovedAt, bytes.NewReader(content))
	return nil
}

// cacheFor lets everybody keep what is public: a version never changes.
func cacheFor(e publish.Edition) string {
	if e.Public {
		return "public, max-age=86400"
	}
	return "private, no-store"
}

// fileIn reads one file of a ZIP.
func fileIn(b []byte, name string) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	for _, f := range z.File {
		if f.Name != name {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return nil, err
		}
		defer in.Close()
		return io.ReadAll(in)
	}
	return nil, errs.New(errs.NotFound, "publish.no_file")
}
