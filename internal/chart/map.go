package chart

import (
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"
)

// Outlines is the drawing of a set of areas, made once for a pack
// (data/map.json): already projected, in the units of View. An area may also
// stand in an inset, larger; then it needs a label only there.
type Outlines struct {
	View   [2]float64 `json:"view"`   // width and height
	Source string     `json:"source"` // whose outlines, with the licence
	Shapes []Shape    `json:"shapes"`
	Insets []Inset    `json:"insets,omitempty"`
}

// Shape is the outline of one area.
type Shape struct {
	Code  string            `json:"code"` // of the area, 12 digits
	Name  map[string]string `json:"name"` // short, by language: 海淀, Haidian
	D     string            `json:"d"`    // path data: M L H V C S Q Z and numbers
	Label *Label            `json:"label,omitempty"`
}

// Label is where the name of a shape stands, and the value below it. With
// From, a line leads from there to the label and name and value share a line.
type Label struct {
	X      float64     `json:"x"`
	Y      float64     `json:"y"`
	From   *[2]float64 `json:"from,omitempty"`
	Anchor string      `json:"anchor,omitempty"` // start, middle (default) or end
}

// Inset is a part of the map drawn again, larger, in its place on the map.
type Inset struct {
	Caption map[string]string `json:"caption"` // by language
	At      [2]float64        `json:"at"`      // of the caption
	Shapes  []Shape           `json:"shapes"`
}

var pathData = regexp.MustCompile(`^[MmLlHhVvCcSsQqZz0-9 .,eE+-]+$`)

// ParseOutlines reads and checks data/map.json of a pack. The error names the
// shape that is wrong.
func ParseOutlines(data []byte) (*Outlines, error) {
	var o Outlines
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("map outlines: %w", err)
	}
	if !(o.View[0] > 0 && o.View[1] > 0) || len(o.Shapes) == 0 {
		return nil, fmt.Errorf("map outlines: no view or no shapes")
	}
	for _, sh := range o.all() {
		if sh.Code == "" || !pathData.MatchString(sh.D) {
			return nil, fmt.Errorf("map outlines: shape %q has no code or no path", sh.Code)
		}
	}
	return &o, nil
}

func (o *Outlines) all() []Shape {
	out := slices.Clone(o.Shapes)
	for _, in := range o.Insets {
		out = append(out, in.Shapes...)
	}
	return out
}

// Codes returns the codes of the areas that are drawn, each once.
func (o *Outlines) Codes() []string {
	var out []string
	for _, sh := range o.Shapes {
		if !slices.Contains(out, sh.Code) {
			out = append(out, sh.Code)
		}
	}
	return out
}

// Choropleth is the data of a map.
type Choropleth struct {
	Head
	Outlines *Outlines
	Lang     string
	Values   map[string]Point // by area code; Label is not used
	Limits   []float64        // rising, at most four: see Steps
}

// Map draws areas in five lightnesses of one colour. An area without a value
// is hatched and carries the word of its state; no value at all is no map.
func Map(c Choropleth) template.HTML {
	s := &canvas{}
	o := c.Outlines
	s.open("xd-chart xd-map", o.View[0], o.View[1], c.ID, c.Head)
	c.drawShapes(s, o.Shapes)
	for _, in := range o.Insets {
		c.drawShapes(s, in.Shapes)
		s.text("cap", "start", in.At[0], in.At[1], inLang(in.Caption, c.Lang))
		s.raw("\n")
	}
	s.close()
	return s.html()
}

// drawShapes draws the outlines first, so that no outline covers a name.
func (c Choropleth) drawShapes(s *canvas, shapes []Shape) {
	for _, sh := range shapes {
		s.raw(`<path class="s`, num(float64(c.class(sh.Code))), `" d="`, template.HTMLEscapeString(sh.D), `"/>`, "\n")
	}
	for _, sh := range shapes {
		if sh.Label != nil {
			c.drawLabel(s, sh)
		}
	}
}

// class returns 1 to 5 by the limits, 0 for an area without a value.
func (c Choropleth) class(code string) int {
	p, ok := c.Values[code]
	if !ok || !p.shown() {
		return 0
	}
	n := 1
	for _, l := range c.Limits {
		if p.Value >= l {
			n++
		}
	}
	return min(n, 5)
}

func (c Choropleth) drawLabel(s *canvas, sh Shape) {
	l, name, text := sh.Label, inLang(sh.Name, c.Lang), c.Values[sh.Code].Text
	anchor := l.Anchor
	if anchor == "" {
		anchor = "middle"
	}
	if l.From != nil {
		s.raw(`<path class="leader" d="M`, num(l.From[0]), " ", num(l.From[1]), "L", num(l.X), " ", num(l.Y-16), `"/>`)
		s.circle("pin", l.From[0], l.From[1], 2.5)
		s.raw(`<text class="a-`, template.HTMLEscapeString(anchor), `" x="`, num(l.X), `" y="`, num(l.Y), `">`, template.HTMLEscapeString(name),
			`<tspan class="v"> `, template.HTMLEscapeString(text), "</tspan></text>\n")
		return
	}
	tone := "a-" + anchor
	if c.class(sh.Code) >= 4 {
		tone += " on-dark"
	}
	tone = template.HTMLEscapeString(tone)
	s.text(tone, "start", l.X, l.Y, name)
	if text != "" {
		s.text(tone+" v", "start", l.X, l.Y+17, text)
	}
	s.raw("\n")
}

// Legend lists the classes of a map under it. below, between and above print
// the three kinds of class; format prints a limit.
func Legend(label string, limits []float64, format func(float64) string, words LegendWords) template.HTML {
	if len(limits) == 0 {
		return ""
	}
	s := &canvas{}
	s.raw(`<ol class="xd-seq" aria-label="`, template.HTMLEscapeString(label), `">`)
	for i := range len(limits) + 1 {
		var t string
		switch i {
		case 0:
			t = strings.ReplaceAll(words.Below, "#", format(limits[0]))
		case len(limits):
			t = strings.ReplaceAll(words.Above, "#", format(limits[i-1]))
		default:
			t = format(limits[i-1]) + "–" + format(limits[i])
		}
		s.raw(`<li class="k`, num(float64(i+1)), `">`, template.HTMLEscapeString(t), "</li>")
	}
	s.raw("</ol>\n")
	return s.html()
}

// LegendWords are the words of the first and last class; # is the limit.
type LegendWords struct{ Below, Above string } // 不足 #, # 以上

func inLang(t map[string]string, lang string) string {
	for _, l := range []string{lang, "zh-CN", "en"} {
		if s := t[l]; s != "" {
			return s
		}
	}
	return ""
}
