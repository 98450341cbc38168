package narrative

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Text writes a filled text as plain words: what a release keeps, so that any
// reader can compare sentence by sentence. Tables are lines with tabs.
func Text(doc Doc) string {
	var b strings.Builder
	writeBlocks(&b, doc.Blocks, "")
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func writeBlocks(b *strings.Builder, list []Block, indent string) {
	for _, x := range list {
		switch x.Kind {
		case Heading:
			b.WriteString(indent + strings.Repeat("#", x.Level) + " " + words(x.Inlines) + "\n\n")
		case Paragraph:
			b.WriteString(indent + words(x.Inlines) + "\n\n")
		case List, Quote:
			for i, item := range x.Items {
				mark := "- "
				if x.Ordered {
					mark = fmt.Sprintf("%d. ", i+1)
				}
				if x.Kind == Quote {
					mark = "> "
				}
				b.WriteString(indent + mark + "\n")
				writeBlocks(b, item, indent+"  ")
			}
		case Bound:
			writeTable(b, x, indent)
		}
	}
}

func writeTable(b *strings.Builder, x Block, indent string) {
	if x.Table == nil {
		return
	}
	b.WriteString(indent + x.Binding.Verb + " " + x.Table.Caption + "\n" + indent + strings.Join(x.Table.Columns, "\t") + "\n")
	for _, r := range x.Table.Rows {
		line := []string{r.Name}
		for _, c := range r.Cells {
			line = append(line, c.Text)
		}
		b.WriteString(indent + strings.Join(line, "\t") + "\n")
	}
	b.WriteString("\n")
}

func words(list []Inline) string {
	var b strings.Builder
	for _, x := range list {
		b.WriteString(x.Text)
		b.WriteString(words(x.Children))
	}
	return strings.TrimSpace(strings.ReplaceAll(b.String(), "\n", " "))
}

// Keys lists the cells that a filled text comes from, in the order of the text.
func Keys(doc Doc) (out []string) {
	collect(doc.Blocks, &out)
	return out
}

func collect(list []Block, out *[]string) {
	for _, b := range list {
		collectIn(b.Inlines, out)
		for _, item := range b.Items {
			collect(item, out)
		}
		if b.Table == nil {
			continue
		}
		for _, r := range b.Table.Rows {
			for _, c := range r.Cells {
				*out = append(*out, c.Key.String())
			}
		}
	}
}

func collectIn(list []Inline, out *[]string) {
	for _, x := range list {
		for _, k := range x.Keys {
			*out = append(*out, k.String())
		}
		collectIn(x.Children, out)
	}
}

// Bindings lists the bindings of a text sorted, without their places and
// without what only words need: the languages of a report share them.
func Bindings(doc Doc) (out []string) {
	bindings(doc.Blocks, &out)
	slices.Sort(out) // the order of a sentence is that of its language
	return out
}

func bindings(list []Block, out *[]string) {
	for _, b := range list {
		if b.Binding != nil {
			*out = append(*out, b.Binding.same())
		}
		bindingsIn(b.Inlines, out)
		for _, item := range b.Items {
			bindings(item, out)
		}
	}
}

func bindingsIn(list []Inline, out *[]string) {
	for _, x := range list {
		if x.Binding != nil && x.Binding.figure() {
			*out = append(*out, x.Binding.same())
		}
		bindingsIn(x.Children, out)
	}
}

// figure reports whether a binding shows a figure: names, periods and what
// others said may differ from language to language.
func (b *Binding) figure() bool {
	return b.Verb != VerbName && b.Verb != VerbPeriod && b.Verb != VerbQuote
}

// same is what the languages of a binding have in common.
func (b *Binding) same() string {
	args := maps.Clone(b.Args)
	for _, words := range []string{"caption", "unit", "places"} {
		delete(args, words)
	}
	return fmt.Sprint(b.Verb, b.Kind, b.Codes, args)
}
