package area

import "strings"

// A statistical code (统计用区划代码) has 12 digits: 2 province, 2 prefecture,
// 2 county, 3 street or town, 3 community or village. This file is the only
// place that reads digits; other trees say parent and level themselves.

// municipalities are the provinces that are cities (GB/T 2260).
var municipalities = map[string]bool{"11": true, "12": true, "31": true, "50": true}

// cuts are the lengths of the prefixes of a statistical code, from the top.
var cuts = [...]int{2, 4, 6, 9, 12}

const statLen = 12

// isStat reports whether code has the form of a statistical code.
func isStat(code string) bool {
	return len(code) == statLen && strings.Trim(code, "0123456789") == "" && code[:2] != "00"
}

// statDepth returns the index in cuts of the code's own prefix.
func statDepth(code string) int {
	for i, n := range cuts {
		if strings.Trim(code[n:], "0") == "" {
			return i
		}
	}
	return len(cuts) - 1
}

// statLevel returns the level that the digits of a statistical code say.
func statLevel(code string) Level {
	levels := [...]Level{Province, City, District, Street, Community}
	d := statDepth(code)
	if d == 0 && municipalities[code[:2]] {
		return City
	}
	return levels[d]
}

// isPlaceholder reports whether a code only groups others and is no area: the
// “市辖区” and “县” of a municipality, the counties directly under a province.
func isPlaceholder(code string) bool {
	return statDepth(code) == 1 && (municipalities[code[:2]] || code[2:4] == "90")
}

// statParent returns the code that must stand above, or "" for a province.
func statParent(code string) string {
	for d := statDepth(code) - 1; d >= 0; d-- {
		p := code[:cuts[d]] + strings.Repeat("0", statLen-cuts[d])
		if p != code && !isPlaceholder(p) {
			return p
		}
	}
	return ""
}

// order ranks the levels from the top down.
var order = map[Level]int{Country: 0, Province: 1, City: 2, District: 3, Street: 4, Community: 5}

// Levels lists the levels from the top down.
var Levels = []Level{Country, Province, City, District, Street, Community}

// Below reports whether l is a lower level than m.
func (l Level) Below(m Level) bool { return order[l] > order[m] }

// Known reports whether l is one of the levels.
func (l Level) Known() bool { _, ok := order[l]; return ok }
