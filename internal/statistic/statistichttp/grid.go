package statistichttp

import (
	"net/url"
	"slices"
	"strconv"

	"xuedu/internal/formula"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/pack"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
)

// grid is a sheet as a table: a line for each row of the form, or, where the
// form has one row only, a line for each of its fields.
type grid struct {
	Form   pack.Form
	Corner string  // head of the column of row names
	Groups []group // heads above several columns; nil = none
	Cols   []col
	Rows   []line
	Says   []say // of the whole return
	Single bool
	Edit   bool // some cell can be typed into
}

type group struct {
	Text string
	Span int
}

type col struct {
	Code, Name, Unit, Note string
	Number                 bool
}

// line is a row of the sheet with what is said of its cells.
type line struct {
	No         int
	Code, Name string
	Total      bool
	Cells      []cell
	Says       []say
}

// cell is one cell as the page shows it.
type cell struct {
	ID, Name string // of the field
	At       string // row and column, for the script: 3:5
	Label    string // row and column in words
	Kind     string // number, text, choice; "" = cannot be typed into
	Value    string
	Options  []option
	Shown    figureview.Cell
	Number   bool
	Asked    bool   // the field is asked in this row
	Origin   string // derived, summed, carried, typed
	Last     string // last period
	Back     bool   // returned and not yet corrected
	Noted    int
	Finding  string // hard, soft, or ""
	Error    bool
	Owed     bool   // has to be filled in, and is not yet
	Says     string // ids of what is said of it
	Href     string // its own page
	Tick     bool   // can be returned
}

// say is one remark under a row: what is wrong, what came back, what is odd.
type say struct {
	ID, Kind, Where, Text string // Kind: error, back, hard, soft, told
	Cell                  string // id of the field it speaks of
	Name, Value           string // field for the explanation
}

// fieldName is the name of a cell's field in the form of the page.
func fieldName(k rule.Key) string { return "c:" + k.Field + ":" + k.Row }

// gridder makes a grid from a sheet.
type gridder struct {
	p      page
	s      *statistic.Sheet
	edit   bool
	typed  map[string]string // what was typed, when the form comes back
	errors map[rule.Key]string
	tick   bool
	fields []pack.Field // that are shown
}

func (g gridder) grid() grid {
	f := g.s.Collection.Form.Form
	out := grid{Form: f, Corner: f.Rows.Name.In(g.p.Lang), Single: f.Rows.Kind == "single" && len(g.s.Rows) <= 1}
	g.fields = g.asked(f.Fields)
	for _, fl := range g.fields {
		out.Cols = append(out.Cols, col{Code: fl.Code, Name: fl.Name.In(g.p.Lang), Unit: g.p.Unit(fl.Unit), Note: fl.Note.In(g.p.Lang), Number: isNumber(fl)})
	}
	out.Groups = groups(g.fields, g.p.Lang)
	out.Says = g.whole()
	for i, r := range g.s.Rows {
		l := g.line(i, r)
		out.Edit = out.Edit || slices.ContainsFunc(l.Cells, func(c cell) bool { return c.Kind != "" })
		out.Rows = append(out.Rows, l)
	}
	return out
}

// asked lists the fields that some row has a cell for: a summary leaves out
// what cannot be summed up.
func (g gridder) asked(all []pack.Field) []pack.Field {
	there := map[string]bool{}
	for k := range g.s.Cells {
		there[k.Field] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(f pack.Field) bool { return len(there) > 0 && !there[f.Code] })
}

// whole lists the findings that speak of no single cell.
func (g gridder) whole() []say {
	out := cell{ID: "sheet"}
	var list []say
	for _, fi := range g.s.Findings {
		if _, ok := g.s.Cells[fi.Key]; ok || fi.Rule == rule.Required {
			continue
		}
		where := g.p.T("returns.whole")
		if f, ok := fieldOf(*g.s, fi.Key.Field); ok {
			where = f.Name.In(g.p.Lang)
		}
		g.finding(&out, fi, func(kind, text string) *say {
			list = append(list, say{ID: "sheet-s" + strconv.Itoa(len(list)), Kind: kind, Where: where, Text: text, Cell: "sheet"})
			return &list[len(list)-1]
		})
	}
	return list
}

// groups joins neighbours under one head; nil where no field has one.
func groups(fields []pack.Field, lang string) []group {
	var out []group
	some := false
	for _, f := range fields {
		t := f.Group.In(lang)
		some = some || t != ""
		if n := len(out); n > 0 && out[n-1].Text == t {
			out[n-1].Span++
			continue
		}
		out = append(out, group{Text: t, Span: 1})
	}
	if !some {
		return nil
	}
	return out
}

