package pack

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"xuedu/internal/formula"
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
	for i, u := range x.Units {
		if string(formula.Unit(u.Dim).Canonical()) != u.Dim {
			l.say(indicatorsFile, fmt.Sprintf("/units/%d/dim", i), "pack.problem.dim", "Got", u.Dim)
		}
	}
	known := l.knownClauses()
	first := map[string]string{}
	for i, d := range x.Definitions {
		at := l.defs[i]
		c := &definitionCheck{pack: l.pack, clauses: known, say: l.sayer(at.file, at.at)}
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
	say     func(field string, offset int, key string, args ...any)
}

// sayer notes problems of the definition at a pointer.
func (l *loader) sayer(file, at string) func(field string, offset int, key string, args ...any) {
	return func(field string, offset int, key string, args ...any) {
		l.bad = append(l.bad, l.docs[file].problemAt(at+field, offset, key, args...))
	}
}

// noCodes knows no code: enough to find what is wrong with the grammar.
type noCodes struct{}

func (noCodes) Symbol(string) (formula.Symbol, bool) { return formula.Symbol{}, false }
func (noCodes) Near(string) []string                 { return nil }

func (c *definitionCheck) check(d Indicator) {
	x := c.pack.Indicators
	if !slices.Contains(codesOf(x.Groups), d.Group) {
		c.say("/group", 0, "pack.problem.no_group", "Code", d.Group)
	}
	if !slices.Contains(unitCodes(x.Units), d.Unit) {
		c.say("/unit", 0, "pack.problem.no_unit", "Code", d.Unit)
	}
	if _, ok := formula.Format(d.Formula); !ok {
		_, bad := formula.Compile(d.Formula, noCodes{})
		for _, b := range bad {
			c.say("/formula", b.Offset, b.Key, b.Args...)
		}
	}
	c.missing(d.Missing)
	for i, code := range d.Clauses {
		if c.clauses != nil && !c.clauses[code] {
			c.say(fmt.Sprint("/clauses/", i), 0, "pack.problem.no_clause", "Code", code)
		}
	}
	for i, tag := range d.Tags {
		if !x.hasTag(tag) {
			c.say(fmt.Sprint("/tags/", i), 0, "pack.problem.no_tag", "Code", tag)
		}
	}
}

func (c *definitionCheck) missing(m Missing) {
	if m.Policy == policyZero && len(m.Why) == 0 {
		c.say("/missing", 0, "pack.problem.zero_why")
	}
	if m.Policy != policyShare {
		if m.Share != "" {
			c.say("/missing/share", 0, "pack.problem.share_idle")
		}
		return
	}
	share, ok := new(big.Rat).SetString(m.Share)
	if !ok || share.Sign() <= 0 || share.Cmp(big.NewRat(1, 1)) > 0 {
		c.say("/missing/share", 0, "pack.problem.share", "Got", m.Share)
	}
}

// hasTag reports whether LIST:CODE is a tag of x.
func (x Indicators) hasTag(tag string) bool {
	list, code, _ := strings.Cut(tag, ":")
	i := slices.IndexFunc(x.Tags, func(t TagList) bool { return t.Code == list })
	return i >= 0 && slices.Contains(codesOf(x.Tags[i].Tags), code)
}
