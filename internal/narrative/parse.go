package narrative

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown reads the part of CommonMark that a report may use; {{…}} is an
// inline of its own.
var markdown = parser.NewParser(
	parser.WithBlockParsers(parser.DefaultBlockParsers()...),
	parser.WithInlineParsers(append(parser.DefaultInlineParsers(), util.Prioritized(braces{}, 50))...),
	parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
)

// Parse reads a text. The problems say what is no Markdown of a report (HTML,
// pictures, code), which bindings cannot be read, and which numbers are typed.
func Parse(src string) (Doc, []Problem) {
	r := &reader{src: []byte(src), starts: starts([]byte(src))}
	root := markdown.Parse(text.NewReader(r.src))
	doc := Doc{Blocks: r.blocks(root)}
	r.typed(doc.Blocks)
	slices.SortStableFunc(r.bad, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
	return doc, r.bad
}

// reader turns the tree of the library into ours.
type reader struct {
	src    []byte
	starts []int // offsets of lines
	at     int   // offset of the last text that was seen, for problems of blocks without one
	bad    []Problem
}

func (r *reader) problem(at int, found, key string, args ...any) {
	r.bad = append(r.bad, Problem{Place: r.place(at), Key: key, Args: args, Text: found})
}

// place turns an offset into a line and a column.
func (r *reader) place(at int) Place {
	at = min(at, len(r.src))
	line, found := slices.BinarySearch(r.starts, at)
	if found {
		line++
	}
	return Place{Line: line, Col: utf8.RuneCount(r.src[r.starts[line-1]:at]) + 1}
}

// starts are the offsets at which lines begin.
func starts(src []byte) []int {
	out := []int{0}
	for i, c := range src {
		if c == '\n' {
			out = append(out, i+1)
		}
	}
	return out
}

func (r *reader) blocks(parent ast.Node) (out []Block) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if b, ok := r.block(n); ok {
			out = append(out, b)
		}
	}
	return out
}

func (r *reader) block(n ast.Node) (b Block, ok bool) {
	if l := n.Lines(); l != nil && l.Len() > 0 {
		r.at = l.At(0).Start
	}
	b.Place = r.place(r.at)
	switch n := n.(type) {
	case *ast.Heading:
		b.Kind, b.Level, b.Inlines = Heading, min(n.Level, 4), r.inlines(n)
	case *ast.Paragraph, *ast.TextBlock:
		b.Kind, b.Inlines = Paragraph, r.inlines(n)
		if len(b.Inlines) == 1 && standsAlone(b.Inlines[0].Binding) {
			return Block{Kind: Bound, Binding: b.Inlines[0].Binding, Place: b.Inlines[0].Place}, true
		}
	case *ast.List:
		b.Kind, b.Ordered = List, n.IsOrdered()
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			b.Items = append(b.Items, r.blocks(item))
		}
	case *ast.Blockquote:
		b.Kind, b.Items = Quote, [][]Block{r.blocks(n)}
	default:
		r.problem(r.at, n.Kind().String(), "narrative.problem.block")
		return b, false
	}
	r.inText(b.Inlines)
	return b, true
}

func standsAlone(b *Binding) bool { return b != nil && (b.Verb == VerbTable || b.Verb == VerbChart) }

// inText refuses tables and charts in the middle of a sentence.
func (r *reader) inText(list []Inline) {
	for _, x := range list {
		if standsAlone(x.Binding) {
			r.bad = append(r.bad, Problem{Place: x.Place, Key: "narrative.problem.alone", Text: x.Binding.Source})
		}
		r.inText(x.Children)
	}
}

func (r *reader) inlines(parent ast.Node) (out []Inline) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		x, ok := r.inline(n)
		if !ok {
			continue
		}
		if last := len(out) - 1; last >= 0 && plain(x) && plain(out[last]) {
			out[last].Text += x.Text
			continue
		}
		out = append(out, x)
	}
	return out
}

// plain reports whether x is words alone: such runs are joined.
func plain(x Inline) bool { return x.Binding == nil && x.Children == nil }

func (r *reader) inline(n ast.Node) (Inline, bool) {
	switch n := n.(type) {
	case *ast.Text:
		r.at = n.Segment.Start
		t := string(n.Segment.Value(r.src))
		if n.SoftLineBreak() || n.HardLineBreak() {
			t += "\n"
		}
		return Inline{Text: t, Place: r.place(r.at)}, true
	case *ast.String:
		return Inline{Text: string(n.Value), Place: r.place(r.at)}, true
	case *ast.Emphasis:
		return Inline{Emph: n.Level == 1, Strong: n.Level == 2, Children: r.inlines(n), Place: r.place(r.at)}, true
	case *ast.Link:
		return r.link(n)
	case *bound:
		r.at = n.at
		b, key, args := parseBinding(n.source)
		b.Place = r.place(n.at)
		if key != "" {
			r.problem(n.at, n.source, key, args...)
			return Inline{}, false
		}
		return Inline{Binding: &b, Place: b.Place}, true
	}
	r.problem(r.at, n.Kind().String(), "narrative.problem.inline")
	return Inline{}, false
}

func (r *reader) link(n *ast.Link) (Inline, bool) {
	x := Inline{Href: string(n.Destination), Children: r.inlines(n), Place: r.place(r.at)}
	for _, ok := range []string{"https://", "http://", "mailto:", "/", "#"} {
		if strings.HasPrefix(x.Href, ok) {
			return x, true
		}
	}
	r.problem(r.at, x.Href, "narrative.problem.link")
	return x, false
}
