package publishhttp_test

import (
	"archive/zip"
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/pdf"
	"xuedu/internal/publish"
	"xuedu/internal/publish/publishhttp"
)

// sealed is one approved release; all else is not asked for.
type sealed struct {
	publishhttp.Service
	zip []byte
}

func (s sealed) Find(context.Context, string, string, string, string) (publish.Edition, error) {
	return publish.Edition{ID: "1", Series: "yearly", Area: "1", Period: "2024", Version: "1.0.0", State: publish.Approved, Public: true}, nil
}
func (s sealed) Sealed(context.Context, string) ([]byte, error) { return s.zip, nil }

func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ask fetches a file of the release.
func ask(t *testing.T, p *pdf.Printer, s sealed, name string) (*httptest.ResponseRecorder, error) {
	t.Helper()
	for _, route := range publishhttp.Routes(publishhttp.Deps{Releases: s, Printer: p, Outlines: func() *chart.Outlines { return nil }}) {
		if !strings.HasSuffix(route.Pattern, "/files/{file}") {
			continue
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x", nil)
		r.SetPathValue("file", name)
		w := httptest.NewRecorder()
		return w, route.Handler(w, r)
	}
	t.Fatal("no route of files")
	return nil, nil
}

// A page of a release is shown shut off from the site; all else but PDF is a
// download with its own type.
func TestFiles(t *testing.T) {
	t.Parallel()
	s := sealed{zip: archive(t, map[string]string{"report.en.html": "<!doctype html><script>alert(1)</script>", "report.en.docx": "x", "cells.csv": "a,b", "odd.exe": "x"})}
	for _, tt := range []struct{ name, kind, way string }{
		{"report.en.html", "text/html; charset=utf-8", "inline"},
		{"report.en.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment"},
		{"cells.csv", "text/csv; charset=utf-8", "attachment"},
		{"odd.exe", "application/octet-stream", "attachment"},
		{"yearly-2024-1.0.0.zip", "application/zip", "attachment"},
	} {
		w, err := ask(t, nil, s, tt.name)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		h := w.Header()
		if h.Get("Content-Type") != tt.kind || !strings.HasPrefix(h.Get("Content-Disposition"), tt.way+"; ") || h.Get("Cache-Control") != "public, max-age=86400" {
			t.Errorf("%s: %v", tt.name, h)
		}
		csp := h.Get("Content-Security-Policy")
		if shut := strings.Contains(csp, "default-src 'none'") && strings.Contains(csp, "sandbox") && !strings.Contains(csp, "script"); shut != (tt.way == "inline") {
			t.Errorf("%s: policy %q", tt.name, csp)
		}
	}
}

// A page that was sealed without its PDF is printed when somebody asks, where
// this machine prints; what is not there is not there.
func TestPDFOnDemand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "chromium")
	script := "#!/bin/sh\nfor a; do case $a in --print-to-pdf=*) printf '%%PDF-1.4 x' >\"${a#--print-to-pdf=}\";; esac; done\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil { //nolint:gosec // it is to be run
		t.Fatal(err)
	}
	s := sealed{zip: archive(t, map[string]string{"report.en.html": "page", "report.zh-CN.pdf": "%PDF-sealed"})}
	for _, tt := range []struct {
		p          *pdf.Printer
		name, want string // "" = not found
	}{
		{pdf.New(path), "report.en.pdf", "%PDF-1.4 x"}, {nil, "report.en.pdf", ""}, {pdf.New(pdf.Off), "report.en.pdf", ""},
		{pdf.New(path), "report.zh-CN.pdf", "%PDF-sealed"}, {pdf.New(path), "report.fr.pdf", ""}, {pdf.New(path), "nothing.csv", ""},
	} {
		w, err := ask(t, tt.p, s, tt.name)
		if tt.want == "" {
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if err != nil || w.Body.String() != tt.want {
			t.Errorf("%s: %q %v", tt.name, w.Body, err)
		}
	}
}
