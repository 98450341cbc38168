package narrative

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/release"
)

// Units whose change is told in points.
const percent = "percent"

// Fill fills every binding in and returns a copy of doc. Problems name bindings
// that cannot be filled: a code, an area or a cell that is not there, things
// that cannot be compared, and what would give a hidden figure away.
func Fill(doc Doc, f Facts, s Scope) (Doc, []Problem) {
	x := &filler{Facts: f, scope: s, words: f.Words(s.Lang)}
	out := Doc{Blocks: x.blocks(doc.Blocks)}
	return out, x.bad
}

type filler struct {
	Facts
	scope Scope
	words release.Words
	bad   []Problem
}

func (x *filler) blocks(list []Block) []Block {
	out := slices.Clone(list)
	for i := range out {
		b := &out[i]
		b.Inlines = x.inlines(b.Inlines)
		b.Items = slices.Clone(b.Items)
		for j := range b.Items {
			b.Items[j] = x.blocks(b.Items[j])
		}
		if b.Kind == Bound {
			b.Table = x.table(b.Binding)
		}
	}
	return out
}

func (x *filler) inlines(list []Inline) []Inline {
	out := slices.Clone(list)
	for i := range out {
		if out[i].Binding != nil {
			out[i].Text, out[i].Keys = x.say(out[i].Binding)
			continue
		}
		out[i].Children = x.inlines(out[i].Children)
	}
	return out
}

// problem reports what is wrong with a binding.
func (x *filler) problem(b *Binding, key string, args ...any) {
	x.bad = append(x.bad, Problem{Place: b.Place, Key: "narrative.problem." + key, Args: args, Text: b.Source})
}

// say returns the words of a binding in a sentence, and the cells they come from.
func (x *filler) say(b *Binding) (string, []release.Key) {
	switch b.Verb {
	case VerbFig:
		return x.fig(b)
	case VerbChange:
		return x.change(b)
	case VerbRank:
		return x.rank(b)
	case VerbShare:
		return x.share(b)
	case VerbCount:
		return x.count(b)
	case VerbTarget:
		return x.target(b), nil
	case VerbName:
		return x.name(b), nil
	case VerbPeriod:
		return x.period(x.key(b, "").Period), nil
	case VerbQuote:
		return b.Codes[0], nil
	}
	return "", nil
}

// key names the cell of a code that a binding means.
func (x *filler) key(b *Binding, code string) release.Key {
	k := release.Key{Code: code, Area: x.scope.Area, Period: x.scope.Period, Slice: b.Args["slice"]}
	if a := b.Args["area"]; a != "" {
		k.Area = a
	}
	if p := b.Args["period"]; p != "" {
		k.Period = x.at(p)
	}
	return k
}

// cell finds a cell and its definition, or reports why not.
func (x *filler) cell(b *Binding, k release.Key) (c release.Cell, d release.Definition, ok bool) {
	if d, ok = x.Definition(k.Code); !ok {
		x.problem(b, "no_measure", "Code", k.Code)
		return c, d, false
	}
	if _, ok = x.Area(k.Area); !ok {
		x.problem(b, "no_area", "Code", k.Area)
		return c, d, false
	}
	if c, ok = x.Cell(k); !ok {
		x.problem(b, "no_cell", "Cell", k.String())
	}
	return c, d, ok
}

// places is to how many digits a binding rounds; never more than the
// definition allows.
func (x *filler) places(b *Binding, most int32) int32 {
	s, ok := b.Args["places"]
	if !ok {
		return most
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || int32(n) > most {
		x.problem(b, "places", "Places", s, "Most", most)
		return most
	}
	return int32(n)
}

// shown writes a cell's value to so many places, or the word of its state.
func (x *filler) shown(c release.Cell, places int32) string {
	v, ok := exact(c)
	if !ok {
		return x.words["state."+c.State]
	}
	return Group(Round(v, places))
}

// unit puts the unit of a definition behind a number.
func (x *filler) unit(d release.Definition, number string) string {
	if d.Unit == percent {
		return fill(x.words["value.percent"], "Value", number)
	}
	if name := d.UnitName[x.scope.Lang]; name != "" {
		return fill(x.words["value.unit"], "Value", number, "Unit", name)
	}
	return number
}

func (x *filler) fig(b *Binding) (string, []release.Key) {
	k := x.key(b, b.Codes[0])
	c, d, ok := x.cell(b, k)
	if !ok {
		return "", nil
	}
	text := x.shown(c, x.places(b, d.Places))
	if _, known := exact(c); known && b.Args["unit"] != "no" {
		text = x.unit(d, text)
	}
	return text, []release.Key{k}
}

// change compares two periods. What is not known in both is said by its state.
func (x *filler) change(b *Binding) (string, []release.Key) {
	k := x.key(b, b.Codes[0])
	before := k
	before.Period = x.at(b.Args["from"])
	c, d, ok := x.cell(b, k)
	c0, _, ok0 := x.cell(b, before)
	if !ok || !ok0 {
		return "", nil
	}
	keys := []release.Key{k, before}
	now, known := exact(c)
	then, known0 := exact(c0)
	switch {
	case !known:
		return x.words["state."+c.State], keys
	case !known0:
		return x.words["state."+c0.State], keys
	}
	return x.moved(b, d, then, now), keys
}

// moved says by how much a value moved: in points of a percentage, in percent
// of anything else, in its unit from zero.
func (x *filler) moved(b *Binding, d release.Definition, then, now *big.Rat) string {
	delta := new(big.Rat).Sub(now, then)
	way, places, kind := "up", x.places(b, max(d.Places, 1)), "percent"
	switch {
	case delta.Sign() == 0:
		return x.words["change.same"]
	case d.Unit == percent:
		kind = "points"
	case then.Sign() == 0:
		kind, places = "amount", d.Places
	default:
		delta.Mul(delta.Quo(delta, then), big.NewRat(100, 1))
		if then.Sign() < 0 {
			delta.Neg(delta)
		}
	}
	if delta.Sign() < 0 {
		way = "down"
	}
	text := Round(delta.Abs(delta), places)
	if strings.Trim(text, "0.") == "" {
		return x.words["change.near"]
	}
	return fill(x.words["change."+way+"."+kind], "Value", Group(text), "Unit", d.UnitName[x.scope.Lang])
}

// name is that of an area or a figure.
func (x *filler) name(b *Binding) string {
	if a, ok := x.Area(b.Codes[0]); ok {
		return a.Name[x.scope.Lang]
	}
	if d, ok := x.Definition(b.Codes[0]); ok {
		return d.Name[x.scope.Lang]
	}
	x.problem(b, "no_name", "Code", b.Codes[0])
	return ""
}

func (x *filler) period(p string) string { return Period(x.words, p) }

// Period writes a period as people do: 2024-Q4 is Q4 2024.
func Period(words release.Words, p string) string {
	year, rest, _ := strings.Cut(p, "-")
	switch {
	case rest == "":
		return fill(words["period.year"], "Year", year)
	case strings.HasPrefix(rest, "Q"):
		return fill(words["period.quarter"], "Year", year, "Quarter", rest[1:])
	}
	return fill(words["period.month"], "Year", year, "Month", strings.TrimPrefix(rest, "0"))
}
