package pack

import (
	"strconv"
	"strings"
)

// fields writes an indicator as fields that can be compared.
func (d Indicator) fields() fields {
	f := fields{"group": d.Group, "formula": d.Formula, "unit": d.Unit, "places": strconv.Itoa(int(d.Places)), "direction": d.Direction,
		"collection": strings.Join(d.Collection, " "), "missing": strings.TrimSpace(d.Missing.Policy + " " + d.Missing.Share),
		"periods": strings.Join(d.Periods, " "), "levels": strings.Join(d.Levels, " "), "by": strings.Join(d.By, " "),
		"clauses": strings.Join(d.Clauses, " "), "tags": strings.Join(d.Tags, " "), "core": strconv.FormatBool(d.Core)}
	return f.text("name", d.Name).text("note", d.Note).text("missing.why", d.Missing.Why)
}

// indicators adds the catalogue of indicators: versions are things of their own.
func (x index) indicators(in Indicators) {
	for i, g := range in.Groups {
		x.add(KindIndicatorGroup, g.Code, fields{"place": strconv.Itoa(i + 1)}.text("name", g.Name))
	}
	for _, u := range in.Units {
		x.add(KindUnit, u.Code, fields{"dim": u.Dim}.text("name", u.Name))
	}
	for _, l := range in.Tags {
		for _, t := range l.Tags {
			x.add(KindTag, l.Code+":"+t.Code, fields{}.text("name", t.Name).text("list", l.Name))
		}
	}
	for _, d := range in.Definitions {
		x.add(KindIndicator, d.Code+" "+d.From, d.fields())
	}
}
