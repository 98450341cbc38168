package pack

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Kind is a kind of thing that a pack defines.
type Kind string

// The kinds, in the order a comparison prints them.
const (
	KindPack      Kind = "pack"
	KindParam     Kind = "param"
	KindTheme     Kind = "theme"
	KindAgeBand   Kind = "age_band"
	KindForm      Kind = "activity_form"
	KindNeed      Kind = "need"
	KindOrgType   Kind = "org_type"
	KindPlan      Kind = "plan"
	KindProgramme Kind = "programme"
	KindClause    Kind = "clause"
	KindTarget    Kind = "target"
	KindDay       Kind = "day"
	KindArea      Kind = "area"
	KindFile      Kind = "file"

	KindIndicatorGroup Kind = "indicator_group"
	KindUnit           Kind = "unit"
	KindTag            Kind = "tag"
	KindIndicator      Kind = "indicator" // one version: code and first day

	KindStatForm  Kind = "form"
	KindFormField Kind = "form_field"
	KindFormRow   Kind = "form_row"
	KindFormRule  Kind = "form_rule"
	KindIssuer    Kind = "form_issuer"
	KindLaw       Kind = "law"

	KindAward     Kind = "award"      // a programme of award
	KindAwardLeaf Kind = "award_leaf" // an item of its rubric

	KindReport        Kind = "report"
	KindReportSection Kind = "report_section"
	KindEvaluation    Kind = "evaluation" // how districts are evaluated
)

var kinds = []Kind{KindPack, KindParam, KindTheme, KindAgeBand, KindForm, KindNeed, KindOrgType, KindPlan,
	KindProgramme, KindClause, KindTarget, KindIndicatorGroup, KindUnit, KindTag, KindIndicator,
	KindStatForm, KindFormField, KindFormRow, KindFormRule, KindIssuer, KindLaw, KindAward, KindAwardLeaf, KindReport, KindReportSection, KindEvaluation, KindDay, KindArea, KindFile}

// guarded are the kinds whose codes records of a city may hold.
var guarded = []Kind{KindTheme, KindForm, KindNeed, KindOrgType, KindArea}

// Op is what happened to a thing between two packs.
type Op string

// The operations.
const (
	Added   Op = "added"
	Removed Op = "removed"
	Changed Op = "changed"
)

// Change is one difference between two packs. Field, Before and After are set
// where Op is Changed.
type Change struct {
	Kind          Kind
	Code          string
	Op            Op
	Field         string
	Before, After string
}

func (c Change) String() string {
	s := fmt.Sprintf("%s %s %s", c.Op, c.Kind, c.Code)
	if c.Op == Changed {
		s += fmt.Sprintf(": %s %q → %q", c.Field, c.Before, c.After)
	}
	return s
}

// Diff lists what differs from a to b, kind by kind and in the order of codes.
func Diff(a, b *Pack) []Change {
	was, is := a.things(), b.things()
	var out []Change
	for _, k := range kinds {
		for _, code := range slices.Sorted(keys(both(was[k], is[k]))) {
			out = append(out, compare(k, code, was[k][code], is[k][code])...)
		}
	}
	return out
}

func compare(k Kind, code string, a, b fields) []Change {
	switch {
	case a == nil:
		return []Change{{Kind: k, Code: code, Op: Added}}
	case b == nil:
		return []Change{{Kind: k, Code: code, Op: Removed}}
	}
	var out []Change
	for _, f := range slices.Sorted(keys(both(a, b))) {
		if a[f] != b[f] {
			out = append(out, Change{Kind: k, Code: code, Op: Changed, Field: f, Before: a[f], After: b[f]})
		}
	}
	return out
}

// removed lists the codes that a has and b has not.
func removed(a, b *Pack) map[Kind][]string {
	out := map[Kind][]string{}
	for _, c := range Diff(a, b) {
		if c.Op == Removed {
			out[c.Kind] = append(out[c.Kind], c.Code)
		}
	}
	return out
}

// fields are the fields of one thing, flat: "name.en".
type fields map[string]string

func (f fields) text(name string, t Text) fields {
	for lang, s := range t {
		f[name+"."+lang] = s
	}
	return f
}

// index holds the things of a pack by kind and code.
type index map[Kind]map[string]fields

func (x index) add(k Kind, code string, f fields) {
	if x[k] == nil {
		x[k] = map[string]fields{}
	}
	x[k][code] = f
}

