package pack

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// within is a problem at an offset, in bytes, of the text at ptr.
func (d *doc) within(ptr string, offset int, key string, args ...any) Problem {
	p := d.problem(ptr, key, args...)
	n := d.at[ptr]
	if n == nil || n.Kind != yaml.ScalarNode || offset <= 0 || offset > len(n.Value) {
		return p
	}
	before := n.Value[:offset]
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 || strings.Contains(before, "\n"):
		p.Line += 1 + strings.Count(before, "\n")
		p.Column = 1
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		p.Column += 1 + len([]rune(before))
	default:
		p.Column += len([]rune(before))
	}
	return p
}

// FormFile is a form that was read from a file whose places are known.
type FormFile struct {
	Form Form
	doc  *doc
}

// ReadForm reads a form that is not part of the pack and checks it against the
// pack. With problems that the file's schema finds the form is empty.
func (p *Pack) ReadForm(name, content string) (*FormFile, []Problem) {
	f := &FormFile{doc: parseDoc(name, content)}
	if !f.doc.validate("form.json") {
		return f, sorted(f.doc.bad)
	}
	if err := f.doc.node.Decode(&f.Form); err != nil {
		f.doc.fail(f.doc.node, "", "pack.problem.no_yaml", "Cause", cause(err))
		return f, f.doc.bad
	}
	if base := p.Form(f.Form.SummaryOf); base != nil && base.SummaryOf == "" {
		f.Form.completeFrom(base)
	}
	l := &loader{pack: p, docs: map[string]*doc{name: f.doc}}
	l.walkTexts(name, "", f.doc.value, false)
	c := &formCheck{pack: p, doc: f.doc, bad: l.bad}
	c.check(f.Form)
	return f, sorted(c.bad)
}

// Problem returns a problem at a part of the form, "fields/persons/derive" or
// "head/number"; offset is that of a place within its text, in bytes.
func (f *FormFile) Problem(part string, offset int, key string, args ...any) Problem {
	ptr := ""
	list, rest, _ := strings.Cut(part, "/")
	code, rest, _ := strings.Cut(rest, "/")
	switch list {
	case "fields":
		ptr = fmt.Sprintf("/fields/%d/%s", slices.IndexFunc(f.Form.Fields, func(x Field) bool { return x.Code == code }), rest)
	case "rules":
		ptr = fmt.Sprintf("/rules/%d/%s", slices.IndexFunc(f.Form.Rules, func(x Rule) bool { return x.Code == code }), rest)
	default:
		ptr = "/" + part
	}
	return f.doc.within(strings.TrimSuffix(ptr, "/"), offset, key, args...)
}

// YAML writes a form as the pack has it.
func (f Form) YAML() (string, error) {
	b, err := yaml.Marshal(f)
	return string(b), err
}
