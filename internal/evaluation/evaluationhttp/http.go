// Package evaluationhttp is the evaluation of districts on the desk, where it is
// prepared, contested, answered and approved, and in public, where every
// district stands beside its own target and its own past (P1.1, P1.9).
package evaluationhttp

import (
	"context"
	"embed"
	"errors"
	"math/big"
	"net/http"
	"strings"
	"time"

	"xuedu/internal/errs"
	"xuedu/internal/evaluation"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

func view(name string) web.View {
	return web.View{Tmpl: ui.Parse(files, "templates/part.html", "templates/"+name+".html")}
}

var (
	listView   = view("list")
	roundView  = view("round")
	draftView  = view("draft")
	publicView = view("public")
	openView   = view("open")
	areaView   = view("area")
	leagueView = view("league")
	methodView = view("method")
)

// Deps are what the pages need.
type Deps struct {
	Evaluations *evaluation.Service
	Pack        func() *pack.Pack
	Names       func(ctx context.Context, ids []string) (map[string]string, error) // of accounts, by id
	Zone        *time.Location
	Now         func() time.Time
}

type handler struct{ Deps }

// Routes returns the routes of this feature; what the caller may do there is
// checked by the service.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	const desk, prepare, comment, approve web.Perm = "desk:use", evaluation.PermPrepare, evaluation.PermComment, evaluation.PermApprove
	const one = "/desk/evaluations/{id}"
	return []web.Route{
		{Pattern: "GET /desk/evaluations", Perm: desk, Handler: h.list},
		{Pattern: "POST /desk/evaluations", Perm: prepare, Handler: h.begin},
		{Pattern: "GET " + one, Perm: desk, Handler: h.round},
		{Pattern: "POST " + one + "/move", Perm: desk, Handler: h.move},
		{Pattern: "POST " + one + "/collect", Perm: prepare, Handler: h.collect},
		{Pattern: "POST " + one + "/revise", Perm: prepare, Handler: h.revise},
		{Pattern: "POST " + one + "/league", Perm: approve, Handler: h.setLeague},
		{Pattern: "POST " + one + "/notes/{note}", Perm: prepare, Handler: h.answer},
		{Pattern: "GET " + one + "/areas/{area}", Perm: desk, Handler: h.draft},
		{Pattern: "POST " + one + "/areas/{area}/notes", Perm: comment, Handler: h.say},
		{Pattern: "POST " + one + "/areas/{area}/actions/{action}/plan", Perm: desk, Handler: h.plan},
		{Pattern: "POST " + one + "/areas/{area}/actions/{action}/report", Perm: desk, Handler: h.report},
		{Pattern: "GET /evaluations", Perm: web.Public, Handler: h.public},
		{Pattern: "GET /evaluations/method", Perm: web.Public, Handler: h.method},
		{Pattern: "GET /evaluations/{period}", Perm: web.Public, Handler: h.open},
		{Pattern: "GET /evaluations/{period}/evaluation.csv", Perm: web.Public, Handler: h.csv},
		{Pattern: "GET /evaluations/{period}/evaluation.json", Perm: web.Public, Handler: h.json},
		{Pattern: "GET /evaluations/{period}/league", Perm: web.Public, Handler: h.league},
		{Pattern: "GET /evaluations/{period}/{area}", Perm: web.Public, Handler: h.area},
	}
}

// page is what all pages share.
type page struct {
	ui.Page
	Problem, Field string
}

func deskPage(r *http.Request) page {
	return page{Page: ui.NewPage(r, ui.Desk, "evaluation.title").In("nav.desk_evaluations")}
}

func sitePage(r *http.Request) page {
	return page{Page: ui.NewPage(r, ui.Public, "evaluation.title").In("nav.reports")}
}

// problem is what went wrong with a form, and which of several it was.
type problem struct {
	cause error
	form  string // id of what the form is about, "" = the only one
}

// refuse shows what the caller can mend on the page; all else is an error page.
func (p *page) refuse(x problem) (status int, rest error) {
	if x.cause == nil {
		return http.StatusOK, nil
	}
	e, ok := errors.AsType[*errs.Error](x.cause)
	if !ok || e.Kind != errs.Invalid && e.Kind != errs.Conflict {
		return 0, x.cause
	}
	p.Problem, p.Field = p.T(e.Key, e.Args...), e.Field
	if x.form != "" && e.Field != "" {
		p.Field += "-" + x.form
	}
	return web.Status(x.cause), nil
}

// period writes a period as people do.
func (p page) period(name string) string {
	if len(name) > 5 && name[5] == 'Q' {
		return p.T("narrative.period.quarter", "Year", name[:4], "Quarter", name[6:])
	}
	return p.T("narrative.period.year", "Year", name)
}

// day writes a day that is kept as text.
func (p page) day(s string) string {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return p.Date(t)
	}
	return s
}

// back answers a form that did what it was asked.
func back(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// grouped sets the thousands of a decimal apart.
func grouped(s string) string {
	whole, rest, has := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "−", whole[1:]
	}
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if has {
		return sign + b.String() + "." + rest
	}
	return sign + b.String()
}

// places writes a number with so many decimals.
func places(v *big.Rat, n int) string {
	if v == nil {
		return ""
	}
	return grouped(v.FloatString(n))
}
