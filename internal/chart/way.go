package chart

import "html/template"

// Way is the data of a path chart: what had to be there, year by year, against
// what was counted, and where that leads.
type Way struct {
	Head
	Points   []Point // counted, oldest first; a year that is still ahead is missing and has no text
	Plan     []Point // the same places; missing where nothing was set
	Forecast Point   // at the last place; missing = none
	Tick     func(float64) string
}

// Path draws a way from zero up: the path dashed with a ring for each year
// that has a number, what was counted as a line, the forecast thin.
func Path(w Way) template.HTML {
	return both(func(s *canvas, f frame) {
		most := append(append([]Point{}, w.Plan...), w.Forecast)
		c := newTrend(Trend{Head: w.Head, Points: w.Points, Past: most, Tick: w.Tick}, f)
		c.drawWay(s, w)
	})
}

func (c *trend) drawWay(s *canvas, w Way) {
	s.open("xd-chart "+c.f.class, c.f.width, c.bottom+44, c.ID+"-"+c.f.suffix, c.Head)
	drawGrid(s, c.axis, c.Tick, c.left, c.right, c.y)
	drawLabels(s, c.Points, c.f.narrow, c.bottom, c.right-c.left, c.x)
	c.drawLine(s, "aim", w.Plan)
	for i, p := range w.Plan {
		if p.shown() {
			s.circle("ring", c.x(i), c.y(p.Value), 4)
		}
	}
	last := lastShown(c.Points)
	if w.Forecast.shown() && last >= 0 && last < len(c.Points)-1 {
		s.line("past", c.x(last), c.y(c.Points[last].Value), c.x(len(c.Points)-1), c.y(w.Forecast.Value))
		s.text("", "start", c.x(len(c.Points)-1)+12, c.y(w.Forecast.Value)+6, w.Forecast.Text)
	}
	c.drawLine(s, "main", c.Points)
	if i := lastShown(w.Plan); i >= 0 {
		s.text("t-ink", "end", max(c.x(i)+8, c.left+width(w.Plan[i].Text, 14)), c.y(w.Plan[i].Value)-12, w.Plan[i].Text)
	}
	if last >= 0 {
		s.text("t-teal", "start", c.x(last)+12, c.y(c.Points[last].Value)-4, c.Points[last].Text)
	}
	s.close()
}

// lastShown is the place of the last point that is drawn, -1 if none is.
func lastShown(points []Point) int {
	for i := len(points) - 1; i >= 0; i-- {
		if points[i].shown() {
			return i
		}
	}
	return -1
}
