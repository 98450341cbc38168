package chart

import "html/template"

// Columns is the data of upright columns: one a point, oldest first.
type Columns struct {
	Head
	Points []Point
	Tick   func(float64) string // prints the axis; nil = Grouped
}

// Upright draws columns from zero. Values stand on the columns where each
// finds room; a missing value is the word of its state on the base line.
func Upright(c Columns) template.HTML {
	return both(func(s *canvas, f frame) {
		bottom, top, right := 236.0, 28.0, f.width-8
		var peak, text float64
		for _, p := range c.Points {
			if p.shown() {
				peak = max(peak, p.Value)
			}
			text = max(text, width(p.Text, 14.5))
		}
		axis, left := newScale(peak, 5), 0.0
		for i := range axis.n + 1 {
			left = max(left, width(axis.tick(i, c.Tick), 14)+16)
		}
		y := func(v float64) float64 { return bottom - (bottom-top)*v/axis.top() }
		pitch := (right - left) / float64(max(len(c.Points), 1))
		x := func(i int) float64 { return left + pitch*(float64(i)+0.5) }
		s.open("xd-chart "+f.class, f.width, bottom+44, c.ID+"-"+f.suffix, c.Head)
		drawGrid(s, axis, c.Tick, left, right, y)
		drawLabels(s, c.Points, f.narrow, bottom, right-left, x)
		for i, p := range c.Points {
			drawColumn(s, p, x(i), min(pitch*0.62, 64), bottom, y, text+4 <= pitch)
		}
		s.close()
	})
}

func drawColumn(s *canvas, p Point, x, w, bottom float64, y func(float64) float64, named bool) {
	at, class := bottom-8, "t-state"
	if p.shown() {
		at, class = y(max(p.Value, 0)), "t-ink"
		s.rect("bar", x-w/2, at, w, bottom-at)
		at -= 6
	}
	if named {
		s.text(class, "middle", x, at, p.Text)
	}
	s.raw("\n")
}
