package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/cockroachdb/apd/v3"

	"xuedu/internal/ledger"
	"xuedu/internal/sheet"
)

// Templates holds "bulletin", the body of a bulletin, for pages that have
// their own frame.
//
//go:embed templates/bulletin.html
var Templates embed.FS

//go:embed templates
var allTemplates embed.FS

// style is made from look/bulletin.scss.
//
//go:embed bulletin.css
var style string

var pages = template.Must(template.ParseFS(allTemplates, "templates/*.html"))

// HTML writes a bulletin as a page that needs nothing else: style and charts
// are inside, and there is no script.
func HTML(out io.Writer, v *View) error {
	head := "@page{@top-right{content:\"" + cssText(v.Title+"  "+v.Period) + "\";font-size:8.5pt}}@page :first{@top-right{content:\"\"}}"
	err := pages.ExecuteTemplate(out, "file", struct {
		View *View
		CSS  template.CSS
	}{v, template.CSS(style + head)})
	if err != nil {
		return fmt.Errorf("write bulletin: %w", err)
	}
	return nil
}

// cssText escapes t for a string of a style sheet inside HTML.
func cssText(t string) string {
	var b strings.Builder
	for _, r := range t {
		if r < 0x80 && !(r == ' ' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			fmt.Fprintf(&b, "\\%06x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Workbook writes a bulletin's tables and rules as a workbook: the same
// numbers, rounded as on the page; a missing figure is the word of its state.
func (s *Service) Workbook(out io.Writer, d *Data, lang string) error {
	v, err := s.View(d, lang, nil)
	if err != nil {
		return err
	}
	w := &words{s: s, lang: lang, data: d}
	author := ""
	if len(v.Owners) > 0 {
		author = v.Owners[0]
	}
	// The bytes depend on nothing but the bulletin: its date is the end of the period.
	at, err := time.Parse(time.DateOnly, d.Period.To)
	if err != nil {
		return fmt.Errorf("period of bulletin: %w", err)
	}
	b, err := sheet.NewBook(sheet.Info{Title: v.Title + " " + v.Period, Author: author, Lang: lang, At: at})
	if err != nil {
		return err
	}
	defer b.Close()
	for i := range d.Tables {
		if err := w.writeTable(b, &d.Tables[i]); err != nil {
			return err
		}
	}
	if err := w.writeRules(b, v); err != nil {
		return err
	}
	if _, err := b.WriteTo(out); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

func (w *words) writeTable(b *sheet.Book, t *Table) error {
	cols := []sheet.Col{{Title: w.t("report.col.code"), Width: 16}, {Title: w.t("report.head." + t.Key), Width: 26}}
	for _, c := range t.Columns {
		m := ledger.Measure("")
		if t.Key != TableSummary {
			m = measureOf(t.Key, c, "")
		}
		text, unit := w.column(c, m)
		if unit != "" {
			text += w.t("figure.bracket", "Text", unit)
		}
		cols = append(cols, w.format(sheet.Col{Title: text, Width: 18}, t, m))
	}
	sh, err := b.Sheet(w.t("report.sheet."+t.Key), cols...)
	if err != nil {
		return err
	}
	for _, r := range t.Rows {
		if err := w.writeRow(sh, t, r, w.code(t.Key, r.Code)); err != nil {
			return err
		}
	}
	if t.Total != nil {
		if err := w.writeRow(sh, t, *t.Total, w.t("report.total")); err != nil {
			return err
		}
	}
	return sh.Flush()
}

// format is the form of a column; in the summary each row has its own measure.
func (w *words) format(c sheet.Col, t *Table, m ledger.Measure) sheet.Col {
	c.Format = sheet.Integer
	if t.Key == TableSummary || m == ledger.Hours || m == ledger.CreditHours || m == ledger.Rate {
		c.Format, c.Places = sheet.Decimal, 3
	}
	return c
}

func (w *words) writeRow(sh *sheet.Sheet, t *Table, r Row, name string) error {
	if t.Key == TableSummary {
		name += w.t("figure.bracket", "Text", w.unit(ledger.Measure(r.Code)))
	}
	row := []any{r.Code, name}
	for i, c := range r.Cells {
		row = append(row, w.cellValue(c, measureOf(t.Key, t.Columns[i], r.Code)))
	}
	return sh.Row(row...)
}

// cellValue is the number that the page shows, or the word of the state.
func (w *words) cellValue(c Cell, m ledger.Measure) any {
	d, ok := c.Number()
	if !ok {
		return w.state(c)
	}
	var r apd.Decimal
	if _, err := ledger.Rounding.Quantize(&r, d, -ledger.Places(d, m)); err != nil {
		return c.Value
	}
	return numberOf(&r)
}

func numberOf(d *apd.Decimal) any {
	if n, err := d.Int64(); err == nil {
		return n
	}
	f, err := d.Float64()
	if err != nil {
		return d.Text('f')
	}
	return f
}

func (w *words) writeRules(b *sheet.Book, v *View) error {
	sh, err := b.Sheet(w.t("report.sheet.rules"), sheet.Col{Title: w.t("report.sheet.term"), Width: 24}, sheet.Col{Title: w.t("report.sheet.text"), Width: 110})
	if err != nil {
		return err
	}
	rows := [][]any{{v.Title, v.Period}}
	for _, note := range []string{v.Draft, v.Synthetic} {
		if note != "" {
			rows = append(rows, []any{"", note})
		}
	}
	for _, s := range v.Sections {
		if s.ID != "s-rules" && s.ID != "s-check" {
			continue
		}
		for _, block := range s.Blocks {
			rows = append(rows, rowsOf(s.Title, block)...)
		}
	}
	for _, r := range rows {
		if err := sh.Row(r...); err != nil {
			return err
		}
	}
	return sh.Flush()
}

func rowsOf(title string, b Block) (rows [][]any) {
	var text bytes.Buffer
	for _, p := range b.Para {
		text.WriteString(p.Text)
	}
	if text.Len() > 0 {
		rows = append(rows, []any{title, text.String()})
	}
	for _, l := range append(b.List, b.Steps...) {
		rows = append(rows, []any{title, l})
	}
	for _, f := range b.Facts {
		rows = append(rows, []any{f.Term, f.Text})
	}
	return rows
}
