package docx

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/gomutex/godocx/docx"
	"github.com/gomutex/godocx/wml/ctypes"
	"github.com/gomutex/godocx/wml/stypes"
)

// styles are those of GB/T 9704-2012, 7.2 and 7.3: 小标宋 of size 2 for the
// title, 仿宋 of size 3 on lines of 28 pt for the text, 黑体 for headings.
//
//go:embed styles.xml
var styles []byte

// fonts names the fonts of the standard; a reader without them shows its own.
//
//go:embed fonts.xml
var fonts []byte

// footer is the page number, — 1 — of size 4 (7.5).
//
//go:embed footer.xml
var footer []byte

const (
	footerID   = "rIdFooter"
	footerType = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer"
	footerMIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
	core       = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>%s</dc:title></cp:coreProperties>`
)

// dress gives a document its fonts, page, page number and name.
func dress(root *docx.RootDoc, title string) error {
	root.FileMap.Store("word/fontTable.xml", fonts)
	root.FileMap.Store("word/footer1.xml", footer)
	var name strings.Builder
	if err := xml.EscapeText(&name, []byte(title)); err != nil {
		return fmt.Errorf("docx: title: %w", err)
	}
	root.FileMap.Store("docProps/core.xml", fmt.Appendf(nil, core, name.String()))
	if err := root.ContentType.AddOverride("/word/footer1.xml", footerMIME); err != nil {
		return fmt.Errorf("docx: footer: %w", err)
	}
	rels := &root.Document.DocRels
	rels.Relationships = append(rels.Relationships, &docx.Relationship{ID: footerID, Type: footerType, Target: "footer1.xml"})
	page(root)
	return nil
}

// restyle copies a document with our styles instead of the library's, which
// writes styles back without the height of their lines.
func restyle(w io.Writer, file []byte) error {
	in, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return fmt.Errorf("docx: %w", err)
	}
	out := zip.NewWriter(w)
	for _, f := range in.File {
		if f.Name != "word/styles.xml" {
			if err := out.Copy(f); err != nil {
				return fmt.Errorf("docx: copy %s: %w", f.Name, err)
			}
			continue
		}
		part, err := out.Create(f.Name)
		if err == nil {
			_, err = part.Write(styles)
		}
		if err != nil {
			return fmt.Errorf("docx: styles: %w", err)
		}
	}
	return out.Close()
}

const twips = 567 // of a centimetre

// page sets A4 with the margins that leave 156 × 225 mm.
func page(root *docx.RootDoc) {
	w, h := uint64(11906), uint64(16838)
	top, bottom, left, right, foot := 37*twips/10, 35*twips/10, 28*twips/10, 26*twips/10, 25*twips/10
	root.Document.Body.SectPr = &ctypes.SectionProp{
		FooterReference: &ctypes.FooterReference{Type: stypes.HdrFtrDefault, ID: footerID},
		PageSize:        &ctypes.PageSize{Width: &w, Height: &h},
		PageMargin:      &ctypes.PageMargin{Top: &top, Bottom: &bottom, Left: &left, Right: &right, Footer: &foot},
	}
}
