package proof

import (
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"

	"xuedu/internal/formula"
	"xuedu/internal/narrative"
	"xuedu/internal/release"
)

// cells wants every cell in its order, of a known code and area, with a value
// exactly where its state has one, rounded from its fraction.
func (r *Report) cells() {
	x, last := release.NewIndex(r.Release), release.Key{}
	for i, c := range r.Release.Cells {
		k := c.Key()
		if i > 0 && k.Compare(last) <= 0 {
			r.find("cell_order", "Cell", k.String())
		}
		last = k
		d, ok := x.Definition(c.Code)
		_, okArea := x.Area(c.Area)
		if !ok || !okArea {
			r.find("cell_unknown", "Cell", k.String())
			continue
		}
		if key := badCell(c, d); key != "" {
			r.find(key, "Cell", k.String(), "Value", c.Value, "Exact", c.Exact)
		}
	}
}

func badCell(c release.Cell, d release.Definition) string {
	state, ok := formula.ParseState(c.State)
	switch {
	case !ok || state.Known() != (c.Value != ""):
		return "cell_state"
	case state == formula.Withheld && (c.Exact != "" || c.Expected != 0 || c.Reported != 0):
		return "cell_shows"
	case c.Exact == "":
		return ""
	}
	v, ok := new(big.Rat).SetString(c.Exact)
	if !ok || narrative.Round(v, d.Places) != c.Value {
		return "cell_rounded"
	}
	return ""
}

// sentences makes every text again from the cells and compares.
func (r *Report) sentences() {
	x := release.NewIndex(r.Release)
	for _, s := range r.Release.Sections {
		for _, lang := range r.Release.Languages {
			r.Sentences++
			again, bad := Sentences(x, r.Release, s, lang)
			for _, p := range bad {
				r.find("sentence_bad", "Section", s.Code, "Lang", lang, "Line", p.Line, "Text", p.Text)
			}
			if len(bad) == 0 && again != s.Text[lang] {
				was, is := firstDifference(s.Text[lang], again)
				r.find("sentence_differs", "Section", s.Code, "Lang", lang, "Published", was, "Cells", is)
			}
		}
	}
}

// Sentences fills the text of a section in from the cells of its release.
func Sentences(x *release.Index, r *release.Release, s release.Section, lang string) (string, []narrative.Problem) {
	doc, bad := narrative.Parse(s.Source[lang])
	if len(bad) > 0 {
		return "", bad
	}
	area := s.Area
	if area == "" {
		area = r.Area
	}
	filled, bad := narrative.Fill(doc, x, narrative.Scope{Area: area, Period: r.Period, Lang: lang})
	return narrative.Text(filled), bad
}

// firstDifference returns the first line in which two texts differ.
func firstDifference(a, b string) (inA, inB string) {
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(la), len(lb)) {
		var x, y string
		if i < len(la) {
			x = la[i]
		}
		if i < len(lb) {
			y = lb[i]
		}
		if x != y {
			return x, y
		}
	}
	return "", ""
}

// near names the last cell before the place where a release cannot be read.
func near(content []byte, err error) string {
	var syntax *json.SyntaxError
	at := len(content)
	if errors.As(err, &syntax) {
		at = min(at, int(syntax.Offset))
	}
	start := strings.LastIndex(string(content[:at]), `{"area":"`)
	if start < 0 {
		return ""
	}
	end := slices.Index(content[start:], '}')
	if end < 0 {
		end = len(content) - start - 1
	}
	return string(content[start:min(start+end+1, start+200, len(content))])
}
