package chart

import "html/template"

// Defs is the hatching that Squares and Map refer to. It stands once on a
// page, before the first of them.
const Defs template.HTML = `<svg class="xd-defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>` +
	`<pattern id="xd-way" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="p0" width="4" height="4"/><rect class="p1" width="1.6" height="4"/></pattern>` +
	`<pattern id="xd-none" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="p0" width="6" height="6"/><rect class="p2" width="1" height="6"/></pattern>` +
	`</defs></svg>`

const (
	squaresInRow = 20
	mostSquares  = 200
)

// Goal is a target that is counted in whole things: Done are in force, Way are
// under review. Counts below zero are taken as zero.
type Goal struct{ Done, Way, Target int }

// Each returns how many things one square stands for: one, unless the target
// is beyond what an eye can count.
func (g Goal) Each() int { return max(1, (g.Target+mostSquares-1)/mostSquares) }

// Squares draws a goal: a square for each thing, solid in force, hatched under
// review, empty missing; more than the target is drawn too. It is hidden from
// readers that speak, since the figure beside it says the same in words.
func Squares(g Goal) template.HTML {
	each := g.Each()
	done := max(g.Done, 0) / each
	way := done + max(g.Way, 0)/each
	total := min(max(g.Target/each, way, 1), 2*mostSquares)
	rows := (total + squaresInRow - 1) / squaresInRow
	s := &canvas{}
	s.raw(`<svg viewBox="0 0 280 `, num(float64(14*rows)), `" aria-hidden="true" focusable="false">`)
	for i := range total {
		class := "xd-sq"
		switch {
		case i < done:
			class = "xd-sq xd-sq--on"
		case i < way:
			class = "xd-sq xd-sq--way"
		}
		s.rect(class, float64(14*(i%squaresInRow))+0.5, float64(14*(i/squaresInRow))+0.5, 10, 10)
	}
	s.raw("</svg>\n")
	return s.html()
}
