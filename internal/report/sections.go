package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/chart"
	"xuedu/internal/ledger"
)

// builder writes the sections of a bulletin in their order.
type builder struct {
	*words
	view            *View
	figures, tables int
}

func (b *builder) build() {
	b.section("overview", b.overview)
	b.section("who", b.who)
	b.section("what", b.what)
	if len(b.data.table(TableAreas).Rows) > 0 {
		b.section("areas", b.areas)
	}
	b.section("trend", b.trend)
	b.section("rules", b.rules)
	b.section("check", b.check)
}

func (b *builder) section(id string, blocks func() []Block) {
	n := len(b.view.Sections)
	s := Section{ID: "s-" + id, Title: b.t("report.section." + id), Blocks: blocks()}
	s.No = strconv.Itoa(n + 1)
	if names := numerals[b.lang]; n < len(names) {
		s.No = names[n]
	}
	b.view.Sections = append(b.view.Sections, s)
}

// bound is a figure that stands in a sentence.
type bound struct {
	text string
	q    ledger.Query
}

// say writes a sentence with figures bound to their questions. args are name,
// value pairs; a value is a bound figure or plain text.
func (b *builder) say(key string, args ...any) []Part {
	const open, end = "\x01", "\x02"
	var figures []bound
	for i := 1; i < len(args); i += 2 {
		if f, ok := args[i].(bound); ok {
			args[i] = fmt.Sprint(open, len(figures), end)
			figures = append(figures, f)
		}
	}
	var out []Part
	rest := b.t(key, args...)
	for {
		text, after, found := strings.Cut(rest, open)
		if text != "" {
			out = append(out, Part{Text: text})
		}
		if !found {
			return out
		}
		no, tail, _ := strings.Cut(after, end)
		n, _ := strconv.Atoi(no) // written above
		out = append(out, Part{Text: figures[n].text, Href: b.href(figures[n].q), Bound: true})
		rest = tail
	}
}

// fig is a cell as a bound figure with its unit; ok is false if it is missing.
func (b *builder) fig(key, column, row string) (f bound, ok bool) {
	t := b.data.table(key)
	c := t.cell(row, column)
	m := measureOf(key, column, row)
	text := b.number(c, m)
	if text == "" {
		return f, false
	}
	return bound{text: b.t("report.amount."+string(m), "Count", text), q: b.query(key, column, row)}, true
}

func (b *builder) now(m ledger.Measure) (bound, bool) { return b.fig(TableSummary, "now", string(m)) }

func (b *builder) overview() []Block {
	persons, ok := b.now(ledger.Participants)
	args := []any{"Period", b.view.Period, "Area", b.areaName(b.data.Area)}
	if !ok {
		return []Block{{Para: b.say("report.none", args...)}}
	}
	first := b.say("report.persons", append(args, "Persons", persons)...)
	if rate, ok := b.now(ledger.Rate); ok {
		first = b.say("report.persons_rate", append(args, "Persons", persons, "Rate", rate)...)
	}
	times, _ := b.now(ledger.Attendances)
	heads, _ := b.now(ledger.Headcount)
	hours, _ := b.now(ledger.Hours)
	first = append(first, b.say("report.times", "Times", times, "Heads", heads, "Hours", hours)...)
	if regular, ok := b.now(ledger.Regular); ok {
		first = append(first, b.say("report.regular", "Persons", regular)...)
	}
	t := b.data.table(TableSummary)
	return []Block{{Para: first}, {Para: b.change()}, b.newTable(t, b.t("report.table.summary"), b.t("report.table.summary.note"))}
}

// change compares with the same time a year before, or says why it does not.
func (b *builder) change() []Part {
	if !b.data.Period.Complete {
		return b.say("report.not_yet")
	}
	before, ok := b.fig(TableSummary, colYearBefore, string(ledger.Participants))
	if !ok {
		return b.say("report.no_comparison")
	}
	t := b.data.table(TableSummary)
	now, _ := t.cell(string(ledger.Participants), "now").Number()
	was, _ := t.cell(string(ledger.Participants), colYearBefore).Number()
	key := "report.same"
	switch now.Cmp(was) {
	case 1:
		key = "report.more"
	case -1:
		key = "report.fewer"
	}
	diff := *now
	if _, err := ledger.Rounding.Sub(&diff, now, was); err != nil {
		return b.say("report.no_comparison")
	}
	diff.Negative = false
	return b.say(key, "Before", before, "Diff", b.t("report.amount.participants", "Count", ledger.Rounded(&diff, 0)))
}

func (b *builder) who() []Block {
	age, sex := b.data.table(TableAge), b.data.table(TableSex)
	var out []Block
	if top := b.top(age, string(ledger.Participants), 2); len(top) == 2 {
		f, _ := b.fig(TableAge, string(ledger.Participants), top[0])
		g, _ := b.fig(TableAge, string(ledger.Participants), top[1])
		out = append(out, Block{Para: b.say("report.ages", "First", b.code(TableAge, top[0]), "N1", f, "Second", b.code(TableAge, top[1]), "N2", g)})
	}
	return append(out, b.bars(age, string(ledger.Participants), b.t("report.figure.age")),
		b.newTable(age, b.t("report.table.age"), b.t("report.by_home")), b.newTable(sex, b.t("report.table.sex"), b.t("report.by_home")))
}

