package plan

import (
	"cmp"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Direction says which way is better.
type Direction string

// The directions.
const (
	Up   Direction = "up"
	Down Direction = "down"
)

// State says whether a target holds.
type State string

// The states of a version.
const (
	InForce State = "in_force"
	Dropped State = "dropped"
)

// Who wrote a version.
const (
	FromPack = "pack"
	FromCity = "city"
)

// Kind tells where a way begins from what has to be there in a year.
type Kind string

// The kinds of numbers.
const (
	Baseline Kind = "baseline"
	Path     Kind = "path"
)

// Number is what was set for one area and one year.
type Number struct {
	Area  int64 // id
	Year  int
	Kind  Kind
	Value *big.Rat
}

// Target is one version of what was promised (P1.3, P1.7, P2.8): a clause, who
// answers for it, what counts it, and numbers by year and area. A version is
// never changed; the next one replaces it.
type Target struct {
	ID         string
	Code       string
	Version    int64
	Plan       string // code
	Clause     string
	Name, Unit pack.Text
	Measure    string // code of the measure or indicator that counts it
	Direction  Direction
	// Responsible answers for it; empty: who answers for the clause.
	Responsible, Supporting []string // org codes
	Tolerance               *big.Rat // off by so much still counts as on its way
	About                   bool     // the document says "about": the tolerance holds for the end too
	Due                     string   // day
	SetBy                   string   // document
	State                   State
	Origin                  string // FromPack, FromCity
	Reason, Author          string
	At                      time.Time
	Numbers                 []Number // by area, kind and year
}

// DueYear is the year of the day it is due.
func (t Target) DueYear() int { return yearOf(t.Due) }

// Want returns what was set for an area in a year, nil if nothing was.
func (t Target) Want(areaID int64, year int) *big.Rat { return t.number(areaID, year, Path) }

// Began returns the last baseline of an area; nil if it has none.
func (t Target) Began(areaID int64) (year int, value *big.Rat) {
	for _, n := range t.Numbers {
		if n.Area == areaID && n.Kind == Baseline && n.Year >= year {
			year, value = n.Year, n.Value
		}
	}
	return year, value
}

func (t Target) number(areaID int64, year int, k Kind) *big.Rat {
	for _, n := range t.Numbers {
		if n.Area == areaID && n.Year == year && n.Kind == k {
			return n.Value
		}
	}
	return nil
}

// Years returns the years for which any area has a number, in order.
func (t Target) Years() []int {
	var out []int
	for _, n := range t.Numbers {
		out = append(out, n.Year)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// has reports whether an area has a path of its own.
func (t Target) has(areaID int64) bool {
	return slices.ContainsFunc(t.Numbers, func(n Number) bool { return n.Area == areaID && n.Kind == Path })
}

// Href is the public page of the target.
func (t Target) Href() string { return "/plan/targets/" + t.Code }

func sortNumbers(list []Number) {
	slices.SortFunc(list, func(a, b Number) int {
		return cmp.Or(cmp.Compare(a.Area, b.Area), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Year, b.Year))
	})
}

// same reports whether two versions say the same; who wrote them, when and why
// does not matter.
func (t Target) same(o Target) bool {
	for _, x := range []*Target{&t, &o} {
		x.ID, x.Version, x.Origin, x.Reason, x.Author, x.At = "", 0, "", "", "", time.Time{}
		x.Numbers = slices.Clone(x.Numbers)
		sortNumbers(x.Numbers)
	}
	a, errA := rowOf(t)
	b, errB := rowOf(o)
	return errA == nil && errB == nil && a == b &&
		slices.EqualFunc(t.Numbers, o.Numbers, Number.equal)
}

func (n Number) equal(o Number) bool {
	return n.Area == o.Area && n.Year == o.Year && n.Kind == o.Kind && n.Value.Cmp(o.Value) == 0
}

var codePattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// check fails with Invalid at the field that breaks a rule.
func (t Target) check() error {
	switch {
	case !codePattern.MatchString(t.Code):
		return errs.InvalidField("code", "plan.bad_code", "Value", t.Code)
	case t.Name.In("zh-CN") == "":
		return errs.InvalidField("name", "plan.no_name")
	case t.Unit.In("zh-CN") == "":
		return errs.InvalidField("unit", "plan.no_unit")
	case t.Direction != Up && t.Direction != Down:
		return errs.InvalidField("direction", "plan.bad_direction")
	case t.Tolerance.Sign() < 0:
		return errs.InvalidField("tolerance", "plan.bad_number", "Value", Exact(t.Tolerance))
	case strings.TrimSpace(t.SetBy) == "":
		return errs.InvalidField("set_by", "plan.no_document")
	}
	if _, err := time.Parse(time.DateOnly, t.Due); err != nil {
		return errs.InvalidField("due", "plan.bad_day", "Value", t.Due)
	}
	for _, n := range t.Numbers {
		if n.Kind == Path && n.Year > t.DueYear() {
			return errs.InvalidField("path", "plan.after_due", "Year", n.Year, "Due", t.DueYear())
		}
	}
	return nil
}

func yearOf(day string) int {
	y, _ := strconv.Atoi(day[:min(4, len(day))]) // a checked day has a year
	return y
}
