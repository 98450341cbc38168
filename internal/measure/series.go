package measure

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// domainSeries is the Decl.Domain of imported series.
const domainSeries = "series"

// Series keeps external official figures with their source and edition, and
// offers them as a Source (P1.8). It is safe for concurrent use.
type Series struct {
	db    *db.DB
	tree  func() *area.Tree
	known func(ctx context.Context, code string) (Decl, bool, error)
	now   func() time.Time

	mu    sync.Mutex
	batch int64 // that decls were made at
	decls []Decl
}

// NewSeries returns the source. known looks a code up in the catalogue: a
// series may not take the code of another domain, and one that the catalogue
// awaits (Absent) need not be described again. It may be nil.
func NewSeries(d *db.DB, tree func() *area.Tree, known func(context.Context, string) (Decl, bool, error), now func() time.Time) *Series {
	return &Series{db: d, tree: tree, known: known, now: now, batch: -1}
}

// stored is a series as it is kept.
type stored struct {
	code    string
	name    pack.Text
	unit    formula.Unit
	scale   int
	level   area.Level
	time    formula.Additivity
	periods []period.Kind
	dims    map[string][]string // values by dimension, sorted
	isNew   bool
	dirty   bool
}

// Decls implements Source. A series of a level is added up from there; another
// one speaks for the areas it was published for.
func (s *Series) Decls(ctx context.Context) ([]Decl, error) {
	n, err := batchNow(ctx, s.db.Read)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.batch == n {
		return s.decls, nil
	}
	all, err := allSeries(ctx, s.db.Read)
	if err != nil {
		return nil, err
	}
	s.decls = nil
	for _, st := range all {
		if st.code != PopulationCode { // which Population offers
			s.decls = append(s.decls, st.decl())
		}
	}
	s.batch = n
	return s.decls, nil
}

func (st *stored) decl() Decl {
	d := Decl{Code: st.code, Name: st.name, Unit: st.unit, Scale: st.scale, Domain: domainSeries, Level: st.level,
		Area: formula.None, Time: st.time, Periods: st.periods}
	if st.level != "" {
		d.Area = formula.Sum
	}
	for _, name := range slices.Sorted(maps.Keys(st.dims)) {
		d.Dims = append(d.Dims, formula.Dim{Name: name, Values: st.dims[name], Add: formula.Distinct})
	}
	return d
}

// Version implements Source: the last import that touched the period.
func (s *Series) Version(ctx context.Context, code string, p period.Period) (string, error) {
	n, err := lastBatch(ctx, s.db.Read, code, p.Name)
	return fmt.Sprint(n), err
}

// Read implements Source: each area has its figure in the newest edition. Areas
// that a series of a level should have and has not are expected.
func (s *Series) Read(ctx context.Context, a Ask) (Block, error) {
	decls, err := s.Decls(ctx)
	if err != nil {
		return Block{}, err
	}
	i := slices.IndexFunc(decls, func(d Decl) bool { return d.Code == a.Code })
	if i < 0 {
		return Block{}, errs.New(errs.NotFound, "measure.unknown", "Code", a.Code)
	}
	rows, err := valuesIn(ctx, s.db.Read, a.Code, a.Period.Name, FilterText(a.Filter))
	if err != nil {
		return Block{}, err
	}
	b := Block{Num: make([]int64, a.Tree.Len()), State: make([]formula.State, a.Tree.Len())}
	for _, r := range rows {
		nr, ok := a.Tree.ByID(r.areaID)
		if !ok {
			continue // an area that no longer exists in this tree
		}
		if b.Num[nr], b.State[nr], err = r.at(decls[i].Scale); err != nil {
			return Block{}, fmt.Errorf("series %s: %w", a.Code, err)
		}
	}
	if decls[i].Level != "" && len(rows) > 0 {
		b.expect(a, decls[i].Level)
	}
	return b, nil
}

// expect says that every area of a level that existed at the end of the period
// owes a figure.
func (b *Block) expect(a Ask, l area.Level) {
	n := a.Tree.Len()
	b.Expected, b.Reported, b.NotApplicable = make([]int32, n), make([]int32, n), make([]int32, n)
	to := a.Period.To.String()
	for i := range n {
		ar := a.Tree.At(i)
		exists := ar.Level == l && ar.ValidFrom <= to && (ar.ValidTo == "" || ar.ValidTo > to)
		bits := bitOf[b.State[i]]
		if b.State[i] != formula.NotReported || exists {
			countUnit(&b.Coverage, i, bits)
		}
	}
}