func (p *Pack) things() index {
	x := index{}
	head := fields{"name": p.Name, "version": p.Version, "languages": strings.Join(p.Languages, " "), "root_area": p.RootArea,
		"time_zone": p.TimeZone, "weekend": strings.Join(p.Calendar.Weekend, " ")}
	for i, o := range p.Owner {
		head.text(fmt.Sprint("owner.", i+1), o)
	}
	if p.Licence != nil {
		head["licence"] = p.Licence.IRI
		head.text("licence.name", p.Licence.Name)
	}
	x.add(KindPack, "pack", head.text("title", p.Title).text("city", p.City))
	for _, q := range p.Params.list() {
		x.add(KindParam, q.Code, fields{"value": fmt.Sprint(q.Value)})
	}
	for k, list := range map[Kind][]Coded{KindTheme: p.Themes, KindForm: p.ActivityForms, KindNeed: p.Needs} {
		for i, c := range list {
			x.add(k, c.Code, fields{"clause": c.Clause, "place": fmt.Sprint(i + 1)}.text("name", c.Name))
		}
	}
	for _, b := range p.AgeBands {
		x.add(KindAgeBand, b.Code, fields{"from": fmt.Sprint(b.From), "to": fmt.Sprint(b.To)}.text("name", b.Name))
	}
	for _, t := range p.OrgTypes {
		x.add(KindOrgType, t.Code, fields{"group": t.Group, "level": t.Level}.text("name", t.Name))
	}
	for _, d := range p.Calendar.Days {
		x.add(KindDay, d.Day, fields{"off": fmt.Sprint(d.Off), "source": d.Source}.text("name", d.Name))
	}
	for _, plan := range p.Plans {
		x.plan(plan)
	}
	x.indicators(p.Indicators)
	x.forms(p.Forms)
	x.statistics(p.Statistics)
	x.awards(p.Awards)
	x.reports(p)
	x.files(p)
	return x
}

func (x index) plan(p Plan) {
	x.add(KindPlan, p.Code, fields{"number": p.Number, "from": p.From, "to": p.To, "issuers": strings.Join(p.Issuers, " ")}.text("title", p.Title))
	for _, pr := range p.Programmes {
		x.add(KindProgramme, p.Code+"/"+pr.Code, fields{"responsible": strings.Join(pr.Responsible, " ")}.text("title", pr.Title))
	}
	for _, c := range p.Clauses() {
		x.add(KindClause, p.Code+"/"+c.Code, fields{"responsible": strings.Join(c.Responsible, " ")}.text("text", c.Text))
	}
	for _, t := range p.Targets {
		f := fields{"clause": t.Clause, "value": t.Value, "about": fmt.Sprint(t.About), "by": t.By, "measure": t.MeasureCode(),
			"direction": t.Direction, "tolerance": t.Tolerance, "responsible": strings.Join(t.Responsible, " "),
			"supporting": strings.Join(t.Supporting, " "), "set_by": t.SetBy, "baseline": years(t.Baseline), "path": years(t.Path)}
		x.add(KindTarget, p.Code+"/"+t.Code, f.text("name", t.Name).text("unit", t.Unit))
	}
}

// years writes numbers by year: "2023=4 2024=8".
func years(m map[string]string) string {
	var out []string
	for _, y := range slices.Sorted(maps.Keys(m)) {
		out = append(out, y+"="+m[y])
	}
	return strings.Join(out, " ")
}

// files adds what has no kind of its own. Areas are compared by their codes,
// since records of the city hold them.
func (x index) files(p *Pack) {
	for _, f := range p.files {
		if schemaOf(f.Path) == "" {
			x.add(KindFile, f.Path, fields{"sha256": f.SHA256[:min(12, len(f.SHA256))]})
		}
		if f.Path == areasFile {
			for _, code := range areaCodes(f.Content) {
				x.add(KindArea, code, fields{})
			}
		}
	}
}

// areaCodes returns the codes of the pack's areas.
func areaCodes(content string) []string {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(content, "\ufeff")))
	r.FieldsPerRecord, r.ReuseRecord, r.LazyQuotes = -1, true, true
	head, err := r.Read()
	col := slices.IndexFunc(head, func(h string) bool { return h == "code" || h == "代码" })
	if err != nil || col < 0 { // the import of areas says what is wrong with the file
		return nil
	}
	var out []string
	for {
		row, err := r.Read()
		if err != nil {
			return out
		}
		if col < len(row) {
			out = append(out, row[col])
		}
	}
}

// Param is one counting rule.
type Param struct {
	Code  string
	Value int64
}

func (p Params) list() []Param {
	return []Param{{"regular_sessions", p.RegularSessions}, {"regular_credits", p.RegularCredits}, {"credit_minutes", p.CreditMinutes},
		{"completion_percent", p.CompletionPercent}}
}

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

func both[V any](a, b map[string]V) map[string]V {
	m := make(map[string]V, max(len(a), len(b)))
	maps.Copy(m, a)
	maps.Copy(m, b)
	return m
}

// Sum counts the changes by kind and operation, for a summary.
func Sum(changes []Change) []Count {
	n := map[Count]int{}
	for _, c := range changes {
		n[Count{Kind: c.Kind, Op: c.Op}]++
	}
	out := make([]Count, 0, len(n))
	for c, k := range n {
		out = append(out, Count{Kind: c.Kind, Op: c.Op, N: k})
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)), cmp.Compare(a.Op, b.Op))
	})
	return out
}

// Count is how many things of a kind were added, removed or changed.
type Count struct {
	Kind Kind
	Op   Op
	N    int
}

// AreaCodes returns the codes of the areas that the pack ships.
func (p *Pack) AreaCodes() []string {
	content, _ := p.File(areasFile)
	return areaCodes(content)
}
