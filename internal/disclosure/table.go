package disclosure

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"xuedu/internal/formula"
	"xuedu/internal/release"
)

// unbounded stands for no upper bound: far above any count, and a million of
// them still add up.
const unbounded = math.MaxInt64 >> 20

// name says which count a variable is: two cells that count the same are one.
type name struct{ what, area, period int32 }

// variable is a count that readers see, or could work out.
type variable struct {
	name
	cell      int32 // that shows it, -1 = it stands behind ratios only
	value     int64
	low, high int64 // what readers know of it: value and value while it is shown
	up, down  int64 // how far readers must be in doubt; 0 = it need not be hidden for itself
	cost      int64 // of hiding it
	hidden    bool
	unknown   bool // seen by an attacker: the value is not there
	known     bool // an earlier release shows it: hiding is of no use
	sticky    bool // earlier releases hide it: it stays hidden, or two patterns together would tell
}

// echo is a cell that shows something of a count besides its own.
type echo struct {
	cell  int32
	v     int32    // the count, -1 = none
	scale *big.Rat // of a ratio; nil = the cell shows the same count
	other Count    // what is under the line, or above it
	under bool     // the count is under the line
}

// table is a release as counts and what ties them together.
type table struct {
	r     *release.Release
	rules Rules
	k     int64

	whats, areas, periods names
	kinds                 []string // by what: the release's kind
	parent                []int32  // by area: the area above, -1 = none
	depth                 []int64
	means                 map[string]*meaning

	vars   []variable
	by     map[name]int32
	echoes map[int32][]echo // by variable
	rows   rows

	hide     []bool         // by cell
	coarse   map[int32]bool // cells that lose their fraction
	small    map[int32]bool // cells hidden for themselves
	before   []vintage      // by cell
	attacker bool
	rounded  map[int32]int64 // what counts of people are shown as
	keys     map[release.Key]int32
	large    []int32 // cells that cannot be held: below zero, or beyond all bounds
}

// names gives texts numbers.
type names struct {
	of   map[string]int32
	list []string
}

func (n *names) nr(s string) int32 {
	i, ok := n.of[s]
	if !ok {
		if n.of == nil {
			n.of = map[string]int32{}
		}
		i = int32(len(n.list))
		n.of[s], n.list = i, append(n.list, s)
	}
	return i
}

// meaning is a definition as relations need it.
type meaning struct {
	def    *release.Definition
	count  bool // its cells are counts that are protected
	ratio  bool
	scale  *big.Rat
	over   string
	under  string
	whats  map[string]int32 // by slice: what its cells count
	parts  map[string]parts
	refs   []string
	digits *big.Rat // half a unit of the last digit shown
}

type parts struct{ over, under string }

// newTable reads a release. An attacker has no value for what is withheld.
func newTable(r *release.Release, rules Rules, attacker bool) *table {
	t := &table{r: r, rules: rules, k: rules.threshold(), means: map[string]*meaning{}, by: make(map[name]int32, len(r.Cells)),
		echoes: map[int32][]echo{}, hide: make([]bool, len(r.Cells)), coarse: map[int32]bool{}, small: map[int32]bool{}, attacker: attacker}
	t.tree()
	for i := range r.Measures {
		t.mean(&r.Measures[i])
	}
	t.vars = make([]variable, 0, len(r.Cells))
	for i := range r.Cells {
		t.count(int32(i))
	}
	for i := range r.Cells {
		t.ratio(int32(i))
	}
	return t
}

func (t *table) tree() {
	for _, a := range t.r.Areas {
		t.area(a.Code)
	}
	for _, a := range t.r.Areas {
		if up, ok := t.areas.of[a.Parent]; ok && a.Parent != "" && a.Parent != a.Code {
			t.parent[t.areas.of[a.Code]] = up
		}
	}
	for i := range t.depth { // a tree that is none ends after as many steps as it has areas
		for up, n := t.parent[i], 0; up >= 0 && n < len(t.depth); up, n = t.parent[up], n+1 {
			t.depth[i]++
		}
	}
}

func (t *table) area(code string) int32 {
	n := t.areas.nr(code)
	for int(n) >= len(t.parent) {
		t.parent, t.depth = append(t.parent, -1), append(t.depth, 0)
	}
	return n
}

// what gives a canonical formula its number.
func (t *table) what(text, kind string) int32 {
	n := t.whats.nr(text)
	if int(n) >= len(t.kinds) {
		t.kinds = append(t.kinds, kind)
	}
	return n
}

