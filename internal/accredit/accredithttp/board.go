package accredithttp

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

var boardView = view("board", "")

// boardPage is a district's order of the applications of a call.
type boardPage struct {
	page
	C                  accredit.Call
	CallTitle, Base    string
	District           int64
	Code, DistrictName string // of the district
	Districts          []option
	Rows               []boardRow // on the district's desk
	Others             []boardRow // not there yet, or gone on
	Quota, Used, Draft int
	Left               int // after what is drafted; -1 = no quota
	Unsaid             int
	Due, In            string
	Problem, ProblemAt string
	Sent               bool
}

// boardRow is an application of a district.
type boardRow struct {
	accredit.Application
	Href, Who, State, Tag    string
	PlaceText, Score, Reason string // as drafted or typed
	Self                     string // the levels the applicant claims: 优 5 良 3
	Said                     string
}

func (h *Pages) boardPage(r *http.Request) (*boardPage, error) {
	c, err := h.callOf(r.Context(), r.PathValue("code"))
	if err != nil {
		return nil, err
	}
	if !c.Rules.Programme.Recommend.District {
		return nil, errs.New(errs.NotFound, "apply.board.none")
	}
	p := &boardPage{page: h.page(r, "apply.board.title", "Call", ""), C: c, Base: "/desk/recommend/" + c.Code}
	p.CallTitle = c.Title.In(p.Lang)
	if err := h.district(r, p); err != nil {
		return nil, err
	}
	p.Title = p.T("apply.board.title", "Call", p.CallTitle)
	list, err := h.Service.Applications(r.Context(), accredit.Filter{Call: c.ID, Area: p.District, Limit: mostOnDesk})
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if err := h.boardRow(r.Context(), p, a); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(p.Rows, func(a, b boardRow) int { return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.Code, b.Code)) })
	left, err := h.Service.RecommendLeft(r.Context(), c.ID, p.District)
	if err != nil {
		return nil, err
	}
	p.count(left)
	return p, nil
}

// order puts what is drafted first, by its place.
func order(r boardRow) int {
	if n, err := strconv.Atoi(r.PlaceText); err == nil && n > 0 {
		return n
	}
	return 1 << 30
}

// district finds the district whose board is shown: the one asked for, or the
// first the reader recommends for.
func (h *Pages) district(r *http.Request, p *boardPage) error {
	t, who := h.Tree(), account.From(r.Context())
	want := r.FormValue("area")
	for n := range t.Len() {
		a := t.At(n)
		if a.Level != area.District || !who.CoversArea(accredit.PermRecommend, t, a.ID) {
			continue
		}
		here := p.District == 0 && (want == "" || want == a.Code)
		if here {
			p.District, p.Code, p.DistrictName = a.ID, a.Code, a.In(p.Lang)
		}
		p.Districts = append(p.Districts, option{Value: a.Code, Text: a.In(p.Lang), On: here})
	}
	if p.District == 0 {
		return errs.New(errs.NotFound, "apply.board.no_district")
	}
	return nil
}

func (h *Pages) boardRow(ctx context.Context, p *boardPage, a accredit.Application) error {
	x := boardRow{Application: a, Href: "/desk/applications/" + a.ID, State: p.stateName(p.C.Rules, a.State), Tag: tag(a, false)}
	if rec := a.Recommendation; rec != nil {
		x.Score, x.Reason, x.Said = rec.Score, rec.Reason, p.recommended(rec)
		if rec.Yes {
			x.PlaceText = strconv.Itoa(rec.Place)
		}
	}
	if !slices.Contains(stateOf(p.C.Rules, a.State).Allow, "recommend") {
		p.Others = append(p.Others, x)
		return nil
	}
	d, err := h.Service.DossierFor(ctx, a.ID) // Applications has checked that the reader may read it
	if err != nil {
		return err
	}
	x.Self = p.claimed(d)
	if p.Due == "" || a.Due < p.Due {
		p.Due = a.Due
	}
	p.Rows = append(p.Rows, x)
	return nil
}

