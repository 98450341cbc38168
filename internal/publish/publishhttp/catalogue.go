package publishhttp

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"xuedu/internal/api"
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
	days "xuedu/internal/period"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/release/export"
	"xuedu/internal/release/proof"
	"xuedu/internal/ui"
)

const (
	cataloguePath = "/releases/catalog.jsonld"
	ldType        = "application/ld+json"
)

// offered are the files that the catalogue names as data: type of file and what
// it conforms to. A # stands for a language.
var offered = []struct{ name, kind, media, standard string }{
	{"cells.csv", "CSV", "text/csv", ""},
	{export.PackageFile, "JSON", "application/json", "https://specs.frictionlessdata.io/data-package/"},
	{export.StatFile, "JSON", "application/json", "https://json-stat.org/full/"},
	{export.SDMXFile, "CSV", "text/csv", "https://github.com/sdmx-twg/sdmx-csv/tree/v2.0.0"},
	{export.StructureFile, "JSON", "application/json", "https://github.com/sdmx-twg/sdmx-json/tree/v2.0.0"},
	{"annex.#.xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ""},
	{"release.json", "JSON", "application/json", ""},
}

// facts are what the catalogue needs of every release, by its digest: it never
// changes, and a digest of a release is that of nothing else.
type facts struct{ by sync.Map }

// fact is what stands in a release and its sealed file.
type fact struct {
	publisher, place release.Text
	licence          *release.Licence
	languages        []string
	cells            int
	sealed           int // bytes
	digest           string
	synthetic        bool
	files            []proof.FileSum
}

// catalogue tells portals of open data what there is: DCAT-AP 3 in JSON-LD.
func (h *handler) catalogue(w http.ResponseWriter, r *http.Request) error {
	list, err := h.Releases.Editions(r.Context())
	if err != nil {
		return err
	}
	p, site := ui.NewPage(r, ui.Public, "publish.list.title"), h.Base(r)
	c := export.Catalogue{Address: site + cataloguePath, Home: site + "/releases", API: site + api.Path, APIDoc: site + api.Path + "/openapi.json", Languages: i18n.Langs,
		Title: all(p, "publish.catalogue.title"), Description: all(p, "publish.list.lead"), APITitle: all(p, "publish.file.api"), Publisher: release.Text(h.Pack().Owner[0]), Licence: licence(h.Pack())}
	for _, e := range list {
		if !e.Public {
			continue
		}
		x, err := h.entry(r.Context(), p, site, e)
		if err != nil {
			return err
		}
		c.Entries = append(c.Entries, x)
	}
	b, err := c.JSONLD()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", ldType)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", `"`+release.Digest(b)[:32]+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	return nil
}

func licence(p *pack.Pack) *release.Licence {
	if p.Licence == nil {
		return nil
	}
	return &release.Licence{IRI: p.Licence.IRI, Name: release.Text(p.Licence.Name)}
}

// all is a text in every language.
func all(p ui.Page, key string, args ...any) release.Text {
	return each(p, func(p ui.Page) string { return p.T(key, args...) })
}

// each makes a text in every language.
func each(p ui.Page, text func(ui.Page) string) release.Text {
	out := release.Text{}
	for _, lang := range i18n.Langs {
		p.Lang = lang
		out[lang] = text(p)
	}
	return out
}

// entry describes an edition.
func (h *handler) entry(ctx context.Context, p ui.Page, site string, e publish.Edition) (export.Entry, error) {
	f, err := h.fact(ctx, e)
	if err != nil {
		return export.Entry{}, err
	}
	span, err := days.Parse(e.Period)
	if err != nil {
		return export.Entry{}, err
	}
	page := site + base(e)
	x := export.Entry{Series: e.Series, Area: e.Area, Period: e.Period, Version: e.Version, Page: page, Cells: site + cellsPath(e), SeriesTitle: release.Text(e.Title), Publisher: f.publisher,
		Reason: release.Text(e.Reason), Place: f.place, Licence: f.licence, Languages: f.languages, From: span.From.String(), To: span.To.String(), Public: e.PublicAt,
		Title: each(p, func(p ui.Page) string { return e.Title.In(p.Lang) + " " + period(p, e.Period) })}
	x.Description = each(p, func(p ui.Page) string {
		return p.T("publish.catalogue.about", "Report", x.Title[p.Lang], "Area", f.place[p.Lang], "Version", e.Version, "Stage", p.T("publish.stage."+e.Stage), "Cells", p.Num(int64(f.cells))) + invented(p, f.synthetic)
	})
	for _, have := range f.files {
		if file, ok := offer(p, page, have); ok {
			x.Files = append(x.Files, file)
		}
	}
	x.Files = append(x.Files, export.File{Name: zipName(e), Address: page + "/files/" + zipName(e), SHA256: f.digest, Size: f.sealed, Kind: "ZIP", Media: "application/zip",
		Title: all(p, "publish.file.zip"), Description: all(p, "publish.catalogue.zip")})
	return x, nil
}

// invented warns who finds a demonstration city's figures in a portal.
func invented(p ui.Page, synthetic bool) string {
	if !synthetic {
		return ""
	}
	return " " + p.T("ui.demo") + p.T("publish.colon") + p.T("ui.demo.text")
}

// offer describes a file of a release if it is data.
func offer(p ui.Page, page string, f proof.FileSum) (export.File, bool) {
	for _, o := range offered {
		before, after, ofLang := strings.Cut(o.name, "#")
		if f.Name != o.name && (!ofLang || !strings.HasPrefix(f.Name, before) || !strings.HasSuffix(f.Name, after)) {
			continue
		}
		return export.File{Name: f.Name, Address: page + "/files/" + f.Name, SHA256: f.SHA256, Size: f.Size, Kind: o.kind, Media: o.media, Standard: o.standard,
			Title: each(p, func(p ui.Page) string { return row(p, f.Name, "", 0).Label }), Description: each(p, func(p ui.Page) string { return about(row(p, f.Name, "", 0)) })}, true
	}
	return export.File{}, false
}

// about is what a file is for.
func about(f fileRow) string {
	if f.Hint != "" {
		return f.Hint
	}
	return strings.TrimSpace(f.Label + " " + f.Lang)
}

// fact reads what the catalogue needs of a public edition, once.
func (h *handler) fact(ctx context.Context, e publish.Edition) (*fact, error) {
	if f, ok := h.known.by.Load(e.Digest); ok {
		return f.(*fact), nil
	}
	rel, x, err := h.Releases.Release(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	sealed, err := h.Releases.Sealed(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(sealed), int64(len(sealed)))
	if err != nil {
		return nil, err
	}
	b, err := read(z, proof.ManifestFile)
	if err != nil {
		return nil, err
	}
	var m proof.Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, err
	}
	at, _ := x.Area(e.Area)
	f := &fact{publisher: rel.Publisher, place: at.Name, licence: rel.Licence, languages: rel.Languages, cells: len(rel.Cells), synthetic: rel.Synthetic, sealed: len(sealed), digest: release.Digest(sealed), files: m.Files}
	h.known.by.Store(e.Digest, f)
	return f, nil
}
