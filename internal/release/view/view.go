// Package view draws the sections of a release as pages show them: sentences
// whose figures lead to their cells, tables, and charts with the table of the
// same cells beside each. The site, the editor's preview and the file that is
// sealed share it, so a figure looks the same everywhere (P1.8).
package view

import (
	"bytes"
	"embed"
	"html/template"
	"strconv"

	"xuedu/internal/chart"
	"xuedu/internal/narrative"
	"xuedu/internal/release"
)

// Options say how sections are drawn.
type Options struct {
	Lang     string
	Href     func(release.Key) string           // page of a cell; nil = figures lead nowhere
	NoCells  bool                               // figures in tables lead nowhere
	Outlines *chart.Outlines                    // for maps; nil = a map is drawn as bars
	Embed    func(section string, n int) string // page on which a chart is given to other sites; nil = none
	Words    Words
}

// Words are what the drawing says besides the text.
type Words struct {
	Legend, Below, Above string // of a map's classes: see chart.LegendWords
	Desc                 string // of a chart: its figures are in the table below
	Embed                string // what leads to Options.Embed
}

// Section is a part of a report, drawn.
type Section struct {
	Code, Area, ID string
	Title          string
	HTML           template.HTML
	HasMap         bool
	Problems       []narrative.Problem
}

// Sections draws all sections of a release in a language.
func Sections(r *release.Release, x *release.Index, o Options) []Section {
	out := make([]Section, len(r.Sections))
	for i, s := range r.Sections {
		out[i] = Draw(r, x, s, o)
	}
	return out
}

// Draw draws one section; Problems are what could not be read or filled in.
func Draw(r *release.Release, x *release.Index, s release.Section, o Options) Section {
	out := Section{Code: s.Code, Area: s.Area, ID: sectionID(s), Title: s.Title[o.Lang]}
	filled, bad := Fill(r, x, s, o.Lang)
	out.Problems = bad
	d := &drawer{Options: o, id: out.ID, out: &out}
	var b bytes.Buffer
	if err := blocks.Execute(&b, d.blocks(filled.Blocks)); err != nil {
		out.Problems = append(out.Problems, narrative.Problem{Key: "narrative.problem.block", Text: err.Error()})
	}
	out.HTML = template.HTML(b.String())
	return out
}

// Fill reads a section and fills its figures in.
func Fill(r *release.Release, x *release.Index, s release.Section, lang string) (narrative.Doc, []narrative.Problem) {
	area := r.Area
	if s.Area != "" {
		area = s.Area
	}
	doc, bad := narrative.Parse(s.Source[lang])
	filled, more := narrative.Fill(doc, x, narrative.Scope{Area: area, Period: r.Period, Lang: lang})
	return filled, append(bad, more...)
}

// Chart draws a chart that was filled in by itself; id is its own on a page.
func Chart(b narrative.Block, id string, o Options) template.HTML {
	return (&drawer{Options: o, id: id, out: &Section{}}).chart(b)
}

//go:embed blocks.html
var files embed.FS

var blocks = template.Must(template.ParseFS(files, "blocks.html"))

// drawer turns what is filled in into what the template writes.
type drawer struct {
	Options
	id  string
	n   int // charts so far
	out *Section
}

// block is a narrative.Block as the template writes it. Headings of a text are
// below the title of the section.
type block struct {
	Kind    string
	Level   int
	Ordered bool
	Inlines []inline
	Items   [][]block
	Table   *table
	Chart   template.HTML
	Embed   string // address, "" = none
	Give    string // what leads there
}

type inline struct {
	Text, Href   string
	Figure       bool
	Strong, Emph bool
	Children     []inline
}

type table struct {
	Caption string
	Columns []string
	Rows    []row
	Folded  bool // beside a chart
}

type row struct {
	Name  string
	Cells []cell
}

type cell struct {
	Text, Href, State string
	Known             bool
}

