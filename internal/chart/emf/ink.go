package emf

import "strings"

// color is red, green and blue; none is no colour.
type color int32

const none color = -1

// ref writes a color as metafiles do: blue, green, red.
func (c color) ref() uint32 {
	if c == none {
		return 0
	}
	return uint32(c&0xff)<<16 | uint32(c&0xff00) | uint32(c>>16)
}

// ink says how something is drawn.
type ink struct {
	fill, stroke    color
	width, size     float64
	dashed, hatched bool
	bold            bool
}

// The colours of look/_tokens.scss.
const (
	black color = 0x15201f
	grey  color = 0x4b5857
	hair  color = 0xcfd6d4
	edge  color = 0x8a9694
	teal  color = 0x00696b
	pale  color = 0xb9c4c2
	white color = 0xffffff
)

// inks are the classes of look/_chart.scss that package chart uses.
var inks = map[string]ink{
	"grid":      {fill: none, stroke: hair, width: 1},
	"axis":      {fill: none, stroke: black, width: 1},
	"main":      {fill: none, stroke: teal, width: 3},
	"past":      {fill: none, stroke: edge, width: 2},
	"aim":       {fill: none, stroke: black, width: 1.5, dashed: true},
	"leader":    {fill: none, stroke: black, width: 1},
	"outline":   {fill: none, stroke: black, width: 1},
	"dot":       {fill: teal, stroke: white, width: 1.5},
	"ring":      {fill: white, stroke: black, width: 1.5},
	"pin":       {fill: white, stroke: none},
	"bar":       {fill: teal, stroke: none},
	"bar--past": {fill: pale, stroke: none},
	"s0":        {fill: edge, stroke: edge, width: 1, hatched: true},
	"s1":        {fill: 0xd5e9e6, stroke: white, width: 1.25},
	"s2":        {fill: 0xa2cfca, stroke: white, width: 1.25},
	"s3":        {fill: 0x69adaa, stroke: white, width: 1.25},
	"s4":        {fill: 0x237879, stroke: white, width: 1.25},
	"s5":        {fill: 0x004a51, stroke: white, width: 1.25},
}

// inkOf is how a class is drawn; what has none of them is text.
func inkOf(class string, onMap bool) ink {
	if k, ok := inks[class]; ok {
		return k
	}
	k := ink{fill: grey, stroke: none, size: 14}
	if onMap && class != "cap" {
		k.fill = black
	}
	for c := range strings.FieldsSeq(class) {
		switch c {
		case "t-ink":
			k.fill, k.bold = black, true
		case "t-dark":
			k.fill = black
		case "t-teal":
			k.fill, k.bold = teal, true
		case "t-big":
			k.size = 20
		case "t-fine":
			k.size = 12
		case "on-dark":
			k.fill = white
		}
	}
	return k
}
