package pack

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	_ "time/tzdata" // a pack names its time zone; the machine may know none
)

// check makes the cross checks: what no schema of one file can see. Each is
// left out where a file that it needs is not readable, so that one mistake
// gives one problem.
func (l *loader) check() {
	l.checkHead()
	l.checkTexts()
	l.checkUnique()
	l.checkAges()
	l.checkPlans()
	l.checkClauses()
	l.checkIndicators()
	l.checkForms()
	l.checkStatistics()
	l.checkYears()
	l.checkWorkflows()
	l.checkAwards()
	l.checkReports()
	l.checkEvaluation()
}

func (l *loader) say(file, ptr, key string, args ...any) {
	l.bad = append(l.bad, l.docs[file].problem(ptr, key, args...))
}

func (l *loader) checkHead() {
	if !l.ok[packFile] {
		return
	}
	p := l.pack
	if p.Format > Format {
		l.say(packFile, "/format", "pack.problem.newer", "Got", p.Format, "Want", Format)
	}
	if _, err := time.LoadLocation(p.TimeZone); err != nil {
		l.say(packFile, "/time_zone", "pack.problem.zone", "Got", p.TimeZone)
	}
	areas, ok := p.File(areasFile)
	if ok && !slices.Contains(areaCodes(areas), p.RootArea) {
		l.say(packFile, "/root_area", "pack.problem.no_area", "Code", p.RootArea)
	}
}

// texts are the members that hold a text in every language.
var texts = []string{"title", "city", "name", "text", "unit", "owner",
	"note", "scope", "instructions", "organ", "approver", "group", "basis", "why", "body", "publisher"}

// awardTexts are those of programmes of award besides; elsewhere their names
// mean other things.
var awardTexts = []string{"source", "document", "item", "about", "hint", "on_site"}

// checkTexts makes sure that every text is there in every language of the
// pack, and in no other.
func (l *loader) checkTexts() {
	if !l.ok[packFile] {
		return
	}
	for _, f := range l.pack.files {
		if d := l.docs[f.Path]; d != nil && l.ok[f.Path] {
			l.walkTexts(f.Path, "", d.value, false)
		}
	}
}

func (l *loader) walkTexts(file, ptr string, v any, isText bool) {
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			l.walkTexts(file, fmt.Sprint(ptr, "/", i), e, isText)
		}
	case map[string]any:
		if isText {
			l.checkText(file, ptr, v)
			return
		}
		for name, e := range v {
			l.walkTexts(file, ptr+"/"+escape(name), e, isTextField(file, ptr, name))
		}
	}
}

// isTextField tells the text "name" of a theme from the name of the pack.
func isTextField(file, ptr, name string) bool {
	if path.Dir(file) == "programmes" && slices.Contains(awardTexts, name) {
		return true
	}
	return slices.Contains(texts, name) && (file != packFile || ptr != "" || name != "name")
}

func (l *loader) checkText(file, ptr string, v map[string]any) {
	for _, lang := range l.pack.Languages {
		s, ok := v[lang].(string)
		switch {
		case !ok:
			l.say(file, ptr, "pack.problem.no_text_in", "Lang", lang)
		case strings.TrimSpace(s) == "":
			l.say(file, ptr+"/"+lang, "pack.problem.empty_text", "Lang", lang)
		}
	}
	for lang := range v {
		if !slices.Contains(l.pack.Languages, lang) {
			l.say(file, ptr+"/"+escape(lang), "pack.problem.other_language", "Lang", lang)
		}
	}
}

// checkUnique makes sure that no list has a code twice.
func (l *loader) checkUnique() {
	p := l.pack
	l.unique(themesFile, codesOf(p.Themes))
	l.unique(formsFile, codesOf(p.ActivityForms))
	l.unique(needsFile, codesOf(p.Needs))
	var types, ages []string
	for _, t := range p.OrgTypes {
		types = append(types, t.Code)
	}
	for _, a := range p.AgeBands {
		ages = append(ages, a.Code)
	}
	l.unique(typesFile, types)
	l.unique(agesFile, ages)
	seen := map[string]bool{}
	for i, plan := range p.Plans {
		if seen[plan.Code] {
			l.say(l.plans[i], "/code", "pack.problem.code_twice", "Code", plan.Code)
		}
		seen[plan.Code] = true
	}
}

func codesOf(list []Coded) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.Code
	}
	return out
}

// unique says which of the codes at /I/code was there before.
func (l *loader) unique(file string, codes []string) {
	first := map[string]int{}
	for i, c := range codes {
		if j, ok := first[c]; ok {
			before := l.docs[file].problem(fmt.Sprintf("/%d/code", j), "")
			l.say(file, fmt.Sprintf("/%d/code", i), "pack.problem.code_twice_at", "Code", c, "Where", before.Where())
			continue
		}
		first[c] = i
	}
}