func (d *drawer) blocks(list []narrative.Block) []block {
	var out []block
	for _, b := range list {
		x := block{Kind: b.Kind, Level: min(b.Level+1, 5), Ordered: b.Ordered, Inlines: d.inlines(b.Inlines)}
		for _, item := range b.Items {
			x.Items = append(x.Items, d.blocks(item))
		}
		if b.Kind == narrative.Bound {
			if b.Table == nil {
				continue // a problem says why
			}
			x.Table = d.table(b.Table)
			if b.Binding.Verb == narrative.VerbChart {
				x.Chart = d.chart(b)
				x.Table.Folded = true
				if d.Embed != nil {
					x.Embed, x.Give = d.Embed(d.id, d.n), d.Words.Embed
				}
			}
		}
		out = append(out, x)
	}
	return out
}

func (d *drawer) inlines(list []narrative.Inline) []inline {
	var out []inline
	for _, x := range list {
		i := inline{Text: x.Text, Href: x.Href, Strong: x.Strong, Emph: x.Emph, Children: d.inlines(x.Children)}
		if x.Binding != nil {
			i.Figure = len(x.Keys) > 0
			if i.Figure && d.Href != nil {
				i.Href = d.Href(x.Keys[0])
			}
		}
		out = append(out, i)
	}
	return out
}

func (d *drawer) table(t *narrative.Table) *table {
	out := &table{Caption: t.Caption, Columns: t.Columns}
	for _, r := range t.Rows {
		x := row{Name: r.Name}
		for _, c := range r.Cells {
			y := cell{Text: c.Text, State: c.State, Known: c.Value != ""}
			if d.Href != nil && !d.NoCells {
				y.Href = d.Href(c.Key)
			}
			x.Cells = append(x.Cells, y)
		}
		out.Rows = append(out.Rows, x)
	}
	return out
}

// chart draws the first column of a table, or its first row if there is one.
func (d *drawer) chart(b narrative.Block) template.HTML {
	d.n++
	head := chart.Head{ID: "c-" + d.id + "-" + strconv.Itoa(d.n), Title: b.Table.Caption, Desc: d.Words.Desc}
	points := make([]chart.Point, len(b.Table.Rows))
	for i, r := range b.Table.Rows {
		points[i] = point(r.Name, r.Cells[0])
	}
	switch {
	case b.Binding.Kind == "line":
		return chart.Line(chart.Trend{Head: head, Points: points})
	case b.Binding.Kind == "map" && d.Outlines != nil:
		return d.choropleth(head, b.Table)
	}
	return chart.Bars(chart.Comparison{Head: head, Points: points})
}

func point(label string, c narrative.Cell) chart.Point {
	v, err := strconv.ParseFloat(c.Value, 64)
	return chart.Point{Label: label, Value: v, Text: c.Text, Missing: err != nil}
}

// steps are the limits of the classes of a map.
func steps(t *narrative.Table) []float64 {
	var shown []float64
	for _, r := range t.Rows {
		if p := point(r.Name, r.Cells[0]); !p.Missing {
			shown = append(shown, p.Value)
		}
	}
	return chart.Steps(shown, 5)
}

// Classes are the classes of a chart that is drawn as a map, in words, the
// lightest first; none for another.
func Classes(b narrative.Block, o Options) []string {
	if b.Binding.Kind != "map" || o.Outlines == nil {
		return nil
	}
	return chart.Classes(steps(b.Table), chart.Grouped, chart.LegendWords{Below: o.Words.Below, Above: o.Words.Above})
}

func (d *drawer) choropleth(head chart.Head, t *narrative.Table) template.HTML {
	values := map[string]chart.Point{}
	for _, r := range t.Rows {
		values[r.Cells[0].Key.Area] = point(r.Name, r.Cells[0])
	}
	limits := steps(t)
	d.out.HasMap = true
	return chart.Map(chart.Choropleth{Head: head, Outlines: d.Outlines, Lang: d.Lang, Values: values, Limits: limits}) +
		chart.Legend(d.Words.Legend, limits, chart.Grouped, chart.LegendWords{Below: d.Words.Below, Above: d.Words.Above})
}
