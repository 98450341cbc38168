package awardhttp

import (
	"fmt"
	"image/color"
	"net/http"
	"net/url"
	"strings"

	"github.com/boombuler/barcode/qr"

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
	Print    bool
	Links    []ui.Link
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

// certificate is the certificate on paper, A4 across.
func (h *handler) certificate(w http.ResponseWriter, r *http.Request) error {
	p, err := h.awardPage(r, r.PathValue("number"))
	switch {
	case err != nil:
		return err
	case p.A.Earlier:
		return errs.New(errs.NotFound, "award.no_certificate")
	}
	p.Print, p.Scripts = true, []string{"print.js"}
	return web.Render(w, r, http.StatusOK, paperView, p)
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
	None   bool // a number nobody has
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
			p.Found = &found
		}
	}
	return web.Render(w, r, http.StatusOK, verifyView, p)
}

// qr draws the short address of a certificate as an SVG image.
func (h *handler) qr(w http.ResponseWriter, r *http.Request) error {
	a, err := h.Awards.ByNumber(r.Context(), r.PathValue("number"))
	if err != nil {
		return err
	}
	svg, err := qrSVG(h.origin(r) + "/v/" + url.PathEscape(a.Number))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, err = w.Write([]byte(svg))
	return err
}

// quiet is the white margin of a code, in modules (ISO/IEC 18004: four).
const quiet = 4

// qrSVG draws text as a QR code of level M, one unit a module.
func qrSVG(text string) (string, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("make code: %w", err)
	}
	n := code.Bounds().Dx()
	var path strings.Builder
	for y := range n {
		for x := range n {
			if code.At(x, y) == color.Black {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	side := n + 2*quiet
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" shape-rendering="crispEdges"><rect width="%d" height="%d" fill="#fff"/><path d="%s" fill="#000"/></svg>`,
		side, side, 8*side, 8*side, side, side, path.String()), nil
}
