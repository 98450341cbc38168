// Package docx writes documents in the layout of official papers
// (GB/T 9704-2012: A4, 156 × 225 mm of type, 22 lines of 28 characters) as
// Word files that LibreOffice and WPS open. How a part looks is in its style
// (styles.xml), so that who edits the file keeps the layout; nothing is spaced
// by empty paragraphs.
package docx

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"github.com/gomutex/godocx"
	"github.com/gomutex/godocx/docx"
	"github.com/gomutex/godocx/wml/ctypes"
	"github.com/gomutex/godocx/wml/stypes"
)

// Document is what is written, in its order. What is empty is left out.
type Document struct {
	Organ   string // 发文机关标志, in red on top
	Number  string // 京教职成〔2021〕19号
	Title   string
	Under   []string // below the title in the middle: who issued it, which version
	To      string   // 主送机关, with its colon
	Blocks  []Block
	Annexed []string // 附件说明, one line each
	Signed  []string // below on the right: organ, date
	Annexes []Annex  // each begins a page
	Imprint []string // 版记: copies, who printed it and when
}

// Block is one part of a document: a heading, a paragraph, a picture or a table.
type Block struct {
	Heading string // 一、…
	Level   int    // of Heading: 2 for （一）…, 3 for 1.…; 0 is 1
	Text    string
	Caption string // of Picture or Table, above it
	Picture *Picture
	Table   *Table
}

// Annex is what is added to a document.
type Annex struct {
	Mark   string // 附件
	Title  string
	Blocks []Block
}

// Table is a table with a head, which stands again on every page.
type Table struct {
	Head    []string
	Rows    [][]string
	Figures bool // all columns but the first are figures, which stand on the right
}

// Write writes d to w.
func Write(w io.Writer, d Document) error {
	root, err := godocx.NewDocument()
	if err != nil {
		return fmt.Errorf("docx: %w", err)
	}
	if err := dress(root, d.Title); err != nil {
		return err
	}
	p := &printer{RootDoc: root}
	p.line("Organ", d.Organ)
	p.line("Number", d.Number)
	p.line("Title", d.Title)
	p.lines("Under", "Under", d.Under)
	p.line("Normal", d.To)
	p.blocks(d.Blocks)
	p.lines("Annexed", "BodyText", d.Annexed)
	p.lines("SignatureFirst", "Signature", d.Signed)
	for _, a := range d.Annexes {
		p.line("Annex", a.Mark)
		p.line("AnnexTitle", a.Title)
		p.blocks(a.Blocks)
	}
	p.lines("ImprintFirst", "Imprint", d.Imprint)
	if p.err != nil {
		return fmt.Errorf("docx: %w", p.err)
	}
	var b bytes.Buffer
	if _, err := root.WriteTo(&b); err != nil {
		return fmt.Errorf("docx: %w", err)
	}
	return restyle(w, b.Bytes())
}

// printer adds parts to a document; err is the first that failed.
type printer struct {
	*docx.RootDoc
	err error
}

func (p *printer) blocks(list []Block) {
	for _, b := range list {
		p.line("Heading"+strconv.Itoa(min(max(b.Level, 1), 3)), b.Heading)
		p.line("BodyText", b.Text)
		p.line("Caption", b.Caption)
		if b.Picture != nil {
			p.picture(b.Picture)
		}
		if b.Table != nil {
			p.table(b.Table)
		}
	}
}

// lines adds paragraphs, the first of another style.
func (p *printer) lines(first, rest string, list []string) {
	style := first
	for _, s := range list {
		if s != "" {
			p.line(style, s)
			style = rest
		}
	}
}

// line adds a paragraph of a style; none for no text.
func (p *printer) line(style, text string) {
	if text == "" {
		return
	}
	write(p.AddEmptyParagraph(), style, text)
}

func write(p *docx.Paragraph, style, text string) {
	p.Style(style)
	p.AddText(text)
	all := p.GetCT().Children
	run := all[len(all)-1].Run
	if run.Property == nil {
		run.Property = &ctypes.RunProperty{}
	}
	run.Property.Fonts = &ctypes.RunFonts{Hint: stypes.FontTypeHintEastAsia} // “…” are Chinese
}
