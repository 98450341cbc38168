package rule_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xuedu/internal/formula"
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/rule"
)

// form has two rows and a total, and a field of each type.
func form(rules ...pack.Rule) pack.Form {
	return pack.Form{Code: "base9",
		Rows: pack.Rows{Kind: "fixed", Fixed: []pack.Row{{Code: "a"}, {Code: "b"}, {Code: "total", Total: true}}},
		Fields: []pack.Field{
			{Code: "persons", Type: "count", Required: true, Min: "0", Max: "1000"},
			{Code: "times", Type: "count"},
			{Code: "space", Type: "decimal", Decimals: 1, Min: "0.5", Max: "99.5", Area: "none", Rows: []string{"a", "b"}},
			{Code: "host", Type: "text", Rows: []string{"a"}},
			{Code: "kind", Type: "choice", Choices: []pack.Coded{{Code: "own"}, {Code: "shared"}}, Rows: []string{"a"}},
			{Code: "open", Type: "yesno", Rows: []string{"a", "b"}},
			{Code: "known", Type: "count", Derive: "participants"},
		}, Rules: rules}
}

func value(n int64) rule.Cell { return rule.Cell{State: formula.Value, Num: n, Origin: "typed"} }
func text(s string) rule.Cell { return rule.Cell{State: formula.Value, Text: s, Origin: "typed"} }

// sheet is complete and has nothing wrong with it.
func sheet(rules ...pack.Rule) rule.Sheet {
	f := form(rules...)
	return rule.Sheet{Form: f, Rows: f.FixedRows(), Cells: map[rule.Key]rule.Cell{
		{Row: "a", Field: "persons"}: value(10), {Row: "b", Field: "persons"}: value(7), {Row: "total", Field: "persons"}: value(17),
		{Row: "a", Field: "times"}: value(30), {Row: "b", Field: "times"}: value(9), {Row: "total", Field: "times"}: value(39),
		{Row: "a", Field: "space"}: value(205), {Row: "b", Field: "space"}: value(95),
		{Row: "a", Field: "host"}: text("街道"), {Row: "a", Field: "kind"}: text("own"),
		{Row: "a", Field: "open"}: value(1), {Row: "b", Field: "open"}: value(0),
	}}
}

// found shows findings as RULE!@ROW.FIELD, ! for hard.
func found(list []rule.Finding) (out []string) {
	for _, f := range list {
		out = append(out, fmt.Sprintf("%s%s@%s.%s", f.Rule, map[bool]string{true: "!"}[f.Hard], f.Key.Row, f.Key.Field))
	}
	return out
}

var bundle = sync.OnceValues(i18n.Load)

// texts checks that a finding can be told in both languages.
func texts(t *testing.T, list []rule.Finding) {
	t.Helper()
	b, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		for _, lang := range []string{i18n.ZH, i18n.EN} {
			if s := b.T(lang, f.Text, f.Args...); f.Text != "" && (!b.Has(lang, f.Text) || strings.Contains(s, "<no value>")) {
				t.Errorf("%s: %s %v: %s", lang, f.Text, f.Args, s)
			}
		}
	}
}

func TestNothingWrong(t *testing.T) {
	if got := rule.Check(sheet(), rule.Params{}); got != nil {
		t.Errorf("%v", found(got))
	}
}

