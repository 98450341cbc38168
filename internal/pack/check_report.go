package pack

import (
	"fmt"
	"path"
	"slices"

	"go.yaml.in/yaml/v4"

	"xuedu/internal/narrative"
)

// checkReports makes sure that every report of the pack can be begun: its
// figures are known, and the texts of its sections hold no typed numbers and
// the same bindings in every language (P1.8).
func (l *loader) checkReports() {
	codes := map[string]bool{}
	for _, f := range l.pack.files {
		if path.Dir(f.Path) != "reports" || !l.ok[f.Path] {
			continue
		}
		var r Report
		if err := l.docs[f.Path].node.Decode(&r); err != nil {
			continue // read said so
		}
		if codes[r.Code] {
			l.say(f.Path, "/code", "pack.problem.code_twice", "Code", r.Code)
		}
		codes[r.Code] = true
		c := &reportCheck{l, r, f.Path}
		c.languages()
		c.figures()
		c.sections()
		c.flow()
	}
}

type reportCheck struct {
	*loader
	Report
	file string
}

func (c *reportCheck) say(ptr, key string, args ...any) {
	c.loader.say(c.file, ptr, "pack.problem."+key, args...)
}

func (c *reportCheck) languages() {
	for i, lang := range c.Languages {
		if !slices.Contains(c.pack.Languages, lang) {
			c.say(fmt.Sprint("/languages/", i), "other_language", "Lang", lang)
		}
	}
}

// figures wants every code to be an indicator of the pack, or defined here.
func (c *reportCheck) figures() {
	known, groups := map[string]bool{}, map[string]bool{}
	for _, d := range c.pack.Indicators.Definitions {
		known[d.Code], groups[d.Group] = true, true
	}
	for i, d := range c.Define {
		if known[d.Code] {
			c.say(fmt.Sprintf("/define/%d/code", i), "code_twice", "Code", d.Code)
		}
		known[d.Code] = true
	}
	for i, q := range c.Figures {
		for j, code := range q.Codes {
			if !known[code] {
				c.say(fmt.Sprintf("/figures/%d/codes/%d", i, j), "no_indicator", "Code", code)
			}
		}
		for j, g := range q.Groups {
			if !groups[g] {
				c.say(fmt.Sprintf("/figures/%d/groups/%d", i, j), "no_group", "Code", g)
			}
		}
	}
}

func (c *reportCheck) sections() {
	seen := map[string]bool{}
	for i, s := range c.Sections {
		at := fmt.Sprintf("/sections/%d", i)
		if seen[s.Code] {
			c.say(at+"/code", "code_twice", "Code", s.Code)
		}
		seen[s.Code] = true
		first := ""
		for n, lang := range c.Languages {
			doc, bad := narrative.Parse(s.Body[lang])
			for _, p := range bad {
				c.inText(at+"/body/"+escape(lang), p)
			}
			bound := fmt.Sprint(narrative.Bindings(doc))
			if n == 0 {
				first = bound
			} else if bound != first {
				c.say(at+"/body/"+escape(lang), "report_bindings", "Lang", lang, "Other", c.Languages[0])
			}
		}
	}
}

// inText reports a problem at its line of the file: a text begins on the line
// below its key.
func (c *reportCheck) inText(ptr string, p narrative.Problem) {
	bad := c.docs[c.file].problem(ptr, p.Key, append(p.Args, "Text", p.Text)...)
	if n := c.docs[c.file].at[ptr]; n != nil && n.Style&yaml.LiteralStyle != 0 {
		bad.Line, bad.Column = bad.Line+p.Line, bad.Column+p.Col-1
	}
	c.bad = append(c.bad, bad)
}

func (c *reportCheck) flow() { c.loader.hasFlow(c.file, c.Workflow) }

// hasFlow wants a workflow of the pack.
func (l *loader) hasFlow(file, code string) {
	for _, w := range l.pack.Workflows {
		if w.Code == code {
			return
		}
	}
	l.say(file, "/workflow", "pack.problem.no_workflow", "Code", code)
}

// checkEvaluation wants known indicators, weights that sum to a hundred where
// there is a composite, and goalposts for all that it holds (P1.9).
func (l *loader) checkEvaluation() {
	e := l.pack.Evaluation
	if e == nil || !l.ok[evaluationFile] {
		return
	}
	say := func(ptr, key string, args ...any) { l.say(evaluationFile, ptr, "pack.problem."+key, args...) }
	known := map[string]bool{}
	for _, d := range l.pack.Indicators.Definitions {
		known[d.Code] = true
	}
	sum := 0
	for i, d := range e.Dimensions {
		sum += d.Weight
		for j, code := range d.Codes {
			at := fmt.Sprintf("/dimensions/%d/codes/%d", i, j)
			if !known[code] {
				say(at, "no_indicator", "Code", code)
			}
			if e.Composite != nil && e.Composite.Goalposts[code] == (Goalpost{}) {
				say(at, "no_goalpost", "Code", code)
			}
		}
	}
	if e.Composite != nil && sum != 100 {
		say("/dimensions", "weights", "Got", sum)
	}
	if e.Amber > e.Red {
		say("/amber", "evaluation_amber", "Red", e.Red, "Amber", e.Amber)
	}
	l.hasFlow(evaluationFile, e.Workflow)
}
