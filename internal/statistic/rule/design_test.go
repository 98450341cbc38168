package rule_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/pack"
	"xuedu/internal/statistic/rule"
	"xuedu/packs"
)

func TestCheckForm(t *testing.T) {
	for name, tt := range map[string]struct {
		rule pack.Rule
		want []string
	}{
		"good":            {pack.Rule{Check: "persons[row=a] <= times and missing(space)"}, nil},
		"unknown":         {pack.Rule{Check: "zzz > 1 and person > 2"}, []string{"rule.unknown_field@zzz", "rule.unknown_field_near@person"}},
		"text":            {pack.Rule{Check: "host = 1"}, []string{"rule.text_field@host"}},
		"number":          {pack.Rule{Check: "persons + times"}, []string{"rule.not_truth@persons + times"}},
		"no field":        {pack.Rule{Check: "1 < 2"}, []string{"rule.no_field@1 < 2"}},
		"row":             {pack.Rule{Check: "persons[row=c] > 1"}, []string{"formula.unknown_value@row=c"}},
		"row not asked":   {pack.Rule{Check: "space[row=total] > 1"}, []string{"formula.unknown_value@row=total"}},
		"dimension":       {pack.Rule{Check: "persons[sex=f] > 1"}, []string{"formula.unknown_dim@sex=f"}},
		"areas":           {pack.Rule{Check: "count_units(persons > 1, level=city) > 1"}, []string{"rule.not_here@count_units(persons > 1, level=city) > 1"}},
		"target":          {pack.Rule{Check: "persons > target(persons)"}, []string{"rule.not_here@persons > target(persons)"}},
		"too far back":    {pack.Rule{Check: "persons > prev(persons, 2)"}, []string{"rule.one_back@persons > prev(persons, 2)"}},
		"cannot be read":  {pack.Rule{Check: "persons >"}, []string{"formula.unfinished@"}},
		"kind":            {pack.Rule{Kind: "sum"}, []string{"rule.no_kind@"}},
		"pair":            {pack.Rule{Kind: "exclusive", Pair: []string{"host", "space"}}, nil},
		"pair of one":     {pack.Rule{Kind: "compulsory", Pair: []string{"host"}}, []string{"rule.short_pair@"}},
		"pair of unknown": {pack.Rule{Kind: "compulsory", Pair: []string{"host", "hots"}}, []string{"rule.unknown_field@"}},
		"code":            {pack.Rule{Code: "outlier", Check: "persons > 1"}, []string{"rule.code_taken@"}},
	} {
		if tt.rule.Code == "" {
			tt.rule.Code = "own"
		}
		var got []string
		for _, f := range rule.CheckForm(form(tt.rule)) {
			got = append(got, f.Key+"@"+tt.rule.Check[f.Offset:f.Offset+f.Length])
			texts(t, []rule.Finding{{Text: f.Key, Args: f.Args}})
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	two := form(pack.Rule{Code: "own", Check: "persons > 1"}, pack.Rule{Code: "own", Check: "persons > 2"})
	if got := rule.CheckForm(two); len(got) != 1 || got[0].Key != "rule.code_taken" {
		t.Errorf("%v", got)
	}
}

// The rules of the packs that come with the program are sound.
func TestPacks(t *testing.T) {
	for _, name := range packs.Names {
		fsys, err := packs.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := pack.Load(fsys)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range p.Forms {
			for _, x := range rule.CheckForm(f) {
				t.Errorf("%s, %s: %s %s %v", name, f.Code, x.Rule, x.Key, x.Args)
			}
		}
	}
}