func (g gridder) line(no int, r statistic.Row) line {
	l := line{No: no, Code: r.Code, Name: r.Name, Total: r.Total}
	for i, f := range g.fields {
		k := rule.Key{Row: r.Code, Field: f.Code}
		c, says := g.cell(k, f, l, i)
		l.Cells = append(l.Cells, c)
		l.Says = append(l.Says, says...)
	}
	return l
}

func (g gridder) cell(k rule.Key, f pack.Field, l line, at int) (cell, []say) {
	sc, there := g.s.Cells[k]
	out := cell{ID: "c-" + strconv.Itoa(l.No) + "-" + strconv.Itoa(at), Name: fieldName(k), At: strconv.Itoa(l.No) + ":" + strconv.Itoa(at),
		Label: g.label(l, f), Asked: there, Number: isNumber(f),
		Shown: g.p.shown(f, sc), Origin: sc.Origin, Href: cellHref(g.s.ID, k)}
	if !out.Asked {
		return out, nil
	}
	out.Tick = g.tick && sc.Origin != statistic.OriginSummed
	if sc.Last != nil {
		out.Last = *sc.Last
	}
	if g.edit && !sc.Locked {
		g.input(&out, f, sc)
	}
	says := g.says(&out, k, f, sc)
	for _, s := range says {
		out.Says += s.ID + " "
	}
	return out, says
}

func (g gridder) label(l line, f pack.Field) string {
	if l.Name == "" {
		return f.Name.In(g.p.Lang)
	}
	return l.Name + g.p.T("figure.comma") + f.Name.In(g.p.Lang)
}

// input makes a cell one that can be typed into.
func (g gridder) input(out *cell, f pack.Field, sc statistic.Cell) {
	out.Value = g.p.typed(f, sc)
	if t, ok := g.typed[out.Name]; ok {
		out.Value = t
	}
	switch {
	case out.Number:
		out.Kind = "number"
	case f.Type == "text":
		out.Kind = "text"
	default:
		out.Kind = "choice"
		out.Options = append(g.p.choices(f), option{Value: g.p.T("returns.word.na"), Text: g.p.CellState(formula.NotApplicable)})
		for i := range out.Options {
			out.Options[i].On = out.Options[i].Value == out.Value
		}
	}
}

// says lists what is said of a cell, the most pressing first.
func (g gridder) says(out *cell, k rule.Key, f pack.Field, sc statistic.Cell) []say {
	var list []say
	add := func(kind, text string) *say {
		list = append(list, say{ID: out.ID + "-s" + strconv.Itoa(len(list)), Kind: kind, Where: f.Name.In(g.p.Lang), Text: text, Cell: out.ID})
		return &list[len(list)-1]
	}
	if text := g.errors[k]; text != "" {
		out.Error = true
		add("error", text)
	}
	for _, n := range sc.Notes {
		switch {
		case n.Kind == statistic.NoteReturn && !n.Done:
			out.Back = true
			add("back", n.Text)
		case n.Kind == statistic.NoteComment:
			out.Noted++
		}
	}
	for _, fi := range g.s.Findings {
		switch {
		case fi.Key != k:
		case fi.Rule == rule.Required:
			out.Owed = true // not wrong yet: it has only not been filled in
		default:
			g.finding(out, fi, add)
		}
	}
	return list
}

func (g gridder) finding(out *cell, fi rule.Finding, add func(kind, text string) *say) {
	text := fi.Own.In(g.p.Lang)
	if fi.Text != "" {
		text = g.p.T(fi.Text, fi.Args...)
	}
	if fi.Hard {
		out.Finding = "hard"
		add("hard", text)
		return
	}
	name := "x:" + fi.Rule + ":" + fi.Key.Field + ":" + fi.Key.Row
	told := explained(*g.s, fi.Key, fi.Rule)
	if t, ok := g.typed[name]; ok {
		told = t
	}
	kind := "told"
	if !g.s.Explained[statistic.Explained{Key: fi.Key, Rule: fi.Rule}] {
		kind = "soft"
		if out.Finding == "" {
			out.Finding = kind
		}
	}
	s := add(kind, text)
	s.Value = told
	if g.edit {
		s.Name = name
	}
}

// explained returns what was said to a finding of a rule, "" if nothing.
func explained(s statistic.Sheet, k rule.Key, of string) string {
	text := ""
	for _, n := range s.Notes {
		if n.Kind == statistic.NoteExplanation && n.Key == k && n.Rule == of {
			text = n.Text
		}
	}
	return text
}

func cellHref(id string, k rule.Key) string {
	return "/desk/returns/" + id + "/cell?" + url.Values{"row": {k.Row}, "field": {k.Field}}.Encode()
}

// fieldOf returns a field of the form of a sheet.
func fieldOf(s statistic.Sheet, code string) (pack.Field, bool) {
	for _, f := range s.Collection.Form.Fields {
		if f.Code == code {
			return f, true
		}
	}
	return pack.Field{}, false
}
