package ui

import (
	"bytes"
	"html/template"
	"mime"
	"net/http"

	"xuedu/internal/pdf"
	"xuedu/internal/web"
)

// sheetCSS is the whole style sheet; an embedded file cannot fail to be read.
func sheetCSS() template.CSS {
	b, err := static.ReadFile("static/xuedu.css")
	if err != nil {
		panic("ui: no style sheet")
	}
	return template.CSS(b)
}

// Style is our style sheet, for a page that has to need nothing else.
func (p Page) Style() template.CSS { return sheetCSS() }

// Sheet makes the page v of data one document that needs nothing else: its
// main part with our style in it, without navigation and scripts. Images have
// to be in the page already, as SVG or data.
func Sheet(v web.View, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := v.Tmpl.ExecuteTemplate(&b, "sheet", data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// sheetCSP lets a page that needs nothing else use the style in it, and nothing
// more: no script runs, nothing is fetched, no form is sent.
const sheetCSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups"

// SheetHeaders marks an answer as a page that needs nothing else: its own style
// is allowed, all else is not, and it can read nothing of this site.
func SheetHeaders(h http.Header) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", sheetCSP)
}

// SendPDF answers with the page v of data as PDF; name is that of the file
// without its ending. It fails as Printer.Print does.
func SendPDF(w http.ResponseWriter, r *http.Request, p *pdf.Printer, name string, v web.View, data any) error {
	page, err := Sheet(v, data)
	if err != nil {
		return err
	}
	out, err := p.Print(r.Context(), page)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": name + ".pdf"}))
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Cookie, Accept-Language")
	_, err = w.Write(out)
	return err
}