func (t *table) mean(d *release.Definition) {
	m := &meaning{def: d, whats: map[string]int32{}, parts: map[string]parts{}, digits: half(d.Places)}
	t.means[d.Code] = m
	switch {
	case people(d.Kind), t.rules.Dominance > 0 && (d.Kind == release.KindCount || d.Kind == release.KindMoney):
		m.count = true
	default:
		m.scale, m.over, m.under, m.ratio = formula.Ratio(d.Formula)
		m.refs = formula.References(d.Formula)
	}
}

// half is half a unit of the last of so many digits behind the point.
func half(places int32) *big.Rat {
	den := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(places, 0))), nil)
	return new(big.Rat).SetFrac(big.NewInt(1), den.Lsh(den, 1))
}

// narrowed is a formula for one slice of a definition.
func narrowed(d *release.Definition, text, slice string) string {
	if slice != "" && d.By != "" {
		if s, ok := formula.Narrow(text, d.By, slice); ok {
			return s
		}
	}
	if slice != "" {
		return text + " · " + slice
	}
	if s, ok := formula.Format(text); ok {
		return s
	}
	return text
}

// whatOf is what the cells of a slice count.
func (t *table) whatOf(m *meaning, slice string) int32 {
	n, ok := m.whats[slice]
	if !ok {
		text := m.def.Formula
		if text == "" {
			text = m.def.Code
		}
		n = t.what(narrowed(m.def, text, slice), m.def.Kind)
		m.whats[slice] = n
	}
	return n
}

// count makes the variable of a cell that is a count.
func (t *table) count(i int32) {
	c := &t.r.Cells[i]
	m := t.means[c.Code]
	if m == nil || !m.count {
		return
	}
	v := variable{name: name{t.whatOf(m, c.Slice), t.area(c.Area), t.periods.nr(c.Period)}, cell: i, high: unbounded}
	if c.Value == "" {
		if !t.attacker || c.State != withheld {
			return
		}
		v.unknown = true
	} else {
		var ok bool
		if v.value, ok = whole(c, m.def); !ok {
			t.large = append(t.large, i)
			return
		}
		v.low, v.high = v.value, v.value
	}
	if at, ok := t.by[v.name]; ok { // the same count under another code
		t.echoes[at] = append(t.echoes[at], echo{cell: i, v: at})
		if t.vars[at].unknown && !v.unknown {
			v.cell = t.vars[at].cell
			t.vars[at] = v
		}
		return
	}
	if t.attacker && !v.unknown && t.rules.RoundTo > 1 && people(m.def.Kind) {
		b := int64(t.rules.RoundTo)
		v.low, v.high, v.unknown = max(0, v.value-b+1), v.value+b-1, true
	}
	t.by[v.name] = int32(len(t.vars))
	t.vars = append(t.vars, v)
}

var withheld = formula.Withheld.String()

// fine is how finely figures that are not whole are held: up to some thousand
// million yuan or hours.
const fine = 1_000

// whole is the value of a count; figures of things and money are held in
// thousandths.
func whole(c *release.Cell, d *release.Definition) (int64, bool) {
	if people(d.Kind) {
		n, err := strconv.ParseInt(c.Value, 10, 64)
		if err == nil {
			return n, n >= 0 && n < unbounded
		}
	}
	text := c.Exact
	if text == "" {
		text = c.Value
	}
	x, ok := new(big.Rat).SetString(text)
	if !ok || x.Sign() < 0 {
		return 0, false
	}
	if !people(d.Kind) {
		x.Mul(x, big.NewRat(fine, 1))
	}
	n := floor(x.Add(x, big.NewRat(1, 2)))
	return n, n < unbounded
}

// floor is the whole number at or below x, at most unbounded.
func floor(x *big.Rat) int64 {
	q := new(big.Int).Div(x.Num(), x.Denom()) // Euclidean: down for a positive denominator
	if !q.IsInt64() || q.Int64() > unbounded {
		return unbounded
	}
	return q.Int64()
}

func ceil(x *big.Rat) int64 { return -floor(new(big.Rat).Neg(x)) }

// key names a variable for people.
func (t *table) key(v int32) release.Key {
	x := &t.vars[v]
	if x.cell >= 0 {
		return t.r.Cells[x.cell].Key()
	}
	return release.Key{Code: strings.ReplaceAll(t.whats.list[x.what], " ", ""), Area: t.areas.list[x.area], Period: t.periods.list[x.period]}
}
