package chart

import (
	"html/template"
	"math"
)

// Interval is a dot with the range it may lie in.
type Interval struct {
	Point
	Low, High float64
}

// Intervals is a chart of dots with their ranges around a line, on a scale of
// 0 to 100 or the part of it that is needed.
type Intervals struct {
	Head Head
	Rows []Interval
	Line Point // Missing = none
}

const (
	intervalRow  = 26.0
	intervalHead = 24.0
	intervalText = 64.0
)

// Dots draws rows of intervals with the line across them.
func Dots(c Intervals) template.HTML {
	return both(func(s *canvas, f frame) { c.draw(s, f) })
}

func (c Intervals) draw(s *canvas, f frame) {
	low, high := c.bounds()
	left, right := c.names(f), f.width-intervalText
	x := func(v float64) float64 { return left + (v-low)/(high-low)*(right-left) }
	h := intervalHead + intervalRow*float64(len(c.Rows)) + 6
	head := c.Head
	head.ID += f.suffix
	s.open("xd-chart "+f.class, f.width, h, head.ID, head)
	if c.Line.shown() {
		s.line("aim", x(c.Line.Value), intervalHead-4, x(c.Line.Value), h)
		s.text("t-fine", "middle", x(c.Line.Value), intervalHead-10, c.Line.Text)
	}
	for i, r := range c.Rows {
		y := intervalHead + intervalRow*(float64(i)+0.5)
		s.text("t-ink", "start", 0, y+5, cut(r.Label, 14, left-8))
		if !r.shown() {
			continue
		}
		if !math.IsNaN(r.Low) && !math.IsNaN(r.High) {
			s.line("past", x(r.Low), y, x(r.High), y)
		}
		s.circle("dot", x(r.Value), y, 5)
		s.text("", "end", f.width, y+5, r.Text)
	}
	s.close()
}

// names is the room that the names of the rows take, at most a third.
func (c Intervals) names(f frame) (room float64) {
	for _, r := range c.Rows {
		room = max(room, width(r.Label, 14)+16)
	}
	return min(room, f.width/3)
}

// bounds is what the scale must hold, at least a point wide.
func (c Intervals) bounds() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	take := func(v float64) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high = min(low, v), max(high, v)
		}
	}
	for _, r := range c.Rows {
		if r.shown() {
			take(r.Value)
			take(r.Low)
			take(r.High)
		}
	}
	if c.Line.shown() {
		take(c.Line.Value)
	}
	if low > high {
		return 0, 100
	}
	return low - 0.5, high + 0.5
}
