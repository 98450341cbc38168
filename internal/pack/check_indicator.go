package pack

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Kinds of policy for units that have not reported, as formula.Missing knows them.
const (
	policyShare = "share"
	policyZero  = "zero"
)

// defined is where a definition of the pack stands.
type defined struct {
	file string
	at   string // pointer
}

// checkIndicators checks the catalogue of indicators and each definition
// against it. Whether a formula computes is for those to say who know the
// measures: indicator.Service.Check.
func (l *loader) checkIndicators() {
	x := l.pack.Indicators
	if l.docs[indicatorsFile] == nil {
		if len(x.Definitions) > 0 {
			l.bad = append(l.bad, Problem{File: indicatorsFile, Key: "pack.problem.no_file"})
		}
		return
	}
	if !l.ok[indicatorsFile] {
		return
	}
	l.uniqueAt(indicatorsFile, "/groups", codesOf(x.Groups))
	l.uniqueAt(indicatorsFile, "/units", unitCodes(x.Units))
	for i, t := range x.Tags {
		l.uniqueAt(indicatorsFile, fmt.Sprintf("/tags/%d/tags", i), codesOf(t.Tags))
	}
	known := l.knownClauses()
	first := map[string]string{}
	for i, d := range x.Definitions {
		at := l.defs[i]
		c := &definitionCheck{pack: l.pack, clauses: known, say: func(field, key string, args ...any) {
			l.say(at.file, at.at+field, key, args...)
		}}
		c.check(d)
		version := d.Code + " " + d.From
		if where, twice := first[version]; twice {
			l.say(at.file, at.at+"/code", "pack.problem.version_twice", "Code", d.Code, "From", d.From, "Where", where)
			continue
		}
		first[version] = l.docs[at.file].problem(at.at+"/code", "").Where()
	}
}

func unitCodes(list []Unit) []string {
	out := make([]string, len(list))
	for i, u := range list {
		out[i] = u.Code
	}
	return out
}

// uniqueAt says which of the codes at ptr/I/code was there before.
func (l *loader) uniqueAt(file, ptr string, codes []string) {
	for i, c := range codes {
		if j := slices.Index(codes[:i], c); j >= 0 {
			before := l.docs[file].problem(fmt.Sprintf("%s/%d/code", ptr, j), "")
			l.say(file, fmt.Sprintf("%s/%d/code", ptr, i), "pack.problem.code_twice_at", "Code", c, "Where", before.Where())
		}
	}
}

// knownClauses returns the clauses of all plans, or nil where a plan is not
// readable: it may hold what is looked for.
func (l *loader) knownClauses() map[string]bool {
	for file, d := range l.docs {
		if schemaOf(file) == "plan.json" && !l.ok[file] && d != nil {
			return nil
		}
	}
	return l.pack.clauses()
}

func (p *Pack) clauses() map[string]bool {
	known := map[string]bool{}
	for _, plan := range p.Plans {
		for _, c := range plan.Clauses() {
			known[c.Code] = true
		}
	}
	return known
}

// definitionCheck checks one definition against the rest of the pack.
type definitionCheck struct {
	pack    *Pack
	clauses map[string]bool // nil = not known
	say     func(field, key string, args ...any)
}

func (c *definitionCheck) check(d Indicator) {
	x := c.pack.Indicators
	if !slices.Contains(codesOf(x.Groups), d.Group) {
		c.say("/group", "pack.problem.no_group", "Code", d.Group)
	}
	if !slices.Contains(unitCodes(x.Units), d.Unit) {
		c.say("/unit", "pack.problem.no_unit", "Code", d.Unit)
	}
	c.missing(d.Missing)
	for i, code := range d.Clauses {
		if c.clauses != nil && !c.clauses[code] {
			c.say(fmt.Sprint("/clauses/", i), "pack.problem.no_clause", "Code", code)
		}
	}
	for i, tag := range d.Tags {
		if !x.hasTag(tag) {
			c.say(fmt.Sprint("/tags/", i), "pack.problem.no_tag", "Code", tag)
		}
	}
}

func (c *definitionCheck) missing(m Missing) {
	if m.Policy == policyZero && len(m.Why) == 0 {
		c.say("/missing", "pack.problem.zero_why")
	}
	if m.Policy != policyShare {
		if m.Share != "" {
			c.say("/missing/share", "pack.problem.share_idle")
		}
		return
	}
	share, ok := new(big.Rat).SetString(m.Share)
	if !ok || share.Sign() <= 0 || share.Cmp(big.NewRat(1, 1)) > 0 {
		c.say("/missing/share", "pack.problem.share", "Got", m.Share)
	}
}

// hasTag reports whether LIST:CODE is a tag of x.
func (x Indicators) hasTag(tag string) bool {
	list, code, _ := strings.Cut(tag, ":")
	i := slices.IndexFunc(x.Tags, func(t TagList) bool { return t.Code == list })
	return i >= 0 && slices.Contains(codesOf(x.Tags[i].Tags), code)
}

