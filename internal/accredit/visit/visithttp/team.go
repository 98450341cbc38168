package visithttp

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"xuedu/internal/accredit/visit"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

type minePage struct {
	page
	Visits []mineOf
}

// mineOf is a visit of the reader's teams. It has a page once it is announced.
type mineOf struct {
	visit.Visit
	Title string // "" = no page yet
}

func (h *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	p := minePage{page: newPage(r, "visit.mine", "nav.my_visits", nil)}
	list, err := h.Visits.Mine(r.Context())
	if err != nil {
		return err
	}
	for _, v := range list {
		x := mineOf{Visit: v}
		if v.State == visit.Announced || v.State == visit.Done {
			d, err := h.Visits.Get(r.Context(), v.ID)
			if err != nil {
				return err
			}
			x.Title = d.Code + " " + d.Title
		}
		p.Visits = append(p.Visits, x)
	}
	return web.Render(w, r, http.StatusOK, mineView, p)
}

// teamPage is the checklist.
type teamPage struct {
	page
	D         visit.Detail
	Members   []memberOf
	Rows      map[int64]visit.Row
	Agreement visit.Agreement
	Leaves    int
	CallsLeft int
	Outcomes  []string
	Mine      typed // what was sent and not kept
}

// typed is what a member sent of a leaf.
type typed struct{ Leaf, Level, Note string }

// LeafPage is one leaf with the page around it.
type leafPage struct {
	teamPage
	visit.Leaf
	Level, Note string
	Pictures    []visit.Photo
}

// Of returns a leaf as its part of the page shows it.
func (p teamPage) Of(l visit.Leaf) leafPage {
	x := leafPage{teamPage: p, Leaf: l, Level: l.Item.Level, Note: l.Item.Note}
	if p.Mine.Leaf == l.Code {
		x.Level, x.Note = p.Mine.Level, p.Mine.Note
	}
	for _, f := range p.D.Photos {
		if f.Leaf == l.Code {
			x.Pictures = append(x.Pictures, f)
		}
	}
	return x
}

// LevelName names a level of the scale, "" if there is none.
func (p teamPage) LevelName(code string) string { return levelName(p.D, p.Lang, code) }

// LevelName names a level of the scale, "" if there is none.
func (p officePage) LevelName(code string) string { return levelName(p.D, p.Lang, code) }

func levelName(d visit.Detail, lang, code string) string {
	for _, l := range d.Levels {
		if l.Code == code {
			return l.Name.In(lang)
		}
	}
	return ""
}

// OutcomeName names how a call ended.
func (p page) OutcomeName(code string) string { return p.T("visit.outcome." + code) }

func (h *Pages) team(w http.ResponseWriter, r *http.Request) error {
	return h.showTeam(w, r, typed{}, nil)
}

func (h *Pages) showTeam(w http.ResponseWriter, r *http.Request, mine typed, failed error) error {
	ctx := r.Context()
	d, err := h.Visits.Get(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	p := teamPage{page: newPage(r, "visit.mine", "nav.my_visits", failed), D: d, Agreement: d.Agreement(), Outcomes: visit.Outcomes, Mine: mine}
	p.Title, p.Scripts = d.Code+" "+d.Title, []string{"visit.js"}
	p.Leaves, p.CallsLeft = d.Missing()
	if p.Members, err = h.members(ctx, d.Team); err != nil {
		return err
	}
	if d.State == visit.Announced {
		if p.Rows, err = h.Visits.Rows(ctx, d.ID); err != nil {
			return err
		}
	}
	return web.Render(w, r, status(failed), teamView, p)
}

// answer is what the script gets.
type answer struct {
	Item    visit.Item `json:"item"`
	Problem string     `json:"problem,omitempty"`
}

func scripted(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

func (h *Pages) find(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "error.too_large")
	}
	base, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil {
		base = 0
	}
	m := typed{r.PostForm.Get("leaf"), r.PostForm.Get("level"), r.PostForm.Get("note")}
	item, err := h.Visits.Find(r.Context(), r.PathValue("id"), m.Leaf, m.Level, m.Note, base)
	switch {
	case err != nil && !mendable(err):
		return err
	case scripted(r):
		return writeAnswer(w, r, item, err)
	case err != nil:
		return h.showTeam(w, r, m, err)
	}
	http.Redirect(w, r, "/review/visits/"+r.PathValue("id")+"#leaf-"+m.Leaf, http.StatusSeeOther)
	return nil
}

// writeAnswer says in JSON what was kept; 409 with what another wrote since.
func writeAnswer(w http.ResponseWriter, r *http.Request, item visit.Item, failed error) error {
	a, code := answer{Item: item}, http.StatusOK
	if failed != nil {
		a.Problem, code = newPage(r, "visit.mine", "", failed).Problem, http.StatusUnprocessableEntity
		if item.Version > 0 {
			code = http.StatusConflict
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	return json.NewEncoder(w).Encode(a)
}

// maxUpload is a photo with the form around it.
const maxUpload = 11 << 20

func (h *Pages) addPhoto(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	file, _, err := r.FormFile("photo")
	if err != nil {
		return h.showTeam(w, r, typed{}, errs.InvalidField("photo", "visit.bad_photo", "N", 10))
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	if err != nil {
		return errs.New(errs.Invalid, "error.too_large")
	}
	_, err = h.Visits.AddPhoto(r.Context(), r.PathValue("id"), r.FormValue("leaf"), http.DetectContentType(content), content)
	return h.back(w, r, err, "#leaf-"+r.FormValue("leaf"))
}

func (h *Pages) photo(w http.ResponseWriter, r *http.Request) error {
	p, content, err := h.Visits.Photo(r.Context(), r.PathValue("id"), r.PathValue("digest"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", p.Media)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "private, no-store")
	_, err = w.Write(content)
	return err
}

func (h *Pages) callBack(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "error.too_large")
	}
	nr, err := strconv.ParseInt(r.PostForm.Get("nr"), 10, 64)
	if err == nil {
		err = h.Visits.CallBack(r.Context(), r.PathValue("id"), nr, r.PostForm.Get("outcome"), r.PostForm.Get("note"))
	} else {
		err = errs.InvalidField("nr", "visit.no_row")
	}
	return h.back(w, r, err, "#calls")
}

func (h *Pages) sign(w http.ResponseWriter, r *http.Request) error {
	_, err := h.Visits.Sign(r.Context(), r.PathValue("id"))
	return h.back(w, r, err, "#sign")
}

// back leads back to the checklist, or shows there what went wrong.
func (h *Pages) back(w http.ResponseWriter, r *http.Request, err error, at string) error {
	if mendable(err) {
		return h.showTeam(w, r, typed{}, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/review/visits/"+r.PathValue("id")+at, http.StatusSeeOther)
	return nil
}
