package pack

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a pack. Line and Column are 0 where
// a whole file is meant.
type Problem struct {
	File         string
	Line, Column int
	Path         string // where in the file: targets[0].clause
	Key          string // i18n key
	Args         []any  // its placeholders
}

// Where returns FILE:LINE:COLUMN, as editors and compilers write it.
func (p Problem) Where() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

func (p Problem) String() string {
	s := p.Where()
	if p.Path != "" {
		s += ": " + p.Path
	}
	s += ": " + p.Key
	if len(p.Args) > 0 {
		s = fmt.Sprint(s, " ", p.Args)
	}
	return s
}

// Problems is all that is wrong with a pack, as an error.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// sorted orders problems by file and place and drops the same one said twice.
func sorted(ps []Problem) []Problem {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Key, b.Key))
	})
	return slices.CompactFunc(ps, func(a, b Problem) bool { return a.String() == b.String() })
}
