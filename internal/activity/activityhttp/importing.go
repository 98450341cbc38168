package activityhttp

import (
	"errors"
	"net/http"
	"strings"

	"xuedu/internal/activity"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
	"xuedu/internal/web"
)

// maxUpload is the most a file of classes may hold.
const maxUpload = 10 << 20

var importView = view("import", "")

type importPage struct {
	form
	Report   *activity.ImportReport
	DryRun   bool
	Rejected []rejected
}

type rejected struct {
	Line                  int
	Column, Value, Reason string
}

var columnKeys = map[string]string{
	"org": "import.col.org", "title": "import.col.title", "form": "import.col.form", "theme": "import.col.theme", "tags": "import.col.tags",
	"class": "import.col.class", "teacher": "import.col.teacher", "capacity": "import.col.capacity", "mode": "import.col.mode",
	"first_day": "import.col.first_day", "weekdays": "import.col.weekdays", "starts": "import.col.starts", "minutes": "import.col.minutes",
	"count": "import.col.count", "area": "import.col.area", "room": "import.col.room", "summary": "import.col.summary",
}

func (h *handler) importPage(r *http.Request) importPage {
	f := form{page: h.deskPage(r, "import.title"), Back: "/desk/activities", Upload: true}
	f.BackText, f.Lede, f.Submit = f.T("desk.activities.title"), f.T("import.lede"), f.T("import.do")
	f.Also, f.AlsoText = "/desk/activities/template.xlsx", f.T("import.template")
	f.Fields = []field{
		{Name: "file", Label: f.T("import.file"), Hint: f.T("import.file.hint"), Kind: "file"},
		{Name: "how", Label: f.T("import.how"), Kind: "radios", Options: []option{
			{Value: "dry", Text: f.T("import.how.dry"), On: true}, {Value: "strict", Text: f.T("import.how.strict")}, {Value: "good", Text: f.T("import.how.good")}}},
	}
	return importPage{form: f}
}

func (h *handler) importForm(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, importView, h.importPage(r))
}

func (h *handler) importFile(w http.ResponseWriter, r *http.Request) error {
	p := h.importPage(r)
	rep, err := h.importUpload(w, r)
	how := r.FormValue("how")
	p.fill(r)
	if err != nil {
		return p.refuse(w, r, err)
	}
	p.Report, p.DryRun = &rep, how == "dry" || how == ""
	for _, x := range rep.Rejects {
		row := rejected{Line: x.Line, Value: x.Value, Reason: p.T(x.Err.Key, x.Err.Args...)}
		if x.Column != "" {
			row.Column = p.T(columnKeys[x.Column])
		}
		p.Rejected = append(p.Rejected, row)
	}
	status := http.StatusOK
	if len(rep.Rejects) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return web.Render(w, r, status, importView, p)
}

// refuse shows the form with what is wrong with the whole file.
func (p importPage) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Invalid {
		return err
	}
	args := e.Args
	if len(args) == 2 && args[0] == "Column" {
		if key, ok := columnKeys[args[1].(string)]; ok {
			args = []any{"Column", p.T(key)}
		}
	}
	p.Fields[0].Error = p.T(e.Key, args...)
	return web.Render(w, r, web.Status(err), importView, p)
}

func (h *handler) importUpload(w http.ResponseWriter, r *http.Request) (activity.ImportReport, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	file, _, err := r.FormFile("file")
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return activity.ImportReport{}, errs.InvalidField("file", "error.too_large")
	case err != nil:
		return activity.ImportReport{}, errs.InvalidField("file", "import.no_file")
	}
	defer file.Close()
	table, err := sheet.New(file)
	if err != nil {
		return activity.ImportReport{}, err
	}
	defer table.Close()
	how := r.FormValue("how")
	return h.Activity.Import(r.Context(), table, activity.ImportOptions{DryRun: how != "strict" && how != "good", Strict: how == "strict",
		Labels: h.labels(), Codes: h.words()})
}

// labels are the headings of the columns in every language.
func (h *handler) labels() map[string]string {
	m := map[string]string{}
	for col, key := range columnKeys {
		for _, lang := range i18n.Langs {
			m[strings.ToLower(h.Text(lang, key))] = col
		}
	}
	return m
}

// words are the names of codes in every language.
func (h *handler) words() map[string]string {
	m := map[string]string{}
	pk := h.Pack()
	for _, lang := range i18n.Langs {
		for _, list := range [][]pack.Coded{pk.ActivityForms, pk.Themes, pk.Needs} {
			for _, c := range list {
				m[strings.ToLower(c.Name.In(lang))] = c.Code
			}
		}
		for i := 1; i <= 7; i++ {
			m[strings.ToLower(h.Text(lang, weekdays[i]))] = string(rune('0' + i))
		}
		m[strings.ToLower(h.Text(lang, "activity.mode.onsite"))] = activity.Onsite
		m[strings.ToLower(h.Text(lang, "activity.mode.online"))] = activity.Online
	}
	return m
}

// template is the workbook that people fill in, with an example and the words
// that its cells may hold.
func (h *handler) template(w http.ResponseWriter, r *http.Request) error {
	p := h.deskPage(r, "import.title")
	book, err := sheet.NewBook(sheet.Info{Title: p.Title, Lang: p.Lang, At: h.Now()})
	if err != nil {
		return err
	}
	defer book.Close()
	if err := h.fillTemplate(p, book); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="classes.xlsx"`)
	_, err = book.WriteTo(w)
	return err
}

func (h *handler) fillTemplate(p page, book *sheet.Book) error {
	cols := make([]sheet.Col, 0, len(activity.Columns))
	for _, c := range activity.Columns {
		cols = append(cols, sheet.Col{Title: p.T(columnKeys[c]), Width: 16})
	}
	s, err := book.Sheet(p.T("import.sheet"), cols...)
	if err != nil {
		return err
	}
	if err := s.Flush(); err != nil {
		return err
	}
	if s, err = book.Sheet(p.T("import.words"), sheet.Col{Title: p.T("import.words.column"), Width: 16}, sheet.Col{Title: p.T("import.words.value"), Width: 40}); err != nil {
		return err
	}
	pk := h.Pack()
	for _, part := range []struct {
		col  string
		list []pack.Coded
	}{{"form", pk.ActivityForms}, {"theme", pk.Themes}, {"tags", pk.Needs}} {
		for _, c := range part.list {
			if err := s.Row(p.T(columnKeys[part.col]), c.Name.In(p.Lang)); err != nil {
				return err
			}
		}
	}
	for _, x := range []struct{ col, text string }{
		{"first_day", "import.example.day"}, {"weekdays", "import.example.weekdays"}, {"starts", "import.example.starts"}, {"mode", "import.example.mode"}, {"area", "import.example.area"},
	} {
		if err := s.Row(p.T(columnKeys[x.col]), p.T(x.text)); err != nil {
			return err
		}
	}
	return s.Flush()
}
