package evaluation

import (
	"fmt"

	"xuedu/internal/pack"
)

// Change is a difference between two versions of a method. Was and Is are what
// stood there, "" = nothing.
type Change struct {
	What    string // red, amber, comment, act, missing, shake, runs, weight, worst, best, indicator
	Of      string // code of the dimension or the indicator, "" = of the whole
	Was, Is string
}

// Differences lists what changed from one version to another, in a fixed order.
func Differences(was, is pack.Evaluation) (out []Change) {
	add := func(what, of string, a, b any) {
		if x, y := fmt.Sprint(a), fmt.Sprint(b); x != y {
			out = append(out, Change{what, of, x, y})
		}
	}
	add("red", "", was.Red, is.Red)
	add("amber", "", was.Amber, is.Amber)
	add("comment", "", was.Comment, is.Comment)
	add("act", "", was.Act, is.Act)
	a, b := rules(was), rules(is)
	add("missing", "", a.Missing, b.Missing)
	add("shake", "", a.Shake, b.Shake)
	add("runs", "", a.Runs, b.Runs)
	dims, old, fresh := unite(was, is)
	for _, d := range dims {
		add("weight", d, old.weights[d], fresh.weights[d])
	}
	for _, code := range unitedCodes(was, is) {
		add("indicator", code, old.in[code], fresh.in[code])
		add("worst", code, a.Goalposts[code].Worst, b.Goalposts[code].Worst)
		add("best", code, a.Goalposts[code].Best, b.Goalposts[code].Best)
	}
	return out
}

func rules(e pack.Evaluation) pack.Composite {
	if e.Composite == nil {
		return pack.Composite{}
	}
	return *e.Composite
}

// shape is what a method holds, by code.
type shape struct {
	weights map[string]int
	in      map[string]string // dimension of an indicator
}

func unite(was, is pack.Evaluation) (dims []string, old, fresh shape) {
	seen := map[string]bool{}
	read := func(e pack.Evaluation) shape {
		x := shape{map[string]int{}, map[string]string{}}
		for _, d := range e.Dimensions {
			if !seen[d.Code] {
				seen[d.Code] = true
				dims = append(dims, d.Code)
			}
			x.weights[d.Code] = d.Weight
			for _, code := range d.Codes {
				x.in[code] = d.Code
			}
		}
		return x
	}
	old, fresh = read(was), read(is)
	return dims, old, fresh
}

func unitedCodes(list ...pack.Evaluation) (out []string) {
	seen := map[string]bool{}
	for _, e := range list {
		for _, d := range e.Dimensions {
			for _, code := range d.Codes {
				if !seen[code] {
					seen[code] = true
					out = append(out, code)
				}
			}
		}
	}
	return out
}
