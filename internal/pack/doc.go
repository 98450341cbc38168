package pack

import (
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// doc is one YAML file that knows where in the file each of its values stands.
type doc struct {
	file  string
	node  *yaml.Node
	value any                   // as JSON: map[string]any, []any, string, bool, float64 or int, nil
	at    map[string]*yaml.Node // by JSON pointer
	names map[string]*yaml.Node // the key of a member, by the member's pointer
	bad   []Problem
}

// maxDepth is far below what a file by hand needs and far above what a stack
// can bear.
const maxDepth = 32

// parseDoc parses a YAML file into a doc; what is wrong with it is in bad, and
// value is nil if nothing of it can be used.
func parseDoc(name, content string) *doc {
	d := &doc{file: name, at: map[string]*yaml.Node{}, names: map[string]*yaml.Node{}}
	dec := yaml.NewDecoder(strings.NewReader(content))
	var root yaml.Node
	if err := dec.Decode(&root); err != nil || len(root.Content) == 0 {
		d.syntax(err)
		return d
	}
	d.node = root.Content[0]
	d.value = d.convert(d.node, "", 0)
	var more yaml.Node
	if dec.Decode(&more) == nil {
		d.fail(&more, "", "pack.problem.two_documents")
	}
	return d
}

// parserSays are the messages for which the library names the line before the
// one it means.
var parserSays = regexp.MustCompile(`^did not find expected (node content|key|'-' indicator|',' or|<document)`)

// syntax notes that the file is no YAML.
func (d *doc) syntax(err error) {
	p := Problem{File: d.file, Line: 1, Column: 1, Key: "pack.problem.empty"}
	if err != nil && !errors.Is(err, io.EOF) {
		p.Key, p.Args = "pack.problem.no_yaml", []any{"Cause", cause(err)}
		if e, ok := errors.AsType[*yaml.ParserError](err); ok {
			p.Line, p.Column, p.Args = max(e.Line, 1), e.Column+1, []any{"Cause", e.Message}
			if parserSays.MatchString(e.Message) {
				p.Line = e.Line + 1
			}
		}
	}
	d.bad = append(d.bad, p)
}

func cause(err error) string {
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	return strings.ReplaceAll(s, "\n", "; ")
}

func (d *doc) fail(n *yaml.Node, ptr, key string, args ...any) {
	d.bad = append(d.bad, Problem{File: d.file, Line: n.Line, Column: n.Column, Path: dotted(ptr), Key: key, Args: args})
}

// problem is a Problem at the value with pointer ptr, or at the nearest value
// above it.
func (d *doc) problem(ptr, key string, args ...any) Problem {
	p := Problem{File: d.file, Line: 1, Column: 1, Path: dotted(ptr), Key: key, Args: args}
	for {
		if n := d.at[ptr]; n != nil {
			p.Line, p.Column = n.Line, n.Column
			return p
		}
		i := strings.LastIndexByte(ptr, '/')
		if i < 0 {
			return p
		}
		ptr = ptr[:i]
	}
}

func (d *doc) convert(n *yaml.Node, ptr string, depth int) any {
	d.at[ptr] = n
	if depth > maxDepth {
		d.fail(n, ptr, "pack.problem.too_deep")
		return nil
	}
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		d.fail(n, ptr, "pack.problem.alias")
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		return d.mapping(n, ptr, depth)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = d.convert(c, fmt.Sprint(ptr, "/", i), depth+1)
		}
		return list
	case yaml.ScalarNode:
		v, err := scalar(n)
		if err != nil {
			d.fail(n, ptr, "pack.problem.no_yaml", "Cause", cause(err))
		}
		return v
	}
	return nil
}

func (d *doc) mapping(n *yaml.Node, ptr string, depth int) any {
	m := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode {
			d.fail(k, ptr, "pack.problem.key")
			continue
		}
		if _, twice := m[k.Value]; twice {
			d.fail(k, ptr, "pack.problem.twice", "Name", k.Value)
			continue
		}
		member := ptr + "/" + escape(k.Value)
		d.names[member] = k
		m[k.Value] = d.convert(v, member, depth+1)
	}
	return m
}

// scalar returns a scalar as JSON has it; a day stays the text it is.
func scalar(n *yaml.Node) (any, error) {
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		var b bool
		err := n.Decode(&b)
		return b, err
	case "!!int":
		var i int64
		err := n.Decode(&i)
		return i, err
	case "!!float":
		var f float64
		err := n.Decode(&f)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, errors.New("not a number: " + n.Value)
		}
		return f, err
	}
	return n.Value, nil
}

var pointer = strings.NewReplacer("~", "~0", "/", "~1")

func escape(token string) string { return pointer.Replace(token) }

func ptrOf(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString("/" + escape(t))
	}
	return b.String()
}

// dotted turns the pointer /targets/0/clause into targets[0].clause.
func dotted(ptr string) string {
	var b strings.Builder
	for t := range strings.SplitSeq(strings.TrimPrefix(ptr, "/"), "/") {
		if _, err := strconv.Atoi(t); err == nil {
			b.WriteString("[" + t + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(strings.NewReplacer("~1", "/", "~0", "~").Replace(t))
	}
	return b.String()
}
