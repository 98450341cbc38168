package awardhttp

import (
	"net/http"
	"net/url"
	"strings"

	"xuedu/internal/accredit/award"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// showPage is one award of the register.
type showPage struct {
	ui.Page
	A        award.Award
	Row      row
	Holds    bool
	From, To string
	Issuer   string
	Events   []event
	Path     string // of the award
	Verify   string // short address, as it is read aloud and typed
	Keep     string // desk page, "" = not the reader's
	Links    []ui.Link
	Signed   bool // a verifiable credential is given out
}

// event is one line of the history.
type event struct{ Day, What, Reason, Until string }

func (h *handler) awardPage(r *http.Request, number string) (showPage, error) {
	p := showPage{Page: ui.NewPage(r, ui.Public, "award.one").In("nav.awards")}
	a, err := h.Awards.ByNumber(r.Context(), number)
	if err != nil {
		return p, err
	}
	p.A, p.Holds, p.From, p.To = a, a.Holds(h.Awards.Today()), day(p.Page, a.From), day(p.Page, a.To)
	p.Title = p.T("award.one.title", "Programme", h.programme(a.Programme, p.Lang), "Holder", a.Holder)
	if p.Row, err = h.row(r, p.Page, a); err != nil {
		return p, err
	}
	if owners := p.Owners(); len(owners) > 0 {
		p.Issuer = strings.Join(owners, " ")
	}
	p.Path, p.Verify = p.Row.Href, h.origin(r)+"/v/"+url.PathEscape(a.Number)
	if p.User != "" && h.Awards.Sees(r.Context(), a) {
		p.Keep = "/desk/awards/" + a.ID
	}
	p.Signed = p.Holds && h.Credentials != nil && h.Credentials()
	p.Events, err = h.events(r, p.Page, a)
	return p, err
}

func (h *handler) events(r *http.Request, p ui.Page, a award.Award) ([]event, error) {
	list, err := h.Awards.Events(r.Context(), a.ID)
	if err != nil {
		return nil, err
	}
	d, err := h.Awards.Flow(r.Context(), a)
	if err != nil {
		return nil, err
	}
	names := map[string]string{"grant": p.T("award.event.grant"), "import": p.T("award.event.import"), "extend": p.T("award.event.extend")}
	for _, m := range d.Moves {
		names[m.Code] = pack.Text(m.Name).In(p.Lang)
	}
	out := make([]event, len(list))
	for i, e := range list {
		out[i] = event{Day: day(p, e.Day), What: names[e.Move], Reason: e.Reason, Until: day(p, e.ValidTo)}
	}
	return out, nil
}

func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	p, err := h.awardPage(r, r.PathValue("number"))
	if err != nil {
		return err
	}
	if h.Links != nil {
		if p.Links, err = h.Links(r, p.Page, p.A); err != nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusOK, showView, p)
}

// short is the address of the QR code: it answers at once whether a
// certificate is genuine.
func (h *handler) short(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/awards/verify?number="+url.QueryEscape(r.PathValue("number")), http.StatusSeeOther)
	return nil
}

// verifyPage answers for a number.
type verifyPage struct {
	ui.Page
	Number string
	Found  *showPage
	Answer string // in one line: how the award stands, and since when
	None   bool   // a number nobody has
}

func (h *handler) verify(w http.ResponseWriter, r *http.Request) error {
	p := verifyPage{Page: ui.NewPage(r, ui.Public, "award.verify").In("nav.awards"), Number: strings.TrimSpace(r.URL.Query().Get("number"))}
	if p.Number != "" {
		found, err := h.awardPage(r, p.Number)
		switch {
		case errs.KindOf(err) == errs.NotFound:
			p.None = true
		case err != nil:
			return err
		default:
			p.Found, p.Answer = &found, h.answer(found)
		}
	}
	return web.Render(w, r, http.StatusOK, verifyView, p)
}
