package pack

import (
	"slices"
	"strings"
)

// Report is a report that the city writes again and again, reports/*.yaml: what
// figures it holds, what its sections say before anybody writes, and who
// answers for which (P1.8).
type Report struct {
	Code      string          `yaml:"code" json:"code"`   // yearly
	Name      Text            `yaml:"name" json:"name"`   // 学习型城市建设监测报告
	Title     Text            `yaml:"title" json:"title"` // AREA stands for the name of the area
	Clauses   []string        `yaml:"clauses" json:"clauses"`
	Period    string          `yaml:"period" json:"period"`       // year, quarter
	Level     string          `yaml:"level" json:"level"`         // of the area it is about: district; "" = the city
	Publisher Text            `yaml:"publisher" json:"publisher"` // in whose name
	Languages []string        `yaml:"languages" json:"languages"` // the first is the one that is written first
	Define    []Indicator     `yaml:"define" json:"define"`       // figures of this report alone: counts that no indicator is
	Figures   []FigureQuery   `yaml:"figures" json:"figures"`     // what it holds; texts can name nothing else
	Sections  []ReportSection `yaml:"sections" json:"sections"`
	Checklist []Coded         `yaml:"checklist" json:"checklist"` // to be ticked before it is frozen
	Embargo   int             `yaml:"embargo" json:"embargo"`     // working days from approval to publication
	Workflow  string          `yaml:"workflow" json:"workflow"`   // of a draft
	Protect   DisclosureRule  `yaml:"protect" json:"protect"`
}

// FigureQuery asks for cells: all codes in all areas and periods.
type FigureQuery struct {
	Codes  []string `yaml:"codes" json:"codes"`   // of indicators, and of those defined here
	Groups []string `yaml:"groups" json:"groups"` // or all of these groups
	Levels []string `yaml:"levels" json:"levels"` // of areas below that of the report; "" = the area itself
	Back   int      `yaml:"back" json:"back"`     // periods before that of the report, for trends
	By     string   `yaml:"by" json:"by"`         // dimension to break down by besides the whole
}

// ReportSection is a section as it begins. One with each is written once for
// every area of that level.
type ReportSection struct {
	Code   string `yaml:"code" json:"code"`
	Clause string `yaml:"clause" json:"clause"`
	Each   string `yaml:"each" json:"each"` // level of areas, "" = once; ByClause = once for every clause that figures measure
	Role   string `yaml:"role" json:"role"` // who writes it; with each, whoever holds the role there
	Title  Text   `yaml:"title" json:"title"`
	Body   Text   `yaml:"body" json:"body"` // Markdown with bindings, see package narrative
}

// ByClause is the Each of a section that stands once for every clause of the
// plans that an indicator measures. CLAUSE in its texts is the code of the
// clause, CODES its indicators that the report's period knows.
const ByClause = "clause"

// byClause writes such sections out, in the order of the plans.
func (p *Pack) byClause(r *Report) {
	var out []ReportSection
	for _, s := range r.Sections {
		if s.Each != ByClause {
			out = append(out, s)
			continue
		}
		for _, plan := range p.Plans {
			for _, programme := range plan.Programmes {
				for _, c := range programme.Clauses {
					if groups := p.measuring(c.Code, r.Period); len(groups) > 0 {
						out = append(out, s.about(c.Code, groups))
					}
				}
			}
		}
	}
	r.Sections = out
}

