package org

import (
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"xuedu/internal/errs"
)

// Profile is what statistics ask of an institution, each fact as text in its
// plain form: "120.5", "3", "yes". "" = not known, which is not zero.
type Profile struct {
	Host                           string // body that founded it and answers for it
	Space, Shared                  string // indoor floor space in square metres, and what of it others share
	Rooms                          string
	Ramp, Lift, Toilet             string // accessibility: yes, no; Lift also ground
	FullTime, PartTime, Volunteers string // staff
	OpenHours                      string // hours open to residents in an ordinary week
	Opening                        string // when it is open, in words
}

// FactKind is how a fact is written.
type FactKind int

// The kinds of facts.
const (
	Words   FactKind = iota // free text
	Count                   // whole number
	Decimal                 // at most one digit behind the point
	YesNo                   // yes, no
	Lift                    // yes, no, ground
)

// Fact describes one field of a Profile.
type Fact struct {
	Name string // of the column, the form's field and the history: full_time
	Kind FactKind
	Also []string // heads of columns that mean it
	max  int64    // of a number
	of   func(*Profile) *string
}

// Facts are the fields of a Profile in the order of pages and files.
var Facts = []Fact{
	{"host", Words, []string{"举办单位"}, 0, func(p *Profile) *string { return &p.Host }},
	{"space", Decimal, []string{"场地面积", "场地面积㎡"}, 1_000_000, func(p *Profile) *string { return &p.Space }},
	{"shared", Decimal, []string{"共享面积", "其中：共享面积"}, 1_000_000, func(p *Profile) *string { return &p.Shared }},
	{"rooms", Count, []string{"教室数"}, 9_999, func(p *Profile) *string { return &p.Rooms }},
	{"ramp", YesNo, []string{"无障碍坡道", "坡道"}, 0, func(p *Profile) *string { return &p.Ramp }},
	{"lift", Lift, []string{"电梯"}, 0, func(p *Profile) *string { return &p.Lift }},
	{"toilet", YesNo, []string{"无障碍卫生间"}, 0, func(p *Profile) *string { return &p.Toilet }},
	{"full_time", Count, []string{"专职人员"}, 9_999, func(p *Profile) *string { return &p.FullTime }},
	{"part_time", Count, []string{"兼职人员"}, 9_999, func(p *Profile) *string { return &p.PartTime }},
	{"volunteers", Count, []string{"志愿者"}, 99_999, func(p *Profile) *string { return &p.Volunteers }},
	{"open_hours", Decimal, []string{"每周开放时间", "每周开放小时数"}, 168, func(p *Profile) *string { return &p.OpenHours }},
	{"opening", Words, []string{"开放时间"}, 0, func(p *Profile) *string { return &p.Opening }},
}

// Get returns what p says of f.
func (f Fact) Get(p Profile) string { return *f.of(&p) }

// Set writes what p says of f.
func (f Fact) Set(p *Profile, value string) { *f.of(p) = value }

// Ground is the answer that no lift is needed.
const Ground = "ground"

// answers are the words for yes, no and ground.
var answers = map[string][]string{
	"yes":  {"yes", "y", "true", "1", "是", "有"},
	"no":   {"no", "n", "false", "0", "否", "无", "没有"},
	Ground: {Ground, "均在一层", "均在一层，无需电梯", "均在一层,无需电梯", "不需要"},
}

// maxFact is the most letters of a fact in words.
const maxFact = 200

// clean brings every fact into its plain form, or reports the first that has none.
func (p *Profile) clean() error {
	for _, f := range Facts {
		v, err := f.Plain(f.Get(*p))
		if err != nil {
			return err
		}
		f.Set(p, v)
	}
	space, shared := new(big.Rat), new(big.Rat)
	_, ok1 := space.SetString(p.Space)
	_, ok2 := shared.SetString(p.Shared)
	if ok1 && ok2 && shared.Cmp(space) > 0 {
		return errs.InvalidField("shared", "org.shared_above")
	}
	return nil
}

// Plain returns the plain form of what somebody wrote: "１２０．５０" is 120.5.
// It fails with Invalid for what is none.
func (f Fact) Plain(text string) (string, error) {
	text = strings.TrimSpace(text)
	if f.Kind == Words {
		if utf8.RuneCountInString(text) > maxFact {
			return "", errs.InvalidField(f.Name, "org.too_long", "Max", maxFact)
		}
		return text, nil
	}
	text = strings.ToLower(strings.TrimSpace(norm.NFKC.String(text)))
	switch {
	case text == "":
		return "", nil
	case f.Kind == YesNo || f.Kind == Lift:
		return f.answer(text)
	}
	return f.number(text)
}

func (f Fact) answer(text string) (string, error) {
	for _, a := range []string{"yes", "no", Ground} {
		known := slices.ContainsFunc(answers[a], func(w string) bool { return norm.NFKC.String(w) == text })
		if known && (a != Ground || f.Kind == Lift) {
			return a, nil
		}
	}
	if f.Kind == Lift {
		return "", errs.InvalidField(f.Name, "org.not_lift")
	}
	return "", errs.InvalidField(f.Name, "org.not_yesno")
}

func (f Fact) number(text string) (string, error) {
	bad := errs.InvalidField(f.Name, "org.not_count", "Max", f.max)
	if f.Kind == Decimal {
		bad = errs.InvalidField(f.Name, "org.not_decimal", "Max", f.max)
	}
	text = strings.ReplaceAll(text, ",", "")
	whole, part, point := strings.Cut(text, ".")
	digits := strings.Trim(whole+part, "0123456789") == "" && whole != ""
	part = strings.TrimRight(part, "0")
	if !digits || point && f.Kind != Decimal || len(part) > 1 || len(whole) > 9 {
		return "", bad
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if part != "" {
		whole += "." + part
	}
	if r, ok := new(big.Rat).SetString(whole); !ok || r.Cmp(big.NewRat(f.max, 1)) > 0 {
		return "", bad
	}
	return whole, nil
}
