package pack

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Tables names what Table prints, in the order it is offered.
var Tables = []string{"themes", "age-bands", "targets", "org-types", "activity-forms", "needs", "bodies", "clauses", "holidays", "params", "programmes"}

// Table returns one list of the pack as rows of text with a header, the codes
// first, names in lang. False if there is no such list.
func (p *Pack) Table(name, lang string) (rows [][]string, ok bool) {
	switch name {
	case "themes":
		return coded(p.Themes, lang), true
	case "activity-forms":
		return coded(p.ActivityForms, lang), true
	case "needs":
		return coded(p.Needs, lang), true
	case "age-bands":
		return p.ageTable(lang), true
	case "org-types":
		return p.typeTable(lang), true
	case "targets":
		return p.targetTable(lang), true
	case "bodies":
		return p.bodyTable(lang), true
	case "clauses":
		return p.clauseTable(lang), true
	case "holidays":
		return p.holidayTable(lang), true
	case "programmes":
		return p.awardTable(lang), true
	case "params":
		rows = [][]string{{"code", "value"}}
		for _, q := range p.Params.list() {
			rows = append(rows, []string{q.Code, strconv.FormatInt(q.Value, 10)})
		}
		return rows, true
	}
	return nil, false
}

func coded(list []Coded, lang string) [][]string {
	rows := [][]string{{"code", "name", "clause"}}
	for _, c := range list {
		rows = append(rows, []string{c.Code, c.Name.In(lang), c.Clause})
	}
	return rows
}

func (p *Pack) ageTable(lang string) [][]string {
	rows := [][]string{{"code", "from", "to", "name"}}
	for _, a := range p.AgeBands {
		to := strconv.Itoa(a.To)
		if a.To == 0 {
			to = ""
		}
		rows = append(rows, []string{a.Code, strconv.Itoa(a.From), to, a.Name.In(lang)})
	}
	return rows
}

func (p *Pack) typeTable(lang string) [][]string {
	rows := [][]string{{"code", "name", "group", "level"}}
	for _, t := range p.OrgTypes {
		rows = append(rows, []string{t.Code, t.Name.In(lang), t.Group, t.Level})
	}
	return rows
}

func (p *Pack) targetTable(lang string) [][]string {
	rows := [][]string{{"code", "name", "value", "about", "unit", "by", "clause", "measure", "plan"}}
	for _, plan := range p.Plans {
		for _, t := range plan.Targets {
			rows = append(rows, []string{t.Code, t.Name.In(lang), t.Value, strconv.FormatBool(t.About), t.Unit.In(lang), t.By, t.Clause, t.MeasureCode(), plan.Code})
		}
	}
	return rows
}

// bodyTable lists the bodies with what each issues and answers for.
func (p *Pack) bodyTable(lang string) [][]string {
	rows := [][]string{{"code", "name", "type", "issues", "answers_for"}}
	for _, b := range p.Bodies {
		var issues, answers []string
		for _, plan := range p.Plans {
			if slices.Contains(plan.Issuers, b.Code) {
				issues = append(issues, plan.Code)
			}
			answers = append(answers, plan.answers(b.Code)...)
		}
		rows = append(rows, []string{b.Code, b.Name.In(lang), b.Type, strings.Join(issues, " "), strings.Join(answers, " ")})
	}
	return rows
}

// answers lists the codes of the programmes and clauses that name org itself.
func (p Plan) answers(org string) []string {
	var out []string
	for _, c := range slices.Concat(p.Document, p.Goals) {
		if slices.Contains(c.Responsible, org) {
			out = append(out, c.Code)
		}
	}
	for _, pr := range p.Programmes {
		if slices.Contains(pr.Responsible, org) {
			out = append(out, pr.Code)
		}
		for _, c := range pr.Clauses {
			if slices.Contains(c.Responsible, org) {
				out = append(out, c.Code)
			}
		}
	}
	return out
}

func (p *Pack) clauseTable(lang string) [][]string {
	rows := [][]string{{"code", "text", "responsible", "plan"}}
	for _, plan := range p.Plans {
		for _, c := range plan.Clauses() {
			rows = append(rows, []string{c.Code, c.Text.In(lang), strings.Join(plan.Responsible(c), " "), plan.Code})
		}
	}
	return rows
}

// Responsible returns the org codes that answer for a clause: its own, or
// those of its programme.
func (p Plan) Responsible(c Clause) []string {
	if len(c.Responsible) > 0 {
		return c.Responsible
	}
	for _, pr := range p.Programmes {
		for _, d := range pr.Clauses {
			if d.Code == c.Code {
				return pr.Responsible
			}
		}
	}
	return nil
}

func (p *Pack) holidayTable(lang string) [][]string {
	rows := [][]string{{"code", "weekday", "off", "name", "source"}}
	for _, d := range p.Calendar.Days {
		rows = append(rows, []string{d.Day, weekdayOf(d.Day), strconv.FormatBool(d.Off), d.Name.In(lang), d.Source})
	}
	return rows
}

func weekdayOf(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil { // a checked pack has only days
		return ""
	}
	return strings.ToLower(t.Format("Mon"))
}

// awardTable lists the programmes of award with what decides whether a call opens.
func (p *Pack) awardTable(lang string) [][]string {
	rows := [][]string{{"code", "name", "object", "quota", "round_quota", "validity", "items", "authorisation", "example"}}
	for _, a := range p.Awards {
		rows = append(rows, []string{a.Code, a.Name.In(lang), a.Object, strconv.Itoa(a.Quota), strconv.Itoa(a.RoundQuota), strconv.Itoa(a.Validity),
			strconv.Itoa(len(a.Leaves())), strings.TrimSpace(a.Authorisation.Document.In(lang) + " " + a.Authorisation.Number), strconv.FormatBool(a.Example)})
	}
	return rows
}
