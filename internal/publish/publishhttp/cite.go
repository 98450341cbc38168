package publishhttp

import (
	"bytes"
	"net/http"
	"path"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/release/export"
	"xuedu/internal/ui"
)

// citeTypes are the forms in which programs read a citation, by the end of the
// file's name.
var citeTypes = map[string]string{".bib": "application/x-bibtex; charset=utf-8", ".ris": "application/x-research-info-systems; charset=utf-8", ".json": "application/vnd.citationstyles.csl+json"}

// citeName is the name of the files of a citation, and its key.
func citeName(e publish.Edition) string {
	return e.Series + "-" + e.Area + "-" + e.Period + "-" + e.Version
}

// citeForms are the downloads of a citation.
func citeForms(p ui.Page, e publish.Edition) []ui.Alternate {
	at := base(e) + "/cite/" + citeName(e)
	return []ui.Alternate{{Type: citeTypes[".bib"], Href: at + ".bib", Title: p.T("publish.cite.bib")}, {Type: citeTypes[".ris"], Href: at + ".ris", Title: p.T("publish.cite.ris")},
		{Type: citeTypes[".json"], Href: at + ".json", Title: p.T("publish.cite.json")}}
}

// otherForms are the figures of an edition as programs read them.
func otherForms(p ui.Page, e publish.Edition) []ui.Alternate {
	out := []ui.Alternate{{Type: "application/json", Href: cellsPath(e), Title: p.T("publish.file.api")}}
	for _, name := range []string{"cells.csv", export.PackageFile, export.StatFile, export.SDMXFile} {
		f := row(p, name, base(e), 0)
		kind, _, _ := strings.Cut(types[path.Ext(name)], ";")
		out = append(out, ui.Alternate{Type: kind, Href: f.Href, Title: f.Label + " " + f.Kind})
	}
	return out
}

// cite sends the citation of a public edition, in the reader's language.
func (h *handler) cite(w http.ResponseWriter, r *http.Request) error {
	e, err := h.find(r)
	if err != nil {
		return err
	}
	name := r.PathValue("file")
	stem, kind := strings.TrimSuffix(name, path.Ext(name)), citeTypes[path.Ext(name)]
	if !e.Public || stem != citeName(e) || kind == "" {
		return errs.New(errs.NotFound, "publish.no_file")
	}
	rel, _, err := h.Releases.Release(r.Context(), e.ID)
	if err != nil {
		return err
	}
	p := ui.NewPage(r, ui.Public, "publish.list.title")
	c := export.Citation{ID: stem, Title: e.Title.In(p.Lang) + " " + period(p, e.Period), Publisher: inLang(rel.Publisher, p.Lang), Version: e.Version, Address: h.Base(r) + base(e), Lang: p.Lang, Public: e.PublicAt.In(h.Zone)}
	b, err := written(c, path.Ext(name))
	if err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", kind)
	head.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	head.Add("Vary", "Accept-Language, Cookie")
	head.Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", e.PublicAt, bytes.NewReader(b))
	return nil
}

func written(c export.Citation, kind string) ([]byte, error) {
	switch kind {
	case ".bib":
		return c.BibTeX(), nil
	case ".ris":
		return c.RIS(), nil
	}
	return c.CSL()
}

// inLang is a text in a language, or in any that it has.
func inLang(t release.Text, lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	for _, s := range t {
		return s
	}
	return ""
}
