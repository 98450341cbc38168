package chart

import "html/template"

// Comparison is the data of horizontal bars: one bar a point, and below it,
// thinner, the same thing at another time.
type Comparison struct {
	Head
	Points   []Point // in their own order, never ranked
	Past     []Point // same order; nil = none
	Name     string  // of the points, written once: 2024 年
	PastName string
}

// Bars draws horizontal bars. A missing value stands as the word of its state.
func Bars(c Comparison) template.HTML {
	return both(func(s *canvas, f frame) { newBars(c, f).draw(s) })
}

type bars struct {
	Comparison
	f                  frame
	left, room, pitch  float64
	named, pastNamed   int // rows that carry the names; -1 = none has room
	peak, nameW, pastW float64
}

func newBars(c Comparison, f frame) *bars {
	b := &bars{Comparison: c, f: f, pitch: 36}
	if len(c.Past) > 0 {
		b.pitch = 44
	}
	most := 200.0
	if f.narrow {
		most = 116
	}
	var values float64
	for i, p := range c.Points {
		b.left = max(b.left, min(width(p.Label, 14), most)+20)
		if p.shown() {
			b.peak, values = max(b.peak, p.Value), max(values, width(p.Text, 14.5))
		}
		if i < len(c.Past) && c.Past[i].shown() {
			b.peak = max(b.peak, c.Past[i].Value)
		}
	}
	b.room = f.width - b.left - values - 12
	b.nameW, b.pastW = width(c.Name, 14), width(c.PastName, 12)
	b.placeNames()
	return b
}

// placeNames finds the first row where both names find room.
func (b *bars) placeNames() {
	b.named, b.pastNamed = -1, -1
	for i, p := range b.Points {
		if !p.shown() {
			continue
		}
		end := b.left + b.len(p.Value) + 8 + width(p.Text, 14.5) + 14 + b.nameW
		if b.Name != "" && b.named < 0 && end <= b.f.width {
			b.named = i
		}
		if b.PastName != "" && b.pastNamed < 0 && i < len(b.Past) && b.Past[i].shown() &&
			b.left+b.len(b.Past[i].Value)+8+b.pastW <= b.f.width {
			b.pastNamed = i
		}
	}
}

func (b *bars) len(v float64) float64 {
	if b.peak <= 0 || v <= 0 {
		return 0
	}
	return b.room * v / b.peak
}

func (b *bars) draw(s *canvas) {
	h := b.pitch * float64(len(b.Points))
	s.open("xd-chart "+b.f.class, b.f.width, h+8, b.ID+"-"+b.f.suffix, b.Head)
	for i := range b.Points {
		b.drawRow(s, i)
	}
	s.line("axis", b.left, 0, b.left, h)
	s.close()
}

func (b *bars) drawRow(s *canvas, i int) {
	p, y := b.Points[i], b.pitch*float64(i)+8
	s.text("t-dark", "end", b.left-10, y+14, cut(p.Label, 14, b.left-20))
	if p.shown() {
		end := b.left + b.len(p.Value)
		s.rect("bar", b.left, y, b.len(p.Value), 16)
		s.text("t-ink", "start", end+8, y+14, p.Text)
		if i == b.named {
			s.text("", "start", end+22+width(p.Text, 14.5), y+14, b.Name)
		}
	} else {
		s.text("t-state", "start", b.left+8, y+14, p.Text)
	}
	if i < len(b.Past) && b.Past[i].shown() {
		s.rect("bar--past", b.left, y+18, b.len(b.Past[i].Value), 7)
		if i == b.pastNamed {
			s.text("t-fine", "start", b.left+b.len(b.Past[i].Value)+8, y+28, b.PastName)
		}
	}
	s.raw("\n")
}
