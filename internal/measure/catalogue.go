package measure

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/period"
)

// Catalogue is the list of measures at one moment. It implements
// formula.Symbols and is immutable.
type Catalogue struct {
	list   []entry // by code
	byCode map[string]int
}

type entry struct {
	Decl
	source Source
}

// Catalogue returns the measures in force. Two sources that declare one code,
// or a declaration that makes no sense, are a fault of the program or of a
// registered form: it fails with Conflict. A declaration whose domain exists
// takes the place of one that is Absent.
func (e *Engine) Catalogue(ctx context.Context) (*Catalogue, error) {
	decls := make([][]Decl, len(e.sources))
	for i, s := range e.sources {
		var err error
		if decls[i], err = s.Decls(ctx); err != nil {
			return nil, fmt.Errorf("list measures: %w", err)
		}
	}
	e.catMu.Lock()
	defer e.catMu.Unlock()
	if e.cat != nil && slices.EqualFunc(e.catOf, decls, sameList) {
		return e.cat, nil
	}
	c, err := newCatalogue(e.sources, decls)
	if err != nil {
		return nil, err
	}
	e.cat, e.catOf = c, decls
	return c, nil
}

// sameList reports whether a and b are one list: a source that hands out the
// list it handed out before spares the checks.
func sameList(a, b []Decl) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func newCatalogue(sources []Source, decls [][]Decl) (*Catalogue, error) {
	c := &Catalogue{byCode: map[string]int{}}
	for i, list := range decls {
		for _, d := range list {
			if err := c.add(d, sources[i]); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(c.list, func(a, b entry) int { return strings.Compare(a.Code, b.Code) })
	for i := range c.list {
		c.byCode[c.list[i].Code] = i
	}
	return c, nil
}

func (c *Catalogue) add(d Decl, s Source) error {
	if fault := d.fault(); fault != "" {
		return errs.New(errs.Conflict, "measure.bad_decl", "Code", d.Code, "What", fault)
	}
	i, twice := c.byCode[d.Code]
	switch {
	case !twice:
		c.byCode[d.Code] = len(c.list)
		c.list = append(c.list, entry{d, s})
	case d.Absent:
	case c.list[i].Absent:
		c.list[i] = entry{d, s}
	default:
		return errs.New(errs.Conflict, "measure.twice", "Code", d.Code, "One", c.list[i].Domain, "Other", d.Domain)
	}
	return nil
}

var (
	codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)
	dimForm  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// ValidCode reports whether s can be the code of a measure.
func ValidCode(s string) bool { return codeForm.MatchString(s) }

var (
	areaKinds = []formula.Additivity{formula.Sum, formula.Distinct, formula.None}
	timeKinds = []formula.Additivity{formula.Sum, formula.Distinct, formula.Last, formula.Mean, formula.None}
	dimKinds  = []formula.Additivity{formula.Sum, formula.Distinct}
	kinds     = []period.Kind{period.Year, period.Quarter, period.Month, period.Range}
)

// maxScale and maxPer keep denominators within int64.
const (
	maxScale = 9
	maxPer   = 1_000_000
)

// den is what the numbers of d's blocks are divided by.
func (d *Decl) den() int64 { return pow10(d.Scale) * max(d.Per, 1) }

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// fault names the field of d that makes no sense; "" = none.
func (d *Decl) fault() string {
	switch {
	case !codeForm.MatchString(d.Code):
		return "code"
	case d.Name.In("en") == "":
		return "name"
	case d.Scale < 0 || d.Scale > maxScale:
		return "scale"
	case d.Per < 0 || d.Per > maxPer:
		return "per"
	case !slices.Contains(areaKinds, d.Area):
		return "area"
	case !slices.Contains(timeKinds, d.Time):
		return "time"
	case d.Level != "" && rankOf(d.Level) < 0:
		return "level"
	case len(d.Periods) == 0 && !d.Absent:
		return "periods"
	}
	for _, k := range d.Periods {
		if !slices.Contains(kinds, k) {
			return "periods"
		}
	}
	for i, dim := range d.Dims {
		again := slices.ContainsFunc(d.Dims[:i], func(o formula.Dim) bool { return o.Name == dim.Name })
		if again || !dimForm.MatchString(dim.Name) || !slices.Contains(dimKinds, dim.Add) {
			return "dims"
		}
	}
	return ""
}

// levels from the top down.
var levels = []area.Level{area.Country, area.Province, area.City, area.District, area.Street, area.Community}

func rankOf(l area.Level) int { return slices.Index(levels, l) }

// List returns all declarations by code.
func (c *Catalogue) List() []Decl {
	out := make([]Decl, len(c.list))
	for i := range c.list {
		out[i] = c.list[i].Decl
	}
	return out
}

// Decl returns one declaration.
func (c *Catalogue) Decl(code string) (Decl, bool) {
	if e, ok := c.entry(code); ok {
		return e.Decl, true
	}
	return Decl{}, false
}

func (c *Catalogue) entry(code string) (*entry, bool) {
	i, ok := c.byCode[code]
	if !ok {
		return nil, false
	}
	return &c.list[i], true
}

// Symbol implements formula.Symbols.
func (c *Catalogue) Symbol(code string) (formula.Symbol, bool) {
	e, ok := c.entry(code)
	if !ok {
		return formula.Symbol{}, false
	}
	return formula.Symbol{Code: e.Code, Unit: e.Unit, Area: e.Area, Time: e.Time, Dims: e.Dims,
		Span: slices.Contains(e.Periods, period.Range)}, true
}

// maxNear is how many codes Near lists.
const maxNear = 3

// Near implements formula.Symbols: the codes that differ from code by few
// letters, or continue it, the nearest first.
func (c *Catalogue) Near(code string) []string {
	type near struct {
		code string
		far  int
	}
	var found []near
	code = strings.ToLower(code)
	for i := range c.list {
		other := c.list[i].Code
		far := distance(code, other)
		if len(code) >= 3 && (strings.Contains(other, code) || strings.Contains(code, other)) {
			far = min(far, 2)
		}
		if far <= max(1, len(code)/3) {
			found = append(found, near{other, far})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.far - b.far })
	var out []string
	for _, n := range found[:min(len(found), maxNear)] {
		out = append(out, n.code)
	}
	return out
}

// distance is the number of letters to put in, take out, change or swap with
// the next one that make b of a.
func distance(a, b string) int {
	two, one, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		two, one, row = one, row, two
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
