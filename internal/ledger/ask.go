package ledger

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/ledger/engine"
	"xuedu/internal/pack"
)

// asked is a Query that was checked against tree and pack.
type asked struct {
	Query
	tree *area.Tree
	pack *pack.Pack
	nr   int   // of the area
	list []int // areas to answer
	ask  engine.Ask
}

// check makes a Query ready. It fails with Invalid and the field that is
// wrong: measure, area, level, by, theme, age, sex or mode; with Unavailable
// before Start. f.use is held for reading.
func (f *Figures) check(ctx context.Context, q Query) (*asked, error) {
	if f.eng == nil {
		return nil, errs.New(errs.Unavailable, "figures.not_ready")
	}
	tree := f.eng.Tree()
	a := &asked{Query: q, tree: tree, pack: f.pack()}
	if !slices.Contains([]Measure{Participants, Attendances, Headcount, Hours, CreditHours, Regular, Rate}, q.Measure) {
		return nil, errs.InvalidField("measure", "figures.bad_measure", "Value", q.Measure)
	}
	var ok bool
	if a.nr, ok = tree.ByCode(q.Area); !ok {
		return nil, errs.InvalidField("area", "figures.bad_area", "Value", q.Area)
	}
	if q.Period.From == 0 || q.Period.To < q.Period.From {
		return nil, errs.InvalidField("period", "period.bad", "Value", q.Period.Name)
	}
	if a.By == "" {
		a.By = ByHome
	}
	if a.By != ByHome && a.By != ByPlace {
		return nil, errs.InvalidField("by", "figures.bad_by", "Value", q.By)
	}
	if err := a.areas(); err != nil {
		return nil, err
	}
	a.ask = engine.Ask{From: int32(q.Period.From), To: int32(q.Period.To), ByPlace: a.By == ByPlace, Root: a.nr}
	if !a.ask.ByPlace {
		a.ask.Root = tree.Path(a.nr)[0] // one answer serves all areas
	}
	return a, f.filter(ctx, a)
}

// areas lists the areas to answer.
func (a *asked) areas() error {
	if a.Level == "" {
		a.list = []int{a.nr}
		return nil
	}
	a.list = a.tree.Below(a.nr, a.Level)
	if len(a.list) > 0 {
		return nil
	}
	var have []string
	for _, l := range []area.Level{area.Country, area.Province, area.City, area.District, area.Street, area.Community} {
		if len(a.tree.Below(a.nr, l)) > 0 {
			have = append(have, string(l))
		}
	}
	return errs.InvalidField("level", "figures.bad_level", "Value", a.Level, "Levels", strings.Join(have, ", "))
}

func (f *Figures) filter(ctx context.Context, a *asked) error {
	switch a.Filter.Sex {
	case "":
	case "f":
		a.ask.Sex = engine.Female
	case "m":
		a.ask.Sex = engine.Male
	default:
		return errs.InvalidField("sex", "figures.bad_sex", "Value", a.Filter.Sex)
	}
	switch a.Filter.Mode {
	case "":
	case "onsite":
		a.ask.Mode = engine.OnSite
	case "online":
		a.ask.Mode = engine.Online
	default:
		return errs.InvalidField("mode", "figures.bad_mode", "Value", a.Filter.Mode)
	}
	if err := a.age(); err != nil {
		return err
	}
	return f.theme(ctx, a)
}

// age turns a band into years of birth. Age is the year of the period's end
// less the year of birth.
func (a *asked) age() error {
	if a.Filter.Age == "" {
		return nil
	}
	from, to, ok := a.band(a.Filter.Age)
	if !ok {
		codes := make([]string, len(a.pack.AgeBands))
		for i, b := range a.pack.AgeBands {
			codes[i] = b.Code
		}
		return errs.InvalidField("age", "figures.bad_age", "Value", a.Filter.Age, "Bands", strings.Join(codes, ", "))
	}
	year := a.Period.To.Year()
	a.ask.BornFrom, a.ask.BornTo = 1, int32(max(year-from, 1))
	if to >= 0 {
		a.ask.BornFrom = int32(max(year-to, 1))
	}
	return nil
}

// maxAge bounds what can be asked for.
const maxAge = 150

// band returns the bounds of a pack's band, of "a-b" or of "a+"; to is -1
// where it is open.
func (a *asked) band(code string) (from, to int, ok bool) {
	for _, b := range a.pack.AgeBands {
		if b.Code == code {
			if b.To == 0 {
				return b.From, -1, true
			}
			return b.From, b.To, true
		}
	}
	if s, open := strings.CutSuffix(code, "+"); open {
		from, ok = years(s)
		return from, -1, ok
	}
	lo, hi, found := strings.Cut(code, "-")
	from, ok1 := years(lo)
	to, ok2 := years(hi)
	return from, to, found && ok1 && ok2 && from <= to
}

func years(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 8)
	return int(n), err == nil && n <= maxAge
}

// theme finds the ledger's number of a theme. One that the pack knows and the
// ledger does not has no rows.
func (f *Figures) theme(ctx context.Context, a *asked) error {
	code := a.Filter.Theme
	if code == "" {
		return nil
	}
	id, err := f.themeID(ctx, code)
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(a.pack.Themes, func(t pack.Coded) bool { return t.Code == code })
	switch {
	case id != 0:
		a.ask.Theme = id
	case known:
		a.ask.Theme = engine.NoTheme
	default:
		codes := make([]string, len(a.pack.Themes))
		for i, t := range a.pack.Themes {
			codes[i] = t.Code
		}
		return errs.InvalidField("theme", "figures.bad_theme", "Value", code, "Themes", strings.Join(codes, ", "))
	}
	return nil
}

// themeID returns the number of a theme, 0 if the ledger has none.
func (f *Figures) themeID(ctx context.Context, code string) (int64, error) {
	f.mu.Lock()
	id := f.themes[code]
	f.mu.Unlock()
	if id != 0 {
		return id, nil
	}
	ids, err := themeIDs(ctx, f.db.Read)
	if err != nil {
		return 0, err
	}
	f.mu.Lock()
	f.themes = ids
	f.mu.Unlock()
	return ids[code], nil
}
