package chart

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"
)

// Outlines is the drawing of a set of areas, made once for a pack
// (data/map.json): already projected, in the units of View.
type Outlines struct {
	View   [2]float64 `json:"view"`   // width and height
	Source string     `json:"source"` // whose outlines, with the licence
	Note   *Note      `json:"note,omitempty"`
	Areas  []Shape    `json:"areas"`
}

// Shape is the outline of one area. A second path draws it again in an inset.
type Shape struct {
	Code  string            `json:"code"`  // of the area
	Name  map[string]string `json:"name"`  // short, by language: 海淀, Haidian
	Paths []string          `json:"paths"` // path data: M L H V C S Q Z and numbers
	Label Label             `json:"label"`
}

// Label is where the name of a shape stands, the value below it or, with
// Line, behind it. Leader is a line from the shape to the label: x1 y1 x2 y2.
type Label struct {
	X      float64   `json:"x"`
	Y      float64   `json:"y"`
	Start  bool      `json:"start,omitempty"` // the text begins here instead of being centred
	Line   bool      `json:"line,omitempty"`
	Leader []float64 `json:"leader,omitempty"`
}

// Note is a remark on the drawing, by language.
type Note struct {
	X    float64           `json:"x"`
	Y    float64           `json:"y"`
	Text map[string]string `json:"text"`
}

var pathData = regexp.MustCompile(`^[MmLlHhVvCcSsQqZz0-9 .,eE+-]+$`)

// ParseOutlines reads and checks data/map.json of a pack. The error names the
// shape that is wrong.
func ParseOutlines(data []byte) (*Outlines, error) {
	var o Outlines
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("map outlines: %w", err)
	}
	if !(o.View[0] > 0 && o.View[1] > 0) || len(o.Areas) == 0 {
		return nil, fmt.Errorf("map outlines: no view or no areas")
	}
	for _, a := range o.Areas {
		if err := a.check(); err != nil {
			return nil, fmt.Errorf("map outlines: area %q %w", a.Code, err)
		}
	}
	return &o, nil
}

func (a Shape) check() error {
	switch {
	case a.Code == "" || len(a.Paths) == 0:
		return errors.New("has no code or no path")
	case slices.ContainsFunc(a.Paths, func(d string) bool { return !pathData.MatchString(d) }):
		return errors.New("has a path that is no path data")
	case len(a.Label.Leader) != 0 && len(a.Label.Leader) != 4:
		return errors.New("has a leader that is not x1 y1 x2 y2")
	}
	return nil
}

// Codes returns the codes of the areas that are drawn.
func (o *Outlines) Codes() []string {
	out := make([]string, 0, len(o.Areas))
	for _, a := range o.Areas {
		out = append(out, a.Code)
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
// is hatched and carries the word of its state.
func Map(c Choropleth) template.HTML {
	s := &canvas{}
	o := c.Outlines
	s.open("xd-chart xd-map", o.View[0], o.View[1], c.ID, c.Head)
	for _, a := range o.Areas { // outlines first, so that none covers a name
		for _, d := range a.Paths {
			s.raw(`<path class="s`, num(float64(c.class(a.Code))), `" d="`, template.HTMLEscapeString(d), `"/>`, "\n")
		}
	}
	row := c.lineLabels()
	for _, a := range o.Areas {
		c.drawLabel(s, a, row)
	}
	if o.Note != nil {
		s.text("cap", "start", o.Note.X, o.Note.Y+row.depth(), inLang(o.Note.Text, c.Lang))
	}
	s.close()
	return s.html()
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

// The sizes of a map's type, wide and on a phone: see look/_chart.scss.
const (
	mapType      = 14
	mapTypePhone = 22
)

// lineRow says how labels that stand side by side are set in a language: names
// may be longer than where the map was drawn.
type lineRow struct {
	below bool            // the value goes below its name
	lower map[string]bool // areas whose label stands one line lower
}

// depth is how much further down the labels reach.
func (r lineRow) depth() (d float64) {
	if r.below {
		d = 17
	}
	if len(r.lower) > 0 {
		d += 24
	}
	return d
}

// lineLabels looks for labels that would run into each other.
func (c Choropleth) lineLabels() lineRow {
	var row []Shape
	for _, a := range c.Outlines.Areas {
		if a.Label.Line {
			row = append(row, a)
		}
	}
	slices.SortStableFunc(row, func(a, b Shape) int { return cmp.Compare(a.Label.X, b.Label.X) })
	r := lineRow{lower: map[string]bool{}}
	for i := 1; i < len(row); i++ {
		a, b := row[i-1], row[i]
		if a.Label.Y != b.Label.Y {
			continue
		}
		r.below = r.below || c.meet(a, b, mapType, true)
		if c.meet(a, b, mapTypePhone, false) && !r.lower[a.Code] {
			r.lower[b.Code] = true
		}
	}
	return r
}

// meet reports whether the labels of a and b, a being further left, overlap.
func (c Choropleth) meet(a, b Shape, size float64, withValue bool) bool {
	_, right := c.extent(a, size, withValue)
	left, _ := c.extent(b, size, withValue)
	return right+4 > left
}

func (c Choropleth) extent(a Shape, size float64, withValue bool) (left, right float64) {
	text := inLang(a.Name, c.Lang)
	if withValue {
		text += " " + c.Values[a.Code].Text
	}
	w := width(text, size)
	if a.Label.Start {
		return a.Label.X, a.Label.X + w
	}
	return a.Label.X - w/2, a.Label.X + w/2
}

func (c Choropleth) drawLabel(s *canvas, a Shape, row lineRow) {
	l, name, text := a.Label, inLang(a.Name, c.Lang), c.Values[a.Code].Text
	class, y := "a-middle", l.Y
	if l.Start {
		class = "a-start"
	}
	if row.lower[a.Code] {
		y += 24
	}
	if len(l.Leader) == 4 {
		s.line("leader", l.Leader[0], l.Leader[1], l.Leader[2], l.Leader[3]+y-l.Y)
		s.circle("pin", l.Leader[0], l.Leader[1], 2.5)
	}
	if !l.Line && len(l.Leader) == 0 && c.class(a.Code) >= 4 {
		class += " on-dark"
	}
	if l.Line && !row.below {
		s.raw(`<text class="`, class, `" x="`, num(l.X), `" y="`, num(y), `">`, template.HTMLEscapeString(name))
		if text != "" {
			s.raw(`<tspan class="v"> `, template.HTMLEscapeString(text), "</tspan>")
		}
		s.raw("</text>\n")
		return
	}
	s.text(class, "start", l.X, y, name)
	if text != "" {
		s.text(class+" v", "start", l.X, y+17, text)
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
	for i, t := range Classes(limits, format, words) {
		s.raw(`<li class="k`, num(float64(i+1)), `">`, template.HTMLEscapeString(t), "</li>")
	}
	s.raw("</ol>\n")
	return s.html()
}

// Classes are the classes of a map in words, the lightest first; none without
// limits.
func Classes(limits []float64, format func(float64) string, words LegendWords) (out []string) {
	if len(limits) == 0 {
		return nil
	}
	for i := range len(limits) + 1 {
		switch i {
		case 0:
			out = append(out, strings.ReplaceAll(words.Below, "#", format(limits[0])))
		case len(limits):
			out = append(out, strings.ReplaceAll(words.Above, "#", format(limits[i-1])))
		default:
			out = append(out, format(limits[i-1])+"–"+format(limits[i]))
		}
	}
	return out
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
