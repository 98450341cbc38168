package area

import (
	"cmp"
	"slices"
)

// sortedByCode returns the indexes of areas in the order of their codes.
func sortedByCode(areas []Area) []int {
	ix := make([]int, len(areas))
	for i := range ix {
		ix[i] = i
	}
	slices.SortFunc(ix, func(a, b int) int { return cmp.Compare(areas[a].Code, areas[b].Code) })
	return ix
}