// claimed counts the levels that an applicant claims: 优 5 良 3.
func (p page) claimed(d accredit.Dossier) string {
	var list []string
	for _, l := range d.Rules.Programme.Levels {
		n := 0
		for _, c := range d.Claims {
			if c.Level == l.Code {
				n++
			}
		}
		if n > 0 {
			list = append(list, l.Name.In(p.Lang)+" "+strconv.Itoa(n))
		}
	}
	return strings.Join(list, " · ")
}

// count does the sums of the quota: how many of how many.
func (p *boardPage) count(left int) {
	p.Quota, p.Draft, p.Unsaid = p.C.Rules.Programme.Recommend.Quota, 0, 0
	for _, x := range p.Rows {
		switch {
		case x.PlaceText != "" && x.PlaceText != "0":
			p.Draft++
		case x.Reason == "":
			p.Unsaid++
		}
	}
	p.Left = -1
	if p.Quota > 0 {
		p.Used, p.Left = p.Quota-left, left-p.Draft
	}
	p.In = p.DueIn(p.Due)
}

// Over reports whether more is drafted than the quota allows.
func (p *boardPage) Over() bool { return p.Quota > 0 && p.Left < 0 }

// OverBy is how many are too many.
func (p *boardPage) OverBy() int { return -p.Left }

func (h *Pages) board(w http.ResponseWriter, r *http.Request) error {
	p, err := h.boardPage(r)
	if err != nil {
		return err
	}
	p.Sent = r.URL.Query().Get("sent") != ""
	return web.Render(w, r, http.StatusOK, boardView, p)
}

// recommend keeps a district's order, and sends it on if asked to, all at once.
func (h *Pages) recommend(w http.ResponseWriter, r *http.Request) error {
	p, err := h.boardPage(r)
	if err != nil {
		return err
	}
	left := p.Left + p.Draft
	list, err := p.typed(r)
	if err == nil {
		err = h.Service.Recommend(r.Context(), p.C.ID, p.District, list)
	}
	to := p.Base + "?area=" + p.Code
	if err == nil && r.PostFormValue("go") == "send" {
		to += "&sent=1"
		err = h.Service.SendRecommendations(r.Context(), p.C.ID, p.District)
	}
	if err == nil {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Invalid && e.Kind != errs.Conflict {
		return err
	}
	p.count(left)
	p.Problem = p.T(e.Key, e.Args...)
	if p.ProblemAt == "" {
		p.ProblemAt = p.wrong(e.Field)
	}
	return web.Render(w, r, web.Status(err), boardView, p)
}

// typed reads the order as it was typed. An application of which nothing is
// said stays out.
func (p *boardPage) typed(r *http.Request) (list []accredit.RecommendationInput, err error) {
	for i := range p.Rows {
		x := &p.Rows[i]
		x.PlaceText, x.Score, x.Reason = typed(r, "place:"+x.ID), typed(r, "score:"+x.ID), typed(r, "reason:"+x.ID)
		in := accredit.RecommendationInput{Application: x.ID, Score: x.Score, Reason: x.Reason}
		if x.PlaceText != "" {
			n, bad := strconv.Atoi(x.PlaceText)
			if bad != nil || n < 0 {
				p.ProblemAt, err = "place-"+x.ID, errs.InvalidField("place", "apply.board.no_place", "Text", x.PlaceText)
				continue
			}
			in.Place = n
		}
		if in.Place > 0 || in.Reason != "" || x.PlaceText == "0" {
			list = append(list, in)
		}
	}
	return list, err
}

// wrong is the field that an error is about: a place that is given twice, a
// reason that is missing.
func (p *boardPage) wrong(field string) string {
	seen := map[string]bool{}
	for _, x := range p.Rows {
		switch {
		case field == "place" && x.PlaceText != "" && x.PlaceText != "0" && seen[x.PlaceText]:
			return "place-" + x.ID
		case field == "reason" && x.Reason == "" && x.PlaceText == "0":
			return "reason-" + x.ID
		}
		seen[x.PlaceText] = true
	}
	return ""
}