func TestCells(t *testing.T) {
	n := func(v int64) *int64 { return &v }
	for name, tt := range map[string]struct {
		key  rule.Key
		cell rule.Cell
		last *int64
		peer []int64
		want []string
	}{
		"required":             {rule.Key{Row: "a", Field: "persons"}, rule.Cell{}, nil, nil, []string{"required!@a.persons"}},
		"not required":         {rule.Key{Row: "a", Field: "times"}, rule.Cell{}, nil, nil, nil},
		"nil return":           {rule.Key{Row: "a", Field: "persons"}, rule.Cell{State: formula.Nil}, nil, nil, nil},
		"not applicable":       {rule.Key{Row: "a", Field: "persons"}, rule.Cell{State: formula.NotApplicable}, nil, nil, nil},
		"nil below the least":  {rule.Key{Row: "a", Field: "space"}, rule.Cell{State: formula.Nil}, nil, nil, []string{"range!@a.space"}},
		"negative count":       {rule.Key{Row: "a", Field: "persons"}, value(-1), nil, nil, []string{"type!@a.persons"}},
		"too many":             {rule.Key{Row: "b", Field: "persons"}, value(1001), nil, nil, []string{"range!@b.persons"}},
		"most":                 {rule.Key{Row: "b", Field: "persons"}, value(1000), nil, nil, nil},
		"decimal too low":      {rule.Key{Row: "b", Field: "space"}, value(4), nil, nil, []string{"range!@b.space"}},
		"decimal least":        {rule.Key{Row: "b", Field: "space"}, value(5), nil, nil, nil},
		"decimal too high":     {rule.Key{Row: "b", Field: "space"}, value(996), nil, nil, []string{"range!@b.space"}},
		"no such choice":       {rule.Key{Row: "a", Field: "kind"}, text("leased"), nil, nil, []string{"type!@a.kind"}},
		"empty text":           {rule.Key{Row: "a", Field: "host"}, text(""), nil, nil, []string{"type!@a.host"}},
		"neither yes nor no":   {rule.Key{Row: "b", Field: "open"}, value(2), nil, nil, []string{"type!@b.open"}},
		"derived differs":      {rule.Key{Row: "a", Field: "times"}, rule.Cell{State: formula.Value, Num: 30, Derived: n(31)}, nil, nil, []string{"sources@a.times"}},
		"derived agrees":       {rule.Key{Row: "a", Field: "times"}, rule.Cell{State: formula.Nil, Derived: n(0)}, nil, nil, nil},
		"half more":            {rule.Key{Row: "a", Field: "times"}, value(45), n(30), nil, nil},
		"more than half more":  {rule.Key{Row: "a", Field: "times"}, value(46), n(30), nil, []string{"change@a.times"}},
		"a third":              {rule.Key{Row: "a", Field: "times"}, value(10), n(30), nil, []string{"change@a.times"}},
		"small change":         {rule.Key{Row: "a", Field: "times"}, value(11), n(2), nil, nil},
		"from nothing":         {rule.Key{Row: "a", Field: "times"}, value(12), n(0), nil, []string{"change@a.times"}},
		"decimal changes":      {rule.Key{Row: "a", Field: "space"}, value(301), n(200), nil, []string{"change@a.space"}},
		"decimal changes less": {rule.Key{Row: "a", Field: "space"}, value(299), n(200), nil, nil},
		"far from its peers":   {rule.Key{Row: "a", Field: "times"}, value(300), nil, []int64{10, 12, 9, 11, 10, 13, 8, 10}, []string{"outlier@a.times"}},
		"near to its peers":    {rule.Key{Row: "a", Field: "times"}, value(14), nil, []int64{10, 12, 9, 11, 10, 13, 8, 10}, nil},
		"too few peers":        {rule.Key{Row: "a", Field: "times"}, value(300), nil, []int64{10, 12, 9, 11, 10, 13, 8}, nil},
		"peers all equal":      {rule.Key{Row: "a", Field: "times"}, value(11), nil, []int64{10, 10, 10, 10, 10, 10, 10, 10}, []string{"outlier@a.times"}},
	} {
		s := sheet()
		s.Cells[tt.key] = tt.cell
		if tt.last != nil {
			s.Last = map[rule.Key]rule.Cell{tt.key: value(*tt.last)}
		}
		if tt.peer != nil {
			s.Peers = map[rule.Key][]int64{tt.key: tt.peer}
		}
		got := rule.Check(s, rule.Params{})
		if diff := cmp.Diff(tt.want, found(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		texts(t, got)
	}
}

// What the registers give is held to the form's own rules alone.
func TestDerivedCellsAreNotAskedAbout(t *testing.T) {
	s := sheet(pack.Rule{Code: "known_few", Check: "known < 5", Weight: "hard"})
	k := rule.Key{Row: "a", Field: "known"}
	s.Cells[k] = value(-3000)
	s.Last = map[rule.Key]rule.Cell{k: value(1)}
	if got := found(rule.Check(s, rule.Params{})); got != nil {
		t.Errorf("%v", got)
	}
	s.Cells[k] = value(5)
	if got := found(rule.Check(s, rule.Params{})); !slices.Equal(got, []string{"known_few!@a.known"}) {
		t.Errorf("%v", got)
	}
}

func TestOwnRules(t *testing.T) {
	for name, tt := range map[string]struct {
		rule pack.Rule
		set  map[rule.Key]rule.Cell
		last map[rule.Key]rule.Cell
		want []string
	}{
		"holds": {rule: pack.Rule{Check: "persons <= times"}},
		"every row": {rule: pack.Rule{Check: "persons < 7 and times > 0", Weight: "soft"},
			want: []string{"own@a.persons", "own@b.persons", "own@total.persons"}},
		"one row": {rule: pack.Rule{Check: "persons[row=b] > persons[row=a]", Weight: "hard"}, want: []string{"own!@b.persons"}},
		"share of the total": {rule: pack.Rule{Check: "persons / persons[row=total] <= 0.5 or persons = persons[row=total]"},
			want: []string{"own!@a.persons"}},
		"cannot be told": {rule: pack.Rule{Check: "persons > 100"},
			set:  map[rule.Key]rule.Cell{{Row: "a", Field: "persons"}: {State: formula.Withheld}},
			want: []string{"own!@b.persons", "own!@total.persons"}},
		"division by nothing": {rule: pack.Rule{Check: "times / persons < 2"},
			set:  map[rule.Key]rule.Cell{{Row: "a", Field: "persons"}: {State: formula.Nil}},
			want: []string{"own!@total.times"}},
		"one side decides": {rule: pack.Rule{Check: "persons = 0 or times / persons < 2"},
			set:  map[rule.Key]rule.Cell{{Row: "a", Field: "persons"}: {State: formula.Nil}},
			want: []string{"own!@total.persons"}},
		"missing": {rule: pack.Rule{Check: "not missing(times)"},
			set: map[rule.Key]rule.Cell{{Row: "b", Field: "times"}: {}}, want: []string{"own!@b.times"}},
		"decimals":       {rule: pack.Rule{Check: "space = 9.5"}, want: []string{"own!@a.space"}},
		"yes and no":     {rule: pack.Rule{Check: "open = 1"}, want: []string{"own!@b.open"}},
		"no last period": {rule: pack.Rule{Check: "persons >= prev(persons, 1)"}},
		"last period": {rule: pack.Rule{Check: "persons >= prev(persons, 1)"},
			last: map[rule.Key]rule.Cell{{Row: "a", Field: "persons"}: value(11), {Row: "b", Field: "persons"}: value(7)},
			want: []string{"own!@a.persons"}},
		"compulsory pair holds": {rule: pack.Rule{Kind: "compulsory", Pair: []string{"persons", "times"}}},
		"compulsory pair": {rule: pack.Rule{Kind: "compulsory", Pair: []string{"persons", "times"}},
			set: map[rule.Key]rule.Cell{{Row: "b", Field: "times"}: {}}, want: []string{"own!@b.times"}},
		"compulsory with text": {rule: pack.Rule{Kind: "compulsory", Pair: []string{"kind", "host"}, Weight: "soft"},
			set: map[rule.Key]rule.Cell{{Row: "a", Field: "host"}: {}}, want: []string{"own@a.host"}},
		"exclusive pair": {rule: pack.Rule{Kind: "exclusive", Pair: []string{"space", "open"}}, want: []string{"own!@a.open"}},
		"exclusive and nothing": {rule: pack.Rule{Kind: "exclusive", Pair: []string{"space", "open"}},
			set: map[rule.Key]rule.Cell{{Row: "a", Field: "open"}: value(0)}},
		"bad rule": {rule: pack.Rule{Check: "persons <="}},
	} {
		tt.rule.Code = "own"
		tt.rule.Text = pack.Text{"zh-CN": "请核对。", "en": "Check."}
		s := sheet(tt.rule)
		s.Last = tt.last
		for k, c := range tt.set {
			s.Cells[k] = c
		}
		got := rule.Check(s, rule.Params{Change: "0"})
		got = slices.DeleteFunc(got, func(f rule.Finding) bool { return f.Rule != "own" })
		if diff := cmp.Diff(tt.want, found(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		for _, f := range got {
			if f.Own.In("en") != "Check." || f.Text != "" {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

// long is a form of one row and many fields.
func long(n int) (pack.Form, []rule.Key) {
	f := pack.Form{Code: "base8", Rows: pack.Rows{Kind: "single"}}
	var keys []rule.Key
	for i := range n {
		code := fmt.Sprintf("f%d", i)
		f.Fields = append(f.Fields, pack.Field{Code: code, Type: "count"})
		keys = append(keys, rule.Key{Row: pack.SingleRow, Field: code})
	}
	return f, keys
}

func TestPatterns(t *testing.T) {
	noon := time.Date(2024, 4, 3, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		num  func(i int) int64
		last func(i int) int64
		at   func(i int) time.Time
		want []string
	}{
		"nothing":         {num: func(i int) int64 { return int64(11 + 2*i) }},
		"round":           {num: func(i int) int64 { return int64(5 + 5*i) }, want: []string{"round@."}},
		"eight of ten":    {num: func(i int) int64 { return int64(10*i + 10 + i/8) }},
		"few numbers":     {num: func(i int) int64 { return int64(50 * (i % 2)) }},
		"copied":          {num: func(i int) int64 { return int64(11 + 2*i) }, last: func(i int) int64 { return int64(11 + 2*i) }, want: []string{"copied@."}},
		"one differs":     {num: func(i int) int64 { return int64(11 + 2*i) }, last: func(i int) int64 { return int64(11 + 2*i + i/9) }},
		"zero was more":   {num: func(i int) int64 { return int64(7 * (i)) }, last: func(i int) int64 { return int64(7 * max(i, 1)) }},
		"within a minute": {num: func(i int) int64 { return int64(11 + 2*i) }, at: func(i int) time.Time { return noon.Add(time.Duration(i) * 5 * time.Second) }, want: []string{"same_minute@."}},
		"slowly":          {num: func(i int) int64 { return int64(11 + 2*i) }, at: func(i int) time.Time { return noon.Add(time.Duration(i) * 7 * time.Second) }},
		"at one stroke":   {num: func(i int) int64 { return int64(11 + 2*i) }, at: func(int) time.Time { return noon }},
	} {
		f, keys := long(10)
		s := rule.Sheet{Form: f, Rows: f.FixedRows(), Cells: map[rule.Key]rule.Cell{}}
		for i, k := range keys {
			c := value(tt.num(i))
			if tt.at != nil {
				c.At = tt.at(i)
			}
			s.Cells[k] = c
			if tt.last != nil {
				if s.Last == nil {
					s.Last = map[rule.Key]rule.Cell{}
				}
				s.Last[k] = value(tt.last(i))
			}
		}
		got := rule.Check(s, rule.Params{Minimum: 10, Change: "0"})
		if diff := cmp.Diff(tt.want, found(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		texts(t, got)
	}
}

// "0" turns a check off.
func TestOff(t *testing.T) {
	f, keys := long(12)
	s := rule.Sheet{Form: f, Rows: f.FixedRows(), Cells: map[rule.Key]rule.Cell{}, Last: map[rule.Key]rule.Cell{}, Peers: map[rule.Key][]int64{}}
	for _, k := range keys {
		s.Cells[k], s.Last[k], s.Peers[k] = value(1000), value(10), []int64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	}
	if got := rule.Check(s, rule.Params{}); len(got) != 25 {
		t.Errorf("%v", found(got))
	}
	if got := rule.Check(s, rule.Params{Change: "0", RobustZ: "0", Round: "0"}); got != nil {
		t.Errorf("%v", found(got))
	}
}

// The order does not depend on that of the rules, and findings on the whole
// return come last.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sheet(pack.Rule{Code: "z", Check: "persons > 5000"}, pack.Rule{Code: "y", Check: "space > 5000"}, pack.Rule{Code: "x", Check: "times > 5000"})
		s.Form.Rules = rapid.Permutation(s.Form.Rules).Draw(t, "rules")
		want := []string{"z!@a.persons", "x!@a.times", "y!@a.space", "z!@b.persons", "x!@b.times", "y!@b.space", "z!@total.persons", "x!@total.times"}
		if diff := cmp.Diff(want, found(rule.Check(s, rule.Params{}))); diff != "" {
			t.Fatal(diff)
		}
	})
}
