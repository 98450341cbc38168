package pack

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

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
		c := &definitionCheck{pack: p, clauses: clauses, say: l.sayer(name, fmt.Sprint("/", i))}
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
	return f.doc.problemAt(ptr, offset, key, args...)
}

// problemAt is a problem at a place within the text that ptr holds; offset is
// in bytes of the text.
func (d *doc) problemAt(ptr string, offset int, key string, args ...any) Problem {
	p, n := d.problem(ptr, key, args...), d.at[ptr]
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
		p.Column += 1 + utf8.RuneCountInString(before)
	default:
		p.Column += utf8.RuneCountInString(before)
	}
	return p
}

// FormatDefinitions writes definitions as a file that ReadDefinitions reads.
func FormatDefinitions(list []Indicator) string {
	b, err := yaml.Marshal(list)
	if err != nil { // texts, numbers and lists
		return ""
	}
	return string(b)
}