func (b *builder) what() []Block {
	theme, mode := b.data.table(TableTheme), b.data.table(TableMode)
	var out []Block
	if top := b.top(theme, string(ledger.Attendances), 3); len(top) == 3 {
		args := []any{}
		for i, code := range top {
			f, _ := b.fig(TableTheme, string(ledger.Attendances), code)
			args = append(args, fmt.Sprint("Theme", i+1), b.code(TableTheme, code), fmt.Sprint("N", i+1), f)
		}
		out = append(out, Block{Para: b.say("report.themes", args...)})
	}
	return append(out, b.bars(theme, string(ledger.Attendances), b.t("report.figure.theme")),
		b.newTable(theme, b.t("report.table.theme"), b.t("report.not_additive")), b.newTable(mode, b.t("report.table.mode"), b.t("report.not_additive")))
}

// top returns the codes of the n largest rows of a column, unknown ones left out.
func (b *builder) top(t *Table, column string, n int) []string {
	var codes []string
	for _, r := range t.Rows {
		if d, ok := t.cell(r.Code, column).Number(); ok && r.Code != "" && d.Sign() > 0 {
			codes = append(codes, r.Code)
		}
	}
	slices.SortStableFunc(codes, func(x, y string) int {
		a, _ := t.cell(x, column).Number()
		c, _ := t.cell(y, column).Number()
		return c.Cmp(a)
	})
	return codes[:min(n, len(codes))]
}

func (b *builder) areas() []Block {
	t := b.data.table(TableAreas)
	out := []Block{{Para: b.say("report.areas")}}
	if d := b.drawMap(t); d != nil {
		out = append(out, Block{Figure: d})
	}
	note := b.t("report.table.areas.note")
	return append(out, b.newTable(t, b.t("report.table.areas"), note))
}

// drawMap draws the rates of the areas, where the pack has outlines of them.
func (b *builder) drawMap(t *Table) *Drawing {
	o := b.s.Map()
	if o == nil || !slices.Contains(t.Columns, string(ledger.Rate)) {
		return nil
	}
	values, shown := map[string]chart.Point{}, []float64{}
	codes := o.Codes()
	for _, r := range t.Rows {
		c := t.cell(r.Code, string(ledger.Rate))
		p := b.point("", c, ledger.Rate)
		values[r.Code] = p
		if slices.Contains(codes, r.Code) && !p.Missing {
			shown = append(shown, p.Value)
		}
	}
	if len(shown) == 0 {
		return nil
	}
	limits := chart.Steps(shown, 5)
	b.view.Defs = chart.Defs
	svg := chart.Map(chart.Choropleth{Head: chart.Head{ID: "map", Title: b.t("report.figure.map"), Desc: b.t("figure.map.desc")},
		Outlines: o, Lang: b.lang, Values: values, Limits: limits})
	svg += chart.Legend(b.t("figure.map.steps"), limits, func(v float64) string { return chart.Grouped(v) + "%" },
		chart.LegendWords{Below: b.t("figure.map.below"), Above: b.t("figure.map.above")})
	return b.newFigure("map", b.t("report.figure.map"), b.t("report.figure.map.note", "Source", o.Source), svg)
}

func (b *builder) trend() []Block {
	t := b.data.table(TableTrend)
	if len(t.Rows) == 0 {
		return []Block{{Para: b.say("report.no_trend")}}
	}
	var points []chart.Point
	for _, r := range t.Rows {
		p := b.point("", t.cell(r.Code, string(ledger.Participants)), ledger.Participants)
		p.Label, p.Group = b.shortName(r.Code)
		if r.Running {
			p.Text += b.t("figure.bracket", "Text", b.t("report.running"))
		}
		points = append(points, p)
	}
	title := b.t("report.figure.trend")
	last := points[len(points)-1]
	svg := chart.Line(chart.Trend{Head: chart.Head{ID: "trend", Title: title, Desc: b.t("figure.trend.desc", "From", b.periodName(t.Rows[0].Code), "A", points[0].Text,
		"To", b.periodName(t.Rows[len(t.Rows)-1].Code), "B", last.Text)}, Points: points})
	return []Block{{Figure: b.newFigure("trend", title, b.t("report.figure.trend.note"), svg)}, b.newTable(t, b.t("report.table.trend"), b.t("report.table.trend.note"))}
}

func (b *builder) point(label string, c Cell, m ledger.Measure) chart.Point {
	p := chart.Point{Label: label, Text: b.number(c, m)}
	d, ok := c.Number()
	if !ok {
		p.Missing, p.Text = true, b.state(c)
		return p
	}
	p.Value, _ = d.Float64()
	return p
}

// bars draws a column of a table, with a year before where there is one.
func (b *builder) bars(t *Table, column, title string) Block {
	c := chart.Comparison{Head: chart.Head{ID: "bars-" + t.Key, Title: title, Desc: b.t("report.see_table", "N", b.tables+1)}, Name: b.periodName(b.data.Period.Name)}
	m := ledger.Measure(column)
	compared := false
	for _, r := range t.Rows {
		c.Points = append(c.Points, b.point(b.code(t.Key, r.Code), t.cell(r.Code, column), m))
		past := b.point("", t.cell(r.Code, colYearBefore), m)
		compared = compared || !past.Missing
		c.Past = append(c.Past, past)
	}
	if !compared || m != ledger.Participants {
		c.Past, c.Name = nil, ""
	} else if before, ok := shift(b.period(), -12); ok {
		c.PastName = b.periodName(before.Name)
	}
	return Block{Figure: b.newFigure("bars-"+t.Key, title, cmp.Or(b.unit(m), "")+b.t("figure.comma")+b.view.Period, chart.Bars(c))}
}