// measuring are the indicators of a clause that are computed for a kind of
// period: attendances apart, which share no table with people.
func (p *Pack) measuring(clause, kind string) (groups [][]string) {
	var counts, attendances []string
	for _, d := range p.Indicators.Definitions {
		switch {
		case !slices.Contains(d.Clauses, clause), !slices.Contains(d.Periods, kind):
		case p.counts(d, "attendance"):
			attendances = append(attendances, d.Code)
		default:
			counts = append(counts, d.Code)
		}
	}
	for _, g := range [][]string{counts, attendances} {
		if len(g) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// counts reports whether an indicator counts in a base unit.
func (p *Pack) counts(d Indicator, dim string) bool {
	return slices.ContainsFunc(p.Indicators.Units, func(u Unit) bool { return u.Code == d.Unit && u.Dim == dim })
}

// about is the section of a clause; a line with CODES stands once for every
// group of indicators.
func (s ReportSection) about(clause string, groups [][]string) ReportSection {
	fill := func(t Text) Text {
		out := Text{}
		for lang, text := range t {
			var lines []string
			for _, line := range strings.Split(strings.ReplaceAll(text, "CLAUSE", clause), "\n") {
				if !strings.Contains(line, "CODES") {
					lines = append(lines, line)
					continue
				}
				for i, g := range groups {
					if i > 0 {
						lines = append(lines, "")
					}
					lines = append(lines, strings.ReplaceAll(line, "CODES", strings.Join(g, ",")))
				}
			}
			out[lang] = strings.Join(lines, "\n")
		}
		return out
	}
	s.Code, s.Clause, s.Each = s.Code+"-"+strings.ToLower(strings.ReplaceAll(clause, ".", "-")), clause, ""
	s.Title, s.Body = fill(s.Title), fill(s.Body)
	return s
}

// DisclosureRule says how counts of persons are protected.
type DisclosureRule struct {
	Threshold int `yaml:"threshold" json:"threshold"` // counts below it are hidden; 0 = the program's default of 5
	Dominance int `yaml:"dominance" json:"dominance"` // percent that one institution may hold of a figure; 0 = no rule
	Margin    int `yaml:"margin" json:"margin"`       // percent within which nobody may estimate a hidden figure
	RoundTo   int `yaml:"round_to" json:"round_to"`   // 0 = counts are not rounded
}

// Evaluation is how districts are evaluated, evaluation.yaml: by their own
// targets and their own past first (P1.1, P1.9).
type Evaluation struct {
	Code       string                `yaml:"code" json:"code"`
	Version    string                `yaml:"version" json:"version"` // of the method
	Name       Text                  `yaml:"name" json:"name"`
	Level      string                `yaml:"level" json:"level"`           // of the areas that are evaluated
	Period     string                `yaml:"period" json:"period"`         // year, quarter; "" = year
	Dimensions []EvaluationDimension `yaml:"dimensions" json:"dimensions"` // economic, social, cultural, ecological, governance
	Red        int                   `yaml:"red" json:"red"`               // percent behind its own target from which a cell is red
	Amber      int                   `yaml:"amber" json:"amber"`
	Comment    int                   `yaml:"comment" json:"comment"` // working days a district has for its draft
	Act        int                   `yaml:"act" json:"act"`         // working days within which a red cell has an action
	Composite  *Composite            `yaml:"composite" json:"composite,omitempty"`
	Workflow   string                `yaml:"workflow" json:"workflow"`
	Changes    []EvaluationChange    `yaml:"changes" json:"changes"` // what each version changed and why, the newest first
}

// EvaluationChange says to the public what a version of the method changed.
type EvaluationChange struct {
	Version string `yaml:"version" json:"version"`
	Text    Text   `yaml:"text" json:"text"`
}

// Report returns the report of a code.
func (p *Pack) Report(code string) (Report, bool) {
	for _, r := range p.Reports {
		if r.Code == code {
			return r, true
		}
	}
	return Report{}, false
}

// EvaluationDimension groups indicators.
type EvaluationDimension struct {
	Code   string   `yaml:"code" json:"code"`
	Name   Text     `yaml:"name" json:"name"`
	Clause string   `yaml:"clause" json:"clause"`
	Codes  []string `yaml:"codes" json:"codes"`
	Weight int      `yaml:"weight" json:"weight"` // of a composite; sums to 100
}

// Composite is an index over the dimensions. It is optional, and its league
// table is off unless the city gives a reason.
type Composite struct {
	Goalposts map[string]Goalpost `yaml:"goalposts" json:"goalposts"` // by indicator
	Missing   string              `yaml:"missing" json:"missing"`     // out (the index is not computed), mean (of the dimension), worst
	Places    int                 `yaml:"places" json:"places"`
	Shake     int                 `yaml:"shake" json:"shake"` // percent by which weights are moved to see whether ranks hold
	Runs      int                 `yaml:"runs" json:"runs"`
}

// Goalpost maps an indicator's values to 0 and 100.
type Goalpost struct {
	Worst string `yaml:"worst" json:"worst"`
	Best  string `yaml:"best" json:"best"`
}
