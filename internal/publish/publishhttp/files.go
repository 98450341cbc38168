package publishhttp

import (
	"archive/zip"
	"bytes"
	"cmp"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/ui"
)

// fileRow is a file that a reader can have. First are those in the reader's own
// language.
type fileRow struct {
	Href, Name, Label, Kind, Size, Lang string
	Hint                                string // of data for programs: what they are for, and what opens them
	First                               bool
	Made                                bool // not sealed: printed when somebody asks
	rank                                int
}

// known are the files of a release by name, # for a language, in the order in
// which readers want them: their label is publish.file.<key>. For those that
// are read by programs, publish.open.<key> says which.
var known = []struct{ name, key, kind string }{
	{"report.#.html", "page", "HTML"}, {"report.#.pdf", "pdf", "PDF"}, {"report.#.docx", "docx", "DOCX"}, {"annex.#.xlsx", "annex", "XLSX"},
	{"cells.csv", "cells", "CSV"}, {"areas.csv", "areas", "CSV"}, {"measures.csv", "measures", "CSV"}, {"datapackage.json", "package", "Data Package"},
	{"cells.json-stat.json", "stat", "JSON-stat 2.0"}, {"cells.sdmx.csv", "sdmx", "SDMX-CSV 2.0"}, {"structure.sdmx.json", "structure", "SDMX-JSON 2.0"},
	{"release.json", "release", "JSON"}, {"manifest.json", "manifest", "JSON"}, {"signature.json", "signature", "JSON"},
}

// opened are the files of which it is said what opens them.
var opened = map[string]bool{"cells": true, "areas": true, "measures": true, "package": true, "stat": true, "sdmx": true, "structure": true}

// row says what a file is; one that is not known goes by its name.
func row(p ui.Page, name, base string, size int) fileRow {
	out := fileRow{Href: base + "/files/" + name, Name: name, Label: name, Kind: strings.ToUpper(strings.TrimPrefix(path.Ext(name), ".")), Size: bytesOf(size), rank: len(known)}
	for i, k := range known {
		before, after, ofLang := strings.Cut(k.name, "#")
		lang := strings.TrimSuffix(strings.TrimPrefix(name, before), after)
		if name != before+lang+after || !ofLang && name != k.name || strings.Contains(lang, ".") {
			continue
		}
		out.Label, out.Kind, out.rank = p.T("publish.file."+k.key), k.kind, i
		if opened[k.key] {
			out.Hint = p.T("publish.open." + k.key)
		}
		if ofLang {
			out.Lang, out.First = p.T("publish.lang."+lang), lang == p.Lang
		}
	}
	return out
}

// files lists the sealed file, what is in it, and the PDF of pages that were
// sealed without one, where this program prints.
func (h *handler) files(p ui.Page, e publish.Edition, sealed []byte) ([]fileRow, error) {
	z, err := zip.NewReader(bytes.NewReader(sealed), int64(len(sealed)))
	if err != nil {
		return nil, err
	}
	var out []fileRow
	have := map[string]bool{}
	for _, f := range z.File {
		have[f.Name] = true
	}
	for _, f := range z.File {
		if strings.Contains(f.Name, "/") {
			continue
		}
		out = append(out, row(p, f.Name, base(e), int(f.UncompressedSize64)))
		if stem, ok := strings.CutSuffix(f.Name, ".html"); ok && !have[stem+".pdf"] && h.prints() {
			x := row(p, stem+".pdf", base(e), 0)
			x.Size, x.Made = "", true
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b fileRow) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), -cmp.Compare(number(a.First), number(b.First)), strings.Compare(a.Name, b.Name))
	})
	all := fileRow{Href: base(e) + "/files/" + zipName(e), Name: zipName(e), Label: p.T("publish.file.zip"), Kind: "ZIP", Size: bytesOf(len(sealed)), First: true}
	return append([]fileRow{all}, out...), nil
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (h *handler) prints() bool { return h.Printer != nil && h.Printer.Ready() }

// bytesOf is a number of bytes as people read it.
func bytesOf(n int) string {
	if n < 1<<20 {
		return strconv.Itoa(max(1, n>>10)) + " kB"
	}
	return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"
}

func zipName(e publish.Edition) string { return e.Series + "-" + e.Period + "-" + e.Version + ".zip" }

// types are what files are sent as; all else is a download without a type.
var types = map[string]string{".json": "application/json", ".csv": "text/csv; charset=utf-8", ".pdf": "application/pdf", ".zip": "application/zip",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

// file sends the sealed ZIP, or one of its files. A page of the release is shown
// as it was sealed, shut off from this site; all else is a download.
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
	if name != zipName(e) {
		if content, err = h.fileIn(r, content, name); err != nil {
			return err
		}
	}
	head := w.Header()
	kind, ok := types[path.Ext(name)]
	if !ok {
		kind = "application/octet-stream"
	}
	head.Set("Content-Type", kind)
	way := "attachment"
	switch path.Ext(name) {
	case ".html":
		ui.SheetHeaders(head)
		way = "inline"
	case ".pdf":
		way = "inline"
	}
	head.Set("Content-Disposition", way+`; filename="`+name+`"`)
	head.Set("ETag", `"`+release.Digest(content)[:32]+`"`)
	head.Set("Cache-Control", cacheFor(e))
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

// fileIn reads one file of a ZIP; the PDF of a page that was sealed without one
// is printed now.
func (h *handler) fileIn(r *http.Request, sealed []byte, name string) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(sealed), int64(len(sealed)))
	if err != nil {
		return nil, err
	}
	if out, err := read(z, name); err != nil || out != nil {
		return out, err
	}
	if stem, ok := strings.CutSuffix(name, ".pdf"); ok && h.prints() {
		page, err := read(z, stem+".html")
		if err != nil {
			return nil, err
		}
		if page != nil {
			return h.Printer.Print(r.Context(), page)
		}
	}
	return nil, errs.New(errs.NotFound, "publish.no_file")
}

// read returns a file of a ZIP, nil if there is none of that name.
func read(z *zip.Reader, name string) ([]byte, error) {
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
	return nil, nil
}
