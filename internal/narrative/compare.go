package narrative

import (
	"math/big"
	"slices"
	"strconv"

	"xuedu/internal/formula"
	"xuedu/internal/release"
)

// peers are the cells of a code in all areas of a level below the scope. One
// that is withheld is a problem: a rank or a count would tell about it.
func (x *filler) peers(b *Binding, k release.Key) (cells []release.Cell, ok bool) {
	list := x.Below(x.whole(), b.Args["among"])
	if len(list) == 0 {
		x.problem(b, "no_level", "Level", b.Args["among"])
		return nil, false
	}
	for _, a := range list {
		k.Area = a.Code
		c, _, ok := x.cell(b, k)
		if !ok {
			return nil, false
		}
		if c.State == formula.Withheld.String() {
			x.problem(b, "withheld", "Cell", k.String())
			return nil, false
		}
		cells = append(cells, c)
	}
	return cells, true
}

// whole is where areas are compared: the whole of the release.
func (x *filler) whole() string {
	code := x.scope.Area
	for {
		a, ok := x.Area(code)
		if !ok || a.Parent == "" {
			return code
		}
		if _, ok := x.Area(a.Parent); !ok {
			return code
		}
		code = a.Parent
	}
}

func keysOf(cells []release.Cell) (keys []release.Key) {
	for _, c := range cells {
		keys = append(keys, c.Key())
	}
	return keys
}

// rank places an area among those of its level, the best first; equal values
// share a rank, and areas without a value have none.
func (x *filler) rank(b *Binding) (string, []release.Key) {
	k := x.key(b, b.Codes[0])
	c, d, ok := x.cell(b, k)
	if !ok {
		return "", nil
	}
	if d.Direction != "up" && d.Direction != "down" {
		x.problem(b, "no_direction", "Code", d.Code)
		return "", nil
	}
	cells, ok := x.peers(b, k)
	if !ok {
		return "", nil
	}
	mine, known := exact(c)
	if !known {
		return x.words["state."+c.State], keysOf(cells)
	}
	better, same, of := standing(cells, mine, d.Direction == "up")
	phrase := "rank.one"
	if same > 1 {
		phrase = "rank.tie"
	}
	return fill(x.words[phrase], "Rank", strconv.Itoa(better+1), "Of", strconv.Itoa(of)), keysOf(cells)
}

// standing counts how many are better than, equal to and comparable with mine.
func standing(cells []release.Cell, mine *big.Rat, up bool) (better, same, of int) {
	for _, c := range cells {
		v, known := exact(c)
		if !known {
			continue
		}
		of++
		cmp := v.Cmp(mine)
		switch {
		case cmp == 0:
			same++
		case (cmp > 0) == up:
			better++
		}
	}
	return better, same, of
}

// share is the part of one count in another of the same kind.
func (x *filler) share(b *Binding) (string, []release.Key) {
	k := x.key(b, b.Codes[0])
	whole := k
	whole.Code, whole.Slice = b.Args["of"], ""
	c, d, ok := x.cell(b, k)
	cw, dw, okw := x.cell(b, whole)
	if !ok || !okw {
		return "", nil
	}
	if d.Kind != dw.Kind || d.Unit != dw.Unit {
		x.problem(b, "mixed", "A", d.Code, "B", dw.Code)
		return "", nil
	}
	keys := []release.Key{k, whole}
	part, known := exact(c)
	all, knownAll := exact(cw)
	switch {
	case !known:
		return x.words["state."+c.State], keys
	case !knownAll:
		return x.words["state."+cw.State], keys
	case all.Sign() == 0:
		return x.words["state."+formula.NotComputable.String()], keys
	}
	part.Mul(part.Quo(part, all), big.NewRat(100, 1))
	return fill(x.words["value.percent"], "Value", Group(Round(part, x.places(b, 1)))), keys
}

// count says in how many areas a figure lies over, under, or at least or most
// at a limit, or has a state.
func (x *filler) count(b *Binding) (string, []release.Key) {
	cells, ok := x.peers(b, x.key(b, b.Codes[0]))
	if !ok {
		return "", nil
	}
	hits := 0
	for _, c := range cells {
		hit, ok := x.holds(b, c)
		if !ok {
			return "", nil
		}
		if hit {
			hits++
		}
	}
	return strconv.Itoa(hits), keysOf(cells)
}

// limits compare a value with what a binding gives.
var limits = map[string]func(cmp int) bool{
	"over":  func(c int) bool { return c > 0 },
	"under": func(c int) bool { return c < 0 },
	"least": func(c int) bool { return c >= 0 },
	"most":  func(c int) bool { return c <= 0 },
}

func (x *filler) holds(b *Binding, c release.Cell) (hit, ok bool) {
	if state, asked := b.Args["state"]; asked {
		return c.State == state, true
	}
	for name, test := range limits {
		s, asked := b.Args[name]
		if !asked {
			continue
		}
		limit, good := new(big.Rat).SetString(s)
		if !good {
			x.problem(b, "limit", "Value", s)
			return false, false
		}
		v, known := exact(c)
		return known && test(v.Cmp(limit)), true
	}
	x.problem(b, "no_limit")
	return false, false
}

// parts of a target that a binding may name.
var targetParts = []string{"have", "want", "gap", "name", "by"}

func (x *filler) target(b *Binding) string {
	t, ok := x.Target(b.Codes[0])
	part := b.Args["part"]
	if part == "" {
		part = "have"
	}
	if !ok || !slices.Contains(targetParts, part) {
		x.problem(b, "no_target", "Code", b.Codes[0], "Part", part)
		return ""
	}
	switch part {
	case "want":
		return Group(t.Want)
	case "name":
		return t.Name[x.scope.Lang]
	case "by":
		return t.By
	case "gap":
		have, ok := new(big.Rat).SetString(t.Have)
		want, ok2 := new(big.Rat).SetString(t.Want)
		if !ok || !ok2 || want.Cmp(have) < 0 {
			return "0"
		}
		return Group(Round(want.Sub(want, have), 0))
	}
	return Group(t.Have)
}
