package narrative

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// braces finds {{…}} in a line.
type braces struct{}

// Trigger implements parser.InlineParser.
func (braces) Trigger() []byte { return []byte{'{'} }

// Parse implements parser.InlineParser.
func (braces) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, seg := block.PeekLine()
	end := bytes.Index(line, []byte("}}"))
	if !bytes.HasPrefix(line, []byte("{{")) || end < 0 {
		return nil
	}
	block.Advance(end + 2)
	return &bound{source: string(line[:end+2]), at: seg.Start}
}

// bound is a {{…}} in the tree of the library.
type bound struct {
	ast.BaseInline
	source string
	at     int
}

var kindBound = ast.NewNodeKind("Binding")

// Kind implements ast.Node.
func (*bound) Kind() ast.NodeKind { return kindBound }

// Dump implements ast.Node.
func (b *bound) Dump(src []byte, level int) {
	ast.DumpHelper(b, src, level, map[string]string{"source": b.source}, nil)
}

// verb says what a binding of a verb needs and may say.
type verb struct {
	codes, most int      // how many codes at least and at most; 0 at most = any number
	args        []string // names it may give
	must        []string // of those it must give
}

var where = []string{"area", "period", "slice"}

var verbs = map[string]verb{
	VerbFig:    {codes: 1, most: 1, args: append([]string{"places", "unit"}, where...)},
	VerbChange: {codes: 1, most: 1, args: append([]string{"from", "places"}, where...), must: []string{"from"}},
	VerbRank:   {codes: 1, most: 1, args: append([]string{"among"}, where...), must: []string{"among"}},
	VerbShare:  {codes: 1, most: 1, args: append([]string{"of", "places"}, where...), must: []string{"of"}},
	VerbCount:  {codes: 1, most: 1, args: append([]string{"over", "under", "least", "most", "state", "among"}, where...), must: []string{"among"}},
	VerbName:   {codes: 1, most: 1},
	VerbPeriod: {args: []string{"period"}, most: -1},
	VerbTarget: {codes: 1, most: 1, args: []string{"part"}},
	VerbQuote:  {codes: 1, most: 1, args: []string{"source"}, must: []string{"source"}},
	VerbTable:  {codes: 1, args: append([]string{"areas", "periods", "slices", "caption"}, where...)},
	VerbChart:  {codes: 1, args: append([]string{"areas", "periods", "slices", "caption", "kind"}, where...)},
}

// chartKinds are the drawings there are.
var chartKinds = []string{"line", "bars", "map"}

// parseBinding reads {{verb codes name=value …}}. On failure key names what is
// wrong.
func parseBinding(src string) (b Binding, key string, args []any) {
	b = Binding{Source: src, Args: map[string]string{}}
	words, ok := split(strings.TrimSuffix(strings.TrimPrefix(src, "{{"), "}}"))
	if !ok || len(words) == 0 {
		return b, "narrative.problem.binding", nil
	}
	b.Verb = words[0]
	v, ok := verbs[b.Verb]
	if !ok {
		return b, "narrative.problem.verb", []any{"Verb", b.Verb, "Verbs", strings.Join(slices.Sorted(maps.Keys(verbs)), ", ")}
	}
	for _, w := range words[1:] {
		if key, args = b.take(v, w); key != "" {
			return b, key, args
		}
	}
	return b, b.missing(v), []any{"Verb", b.Verb, "Names", strings.Join(v.must, ", ")}
}

// take adds one word after the verb.
func (b *Binding) take(v verb, w string) (key string, args []any) {
	name, value, named := strings.Cut(w, "=")
	switch {
	case strings.HasPrefix(w, `"`):
		b.Codes = append(b.Codes, strings.Trim(w, `"`))
	case named && !slices.Contains(v.args, name):
		return "narrative.problem.name", []any{"Name", name, "Names", strings.Join(v.args, ", ")}
	case named:
		b.Args[name] = strings.Trim(value, `"`)
	case b.Verb == VerbChart && b.Kind == "" && slices.Contains(chartKinds, w):
		b.Kind = w
	default:
		b.Codes = append(b.Codes, strings.FieldsFunc(w, func(r rune) bool { return r == ',' })...)
	}
	return "", nil
}

// missing names the problem of a binding that does not say enough or too much.
func (b *Binding) missing(v verb) string {
	for _, m := range v.must {
		if b.Args[m] == "" {
			return "narrative.problem.must"
		}
	}
	switch {
	case len(b.Codes) < v.codes:
		return "narrative.problem.no_code"
	case v.most != 0 && len(b.Codes) > max(v.most, 0):
		return "narrative.problem.codes"
	case b.Verb == VerbChart && b.Kind == "":
		return "narrative.problem.chart"
	}
	return ""
}

// split cuts at spaces outside of quotation marks; false if one does not end.
func split(s string) (words []string, ok bool) {
	quoted := false
	words = strings.FieldsFunc(s, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
	return words, !quoted
}
