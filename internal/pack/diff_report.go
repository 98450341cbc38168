package pack

import "fmt"

// reports adds the reports, section by section, and how districts are
// evaluated.
func (x index) reports(p *Pack) {
	for _, r := range p.Reports {
		x.add(KindReport, r.Code, fields{"period": r.Period, "languages": plain(r.Languages), "define": plain(r.Define), "figures": plain(r.Figures),
			"checklist": plain(r.Checklist), "embargo": fmt.Sprint(r.Embargo), "workflow": r.Workflow, "protect": plain(r.Protect)}.
			text("name", r.Name).text("title", r.Title).text("publisher", r.Publisher))
		for _, s := range r.Sections {
			x.add(KindReportSection, r.Code+"."+s.Code, fields{"each": s.Each, "role": s.Role, "clause": s.Clause}.text("title", s.Title).text("body", s.Body))
		}
	}
	if e := p.Evaluation; e != nil {
		x.add(KindEvaluation, e.Code, fields{"version": e.Version, "level": e.Level, "period": e.Period, "dimensions": plain(e.Dimensions),
			"red": fmt.Sprint(e.Red), "amber": fmt.Sprint(e.Amber), "comment": fmt.Sprint(e.Comment), "act": fmt.Sprint(e.Act), "composite": plain(e.Composite),
			"workflow": e.Workflow, "changes": plain(e.Changes)}.text("name", e.Name))
	}
}