// Origin implements Source: the editions of the area's own figure, the newest,
// which is in force, first.
func (s *Series) Origin(ctx context.Context, a Ask, nr, limit int) ([]Part, int, error) {
	list, err := s.Editions(ctx, a.Code, a.Period, FilterText(a.Filter), a.Tree.At(nr).ID)
	if err != nil {
		return nil, 0, err
	}
	decls, err := s.Decls(ctx)
	if err != nil {
		return nil, 0, err
	}
	i := slices.IndexFunc(decls, func(d Decl) bool { return d.Code == a.Code })
	if i < 0 {
		return nil, 0, errs.New(errs.NotFound, "measure.unknown", "Code", a.Code)
	}
	return editionParts(list, a.Period.Name, decls[i].Scale, limit)
}

// Edition is a figure as one edition of its source gave it.
type Edition struct {
	Vintage string // day, month or year it was published; "" = not said
	Value   string // exact decimal, "" unless State is known
	State   formula.State
	Source  string
}

// label names the source, the edition and the period that the figure is of.
func (e *Edition) label(lang, of string) string {
	name := sourceIn(e.Source, lang)
	if e.Vintage != "" {
		name += " (" + e.Vintage + ")"
	}
	return name + ", " + of
}

// value is one figure as it is stored.
type value struct {
	areaID int64
	period string
	text   string
	state  formula.State
}

// at gives the figure at a scale.
func (v *value) at(scale int) (int64, formula.State, error) {
	if !v.state.Known() || v.text == "" {
		return 0, v.state, nil
	}
	n, ok := decimalAt(v.text, scale)
	if !ok {
		return 0, 0, fmt.Errorf("stored figure %q does not fit scale %d", v.text, scale)
	}
	return n, v.state, nil
}

// decimalAt reads a decimal such as -12.5 as a whole number of 10^-scale; ok is
// false where it has more digits behind the point or does not fit.
func decimalAt(text string, scale int) (int64, bool) {
	whole, behind, _ := strings.Cut(text, ".")
	if len(behind) > scale {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+behind+strings.Repeat("0", scale-len(behind)), 10, 64)
	return n, err == nil
}

// InForce gives for each area of a tree the figure of the last period that
// ended by a day, in its newest edition; areas without one stay not reported.
func (s *Series) InForce(ctx context.Context, code string, filter map[string]string, day period.Day, t *area.Tree) ([]int64, []formula.State, error) {
	rows, err := valuesUpTo(ctx, s.db.Read, code, FilterText(filter))
	if err != nil {
		return nil, nil, err
	}
	end := func(name string) period.Day {
		p, err := period.Parse(name)
		if err != nil {
			return 0 // cannot happen: imports check it
		}
		return p.To
	}
	slices.SortStableFunc(rows, func(a, b value) int { return cmp.Compare(end(a.period), end(b.period)) })
	num, state := make([]int64, t.Len()), make([]formula.State, t.Len())
	for _, r := range rows {
		nr, ok := t.ByID(r.areaID)
		if !ok || end(r.period) > day {
			continue
		}
		if num[nr], state[nr], err = r.at(0); err != nil {
			return nil, nil, err
		}
	}
	return num, state, nil
}

func joinKinds(list []period.Kind) string {
	var out []string
	for _, k := range splitKinds {
		if slices.Contains(list, k) {
			out = append(out, string(k))
		}
	}
	return strings.Join(out, ",")
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings always can be written
	}
	return string(b)
}

// latest is Origin for the figure that InForce gives.
func (s *Series) latest(ctx context.Context, a Ask, nr, limit int) ([]Part, int, error) {
	id := a.Tree.At(nr).ID
	rows, err := valuesUpTo(ctx, s.db.Read, a.Code, FilterText(a.Filter))
	if err != nil {
		return nil, 0, err
	}
	var last period.Period
	for _, r := range rows {
		p, err := period.Parse(r.period)
		if err != nil {
			return nil, 0, err
		}
		if r.areaID == id && p.To <= a.Period.To && p.To >= last.To {
			last = p
		}
	}
	if last.Name == "" {
		return nil, 0, nil
	}
	list, err := s.Editions(ctx, a.Code, last, FilterText(a.Filter), id)
	if err != nil {
		return nil, 0, err
	}
	return editionParts(list, last.Name, 0, limit)
}

// editionParts shows editions as parts of a value at a scale.
func editionParts(list []Edition, of string, scale, limit int) ([]Part, int, error) {
	var parts []Part
	for _, e := range list[:min(limit, len(list))] {
		v := value{text: e.Value, state: e.State}
		p := Part{Name: pack.Text{"zh-CN": e.label("zh-CN", of), "en": e.label("en", of)}}
		var err error
		if p.Value, p.State, err = v.at(scale); err != nil {
			return nil, 0, err
		}
		parts = append(parts, p)
	}
	return parts, len(list), nil
}
