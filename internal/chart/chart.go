// Package chart draws static SVG charts in the look of the program: pure
// functions from data to markup, the same bytes for the same data. Text stays
// text, colour comes from the classes of look/_chart.scss, and nothing is
// styled inline, so the pages' content security policy holds. A data table
// stands beside each chart; a chart never carries a number alone.
package chart

import (
	"html/template"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Head is what a chart says of itself to somebody who does not see it. ID is
// unique on the page and begins with a letter.
type Head struct {
	ID, Title, Desc string
}

// Point is one value of a chart. Text is the exact value as people read it;
// Value only says where to draw. A missing value has no mark; its Text is the
// word of its state.
type Point struct {
	Label   string // under or beside the mark: 三季
	Group   string // a second, coarser label, shown where it changes: 2024
	Value   float64
	Text    string
	Missing bool
}

// shown reports whether p has a place in the drawing.
func (p Point) shown() bool {
	return !p.Missing && !math.IsNaN(p.Value) && !math.IsInf(p.Value, 0)
}

// frame is one of the two widths a chart is drawn for.
type frame struct {
	class, suffix string
	width         float64
	narrow        bool
}

var frames = []frame{
	{class: "xd-wide", suffix: "w", width: 760},
	{class: "xd-narrow", suffix: "n", width: 358, narrow: true},
}

// both draws a chart for both widths.
func both(draw func(s *canvas, f frame)) template.HTML {
	s := &canvas{}
	for _, f := range frames {
		draw(s, f)
	}
	return s.html()
}

// canvas collects markup. Whatever text it is given is escaped.
type canvas struct{ b strings.Builder }

func (s *canvas) html() template.HTML { return template.HTML(s.b.String()) }

func (s *canvas) raw(parts ...string) {
	for _, p := range parts {
		s.b.WriteString(p)
	}
}

// open begins a figure with its name and description.
func (s *canvas) open(class string, w, h float64, id string, head Head) {
	id = template.HTMLEscapeString(id)
	s.raw(`<svg class="`, class, `" viewBox="0 0 `, num(w), " ", num(h), `" role="img" aria-labelledby="`, id, `-t`)
	if head.Desc != "" {
		s.raw(" ", id, "-d")
	}
	s.raw(`"><title id="`, id, `-t">`, template.HTMLEscapeString(head.Title), "</title>")
	if head.Desc != "" {
		s.raw(`<desc id="`, id, `-d">`, template.HTMLEscapeString(head.Desc), "</desc>")
	}
	s.raw("\n")
}

func (s *canvas) close() { s.raw("</svg>\n") }

func (s *canvas) line(class string, x1, y1, x2, y2 float64) {
	s.raw(`<line class="`, class, `" x1="`, num(x1), `" x2="`, num(x2), `" y1="`, num(y1), `" y2="`, num(y2), `"/>`)
}

func (s *canvas) rect(class string, x, y, w, h float64) {
	s.raw(`<rect class="`, class, `" x="`, num(x), `" y="`, num(y), `" width="`, num(w), `" height="`, num(h), `"/>`)
}

func (s *canvas) circle(class string, x, y, r float64) {
	s.raw(`<circle class="`, class, `" cx="`, num(x), `" cy="`, num(y), `" r="`, num(r), `"/>`)
}

// text writes t; anchor is start, middle or end.
func (s *canvas) text(class, anchor string, x, y float64, t string) {
	s.raw("<text")
	if class != "" {
		s.raw(` class="`, class, `"`)
	}
	s.raw(` x="`, num(x), `" y="`, num(y), `"`)
	if anchor != "start" {
		s.raw(` text-anchor="`, anchor, `"`)
	}
	s.raw(">", template.HTMLEscapeString(t), "</text>")
}

// num prints a coordinate with at most one decimal.
func num(f float64) string {
	f = math.Round(f*10) / 10
	if math.IsNaN(f) || math.IsInf(f, 0) || f == 0 {
		return "0"
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// width estimates how wide t is at a size in pixels: full for East Asian
// characters, a little more than half for others.
func width(t string, size float64) float64 {
	var em float64
	for _, r := range t {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r >= 0x2e80:
			em++
		default:
			em += 0.56
		}
	}
	return em * size
}

// cut shortens t to a width; the table beside the chart has the whole.
func cut(t string, size, room float64) string {
	if width(t, size) <= room {
		return t
	}
	rs := []rune(t)
	for len(rs) > 1 && width(string(rs), size)+size > room {
		rs = rs[:len(rs)-1]
	}
	return string(rs) + "…"
}
