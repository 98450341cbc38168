// Package docx writes documents in the layout of official papers
// (GB/T 9704-2012: A4, 156 × 225 mm of type, 22 lines of 28 characters) as
// Word files that LibreOffice and WPS open.
package docx

import (
	"fmt"
	"io"

	"github.com/gomutex/godocx"
	"github.com/gomutex/godocx/docx"
	"github.com/gomutex/godocx/wml/ctypes"
	"github.com/gomutex/godocx/wml/stypes"
)

// Document is what is written, in its order.
type Document struct {
	Organ  string // who issues, in red on top; "" = none
	Number string // 京教职成〔2021〕19号; "" = none
	Title  string
	Blocks []Block
	Signed []string // below on the right: organ, date
}

// Block is one part of a document: a heading, a paragraph or a table.
type Block struct {
	Heading string // 一、…
	Text    string
	Table   *Table
}

// Table is a table with a head.
type Table struct {
	Head []string
	Rows [][]string
}

// Fonts and sizes of GB/T 9704-2012, 7.2 and 7.3. A reader without them shows
// its own.
const (
	song   = "方正小标宋简体"
	fang   = "仿宋"
	hei    = "黑体"
	roman  = "Times New Roman"
	size2  = 22  // 2号, title
	size3  = 16  // 3号, text
	organ  = 26  // of the issuing organ
	twips  = 567 // of a centimetre
	line   = 560 // 28 pt in twips
	signal = "C00000"
)

// Write writes d to w.
func Write(w io.Writer, d Document) error {
	root, err := godocx.NewDocument()
	if err != nil {
		return fmt.Errorf("docx: %w", err)
	}
	p := printer{root}
	p.page()
	p.head(d)
	for _, b := range d.Blocks {
		p.block(b)
	}
	for _, s := range d.Signed {
		p.line(s, stypes.JustificationRight, fang, size3)
	}
	if _, err := root.WriteTo(w); err != nil {
		return fmt.Errorf("docx: %w", err)
	}
	return nil
}

type printer struct{ *docx.RootDoc }

// page sets A4 with the margins that leave 156 × 225 mm.
func (p printer) page() {
	w, h := uint64(11906), uint64(16838)
	top, bottom, left, right := 37*twips/10, 35*twips/10, 28*twips/10, 26*twips/10
	p.Document.Body.SectPr = &ctypes.SectionProp{
		PageSize:   &ctypes.PageSize{Width: &w, Height: &h},
		PageMargin: &ctypes.PageMargin{Top: &top, Bottom: &bottom, Left: &left, Right: &right},
	}
}

func (p printer) head(d Document) {
	if d.Organ != "" {
		p.line(d.Organ, stypes.JustificationCenter, song, organ).Color(signal)
	}
	if d.Number != "" {
		p.line(d.Number, stypes.JustificationCenter, fang, size3)
	}
	p.line(d.Title, stypes.JustificationCenter, song, size2)
	p.line("", stypes.JustificationLeft, fang, size3)
}

func (p printer) block(b Block) {
	if b.Heading != "" {
		indent(p.para(b.Heading, hei, size3))
	}
	if b.Text != "" {
		indent(p.para(b.Text, fang, size3))
	}
	if b.Table != nil {
		p.table(b.Table)
	}
}

// line adds a paragraph of one run and returns the run.
func (p printer) line(text string, j stypes.Justification, face string, size uint64) *docx.Run {
	para := p.AddEmptyParagraph()
	para.Justification(j)
	spacing(para)
	return write(para, text, face, size)
}

func (p printer) para(text, face string, size uint64) *docx.Paragraph {
	para := p.AddEmptyParagraph()
	spacing(para)
	write(para, text, face, size)
	return para
}

func (p printer) table(t *Table) {
	tbl := p.AddTable()
	tbl.Style("TableGrid")
	row := tbl.AddRow()
	for _, h := range t.Head {
		write(row.AddCell().AddEmptyPara(), h, hei, 12)
	}
	for _, r := range t.Rows {
		row := tbl.AddRow()
		for _, c := range r {
			write(row.AddCell().AddEmptyPara(), c, fang, 12)
		}
	}
	p.line("", stypes.JustificationLeft, fang, size3)
}

func write(p *docx.Paragraph, text, face string, size uint64) *docx.Run {
	r := p.AddText(text).Size(size)
	all := p.GetCT().Children
	run := all[len(all)-1].Run
	if run.Property == nil {
		run.Property = &ctypes.RunProperty{}
	}
	run.Property.Fonts = &ctypes.RunFonts{Ascii: roman, HAnsi: roman, EastAsia: face, Hint: stypes.FontTypeHintEastAsia}
	return r
}

// spacing sets lines of 28 pt exactly.
func spacing(p *docx.Paragraph) {
	p.Spacing(0, 0)
	n, rule := line, stypes.LineSpacingRuleExact
	s := p.GetCT().Property.Spacing
	s.Line, s.LineRule = &n, &rule
}

// indent moves the first line in by two characters.
func indent(p *docx.Paragraph) {
	two, chars := uint64(2*size3*20), 200
	p.Indent(&ctypes.Indent{FirstLine: &two, FirstLineChars: &chars})
}
