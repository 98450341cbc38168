package statistichttp

import (
	"fmt"
	"html/template"
	"strings"

	"xuedu/internal/statistic"
)

// The stages of a return that a matrix tells apart, in the order they are drawn.
const (
	stageAccepted = iota
	stageReview
	stageWorking
	stageBack
	stageLate
	stageUntouched
	stages
)

var stageNames = [stages]string{"accepted", "review", "working", "back", "late", "untouched"}

// stage says how far a return is: late beats everything but accepted.
func stage(r statistic.Return) int {
	switch {
	case r.Desk == "" && !r.Approved.IsZero() && !r.Stale:
		return stageAccepted
	case r.Overdue:
		return stageLate
	case r.Open > 0 || r.Stale:
		return stageBack
	case r.Desk == "parent":
		return stageReview
	case r.Desk == "unit" && r.Done > r.Computed || !r.Submitted.IsZero():
		return stageWorking
	}
	return stageUntouched
}

// tally counts returns by stage.
type tally struct {
	N     [stages]int
	Total int
}

func (t *tally) add(stage int) {
	t.N[stage]++
	t.Total++
}

// Accepted is how many returns are accepted.
func (t tally) Accepted() int { return t.N[stageAccepted] }

// Late is how many returns are late.
func (t tally) Late() int { return t.N[stageLate] }

// Bar draws the shares as one bar; the words stand beside it.
func (t tally) Bar() template.HTML {
	if t.Total == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">`)
	x := 0.0
	for i, n := range t.N {
		if n == 0 {
			continue
		}
		w := 100 * float64(n) / float64(t.Total)
		fmt.Fprintf(&b, `<rect class="xd-k%d" x="%.2f" y="0" width="%.2f" height="10"/>`, i, x, w)
		x += w
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// stageLine is one stage with its count and words.
type stageLine struct {
	No   int
	Name string
	N    int
}

// Stages lists the stages that there are, or all of them for the legend.
func (p page) Stages(t tally, all bool) []stageLine {
	var list []stageLine
	for i, name := range stageNames {
		if all || t.N[i] > 0 {
			list = append(list, stageLine{No: i, Name: p.T("returns.stage." + name), N: t.N[i]})
		}
	}
	return list
}

// Square draws the square of a stage, for the legend.
func (s stageLine) Square() template.HTML {
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 12 12" aria-hidden="true" focusable="false"><rect class="xd-k%d" x="0.5" y="0.5" width="11" height="11"/></svg>`, s.No))
}

// tallyOf is a tally with what its template needs of the page.
type tallyOf struct {
	P page
	T tally
}

// TallyOf gives the template of a tally what it needs.
func (p page) TallyOf(t tally) tallyOf { return tallyOf{p, t} }

// AllStages lists every stage, for the legend.
func (p page) AllStages() []stageLine { return p.Stages(tally{}, true) }
