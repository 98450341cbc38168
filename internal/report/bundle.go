package report

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/ledger"
)

// ManifestFile lists the files of a bundle; a folder with one is a bulletin.
const ManifestFile = "manifest.json"

// manifestKind marks our manifests.
const manifestKind = "xuedu participation bulletin"

// Manifest is the list of a bundle's files with their SHA-256, and the digest
// of each area's data.
type Manifest struct {
	Kind      string            `json:"kind"`
	Format    int               `json:"format"`
	Period    string            `json:"period"`
	Complete  bool              `json:"complete"`
	Synthetic bool              `json:"synthetic"`
	Data      map[string]string `json:"data"` // area code to digest
	Files     []FileSum         `json:"files"`
}

// FileSum is one file of a bundle.
type FileSum struct {
	Path   string `json:"path"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// BundleOptions say what is built.
type BundleOptions struct {
	Period   ledger.Period
	Area     string   // code; "" = the city and all below it
	Langs    []string // empty = all
	Progress func(done, total int64)
}

// Names of files: 110000000000.zh-CN.html.

// DataFile is the file with the canonical data of an area.
func DataFile(code string) string { return code + ".json" }

// PageFile is the file with the page of an area.
func PageFile(code, lang string) string { return code + "." + lang + ".html" }

// BookFile is the file with the workbook of an area.
func BookFile(code, lang string) string { return code + "." + lang + ".xlsx" }

// indexFile is the first page; that of the first language has the plain name.
func indexFile(lang string, langs []string) string {
	if lang == langs[0] {
		return "index.html"
	}
	return "index." + lang + ".html"
}

// Bundle is the files of a bulletin by name.
type Bundle struct {
	Files    map[string][]byte
	Order    []string
	Manifest Manifest
}

func (b *Bundle) add(name string, content []byte) {
	b.Files[name] = content
	b.Order = append(b.Order, name)
	b.Manifest.Files = append(b.Manifest.Files, FileSum{Path: name, Bytes: len(content), SHA256: sum(content)})
}

// Build makes the files of a bulletin in memory. It fails with NotFound for an
// area without one and with NotFound where the period has no record.
func (s *Service) Build(ctx context.Context, o BundleOptions) (*Bundle, error) {
	if !s.HasRecords(o.Period) {
		return nil, errs.New(errs.NotFound, "report.no_records", "Period", o.Period.Name)
	}
	areas, err := s.Areas()
	if err != nil {
		return nil, err
	}
	codes := []string{o.Area}
	if o.Area == "" {
		codes = nil
		for _, a := range areas {
			codes = append(codes, a.Code)
		}
	}
	langs := o.Langs
	if len(langs) == 0 {
		langs = i18n.Langs
	}
	b := &Bundle{Files: map[string][]byte{}, Manifest: Manifest{Kind: manifestKind, Format: 1, Period: o.Period.Name, Synthetic: s.Synthetic(), Data: map[string]string{}}}
	var all []*Data
	for i, code := range codes {
		d, err := s.buildArea(ctx, b, o.Period, code, langs)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
		if o.Progress != nil {
			o.Progress(int64(i+1), int64(len(codes)))
		}
	}
	for _, lang := range langs {
		if err := s.addIndex(b, all, lang, langs); err != nil {
			return nil, err
		}
	}
	b.Manifest.Complete = all[0].Period.Complete
	m, err := json.MarshalIndent(b.Manifest, "", "  ")
	if err != nil {
		return nil, err
	}
	b.Files[ManifestFile], b.Order = append(m, '\n'), append(b.Order, ManifestFile)
	return b, nil
}

func (s *Service) buildArea(ctx context.Context, b *Bundle, p ledger.Period, code string, langs []string) (*Data, error) {
	d, err := s.Collect(ctx, p, code)
	if err != nil {
		return nil, err
	}
	canonical, err := d.Canonical()
	if err != nil {
		return nil, err
	}
	b.add(DataFile(code), canonical)
	b.Manifest.Data[code] = sum(canonical)
	for _, lang := range langs {
		v, err := s.View(d, lang, nil)
		if err != nil {
			return nil, err
		}
		v.Downloads = FileLinks(code, lang)
		var page, book bytes.Buffer
		if err := errors.Join(HTML(&page, v), s.Workbook(&book, d, lang)); err != nil {
			return nil, err
		}
		b.add(PageFile(code, lang), page.Bytes())
		b.add(BookFile(code, lang), book.Bytes())
	}
	return d, nil
}

type indexRow struct{ Name, HTML, XLSX, JSON, Digest string }

type indexLink struct{ Lang, Text, Href string }

// addIndex writes the page that leads to all others.
func (s *Service) addIndex(b *Bundle, all []*Data, lang string, langs []string) error {
	v, err := s.View(all[0], lang, nil)
	if err != nil {
		return err
	}
	w := &words{s: s, lang: lang, data: all[0]}
	data := struct {
		*View
		CSS     template.CSS
		Caption string
		Head    []string
		Rows    []indexRow
		Others  []indexLink
	}{View: v, CSS: template.CSS(style), Caption: w.t("report.index.caption"),
		Head: []string{w.t("report.index.page"), w.t("report.index.book"), w.t("report.index.data"), w.t("report.fact.digest")}}
	for _, d := range all {
		data.Rows = append(data.Rows, indexRow{w.areaName(d.Area), PageFile(d.Area, lang), BookFile(d.Area, lang), DataFile(d.Area), short(b.Manifest.Data[d.Area])})
	}
	for _, other := range langs {
		if other != lang {
			data.Others = append(data.Others, indexLink{other, s.Bundle.T(other, "report.index.here"), indexFile(other, langs)})
		}
	}
	var out bytes.Buffer
	if err := pages.ExecuteTemplate(&out, "index", data); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	b.add(indexFile(lang, langs), out.Bytes())
	return nil
}

// HasRecords reports whether the ledger has a record on or around the days of p.
func (s *Service) HasRecords(p ledger.Period) bool {
	first, last, ok := s.Figures.Span()
	return ok && p.From <= last && p.To >= first
}

// Save writes a bundle into dir: aside first, then in one step. A folder that
// holds anything but an earlier bulletin is refused with Conflict unless force
// is set; then the files go in beside what is there.
func (b *Bundle) Save(dir string, force bool) error {
	kind, err := folderKind(dir)
	if err != nil {
		return err
	}
	if kind == foreign && !force {
		return errs.New(errs.Conflict, "report.folder_used", "Dir", dir)
	}
	aside, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), ".bulletin-")
	if err != nil {
		return &errs.Error{Kind: errs.Invalid, Key: "report.folder_bad", Args: []any{"Dir", dir}, Err: err}
	}
	defer os.RemoveAll(aside)
	for _, name := range b.Order {
		if err := os.WriteFile(filepath.Join(aside, name), b.Files[name], 0o644); err != nil {
			return err
		}
	}
	if err := os.Chmod(aside, 0o755); err != nil {
		return err
	}
	if kind == foreign {
		return b.moveInto(aside, dir)
	}
	return replaceFolder(aside, dir, kind)
}

type folder int

const (
	missing folder = iota
	empty
	bulletin
	foreign
)

// folderKind looks at what is in the way.
func folderKind(dir string) (folder, error) {
	list, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return missing, nil
	case err != nil:
		return missing, &errs.Error{Kind: errs.Invalid, Key: "report.folder_bad", Args: []any{"Dir", dir}, Err: err}
	case len(list) == 0:
		return empty, nil
	}
	var m Manifest
	content, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil || json.Unmarshal(content, &m) != nil || m.Kind != manifestKind {
		return foreign, nil
	}
	known := map[string]bool{ManifestFile: true}
	for _, f := range m.Files {
		known[f.Path] = true
	}
	for _, e := range list {
		if !known[e.Name()] {
			return foreign, nil // somebody put a file of their own beside it
		}
	}
	return bulletin, nil
}

func replaceFolder(aside, dir string, kind folder) error {
	old := ""
	if kind != missing {
		old = strings.TrimRight(dir, string(filepath.Separator)) + ".old"
		if err := os.Rename(dir, old); err != nil {
			return err
		}
	}
	if err := os.Rename(aside, dir); err != nil {
		if old != "" {
			err = errors.Join(err, os.Rename(old, dir))
		}
		return err
	}
	if old == "" {
		return nil
	}
	return os.RemoveAll(old)
}

// moveInto moves the files of a bundle beside those that are there, the
// manifest last.
func (b *Bundle) moveInto(aside, dir string) error {
	for _, name := range b.Order {
		if err := os.Rename(filepath.Join(aside, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