// checkAges makes sure that the bands cover every age from 0 up exactly once
// and are called what they are.
func (l *loader) checkAges() {
	if !l.ok[agesFile] {
		return
	}
	next, open := 0, false
	for i, a := range l.pack.AgeBands {
		at := fmt.Sprintf("/%d", i)
		switch {
		case open:
			l.say(agesFile, at, "pack.problem.age_after_open")
		case a.From > next:
			l.say(agesFile, at+"/from", "pack.problem.age_gap", "From", next, "To", a.From-1)
		case a.From < next:
			l.say(agesFile, at+"/from", "pack.problem.age_overlap", "From", a.From, "To", next-1)
		}
		if want := bandCode(a); a.Code != want {
			l.say(agesFile, at+"/code", "pack.problem.age_code", "Got", a.Code, "Want", want)
		}
		if open = a.To == 0; open {
			continue
		}
		if a.To < a.From {
			l.say(agesFile, at+"/to", "pack.problem.order", "From", a.From, "To", a.To)
		}
		next = max(next, a.To+1)
	}
	if !open {
		l.say(agesFile, fmt.Sprintf("/%d", len(l.pack.AgeBands)-1), "pack.problem.age_end", "From", next)
	}
}

func bandCode(a AgeBand) string {
	if a.To == 0 {
		return fmt.Sprintf("%d+", a.From)
	}
	return fmt.Sprintf("%d-%d", a.From, a.To)
}

// checkClauses makes sure that what carries a clause carries one of the plan.
func (l *loader) checkClauses() {
	known := map[string]bool{}
	for i, plan := range l.pack.Plans {
		if !l.ok[l.plans[i]] {
			return
		}
		for _, c := range plan.Clauses() {
			known[c.Code] = true
		}
	}
	for file, d := range l.docs { // a plan that is not readable may hold the clause
		if schemaOf(file) == "plan.json" && !l.ok[file] && d != nil {
			return
		}
	}
	for file, list := range map[string][]Coded{themesFile: l.pack.Themes, formsFile: l.pack.ActivityForms, needsFile: l.pack.Needs} {
		for i, c := range list {
			if c.Clause != "" && !known[c.Clause] {
				l.say(file, fmt.Sprintf("/%d/clause", i), "pack.problem.no_clause", "Code", c.Clause)
			}
		}
	}
}

// Clauses returns every clause of the plan in its order: the document's own,
// the goals, then programme by programme.
func (p Plan) Clauses() []Clause {
	all := slices.Concat(p.Document, p.Goals)
	for _, pr := range p.Programmes {
		all = append(all, pr.Clauses...)
	}
	return all
}

func (l *loader) checkPlans() {
	for i, plan := range l.pack.Plans {
		l.checkPlan(l.plans[i], plan)
	}
}

func (l *loader) checkPlan(file string, plan Plan) {
	l.bodies(file, "/issuers", plan.Issuers)
	if cmp.Compare(plan.From, plan.To) > 0 {
		l.say(file, "/to", "pack.problem.order", "From", plan.From, "To", plan.To)
	}
	clauses := map[string]bool{}
	l.clauses(file, "/document", plan.Document, clauses)
	l.clauses(file, "/goals", plan.Goals, clauses)
	for i, pr := range plan.Programmes {
		at := fmt.Sprintf("/programmes/%d", i)
		l.once(file, at+"/code", pr.Code)
		l.bodies(file, at+"/responsible", pr.Responsible)
		l.clauses(file, at+"/clauses", pr.Clauses, clauses)
	}
	l.targets(file, plan, clauses)
}

func (l *loader) clauses(file, ptr string, list []Clause, here map[string]bool) {
	for i, c := range list {
		at := fmt.Sprintf("%s/%d", ptr, i)
		l.once(file, at+"/code", c.Code)
		here[c.Code] = true
		l.bodies(file, at+"/responsible", c.Responsible)
	}
}

// once makes sure that a code of a programme, clause or target is used once in
// all plans of the pack: themes name clauses without naming the plan.
func (l *loader) once(file, ptr, code string) {
	where := l.docs[file].problem(ptr, "").Where()
	if before, ok := l.seen[code]; ok {
		l.say(file, ptr, "pack.problem.code_twice_at", "Code", code, "Where", before)
		return
	}
	l.seen[code] = where
}

func (l *loader) targets(file string, plan Plan, clauses map[string]bool) {
	for i, t := range plan.Targets {
		at := fmt.Sprintf("/targets/%d", i)
		l.once(file, at+"/code", t.Code)
		if !clauses[t.Clause] {
			l.say(file, at+"/clause", "pack.problem.no_clause", "Code", t.Clause)
		}
		if t.By < plan.From {
			l.say(file, at+"/by", "pack.problem.order", "From", plan.From, "To", t.By)
		}
		if t.Measure == "" && t.Source == "" {
			l.say(file, at, "pack.problem.no_measure")
		}
		l.bodies(file, at+"/responsible", t.Responsible)
		l.bodies(file, at+"/supporting", t.Supporting)
		for _, year := range slices.Sorted(maps.Keys(t.Path)) {
			if year >= t.By[:4] {
				l.say(file, at+"/path/"+year, "pack.problem.path_year", "Year", year, "By", t.By)
			}
		}
	}
}

// bodies makes sure that institutions which a plan names are in the pack's
// register; a pack without a register is not held to it.
func (l *loader) bodies(file, ptr string, codes []string) {
	if l.orgs == nil {
		return
	}
	for i, c := range codes {
		if !l.orgs[c] {
			l.say(file, fmt.Sprintf("%s/%d", ptr, i), "pack.problem.no_org", "Code", c)
		}
	}
}
