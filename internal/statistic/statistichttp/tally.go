package statistichttp

import (
	"fmt"
	"html/template"
	"strings"

	"xuedu/internal/statistic"
)

// stageNames name the stages of returns, in the order they are drawn.
var stageNames = [statistic.Stages]string{"accepted", "review", "working", "back", "late", "untouched"}

// tally counts returns by stage.
type tally struct {
	N     statistic.Tally
	Total int
}

func (t *tally) add(s statistic.Stage) {
	t.N[s]++
	t.Total++
}

// tallied is the tally of counts.
func tallied(n statistic.Tally) tally {
	t := tally{N: n}
	for _, x := range n {
		t.Total += x
	}
	return t
}

// Accepted is how many returns are accepted.
func (t tally) Accepted() int { return t.N[statistic.StageAccepted] }

// Late is how many returns are late.
func (t tally) Late() int { return t.N[statistic.StageLate] }

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
