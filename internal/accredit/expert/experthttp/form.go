package experthttp

import (
	"net/http"
	"strconv"
	"strings"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/errs"
	"xuedu/internal/sheet"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

type formPage struct {
	ui.Page
	Action     string
	Problem    *problem
	New        bool
	In         entered
	Categories []option
	Alike      []expert.Org // institutions whose name is like the employer's
}

// entered is what the form holds.
type entered struct {
	Code, Name, Title, Fields, Org, OrgName, Work, Home, Load, Version string
	Categories                                                         []string
	Agreed                                                             bool
}

func (h *handler) newForm(w http.ResponseWriter, r *http.Request) error {
	return h.form(w, r, entered{}, nil)
}

func (h *handler) editForm(w http.ResponseWriter, r *http.Request) error {
	e, err := h.Experts.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	in := entered{Code: e.Code, Name: e.Name, Title: e.Title, Fields: strings.Join(e.Fields, "；"), OrgName: e.OrgName, Work: h.areaCode(e.WorkArea),
		Home: h.areaCode(e.HomeArea), Load: strconv.Itoa(e.Load), Version: strconv.FormatInt(e.Version, 10), Categories: e.Categories}
	if o, err := h.Orgs.ByID(r.Context(), e.OrgID); e.OrgID != "" && err == nil {
		in.Org = o.Code
	}
	return h.form(w, r, in, nil)
}

func (h *handler) form(w http.ResponseWriter, r *http.Request, in entered, bad error) error {
	p := formPage{Page: ui.NewPage(r, ui.Desk, "expert.new").In("nav.experts"), In: in, Action: "/desk/experts", New: true}
	if id := r.PathValue("id"); id != "" {
		p.Title, p.Action, p.New = p.T("expert.edit"), "/desk/experts/"+id, false
	}
	p.Categories = h.categories(p.Page, in.Categories...)
	status := http.StatusOK
	if bad != nil {
		var ok bool
		if p.Problem, ok = wrong(p.Page, bad); !ok {
			return bad
		}
		status = http.StatusUnprocessableEntity
	}
	if in.Org == "" && in.OrgName != "" {
		var err error
		if p.Alike, err = h.Experts.Alike(r.Context(), in.OrgName); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, formView, p)
}

func (h *handler) create(w http.ResponseWriter, r *http.Request) error {
	in, input, err := h.input(r)
	var e expert.Expert
	if err == nil {
		e, err = h.Experts.Add(r.Context(), input)
	}
	if err != nil {
		return h.form(w, r, in, err)
	}
	http.Redirect(w, r, "/desk/experts/"+e.ID+"?done=1", http.StatusSeeOther)
	return nil
}

func (h *handler) edit(w http.ResponseWriter, r *http.Request) error {
	in, input, err := h.input(r)
	if err == nil {
		_, err = h.Experts.Change(r.Context(), r.PathValue("id"), input)
	}
	if err != nil {
		return h.form(w, r, in, err)
	}
	http.Redirect(w, r, "/desk/experts/"+r.PathValue("id")+"?done=1", http.StatusSeeOther)
	return nil
}

func (h *handler) input(r *http.Request) (entered, expert.Input, error) {
	v := r.PostFormValue
	in := entered{Code: v("code"), Name: v("name"), Title: v("title"), Fields: v("fields"), Org: v("org"), OrgName: v("org_name"), Work: v("work_area"),
		Home: v("home_area"), Load: v("load"), Version: v("version"), Categories: r.PostForm["categories"], Agreed: v("agreed") != ""}
	out := expert.Input{Code: in.Code, Name: in.Name, Title: in.Title, Fields: expert.Words(in.Fields), Categories: in.Categories, OrgName: in.OrgName, Agreed: in.Agreed}
	var err error
	if out.OrgID, err = h.orgID(r.Context(), "org", in.Org); err != nil {
		return in, out, err
	}
	if out.WorkArea, err = h.areaID("work_area", in.Work); err != nil {
		return in, out, err
	}
	if out.HomeArea, err = h.areaID("home_area", in.Home); err != nil {
		return in, out, err
	}
	if in.Load != "" {
		if out.Load, err = strconv.Atoi(in.Load); err != nil {
			return in, out, errs.InvalidField("load", "expert.not_a_number")
		}
	}
	if in.Version != "" {
		if out.Version, err = strconv.ParseInt(in.Version, 10, 64); err != nil {
			return in, out, errs.InvalidField("version", "expert.not_a_number")
		}
	}
	return in, out, nil
}

// maxUpload is the most a file may hold, in bytes.
const maxUpload = 16 << 20

type importPage struct {
	ui.Page
	Problem *problem
	Columns []string
	File    string
	DryRun  bool
	Report  *expert.ImportReport
	Rejects []reject
}

type reject struct {
	Line         int
	Column, Text string
}

func (h *handler) importForm(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, importView, newImportPage(r))
}

func newImportPage(r *http.Request) importPage {
	p := importPage{Page: ui.NewPage(r, ui.Desk, "expert.import").In("nav.experts"), DryRun: true}
	for _, c := range expert.Columns {
		p.Columns = append(p.Columns, c.Name)
	}
	return p
}

func (h *handler) importFile(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	p := newImportPage(r)
	rep, err := h.take(r, &p)
	if err != nil {
		var ok bool
		if p.Problem, ok = wrong(p.Page, err); !ok {
			return err
		}
		return web.Render(w, r, http.StatusUnprocessableEntity, importView, p)
	}
	p.Report = &rep
	for _, x := range rep.Rejects[:min(len(rep.Rejects), 200)] {
		p.Rejects = append(p.Rejects, reject{Line: x.Line, Column: x.Column, Text: p.T(x.Err.Key, x.Err.Args...)})
	}
	return web.Render(w, r, http.StatusOK, importView, p)
}

func (h *handler) take(r *http.Request, p *importPage) (expert.ImportReport, error) {
	f, head, err := r.FormFile("file")
	if err != nil {
		return expert.ImportReport{}, errs.InvalidField("file", "expert.file_missing")
	}
	defer f.Close()
	p.DryRun, p.File = r.FormValue("do") != "write", head.Filename
	t, err := sheet.New(f)
	if err != nil {
		return expert.ImportReport{}, err
	}
	return h.Experts.Import(r.Context(), t, expert.ImportOptions{Name: head.Filename, DryRun: p.DryRun})
}
