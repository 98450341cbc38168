package report

import (
	"html/template"
	"strconv"

	"xuedu/internal/ledger"
)

func (b *builder) newTable(t *Table, title, note string) Block {
	b.tables++
	return Block{Table: b.table(t, b.t("report.table", "N", b.tables, "Title", title), note)}
}

func (b *builder) newFigure(id, title, note string, svg template.HTML) *Drawing {
	b.figures++
	return &Drawing{ID: "f-" + id, Title: b.t("report.figure", "N", b.figures, "Title", title), Note: note, SVG: svg}
}

// rules says how was counted, how much was covered, and what is missing.
func (b *builder) rules() []Block {
	r, c := b.data.Rules, b.data.Coverage
	var list []string
	for _, m := range measures {
		rule := b.t("figure.rule."+string(m), "Minutes", r.CreditMinutes, "Sessions", r.RegularSessions, "Credits", r.RegularCredits)
		list = append(list, b.t("report.rule", "Measure", b.t("figure.measure."+string(m)), "Rule", rule))
	}
	list = append(list, b.t("report.rule.home"), b.t("report.rule.year_before"), b.t("report.rule.states"))
	covered := b.t("report.coverage", "Recorded", grouped(c.Recorded), "Registered", grouped(c.Registered), "DaysHeld", c.DaysHeld, "Days", c.Days)
	out := []Block{{List: list}, {Para: []Part{{Text: covered}}}}
	if len(b.data.Population) == 0 {
		return append(out, Block{Para: b.say("report.no_population")})
	}
	return append(out, Block{Para: b.say("report.population")}, Block{Facts: b.populations()})
}

// populations lists what the rates divide by; many areas of one source are
// one line.
func (b *builder) populations() []Fact {
	var out []Fact
	seen := map[string]int{}
	for _, p := range b.data.Population {
		key := p.AsOf + p.Source
		if i, ok := seen[key]; ok {
			out[i].Text += b.t("report.population.area", "Area", b.areaName(p.Area), "Persons", grouped(p.Persons))
			continue
		}
		seen[key] = len(out)
		out = append(out, Fact{Term: b.date(p.AsOf), Text: b.t("report.population.source", "Source", ledger.SourceIn(p.Source, b.lang), "Area", b.areaName(p.Area), "Persons", grouped(p.Persons))})
	}
	return out
}

func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// check says what the digest is of and how to recompute it.
func (b *builder) check() []Block {
	d := b.data
	return []Block{{Facts: []Fact{
		{Term: b.t("report.fact.digest"), Text: "SHA-256 " + b.view.Digest, Code: true},
		{Term: b.t("report.fact.pack"), Text: d.Pack.Name + " " + d.Pack.Version + " · " + short(d.Pack.Digest), Code: true},
		{Term: b.t("report.fact.tree"), Text: short(d.AreaTree), Code: true},
	}}, {Steps: []string{
		b.t("report.check.file", "File", DataFile(d.Area)),
		b.t("report.check.sum", "Command", "sha256sum "+DataFile(d.Area)),
		b.t("report.check.again", "Command", "xuedu report build --period "+d.Period.Name+" --area "+d.Area+" --out DIR"),
	}}}
}
