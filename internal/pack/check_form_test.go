package pack_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"xuedu/internal/pack"
)

const goodForm = `code: own1
name: {zh-CN: 表, en: Form}
levels: [community]
kind: span
period: quarter
basis: {zh-CN: 依据, en: Basis}
rows:
  kind: fixed
  fixed:
    - {code: health, name: {zh-CN: 健康, en: Health}, filter: {theme: health}}
    - {code: total, name: {zh-CN: 合计, en: Total}, total: true}
fields:
  - {code: a, name: {zh-CN: 甲, en: A}, type: count, unit: person, min: "0", max: "9", derive: participants}
  - {code: b, name: {zh-CN: 乙, en: B}, type: decimal, decimals: 2, rows: [total]}
rules:
  - {code: r, text: {zh-CN: 甲不大于乙, en: A within B}, check: a <= b}
`

// Every mistake in a form has its own message at its own place.
func TestFormProblems(t *testing.T) {
	p := embedded(t, "beijing-2021")
	if _, bad := p.ReadForm("own.yaml", goodForm); len(bad) > 0 {
		t.Fatal(bad)
	}
	for _, tt := range []struct{ old, new, want string }{
		{"theme: health", "theme: weather", "own.yaml:10:69 pack.problem.no_theme"},
		{"code: total, name", "code: health, name", "own.yaml:11:14 pack.problem.code_twice_at"},
		{"total: true", "total: true, typed: true", "own.yaml:11:71 pack.problem.row_typed"},
		{"  kind: fixed\n", "  kind: fixed\n  from: people\n", "own.yaml:9:9 pack.problem.no_register"},
		{"kind: fixed\n", "kind: single\n", "own.yaml:10:5 pack.problem.rows_idle"},
		{"unit: person", "unit: parsec", "own.yaml:13:59 pack.problem.no_unit"},
		{"max: \"9\"", "max: \"-9\"", "own.yaml:13:82 pack.problem.order"},
		{"derive: participants}", "derive: participants +}", "own.yaml:13:109 formula."},
		{"derive: participants}", "derive: participants, carry: true}", "own.yaml:13:95 pack.problem.derive_typed"},
		{"derive: participants}", "derive: org.code}", "own.yaml:13:95 pack.problem.derive_rows"},
		{"derive: participants}", "indicators: [Z99]}", "own.yaml:13:100 pack.problem.no_indicator"},
		{"rows: [total]", "rows: [sum]", "own.yaml:14:75 pack.problem.no_row"},
		{"type: decimal", "type: count", "own.yaml:14:63 pack.problem.decimals"},
		{"type: decimal, decimals: 2", "type: choice", "own.yaml:14:5 pack.problem.choices"},
		{"type: decimal, decimals: 2", "type: text, min: \"1\"", "own.yaml:14:5 pack.problem.min_max"},
		{"type: decimal, decimals: 2", "type: text, unit: person", "own.yaml:14:5 pack.problem.no_number_field"},
		{"code: b", "code: a", "own.yaml:14:12 pack.problem.code_twice_at"},
		{"check: a <= b", "check: a <= (b", "own.yaml:16:67 formula."},
		{"check: a <= b", "pair: [a, b]", "own.yaml:16:5 pack.problem.rule_check"},
		{"check: a <= b", "kind: compulsory, check: a <= b", "own.yaml:16:5 pack.problem.rule_pair"},
		{"check: a <= b", "kind: exclusive, pair: [a, c]", "own.yaml:16:80 pack.problem.no_field"},
		{"basis: {zh-CN: 依据, en: Basis}", "basis: {zh-CN: 依据}", "own.yaml:6:8 pack.problem.no_text_in"},
		{"levels: [community]", "levels: [galaxy]", "own.yaml:3:10 pack.problem.enum"},
		{"basis:", "summary_of: base9\nbasis:", "own.yaml:6:13 pack.problem.no_form"},
		{"basis:", "summary_of: sum2\nbasis:", "own.yaml:6:13 pack.problem.summary_of_summary"},
		{"basis:", "summary_of: base4\nbasis:", "own.yaml:5:9 pack.problem.summary_period"},
	} {
		if !strings.Contains(goodForm, tt.old) {
			t.Fatal(tt.old)
		}
		_, bad := p.ReadForm("own.yaml", strings.Replace(goodForm, tt.old, tt.new, 1))
		var got []string
		for _, b := range bad {
			got = append(got, b.Where()+" "+b.Key)
		}
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, tt.want) }) {
			t.Errorf("%q: %v, want %s", tt.new, got, tt.want)
		}
	}
}

// A pack with forms and rules of the law says what differs in another edition.
func TestFormsDiffer(t *testing.T) {
	src, files := folder(t, "beijing-2021"), []pack.File{}
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(src, name)
		text := string(b)
		switch name {
		case "forms/base5.yaml":
			text = strings.Replace(text, "check: trained <= on_post", "check: trained <= on_post + 1", 1)
			text = strings.Replace(text, "due_days: 5", "due_days: 7", 1)
		case "statistics.yaml":
			text = strings.Replace(text, "types: [city-body, district-body]", "types: [city-body]", 1)
		}
		files = append(files, pack.NewFile(name, text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b, bad := pack.FromFiles(files)
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	got := fmt.Sprint(pack.Diff(embedded(t, "beijing-2021"), b))
	for _, want := range []string{`changed form base5: due_days "5" → "7"`, `changed form_rule base5/trained_within_post`, "added form_issuer city-body", "removed form_issuer city-body district-body"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

// A summary has the rows and fields of the form it sums up.
func TestSummaries(t *testing.T) {
	p := embedded(t, "beijing-2021")
	for _, f := range p.Forms {
		for _, r := range f.FixedRows() {
			for _, fd := range f.Fields {
				if o := f.Origin(r, fd); f.SummaryOf != "" && o == pack.CellTyped {
					t.Errorf("%s %s.%s is typed", f.Code, r.Code, fd.Code)
				}
			}
		}
	}
	sum2 := p.Form("sum2")
	for code, want := range map[string]string{"persons": pack.CellDerived, "times": pack.CellSummed, "other_times": pack.CellSummed} {
		fd, _ := sum2.Field(code)
		if got := sum2.Origin(pack.Row{Code: "total", Total: true}, fd); got != want {
			t.Errorf("%s is %s, want %s", code, got, want)
		}
	}
	if _, ok := p.Form("sum1").Field("ramp"); ok {
		t.Error("yes and no are summed up")
	}
}

func FuzzReadForm(f *testing.F) {
	f.Add(goodForm)
	f.Add("code: x\nsummary_of: base1\n")
	f.Add("fields: [")
	p := embedded(f, "beijing-2021")
	f.Fuzz(func(t *testing.T, text string) {
		file, bad := p.ReadForm("f.yaml", text)
		if file.Form.Code == "" && len(bad) == 0 {
			t.Error("nothing was read and nothing is wrong")
		}
		if len(bad) == 0 {
			if _, err := file.Form.YAML(); err != nil {
				t.Error(err)
			}
		}
	})
}
