package statistichttp

import (
	"net/http"
	"net/url"
	"strconv"

	"xuedu/internal/errs"
	"xuedu/internal/statistic"
	"xuedu/internal/web"
)

var chaseView = view("chase", "")

// chasePage lists who owes what, since when, on whose desk.
type chasePage struct {
	page
	C       statistic.Collection
	Area    string
	Here    string
	Which   []choice
	Rows    []statistic.Return
	LateN   int
	OwedN   int
	More    int
	May     bool // may remind
	Done    string
	Problem string
}

// chase lists the returns of a collection that are not finished, the latest
// first; which=all those that are not late too.
func (h *handler) chase(w http.ResponseWriter, r *http.Request) error {
	p, err := h.chasePage(r)
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("reminded")); err == nil {
		p.Done = p.T("returns.reminded", "N", n)
	}
	return web.Render(w, r, http.StatusOK, chaseView, p)
}

func (h *handler) chasePage(r *http.Request) (chasePage, error) {
	p := chasePage{page: h.deskPage(r, "returns.chase")}
	var err error
	if p.C, err = h.Returns.Collection(r.Context(), r.PathValue("id")); err != nil {
		return p, err
	}
	at, err := h.place(r)
	if err != nil {
		return p, err
	}
	p.Area, p.Here = h.Tree().At(at).Code, h.Tree().At(at).In(p.Lang)
	q := statistic.ReturnQuery{Collection: p.C.ID, AreaID: h.Tree().At(at).ID, Owed: true}
	heaps, err := h.Returns.Heaps(r.Context(), q)
	if err != nil {
		return p, err
	}
	for _, x := range heaps {
		p.OwedN += x.N
		if x.Due != "" && p.page.Late(x.Due) {
			p.LateN += x.N
		}
	}
	all := r.FormValue("which") == "all" || p.LateN == 0
	base := "/desk/collections/" + p.C.ID + "/chase?area=" + p.Area
	p.Which = []choice{{Text: p.T("returns.chase.late", "N", p.LateN), Href: base + "&which=late", Here: !all},
		{Text: p.T("returns.chase.all", "N", p.OwedN), Href: base + "&which=all", Here: all}}
	q.Overdue, q.Most = !all, mostRows
	if p.Rows, err = h.Returns.Returns(r.Context(), q); err != nil {
		return p, err
	}
	p.More = max(0, p.LateN-mostRows)
	if all {
		p.More = max(0, p.OwedN-mostRows)
	}
	p.May = p.Can(r, string(review))
	return p, nil
}

// Code is the code of an area, for the form.
func (p chasePage) Code(r statistic.Return) string {
	if a := p.area(r.AreaID); a != nil {
		return a.Code
	}
	return ""
}

// Holder tells whose turn it is, with the area that holds it.
func (p chasePage) Holder(r statistic.Return) string {
	if r.Holder == 0 || r.Holder == r.AreaID {
		return p.Desk(r)
	}
	return p.Place(r.Holder)
}

// remind reminds those who hold the ticked returns, or one of them.
func (h *handler) remind(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "error.too_large")
	}
	var areas []int64
	for _, code := range append(r.PostForm["unit"], r.PostForm["one"]...) {
		if n, ok := h.Tree().ByCode(code); ok {
			areas = append(areas, h.Tree().At(n).ID)
		}
	}
	if one := r.PostFormValue("one"); one != "" && len(areas) > 0 {
		areas = areas[len(areas)-1:]
	}
	if len(areas) == 0 {
		p, err := h.chasePage(r)
		if err != nil {
			return err
		}
		p.Problem = p.T("returns.remind.none")
		return web.Render(w, r, http.StatusUnprocessableEntity, chaseView, p)
	}
	reminded := 0
	for _, id := range areas {
		n, err := h.Returns.Remind(r.Context(), r.PathValue("id"), id)
		if err != nil {
			return err
		}
		reminded += n
	}
	v := url.Values{"area": {r.PostFormValue("area")}, "which": {r.PostFormValue("which")}, "reminded": {strconv.Itoa(reminded)}}
	http.Redirect(w, r, "/desk/collections/"+r.PathValue("id")+"/chase?"+v.Encode(), http.StatusSeeOther)
	return nil
}
