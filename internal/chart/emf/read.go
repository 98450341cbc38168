package emf

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

type point struct{ x, y float64 }

// mark is one thing of a drawing: a line, a polygon, a circle (middle, then its
// radius as x) or a text at its place.
type mark struct {
	kind   string
	points []point
	text   string
	align  uint32
	ink    ink
}

type drawing struct {
	width, height float64
	marks         []mark
}

// node is an element as package chart writes it.
type node struct {
	XMLName  xml.Name
	Class    string `xml:"class,attr"`
	ViewBox  string `xml:"viewBox,attr"`
	X        string `xml:"x,attr"`
	Y        string `xml:"y,attr"`
	X1       string `xml:"x1,attr"`
	X2       string `xml:"x2,attr"`
	Y1       string `xml:"y1,attr"`
	Y2       string `xml:"y2,attr"`
	CX       string `xml:"cx,attr"`
	CY       string `xml:"cy,attr"`
	R        string `xml:"r,attr"`
	W        string `xml:"width,attr"`
	H        string `xml:"height,attr"`
	D        string `xml:"d,attr"`
	Points   string `xml:"points,attr"`
	Anchor   string `xml:"text-anchor,attr"`
	Text     string `xml:",chardata"`
	Children []node `xml:",any"`
}

// most is how many things a drawing may hold.
const most = 100_000

// read reads the first drawing of some markup.
func read(markup string) (drawing, error) {
	from := strings.Index(markup, "<svg")
	if from < 0 {
		return drawing{}, errors.New("no drawing")
	}
	dec := xml.NewDecoder(strings.NewReader(markup[from:]))
	dec.Entity = xml.HTMLEntity
	var root node
	if err := dec.Decode(&root); err != nil {
		return drawing{}, err
	}
	box, err := numbers(root.ViewBox)
	if err != nil || len(box) != 4 || !(box[2] > 0 && box[2] < 1e4 && box[3] > 0 && box[3] < 1e5) {
		return drawing{}, fmt.Errorf("view box %q", root.ViewBox)
	}
	d := drawing{width: box[2], height: box[3]}
	for _, n := range root.Children {
		list, err := n.marks(strings.Contains(root.Class, "xd-map"))
		if err != nil {
			return drawing{}, fmt.Errorf("%s: %w", n.XMLName.Local, err)
		}
		if d.marks = append(d.marks, list...); len(d.marks) > most {
			return drawing{}, errors.New("too much")
		}
	}
	return d, nil
}

// marks are what an element draws.
func (n node) marks(onMap bool) ([]mark, error) {
	m := mark{kind: "polygon", ink: inkOf(n.Class, onMap)}
	var err error
	switch n.XMLName.Local {
	case "title", "desc":
		return nil, nil
	case "line":
		m.kind = "line"
		m.points, err = points(n.X1, n.Y1, n.X2, n.Y2)
	case "polyline":
		m.kind = "line"
		m.points, err = points(strings.FieldsFunc(n.Points, func(r rune) bool { return r == ',' || r == ' ' })...)
	case "circle":
		m.kind = "circle"
		m.points, err = points(n.CX, n.CY, n.R, "0")
	case "rect":
		if m.points, err = points(n.X, n.Y, n.W, n.H); err == nil {
			a, s := m.points[0], m.points[1]
			m.points = []point{a, {a.x + s.x, a.y}, {a.x + s.x, a.y + s.y}, {a.x, a.y + s.y}}
		}
	case "path":
		return paths(m, n.D)
	case "text":
		m.points, err = points(n.X, n.Y)
		m.text, m.align = n.said(), n.align(onMap)
		if m.text == "" {
			return nil, err
		}
	default:
		err = errors.New("unknown")
	}
	return []mark{m}, err
}

// said is the text of an element and of those in it.
func (n node) said() string {
	s := n.Text
	for _, c := range n.Children {
		s += c.Text
	}
	return strings.TrimSpace(s)
}

func (n node) align(onMap bool) uint32 {
	switch {
	case n.Anchor == "end":
		return alignEnd
	case n.Anchor == "middle", onMap && !strings.Contains(n.Class, "a-start") && n.Class != "cap":
		return alignMiddle
	}
	return alignStart
}

// paths reads M, L and Z; each M begins a polygon of its own.
func paths(m mark, d string) (out []mark, err error) {
	for _, part := range strings.Split(d, "M")[1:] {
		part = strings.NewReplacer("Z", "", "L", " ", ",", " ").Replace(part)
		one := m
		if one.points, err = points(strings.Fields(part)...); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func points(list ...string) (out []point, err error) {
	if len(list) == 0 || len(list)%2 != 0 {
		return nil, errors.New("a point without its second number")
	}
	for i := 0; i < len(list); i += 2 {
		xy, err := numbers(list[i] + " " + list[i+1])
		if err != nil {
			return nil, err
		}
		if len(xy) != 2 {
			return nil, errors.New("a point of no two numbers")
		}
		out = append(out, point{xy[0], xy[1]})
	}
	return out, nil
}

func numbers(s string) (out []float64, err error) {
	for f := range strings.FieldsSeq(s) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil || !(v > -1e6 && v < 1e6) {
			return nil, fmt.Errorf("number %q", f)
		}
		out = append(out, v)
	}
	return out, nil
}
