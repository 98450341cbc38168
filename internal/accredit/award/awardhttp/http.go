// Package awardhttp serves the public register of awards with certificates and
// their verification, and the desks on which awards and guidance are looked
// after (P1.3, P1.6, P1.7).
package awardhttp

import (
	"context"
	"embed"
	"net/http"
	"time"

	"xuedu/internal/accredit/award"
	"xuedu/internal/area"
	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/pdf"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

func view(fragment string, names ...string) web.View {
	paths := []string{"templates/parts.html"}
	for _, n := range names {
		paths = append(paths, "templates/"+n+".html")
	}
	return web.View{Tmpl: ui.Parse(files, paths...), Fragment: fragment}
}

var (
	registerView = view("list", "register")
	showView     = view("", "show")
	verifyView   = view("", "verify")
	paperView    = view("", "paper")
	deskView     = view("", "desk")
	keepView     = view("", "keep")
	casesView    = view("", "cases")
	caseView     = view("", "case")
)

// Permissions of the routes; the service checks where.
const (
	use  web.Perm = "desk:use"
	keep web.Perm = award.PermManage
	pool web.Perm = "expert:read" // only they see the pool, from which a coach is chosen
)

// Option is something that can be chosen.
type Option struct{ Value, Text string }

// Deps is what the pages need from the rest of the program. Draft, Experts, Call and
// FindOrg may be nil: then nothing of the kind is offered.
type Deps struct {
	Awards *award.Service
	Tree   func() *area.Tree
	Pack   func() *pack.Pack
	Map    func() *chart.Outlines
	Secure bool // what faces the public speaks HTTPS
	// OrgName returns the name of an institution by its id.
	OrgName func(ctx context.Context, id string) string
	// FindOrg finds an institution by its code.
	FindOrg func(ctx context.Context, code string) (id string, areaID int64, err error)
	// Experts lists who may guide; ExpertName names one of them.
	Experts    func(ctx context.Context) ([]Option, error)
	ExpertName func(ctx context.Context, id string) string
	// Draft makes a call that re-evaluates awards and returns the address of its page.
	Draft func(ctx context.Context, programme string, n int) (string, error)
	// Call finds a call by its code: its id and its title.
	Call func(ctx context.Context, code string) (id string, title pack.Text, err error)
	// Links are the public pages about how an award came to be, Around those
	// that its desk leads to. Both may be nil.
	Links  func(r *http.Request, p ui.Page, a award.Award) ([]ui.Link, error)
	Around func(r *http.Request, p ui.Page, a award.Award) ([]ui.Link, error)
	// Credentials reports whether verifiable credentials are given out; nil = not.
	Credentials func() bool
	Printer     *pdf.Printer // of certificates; nil = browsers print
	// Names returns the names of accounts by id.
	Names func(ctx context.Context, ids []string) (map[string]string, error)
}

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	return []web.Route{
		{Pattern: "GET /awards", Perm: web.Public, Handler: h.register},
		{Pattern: "GET /awards/data.csv", Perm: web.Public, Handler: h.csv},
		{Pattern: "GET /awards/data.json", Perm: web.Public, Handler: h.json},
		{Pattern: "GET /awards/verify", Perm: web.Public, Handler: h.verify},
		{Pattern: "GET /awards/{number}", Perm: web.Public, Handler: h.show},
		{Pattern: "GET /awards/{number}/certificate", Perm: web.Public, Handler: h.certificate},
		{Pattern: "GET /awards/{number}/certificate.pdf", Perm: web.Public, Handler: h.certificatePDF},
		{Pattern: "GET /awards/{number}/qr", Perm: web.Public, Handler: h.qr},
		{Pattern: "GET /v/{number}", Perm: web.Public, Handler: h.short},
		{Pattern: "GET /desk/awards", Perm: use, Handler: h.desk},
		{Pattern: "POST /desk/awards/reevaluate", Perm: keep, Handler: h.reevaluate},
		{Pattern: "GET /desk/awards/{id}", Perm: use, Handler: h.keep},
		{Pattern: "POST /desk/awards/{id}/move", Perm: use, Handler: h.move},
		{Pattern: "POST /desk/awards/{id}/extend", Perm: keep, Handler: h.extend},
		{Pattern: "POST /desk/awards/{id}/record", Perm: use, Handler: h.record},
		{Pattern: "POST /desk/awards/{id}/check", Perm: use, Handler: h.check},
		{Pattern: "GET /desk/guidance", Perm: use, Handler: h.cases},
		{Pattern: "POST /desk/guidance", Perm: pool, Handler: h.openCase},
		{Pattern: "GET /desk/guidance/{id}", Perm: use, Handler: h.story},
		{Pattern: "POST /desk/guidance/{id}/{act}", Perm: use, Handler: h.guidance},
	}
}

// problem is what went wrong with a form, in words, beside what was typed.
type problem struct{ Field, Text string }

// wrong turns what a caller can mend into a problem; all else is passed on.
func wrong(p ui.Page, err error) (*problem, int, error) {
	e, ok := err.(*errs.Error)
	if !ok || (e.Kind != errs.Invalid && e.Kind != errs.Conflict) {
		return nil, 0, err
	}
	return &problem{Field: e.Field, Text: p.T(e.Key, e.Args...)}, web.Status(err), nil
}

// day prints a day of the register, "" for none.
func day(p ui.Page, d string) string {
	t, err := time.Parse(time.DateOnly, d)
	if err != nil {
		return ""
	}
	return p.Date(t)
}

// place is the name of an area and of those above it, without the city's.
func (h *handler) place(areaID int64, lang string) string {
	t := h.Tree()
	n, ok := t.ByID(areaID)
	if !ok {
		return ""
	}
	path := t.Path(n)
	if len(path) > 1 {
		path = path[1:]
	}
	s := ""
	for i, k := range path {
		if i > 0 {
			s += " "
		}
		s += t.At(k).In(lang)
	}
	return s
}

// programme is the name of a programme, or its code.
func (h *handler) programme(code, lang string) string {
	if p, ok := h.Pack().AwardProgramme(code); ok {
		return p.Name.In(lang)
	}
	return code
}

// state is a word for how an award stands, with the class of its tag.
type state struct{ Text, Class string }

func (h *handler) state(ctx context.Context, p ui.Page, a award.Award) (state, error) {
	if a.Earlier {
		return state{p.T("award.state.earlier"), "xd-tag--go"}, nil
	}
	d, err := h.Awards.Flow(ctx, a)
	if err != nil {
		return state{}, err
	}
	out := state{a.State, "xd-tag--done"}
	for _, s := range d.States {
		if s.Code == a.State {
			out.Text = pack.Text(s.Name).In(p.Lang)
		}
	}
	switch {
	case !a.Holds(h.Awards.Today()):
		out.Class = "xd-tag--off"
	case a.Desk != "":
		out.Class = "xd-tag--go"
	}
	return out, nil
}

// origin is the address under which the reader reached the program.
func (h *handler) origin(r *http.Request) string {
	if h.Secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
