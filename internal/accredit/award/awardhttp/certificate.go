package awardhttp

import (
	"fmt"
	"html/template"
	"image/color"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"

	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// certificatePage is the certificate on paper, A4 across. Of an award that does
// not hold there is none: the page says so instead.
type certificatePage struct {
	showPage
	Code   template.HTML // of the short address, as SVG
	Stands string        // how the award stands on the day it is printed
	Last   string        // day on which it still holds, "" = open
	PDF    bool
}

func (h *handler) certificatePage(r *http.Request) (certificatePage, error) {
	p := certificatePage{PDF: h.Printer.Ready()}
	var err error
	if p.showPage, err = h.awardPage(r, r.PathValue("number")); err != nil {
		return p, err
	}
	if p.A.Earlier {
		return p, errs.New(errs.NotFound, "award.no_certificate")
	}
	if to, err := time.Parse(time.DateOnly, p.A.To); err == nil {
		p.Last = p.Date(to.AddDate(0, 0, -1))
	}
	svg, err := qrSVG(p.Verify)
	p.Code, p.Stands = template.HTML(svg), h.answer(p.showPage) // drawn by us, of squares alone
	return p, err
}

// certificate shows it.
func (h *handler) certificate(w http.ResponseWriter, r *http.Request) error {
	p, err := h.certificatePage(r)
	if err != nil {
		return err
	}
	p.Scripts = []string{"print.js"}
	return web.Render(w, r, http.StatusOK, paperView, p)
}

// certificatePDF sends it as PDF; Conflict if the award does not hold.
func (h *handler) certificatePDF(w http.ResponseWriter, r *http.Request) error {
	p, err := h.certificatePage(r)
	if err != nil {
		return err
	}
	if !p.Holds {
		return errs.New(errs.Conflict, "award.cert.over")
	}
	return ui.SendPDF(w, r, h.Printer, p.A.Number, paperView, p)
}

// answer says in one line how an award stands and since when: no more than the
// register shows.
func (h *handler) answer(p showPage) string {
	switch {
	case p.A.Earlier:
		return p.T("award.verify.earlier")
	case !p.Holds:
		return p.T("award.answer.over", "State", p.Row.State.Text, "Day", p.To)
	case p.A.Desk != "": // something is being done about it
		return p.T("award.answer.but", "State", p.Row.State.Text, "Day", h.since(p))
	}
	return p.T("award.answer.holds", "Day", day(p.Page, h.Awards.Today()))
}

// since is the day in the city on which an award came to its state.
func (h *handler) since(p showPage) string {
	zone, err := time.LoadLocation(h.Pack().TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return p.Date(p.A.Since.In(zone))
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
