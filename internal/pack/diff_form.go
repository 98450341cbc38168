package pack

import (
	"fmt"
	"slices"
	"strings"
)

// fields writes a form as fields that can be compared.
func (f Form) fields() fields {
	out := fields{"owner": f.Owner, "levels": strings.Join(f.Levels, " "), "kind": f.Kind, "period": f.Period, "due_days": fmt.Sprint(f.DueDays),
		"cell_minutes": f.CellMinutes, "summary_of": f.SummaryOf, "signatures": strings.Join(f.Signatures, " "),
		"head": strings.TrimSpace(f.Head.Number + " " + f.Head.Document + " " + f.Head.From + " " + f.Head.Until)}
	return out.text("name", f.Name).text("scope", f.Scope).text("instructions", f.Instructions).text("basis", f.Basis)
}

// fields writes a field of a form as fields that can be compared.
func (fd Field) fields() fields {
	out := fields{"type": fd.Type, "unit": fd.Unit, "decimals": fmt.Sprint(fd.Decimals), "range": strings.Trim(fd.Min+".."+fd.Max, "."),
		"derive": fd.Derive, "same_as": fd.SameAs, "area": fd.Area, "time": fd.Time, "until": fd.Until, "rows": strings.Join(fd.Rows, " "),
		"required": fmt.Sprint(fd.Required), "carry": fmt.Sprint(fd.Carry), "indicators": strings.Join(fd.Indicators, " "),
		"choices": strings.Join(codesOf(fd.Choices), " ")}
	return out.text("name", fd.Name).text("note", fd.Note).text("basis", fd.Basis)
}

// forms adds the forms with their fields, rows and rules, each a thing of its own.
func (x index) forms(list []Form) {
	for _, f := range list {
		x.add(KindStatForm, f.Code, f.fields())
		for i, fd := range f.Fields {
			fs := fd.fields()
			fs["place"] = fmt.Sprint(i + 1)
			x.add(KindFormField, f.Code+"."+fd.Code, fs)
		}
		for i, r := range f.Rows.Fixed {
			var filter []string
			for k, v := range r.Filter {
				filter = append(filter, k+"="+v)
			}
			slices.Sort(filter)
			x.add(KindFormRow, f.Code+"/"+r.Code, fields{"place": fmt.Sprint(i + 1), "filter": strings.Join(filter, " "),
				"typed": fmt.Sprint(r.Typed), "total": fmt.Sprint(r.Total)}.text("name", r.Name))
		}
		for _, r := range f.Rules {
			x.add(KindFormRule, f.Code+"/"+r.Code, fields{"check": r.Check, "pair": strings.Join(r.Pair, " "), "kind": r.Kind, "weight": r.Weight}.text("text", r.Text))
		}
	}
}

// statistics adds what the law asks of forms.
func (x index) statistics(s Statistics) {
	for _, i := range s.Issuers {
		x.add(KindIssuer, strings.Join(i.Types, " "), fields{"basis": strings.Join(i.Basis, " ")}.text("approver", i.Approver))
	}
	for _, l := range s.Laws {
		x.add(KindLaw, l.Code, fields{"grounds": strings.Join(l.Grounds, " ")}.text("name", l.Name).text("text", l.Text))
	}
}
