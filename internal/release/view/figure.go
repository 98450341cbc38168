package view

import (
	"bytes"
	"html/template"

	"xuedu/internal/narrative"
	"xuedu/internal/release"
)

// Figure is one chart of a release with its table, by itself.
type Figure struct {
	Title  string
	HTML   template.HTML
	HasMap bool
}

// Alone draws the chart of a number, from 1, in a section; ok is false where
// there is none.
func Alone(r *release.Release, x *release.Index, s release.Section, n int, o Options) (f Figure, ok bool) {
	filled, _ := Fill(r, x, s, o.Lang) // what is frozen has no problems
	list := charts(filled.Blocks)
	if n < 1 || n > len(list) {
		return f, false
	}
	out := Section{}
	d := &drawer{Options: o, id: sectionID(s), n: n - 1, out: &out}
	d.Embed = nil
	var b bytes.Buffer
	if err := blocks.Execute(&b, d.blocks(list[n-1:n])); err != nil {
		return f, false
	}
	return Figure{list[n-1].Table.Caption, template.HTML(b.String()), out.HasMap}, true
}

// charts are those of a text, in its order.
func charts(list []narrative.Block) (out []narrative.Block) {
	for _, b := range list {
		for _, item := range b.Items {
			out = append(out, charts(item)...)
		}
		if b.Kind == narrative.Bound && b.Table != nil && b.Binding.Verb == narrative.VerbChart {
			out = append(out, b)
		}
	}
	return out
}

// sectionID names a section on a page and in addresses.
func sectionID(s release.Section) string {
	if s.Area != "" {
		return s.Code + "-" + s.Area
	}
	return s.Code
}

// SectionOf finds a section by its name in addresses.
func SectionOf(r *release.Release, id string) (release.Section, bool) {
	for _, s := range r.Sections {
		if sectionID(s) == id {
			return s, true
		}
	}
	return release.Section{}, false
}