// Group returns the place and name of a group, and false for an unknown one.
func (x Indicators) Group(code string) (place int, name Text, ok bool) {
	i := slices.IndexFunc(x.Groups, func(g Coded) bool { return g.Code == code })
	if i < 0 {
		return len(x.Groups), nil, false
	}
	return i, x.Groups[i].Name, true
}

// UnitOf returns a unit by its code, and false for an unknown one.
func (x Indicators) UnitOf(code string) (Unit, bool) {
	i := slices.IndexFunc(x.Units, func(u Unit) bool { return u.Code == code })
	if i < 0 {
		return Unit{}, false
	}
	return x.Units[i], true
}

// CheckIndicator returns what is wrong with a definition that is not part of
// the pack, as far as the pack can tell. Path is its field: by[0].
func (p *Pack) CheckIndicator(d Indicator) []Problem {
	b, err := yaml.Marshal([]Indicator{d})
	if err != nil {
		return []Problem{{Key: "pack.problem.no_yaml", Args: []any{"Cause", cause(err)}}}
	}
	f, bad := p.ReadDefinitions("", string(b))
	for i := range bad {
		bad[i].Path = strings.TrimPrefix(strings.TrimPrefix(bad[i].Path, "[0]"), ".")
	}
	if len(bad) > 0 || len(f.List) != 1 {
		return bad
	}
	return nil
}

// Definitions is a file of definitions whose places are known.
type Definitions struct {
	List []Indicator
	doc  *doc
}

// ReadDefinitions reads a file of definitions and checks each against the
// pack. With problems that the file's schema finds the list is empty.
func (p *Pack) ReadDefinitions(name, content string) (*Definitions, []Problem) {
	f := &Definitions{doc: parseDoc(name, content)}
	if !f.doc.validate("definitions.json") {
		return f, sorted(f.doc.bad)
	}
	if err := f.doc.node.Decode(&f.List); err != nil {
		f.doc.fail(f.doc.node, "", "pack.problem.no_yaml", "Cause", cause(err))
		return f, f.doc.bad
	}
	l := &loader{pack: p, docs: map[string]*doc{name: f.doc}}
	l.walkTexts(name, "", f.doc.value, false)
	clauses := p.clauses()
	for i, d := range f.List {
		at := fmt.Sprint("/", i)
		c := &definitionCheck{pack: p, clauses: clauses, say: func(field, key string, args ...any) { l.say(name, at+field, key, args...) }}
		c.check(d)
	}
	return f, sorted(l.bad)
}

// Problem returns a problem at a field of the definition number i; offset is
// that of a place within the field's text, in bytes.
func (f *Definitions) Problem(i int, field string, offset int, key string, args ...any) Problem {
	ptr := fmt.Sprint("/", i)
	if field != "" {
		ptr += "/" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(field)
	}
	p := f.doc.problem(ptr, key, args...)
	n := f.doc.at[ptr]
	if n == nil || n.Kind != yaml.ScalarNode || offset <= 0 || offset > len(n.Value) {
		return p
	}
	before := n.Value[:offset]
	switch line := strings.Count(before, "\n"); {
	case n.Style&yaml.LiteralStyle != 0: // the text begins on the line below
		p.Line += 1 + line
		p.Column = 1
	case n.Style&yaml.FoldedStyle != 0 || line > 0:
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		p.Column += 1 + len([]rune(before))
	default:
		p.Column += len([]rune(before))
	}
	return p
}

// list writes an indicator as fields that can be compared.
func (d Indicator) fields() fields {
	f := fields{"group": d.Group, "formula": d.Formula, "unit": d.Unit, "places": strconv.Itoa(int(d.Places)), "direction": d.Direction,
		"collection": strings.Join(d.Collection, " "), "missing": strings.TrimSpace(d.Missing.Policy + " " + d.Missing.Share),
		"periods": strings.Join(d.Periods, " "), "levels": strings.Join(d.Levels, " "), "by": strings.Join(d.By, " "),
		"clauses": strings.Join(d.Clauses, " "), "tags": strings.Join(d.Tags, " "), "core": strconv.FormatBool(d.Core)}
	return f.text("name", d.Name).text("note", d.Note).text("missing.why", d.Missing.Why)
}

// indicators adds the catalogue of indicators: versions are things of their own.
func (x index) indicators(in Indicators) {
	for i, g := range in.Groups {
		x.add(KindIndicatorGroup, g.Code, fields{"place": strconv.Itoa(i + 1)}.text("name", g.Name))
	}
	for _, u := range in.Units {
		x.add(KindUnit, u.Code, fields{"dim": u.Dim}.text("name", u.Name))
	}
	for _, l := range in.Tags {
		for _, t := range l.Tags {
			x.add(KindTag, l.Code+":"+t.Code, fields{}.text("name", t.Name).text("list", l.Name))
		}
	}
	for _, d := range in.Definitions {
		x.add(KindIndicator, d.Code+" "+d.From, d.fields())
	}
}

// FormatDefinitions writes definitions as a file that ReadDefinitions reads.
func FormatDefinitions(list []Indicator) string {
	b, err := yaml.Marshal(list)
	if err != nil { // texts, numbers and lists
		return ""
	}
	return string(b)
}
