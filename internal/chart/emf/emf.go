// Package emf writes the charts of package chart as Enhanced Metafiles
// ([MS-EMF]): pictures of lines and text that Word, WPS and LibreOffice draw
// with their own fonts, so that a document carries the same charts as the page.
package emf

import (
	"encoding/binary"
	"fmt"
	"html/template"
	"math"
	"unicode/utf16"
)

// Picture is a chart as a metafile. Width and Height are those of its drawing.
type Picture struct {
	Data          []byte
	Width, Height float64
}

// Draw turns the first drawing of a chart into a metafile. It fails for what is
// no drawing of package chart.
func Draw(markup template.HTML) (Picture, error) {
	d, err := read(string(markup))
	if err != nil {
		return Picture{}, fmt.Errorf("emf: %w", err)
	}
	w := &writer{width: d.width, height: d.height}
	w.begin()
	for _, m := range d.marks {
		w.mark(m)
	}
	return Picture{Data: w.end(), Width: d.width, Height: d.height}, nil
}

// Kinds of records of [MS-EMF] 2.1.1.
const (
	recHeader      = 1
	recPolygon     = 3
	recPolyline    = 4
	recWindowExt   = 9
	recWindowOrg   = 10
	recViewportExt = 11
	recViewportOrg = 12
	recEOF         = 14
	recMapMode     = 17
	recBkMode      = 18
	recTextAlign   = 22
	recTextColor   = 24
	recSelect      = 37
	recPen         = 38
	recBrush       = 39
	recDelete      = 40
	recEllipse     = 42
	recFont        = 82
	recText        = 84
)

const (
	unit     = 20       // logical units of a unit of the drawing
	perMM    = 20       // pixels of the device that the file speaks of
	mmOfUnit = 0.205263 // 760 units are 156 mm
)

// writer collects records. Objects are made, used and deleted one at a time:
// handle 1 is the pen or font, handle 2 the brush.
type writer struct {
	b             []byte
	records       uint32
	width, height float64
}

func (w *writer) record(kind uint32, fields ...any) {
	at := len(w.b)
	w.put(kind, uint32(0))
	w.put(fields...)
	for len(w.b)%4 != 0 {
		w.b = append(w.b, 0)
	}
	binary.LittleEndian.PutUint32(w.b[at+4:], uint32(len(w.b)-at))
	w.records++
}

func (w *writer) put(fields ...any) {
	for _, f := range fields {
		b, err := binary.Append(w.b, binary.LittleEndian, f)
		if err != nil {
			panic("emf: " + err.Error()) // a field of no fixed size
		}
		w.b = b
	}
}

// begin writes the header ([MS-EMF] 2.3.4.2), whose sums end fills in, and the
// measures of the page.
func (w *writer) begin() {
	mmW, mmH := w.width*mmOfUnit, w.height*mmOfUnit
	right, bottom := int32(mmW*perMM), int32(mmH*perMM)
	w.record(recHeader, [4]int32{0, 0, right, bottom}, [4]int32{0, 0, int32(mmW * 100), int32(mmH * 100)}, [4]byte{' ', 'E', 'M', 'F'}, uint32(0x10000),
		[6]uint32{}, [2]int32{400 * perMM, 400 * perMM}, [2]int32{400, 400}, [3]uint32{}, [2]int32{400_000, 400_000})
	w.record(recMapMode, uint32(8)) // anisotropic
	w.record(recWindowOrg, [2]int32{})
	w.record(recWindowExt, [2]int32{int32(w.width * unit), int32(w.height * unit)})
	w.record(recViewportOrg, [2]int32{})
	w.record(recViewportExt, [2]int32{right, bottom})
	w.record(recBkMode, uint32(1)) // transparent
}

// end closes the file and completes its header: bytes, records, handles.
func (w *writer) end() []byte {
	w.record(recEOF, uint32(0), uint32(16), uint32(20))
	binary.LittleEndian.PutUint32(w.b[48:], uint32(len(w.b)))
	binary.LittleEndian.PutUint32(w.b[52:], w.records)
	binary.LittleEndian.PutUint16(w.b[56:], 3)
	return w.b
}

func at(f float64) int32 { return int32(math.Round(f * unit)) }

func (w *writer) mark(m mark) {
	if m.text != "" {
		w.text(m)
		return
	}
	w.pen(m.ink)
	w.brush(m.ink)
	switch m.kind {
	case "circle":
		x, y, r := m.points[0].x, m.points[0].y, m.points[1].x
		w.record(recEllipse, [4]int32{at(x - r), at(y - r), at(x + r), at(y + r)})
	case "line":
		w.points(recPolyline, m.points)
	default:
		w.points(recPolygon, m.points)
	}
	w.record(recDelete, uint32(1))
	w.record(recDelete, uint32(2))
}

func (w *writer) points(kind uint32, list []point) {
	fields := []any{[4]int32{0, 0, -1, -1}, uint32(len(list))}
	for _, p := range list {
		fields = append(fields, [2]int32{at(p.x), at(p.y)})
	}
	w.record(kind, fields...)
}

// pen makes and takes what draws lines: none, whole or dashed.
func (w *writer) pen(k ink) {
	style := uint32(0)
	switch {
	case k.stroke == none:
		style = 5
	case k.dashed:
		style = 1
	}
	w.record(recPen, uint32(1), style, [2]int32{at(k.width), 0}, k.stroke.ref())
	w.record(recSelect, uint32(1))
}

// brush makes and takes what fills: nothing, a colour, or hatching.
func (w *writer) brush(k ink) {
	style, hatch := uint32(0), uint32(0)
	switch {
	case k.fill == none:
		style = 1
	case k.hatched:
		style, hatch = 2, 3
	}
	w.record(recBrush, uint32(2), style, k.fill.ref(), hatch)
	w.record(recSelect, uint32(2))
}

// Ways a text stands at its place, all on its base line.
const (
	alignStart  = 24
	alignMiddle = 24 + 6
	alignEnd    = 24 + 2
)

func (w *writer) text(m mark) {
	weight := int32(400)
	if m.ink.bold {
		weight = 700
	}
	w.record(recFont, uint32(1), -at(m.ink.size), [3]int32{}, weight, [4]byte{0, 0, 0, 1}, [4]byte{}, face(), [228]byte{})
	w.record(recSelect, uint32(1))
	w.record(recTextAlign, m.align)
	w.record(recTextColor, m.ink.fill.ref())
	chars := utf16.Encode([]rune(m.text))
	w.record(recText, [4]int32{0, 0, -1, -1}, uint32(1), [2]float32{100. / perMM, 100. / perMM}, [2]int32{at(m.points[0].x), at(m.points[0].y)},
		uint32(len(chars)), uint32(76), uint32(0), [4]int32{}, uint32(0), chars)
	w.record(recDelete, uint32(1))
}

// face is the font's name; a reader without it takes its own for the text.
func face() (out [32]uint16) {
	copy(out[:], utf16.Encode([]rune("Microsoft YaHei")))
	return out
}
