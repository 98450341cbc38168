package chart

import (
	"html/template"
	"strings"
)

// Aim is a target that holds from one point to another, both included.
type Aim struct {
	From, To int
	Value    float64
	Text     string // 2025 目标 16
}

// Trend is the data of a line chart: one series through time.
type Trend struct {
	Head
	Points []Point // oldest first
	Past   []Point // same places a year before; may be nil
	Aims   []Aim
	Tick   func(float64) string // prints the axis; nil = Grouped
}

// Line draws a trend from zero up, with its last value named at its end. A
// missing point breaks the line.
func Line(t Trend) template.HTML {
	return both(func(s *canvas, f frame) { newTrend(t, f).draw(s) })
}

type trend struct {
	Trend
	f                        frame
	left, right, top, bottom float64
	axis                     scale
}

func newTrend(t Trend, f frame) *trend {
	c := &trend{Trend: t, f: f, right: f.width - 120, top: 24, bottom: 256}
	if f.narrow {
		c.right, c.bottom = f.width-64, 206
	}
	var peak float64
	for _, p := range append(append([]Point{}, t.Points...), t.Past...) {
		if p.shown() {
			peak = max(peak, p.Value)
		}
	}
	for _, a := range t.Aims {
		peak = max(peak, a.Value)
	}
	c.axis = newScale(peak, 5)
	for i := range c.axis.n + 1 {
		c.left = max(c.left, width(c.axis.tick(i, t.Tick), 14)+16)
	}
	return c
}

func (c *trend) x(i int) float64 {
	if len(c.Points) < 2 {
		return (c.left + c.right) / 2
	}
	return c.left + (c.right-c.left)*float64(i)/float64(len(c.Points)-1)
}

func (c *trend) y(v float64) float64 { return c.bottom - (c.bottom-c.top)*max(v, 0)/c.axis.top() }

func (c *trend) draw(s *canvas) {
	s.open("xd-chart "+c.f.class, c.f.width, c.bottom+44, c.ID+"-"+c.f.suffix, c.Head)
	drawGrid(s, c.axis, c.Tick, c.left, c.right, c.y)
	drawLabels(s, c.Points, c.f.narrow, c.bottom, c.right-c.left, c.x)
	for _, a := range c.Aims {
		c.drawAim(s, a)
	}
	c.drawLine(s, "past", c.Past)
	c.drawLine(s, "main", c.Points)
	c.drawEnd(s)
	s.close()
}

// drawGrid draws the value axis of a chart that stands on its base line.
func drawGrid(s *canvas, a scale, format func(float64) string, left, right float64, y func(float64) float64) {
	for i := range a.n + 1 {
		class, at := "grid", y(a.step*float64(i))
		if i == 0 {
			class = "axis"
		}
		s.line(class, left, at, right, at)
		s.text("", "end", left-10, at+5, a.tick(i, format))
	}
	s.raw("\n")
}

// drawLabels writes the labels under the points, as many as find room, and
// the groups where they change; a narrow chart shows the groups alone.
func drawLabels(s *canvas, points []Point, narrow bool, bottom, room float64, x func(int) float64) {
	hasGroups := len(points) > 0 && points[0].Group != ""
	wide := 0.0
	for _, p := range points {
		wide = max(wide, width(p.Label, 14)+10)
	}
	every := 1
	for float64(len(points))/float64(every)*wide > room && every < len(points) {
		every++
	}
	group, free := "", -1e9
	for i, p := range points {
		onlyGroups := narrow && hasGroups
		if !onlyGroups && i%every == 0 {
			s.text("", "middle", x(i), bottom+20, p.Label)
		}
		if p.Group == group {
			continue
		}
		group = p.Group
		if half := width(group, 14) / 2; x(i)-half > free {
			at := bottom + 38
			if onlyGroups {
				at = bottom + 20
			}
			s.text("", "middle", x(i), at, group)
			free = x(i) + half + 6
		}
	}
	s.raw("\n")
}

func (c *trend) drawAim(s *canvas, a Aim) {
	from, to := max(a.From, 0), min(a.To, len(c.Points)-1)
	if from > to {
		return
	}
	x1, x2, y := c.x(from), c.x(to), c.y(a.Value)
	s.line("aim", x1, y, x2, y)
	s.text("", "end", max(x2, x1+width(a.Text, 14)), y-8, a.Text)
	s.raw("\n")
}

// drawLine draws the runs of points that are there.
func (c *trend) drawLine(s *canvas, class string, points []Point) {
	var run []string
	flush := func() {
		if len(run) > 1 {
			s.raw(`<polyline class="`, class, `" points="`, strings.Join(run, " "), `"/>`)
		}
		run = nil
	}
	for i, p := range points {
		if !p.shown() {
			flush()
			continue
		}
		run = append(run, num(c.x(i))+","+num(c.y(p.Value)))
	}
	flush()
	if class != "main" {
		return
	}
	r := 4.0
	if c.f.narrow || len(points) > 24 {
		r = 2.5
	}
	for i, p := range points {
		if p.shown() {
			s.circle("dot", c.x(i), c.y(p.Value), r)
		}
	}
	s.raw("\n")
}

// drawEnd names the last value; where it is missing, its state.
func (c *trend) drawEnd(s *canvas) {
	if len(c.Points) == 0 {
		return
	}
	last := len(c.Points) - 1
	p := c.Points[last]
	x, y, class := c.x(last)+12, c.bottom-8, "t-state"
	if p.shown() {
		y, class = c.y(p.Value), "t-teal t-big"
		s.circle("dot", c.x(last), y, 6)
	}
	if c.f.narrow && p.shown() {
		class = "t-teal"
	}
	s.text(class, "start", x, y+6, p.Text)
	s.raw("\n")
}
