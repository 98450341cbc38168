package formhttp

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
	"xuedu/internal/statistic/form"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// noForm stands for a form that is not known any more.
var noForm pack.Form

// showPage is one form: head, fields, rows, burden, versions.
type showPage struct {
	page
	sheetPart
	F        form.Form
	Burden   form.Burden
	Word     string
	Tag      string
	Versions []formRow
	May      bool // may register
	MaySend  bool
}

// sheetPart is a form as a blank sheet with its notes.
type sheetPart struct {
	Groups  []group
	Heads   []fieldHead
	Rows    []sheetRow
	Rules   []ruleRow
	HasCell map[string]int
}

// group is a head above several columns.
type group struct {
	Name string
	Span int
}

// fieldHead is a column.
type fieldHead struct {
	pack.Field
	No         int
	Label      string
	Note       string
	UnitName   string
	How        string // where its content comes from, in words
	Why        string
	Indicators []string
}

// sheetRow is a line of the blank sheet.
type sheetRow struct {
	Name  string
	Total bool
	Cells []sheetCell
}

// sheetCell says where the content of a cell comes from.
type sheetCell struct{ Origin, Word string }

// ruleRow is a check in words.
type ruleRow struct {
	Text, Check string
	Hard        bool
}

// sheet lays a form out.
func (p page) sheet(f pack.Form) sheetPart {
	s := sheetPart{HasCell: map[string]int{}}
	for i, fd := range f.Fields {
		g := fd.Group.In(p.Lang)
		if n := len(s.Groups); n > 0 && s.Groups[n-1].Name == g {
			s.Groups[n-1].Span++
		} else {
			s.Groups = append(s.Groups, group{g, 1})
		}
		s.Heads = append(s.Heads, p.head(f, fd, i))
	}
	rows := f.FixedRows()
	if f.Rows.Kind == "repeating" {
		rows = []pack.Row{{Name: f.Rows.Name}}
	}
	for _, r := range rows {
		line := sheetRow{Name: r.Name.In(p.Lang), Total: r.Total}
		for _, fd := range f.Fields {
			o := f.Origin(r, fd)
			s.HasCell[o]++
			word := ""
			if o != pack.CellNone {
				word = p.T("form.cell." + o)
			}
			line.Cells = append(line.Cells, sheetCell{o, word})
		}
		s.Rows = append(s.Rows, line)
	}
	for _, r := range f.Rules {
		s.Rules = append(s.Rules, ruleRow{r.Text.In(p.Lang), r.Check, r.Weight != "soft"})
	}
	return s
}

func (p page) head(f pack.Form, fd pack.Field, i int) fieldHead {
	h := fieldHead{Field: fd, No: i + 1, Label: fd.Name.In(p.Lang), Note: fd.Note.In(p.Lang), UnitName: p.Unit(fd.Unit), Indicators: fd.Indicators}
	if strings.EqualFold(h.UnitName, h.Label) {
		h.UnitName = ""
	}
	switch {
	case fd.Derive != "":
		h.How = p.T("form.how.derived")
	case f.SummaryOf != "":
		h.How = p.T("form.how.summed")
	case fd.Carry:
		h.How = p.T("form.how.carried")
	default:
		h.How = p.T("form.how.typed")
	}
	if h.Why = fd.Basis.In(p.Lang); h.Why == "" {
		h.Why = f.Basis.In(p.Lang)
	}
	return h
}

// Grouped reports whether some columns stand under a head.
func (s sheetPart) Grouped() bool {
	for _, g := range s.Groups {
		if g.Name != "" {
			return true
		}
	}
	return false
}

// pick returns the version that was asked for: by number, or the one in force,
// or the newest.
func (h *handler) pick(r *http.Request) (form.Form, []form.Form, error) {
	list, err := h.Forms.Versions(r.Context(), r.PathValue("code"))
	if err != nil {
		return form.Form{}, nil, err
	}
	if v := r.FormValue("version"); v != "" {
		for _, f := range list {
			if strconv.FormatInt(f.Version, 10) == v {
				return f, list, nil
			}
		}
		return form.Form{}, nil, errs.New(errs.NotFound, "form.not_found")
	}
	for _, f := range list {
		if f.In(h.today()) {
			return f, list, nil
		}
	}
	return list[0], list, nil
}

func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	f, versions, err := h.pick(r)
	if err != nil {
		return err
	}
	p := showPage{page: h.page(r, ui.Public, "form.one"), F: f, Burden: form.BurdenOf(f, 1),
		May: h.Can(r.Context(), Register), MaySend: h.Can(r.Context(), Send) && f.In(h.today())}
	p.Title = f.Name.In(p.Lang)
	p.Word, p.Tag = p.State(f)
	p.sheetPart = p.sheet(f.Form)
	for _, v := range versions {
		p.Versions = append(p.Versions, p.row(v))
	}
	return web.Render(w, r, http.StatusOK, showView, p)
}

// source gives the form as the pack writes it, for other cities (P1.4).
func (h *handler) source(w http.ResponseWriter, r *http.Request) error {
	f, _, err := h.pick(r)
	if err != nil {
		return err
	}
	text, err := f.Form.YAML()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+f.Code+`.yaml"`)
	_, err = w.Write([]byte(text))
	return err
}

// blank gives the empty form to print or to look at.
func (h *handler) blank(w http.ResponseWriter, r *http.Request) error {
	f, _, err := h.pick(r)
	if err != nil {
		return err
	}
	p := h.page(r, ui.Public, "form.one")
	g, err := p.blank(f)
	if err != nil {
		return err
	}
	defer g.Close()
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="`+f.Code+`.xlsx"`)
	_, err = g.WriteTo(w)
	return err
}

// blank writes a form as a sheet without content.
func (p page) blank(f form.Form) (*sheet.Grid, error) {
	g, err := sheet.NewGrid(sheet.Info{Title: f.Name.In(p.Lang)})
	if err != nil {
		return nil, err
	}
	name, err := g.Page(f.Name.In(p.Lang))
	if err != nil {
		return nil, err
	}
	for at, c := range p.blankCells(f) {
		if err := g.Set(name, at, c.text, c.look); err != nil {
			return nil, err
		}
	}
	return g, errors.Join(g.Width(name, 1, 1, 24), g.Width(name, 2, len(f.Fields)+1, 14))
}

// printed is a cell of a blank form.
type printed struct {
	text string
	look sheet.Look
}

// blankCells are the texts of a blank form: title, head, columns, rows, and
// who signs.
func (p page) blankCells(f form.Form) map[sheet.At]printed {
	s, out, row := p.sheet(f.Form), map[sheet.At]printed{}, 1
	put := func(col int, text string, look sheet.Look) { out[sheet.At{Row: row, Col: col}] = printed{text, look} }
	put(1, f.Name.In(p.Lang), sheet.Title)
	for _, h := range p.Head(f) {
		row++
		put(1, h.Name, sheet.Small)
		put(2, h.Text, sheet.Small)
	}
	row += 2
	put(1, f.Rows.Name.In(p.Lang), sheet.Head)
	for i, h := range s.Heads {
		put(i+2, strings.TrimSpace(h.Label+" "+h.UnitName), sheet.Head)
	}
	for _, r := range s.Rows {
		row++
		put(1, r.Name, sheet.Head)
		for i, c := range r.Cells {
			if c.Origin == pack.CellTyped {
				put(i+2, "", sheet.Input)
			} else {
				put(i+2, c.Word, sheet.Given)
			}
		}
	}
	row += 2
	for i, part := range f.Signatures {
		put(i*2+1, p.T("form.sign."+part), sheet.Small)
	}
	return out
}
