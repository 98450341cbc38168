package report

import (
	"html/template"
	"strings"

	"xuedu/internal/i18n"
	"xuedu/internal/ledger"
)

// View is a bulletin in words, ready for the template "bulletin".
type View struct {
	Lang      string
	Title     string // 北京市学习参与公报
	Period    string
	Year      string
	Part      string // 第一季度; "" for a year
	Owners    []string
	Draft     string // says that the period has not ended; "" if it has
	Synthetic string // says that the data are invented; "" if they are not
	Facts     []Fact
	Defs      template.HTML // hatching for the map
	Contents  string
	Sections  []Section
	Downloads []Download
	Digest    string
}

// Fact is a term and what it is.
type Fact struct {
	Term, Text string
	Code       bool // set in the type of codes
}

// Section is a numbered part of a bulletin.
type Section struct {
	ID, No, Title string
	Blocks        []Block
}

// Block is one thing in a section; only one field is set.
type Block struct {
	Para   []Part
	Figure *Drawing
	Table  *TableView
	List   []string
	Facts  []Fact
	Steps  []string
}

// Part is a piece of a sentence. A bound part is a figure.
type Part struct {
	Text, Href string
	Bound      bool
}

// Drawing is a chart with its caption.
type Drawing struct {
	ID, Title, Note string
	SVG             template.HTML
}

// TableView is a table in words.
type TableView struct {
	ID, Title, Note string
	Head            []HeadCell
	Rows            []RowView
	Foot            *RowView
}

// HeadCell is the head of a column.
type HeadCell struct{ Text, Unit string }

// RowView is a row of a table.
type RowView struct {
	Name, Href string
	Cells      []CellView
}

// CellView is a figure of a table. Text is the number or the word of its state.
type CellView struct{ State, Text, Exact string }

// Download is a file of the bulletin.
type Download struct{ Text, Href string }

// View puts data into the words of a language. link makes the address of a
// figure's lineage; nil leaves figures without one.
func (s *Service) View(d *Data, lang string, link func(ledger.Query) string) (*View, error) {
	digest, err := d.Digest()
	if err != nil {
		return nil, err
	}
	w := &words{s: s, lang: lang, data: d, link: link}
	v := &View{Lang: lang, Title: w.t("report.title", "Area", w.areaName(d.Area)), Period: w.periodName(d.Period.Name), Contents: w.t("report.contents"), Digest: digest}
	v.Year, v.Part, _ = strings.Cut(d.Period.Name, "-")
	switch {
	case strings.HasPrefix(v.Part, "Q"):
		v.Part = w.t("report.quarter." + v.Part[1:])
	case v.Part != "":
		v.Part = w.t("report.month", "Month", w.month(w.period()))
	}
	for _, o := range s.Pack().Owner {
		v.Owners = append(v.Owners, o.In(lang))
	}
	if !d.Period.Complete {
		v.Draft = w.t("report.draft")
	}
	if d.Synthetic {
		v.Synthetic = w.t("report.synthetic")
	}
	v.Facts = []Fact{
		{Term: w.t("report.fact.period"), Text: w.t("figure.range", "From", w.date(d.Period.From), "To", w.date(d.Period.To))},
		{Term: w.t("report.fact.state"), Text: w.stateOfPeriod()},
		{Term: w.t("report.fact.pack"), Text: d.Pack.Name + " " + d.Pack.Version, Code: true},
		{Term: w.t("report.fact.digest"), Text: short(digest), Code: true},
	}
	b := &builder{words: w, view: v}
	b.build()
	return v, nil
}

func (w *words) stateOfPeriod() string {
	if w.data.Period.Complete {
		return w.t("report.complete")
	}
	return w.t("report.running")
}

// short shows both ends of a digest.
func short(digest string) string {
	if len(digest) < 32 {
		return digest
	}
	return digest[:4] + " " + digest[4:8] + " … " + digest[len(digest)-4:]
}

var numerals = map[string][]string{i18n.ZH: {"一", "二", "三", "四", "五", "六", "七", "八"}, i18n.EN: {"1", "2", "3", "4", "5", "6", "7", "8"}}

// table puts a table into words.
func (w *words) table(t *Table, title, note string) *TableView {
	v := &TableView{ID: "t-" + t.Key, Title: title, Note: note, Head: []HeadCell{{Text: w.t("report.head." + t.Key)}}}
	for _, c := range t.Columns {
		m := ledger.Measure("")
		if t.Key != TableSummary {
			m = measureOf(t.Key, c, "")
		}
		text, unit := w.column(c, m)
		v.Head = append(v.Head, HeadCell{Text: text, Unit: unit})
	}
	for _, r := range t.Rows {
		v.Rows = append(v.Rows, w.row(t, r))
	}
	if t.Total != nil {
		foot := w.row(t, *t.Total)
		foot.Name, foot.Href = w.t("report.total"), ""
		if t.Key == TableTheme || t.Key == TableMode {
			foot.Name = w.t("report.total_once")
		}
		v.Foot = &foot
	}
	return v
}

func (w *words) row(t *Table, r Row) RowView {
	out := RowView{Name: w.code(t.Key, r.Code)}
	if t.Key == TableSummary {
		out.Name += w.t("figure.bracket", "Text", w.unit(ledger.Measure(r.Code)))
	}
	if r.Running {
		out.Name += w.t("figure.bracket", "Text", w.t("report.running"))
	}
	if r.Code != "" {
		out.Href = w.href(w.query(t.Key, t.Columns[0], r.Code))
	}
	for i, c := range r.Cells {
		m := measureOf(t.Key, t.Columns[i], r.Code)
		cell := CellView{State: c.State, Exact: c.Value, Text: w.number(c, m)}
		if cell.Text == "" {
			cell.Text = w.state(c)
		}
		out.Cells = append(out.Cells, cell)
	}
	return out
}
