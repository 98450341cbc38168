package paper

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"xuedu/internal/chart/emf"
	"xuedu/internal/docx"
	"xuedu/internal/narrative"
	"xuedu/internal/release"
	"xuedu/internal/release/view"
)

// DOCX writes a release as a document in the layout of official papers:
// sections numbered 一、 and （一）, tables and charts between the paragraphs,
// the definitions and how to check it as annexes.
func (p Papers) DOCX(r *release.Release, lang string) ([]byte, error) {
	w, err := p.of(r, lang, false)
	if err != nil {
		return nil, err
	}
	d := &document{paper: w}
	out := docx.Document{Title: w.title(), Under: d.under(), Blocks: d.sections(), Signed: []string{w.in(r.Publisher), w.issued()}}
	out.Annexed = []string{w.T("paper.annexes") + "1. " + w.T("paper.definitions"), w.T("paper.annexes.next") + "2. " + w.T("publish.proof")}
	out.Annexes = []docx.Annex{d.definitions(), d.proof()}
	if d.err != nil {
		return nil, fmt.Errorf("write %s of %s: %w", DOCXName(lang), r.Series, d.err)
	}
	var b bytes.Buffer
	err = docx.Write(&b, out)
	return b.Bytes(), err
}

// document collects the blocks of a release; charts and tables are numbered.
type document struct {
	*paper
	charts, tables int
	err            error
}

// under are the lines below the title.
func (d *document) under() []string {
	out := []string{d.in(d.r.Publisher), d.version()}
	if d.r.Synthetic {
		out = append(out, d.T("ui.demo")+d.T("publish.colon")+d.T("ui.demo.text"))
	}
	return out
}

func (d *document) sections() (out []docx.Block) {
	if s := d.in(d.r.Reason); s != "" {
		out = append(out, docx.Block{Text: d.T("paper.revised", "Reason", s)})
	}
	n, each := 0, 0
	for i, s := range d.r.Sections {
		again := s.Area != "" && i > 0 && d.r.Sections[i-1].Code == s.Code
		if !again {
			n, each = n+1, 0
			title := d.in(s.Title)
			if s.Area != "" {
				title = d.T("publish.each")
			}
			out = append(out, docx.Block{Heading: d.first(n) + title})
		}
		if s.Area != "" {
			each++
			out = append(out, docx.Block{Heading: d.second(each) + d.in(s.Title), Level: 2})
		}
		out = append(out, d.section(s)...)
	}
	return out
}

// first and second number headings: 一、 and （一）.
func (d *document) first(n int) string  { return d.T("paper.first", "No", view.Number(d.lang, n)) }
func (d *document) second(n int) string { return d.T("paper.second", "No", view.Number(d.lang, n)) }

func (d *document) section(s release.Section) []docx.Block {
	doc, _ := view.Fill(d.r, d.x, s, d.lang) // what is frozen has no problems
	at := &section{document: d, level: 2, id: s.Code + s.Area}
	if s.Area != "" {
		at.level = 3
	}
	return at.blocks(doc.Blocks, "")
}

// section is where in the document a text stands.
type section struct {
	*document
	level, heads int
	id           string
}

// blocks writes the blocks of a text; mark stands before the first paragraph of
// an item.
func (s *section) blocks(list []narrative.Block, mark string) (out []docx.Block) {
	for _, b := range list {
		switch b.Kind {
		case narrative.Heading:
			s.heads++
			no := strconv.Itoa(s.heads) + ". "
			if s.level == 2 {
				no = s.second(s.heads)
			}
			out = append(out, docx.Block{Heading: no + plain(b.Inlines), Level: s.level})
		case narrative.Paragraph:
			out = append(out, docx.Block{Text: mark + plain(b.Inlines)})
			mark = ""
		case narrative.Quote:
			for _, item := range b.Items {
				out = append(out, s.blocks(item, "")...)
			}
		case narrative.List:
			for i, item := range b.Items {
				no := "· "
				if b.Ordered {
					no = strconv.Itoa(i+1) + ". "
				}
				out = append(out, s.blocks(item, no)...)
			}
		case narrative.Bound:
			out = append(out, s.bound(b)...)
		}
	}
	return out
}

// plain is a run of text as words.
func plain(list []narrative.Inline) string {
	var b strings.Builder
	for _, x := range list {
		b.WriteString(strings.ReplaceAll(x.Text, "\n", " "))
		b.WriteString(plain(x.Children))
	}
	return strings.TrimSpace(b.String())
}

// bound writes a table, or a chart with the table of its figures.
func (s *section) bound(b narrative.Block) []docx.Block {
	t := b.Table
	if t == nil {
		return nil
	}
	table := docx.Block{Table: &docx.Table{Head: t.Columns, Figures: true}}
	for _, r := range t.Rows {
		row := []string{r.Name}
		for _, c := range r.Cells {
			row = append(row, c.Text)
		}
		table.Table.Rows = append(table.Table.Rows, row)
	}
	if b.Binding.Verb != narrative.VerbChart {
		s.tables++
		table.Caption = s.T("paper.table", "No", s.tables, "Title", t.Caption)
		return []docx.Block{table}
	}
	s.charts++
	o := s.options()
	drawn, err := emf.Draw(view.Chart(b, "c"+s.id, o))
	if err != nil {
		s.err = err
		return nil
	}
	picture := &docx.Picture{EMF: drawn.Data, Width: drawn.Width, Height: drawn.Height, Alt: t.Caption + s.T("publish.stop") + o.Words.Desc}
	out := []docx.Block{{Caption: s.T("paper.chart", "No", s.charts, "Title", t.Caption), Picture: picture}}
	if classes := view.Classes(b, o); len(classes) > 0 {
		out = append(out, docx.Block{Text: s.T("paper.classes", "Classes", strings.Join(classes, s.T("paper.classes.and")))})
	}
	return append(out, table)
}

func (d *document) definitions() docx.Annex {
	t := &docx.Table{Head: []string{d.T("paper.code"), d.T("publish.figure"), d.T("paper.unit"), d.T("publish.definition")}}
	for _, m := range d.paper.definitions() {
		t.Rows = append(t.Rows, []string{m.Code, m.Name, m.Unit, m.Note})
	}
	return docx.Annex{Mark: d.T("paper.annex", "No", 1), Title: d.T("paper.definitions"), Blocks: []docx.Block{{Table: t}}}
}

func (d *document) proof() docx.Annex {
	a := docx.Annex{Mark: d.T("paper.annex", "No", 2), Title: d.T("publish.proof")}
	t := &docx.Table{Head: []string{d.T("paper.about"), d.T("paper.said")}}
	for _, f := range d.paper.proof() {
		t.Rows = append(t.Rows, []string{f.Term, f.Text})
	}
	a.Blocks = append(a.Blocks, docx.Block{Table: t})
	a.Blocks = append(a.Blocks, docx.Block{Heading: d.T("publish.check"), Level: 2})
	for i, s := range d.steps() {
		a.Blocks = append(a.Blocks, docx.Block{Text: strconv.Itoa(i+1) + ". " + s})
	}
	return a
}
