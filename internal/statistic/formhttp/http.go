// Package formhttp serves the register of statistical forms: which forms may be
// asked and why, what each costs, every field ever asked, what was refused, and
// the desk where forms are designed and registered (P2.3).
package formhttp

import (
	"context"
	"embed"
	"net/http"
	"strings"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic/form"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

func view(name, fragment string) web.View {
	return web.View{Tmpl: ui.Parse(files, "templates/part.html", "templates/"+name+".html"), Fragment: fragment}
}

var (
	listView     = view("list", "")
	showView     = view("show", "")
	fieldsView   = view("fields", "found")
	burdenView   = view("burden", "")
	refusalsView = view("refusals", "")
	deskView     = view("desk", "")
	keepView     = view("keep", "")
	designView   = view("design", "")
	previewView  = view("design", "preview")
)

// Permissions of the pages; sending out is done by the pages of returns.
const (
	Register web.Perm = "form:register"
	Send     web.Perm = "form:send"
)

// Service is what the pages need from package form.
type Service interface {
	List(ctx context.Context) ([]form.Form, error)
	Registered(ctx context.Context) ([]form.Form, error)
	Versions(ctx context.Context, code string) ([]form.Form, error)
	Events(ctx context.Context, code string) ([]form.Event, error)
	Fields(ctx context.Context) ([]form.FieldAsked, error)
	Refusals(ctx context.Context, most int) ([]form.Refusal, error)
	Check(ctx context.Context, f pack.Form, day string) ([]form.Problem, error)
	Save(ctx context.Context, f pack.Form, reason string) (form.Form, error)
	Register(ctx context.Context, id string, head pack.Head, reason string) (form.Form, error)
	Withdraw(ctx context.Context, id, reason string) error
}

// Deps is what the pages are made of.
type Deps struct {
	Forms Service
	Pack  func() *pack.Pack
	Tree  func() *area.Tree
	// Asked returns a measure of what was really sent out, for every area.
	Asked func(ctx context.Context, code string, at period.Period) (formula.Loaded, error)
	Names func(ctx context.Context, ids []string) (map[string]string, error) // of accounts, by id
	Can   func(ctx context.Context, p web.Perm) bool
	Zone  *time.Location
	Now   func() time.Time
}

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	return []web.Route{
		{Pattern: "GET /forms", Perm: web.Public, Handler: h.list},
		{Pattern: "GET /forms/fields", Perm: web.Public, Handler: h.fields},
		{Pattern: "GET /forms/burden", Perm: web.Public, Handler: h.burden},
		{Pattern: "GET /forms/refusals", Perm: Register, Handler: h.refusals},
		{Pattern: "GET /forms/{code}", Perm: web.Public, Handler: h.show},
		{Pattern: "GET /forms/{code}/blank.xlsx", Perm: web.Public, Handler: h.blank},
		{Pattern: "GET /forms/{code}/form.yaml", Perm: web.Public, Handler: h.source},
		{Pattern: "GET /desk/forms", Perm: Register, Handler: h.desk},
		{Pattern: "POST /desk/forms", Perm: Register, Handler: h.save},
		{Pattern: "GET /desk/forms/design", Perm: Register, Handler: h.design},
		{Pattern: "POST /desk/forms/design", Perm: Register, Handler: h.preview},
		{Pattern: "GET /desk/forms/{code}", Perm: Register, Handler: h.keep},
		{Pattern: "POST /desk/forms/{code}/register", Perm: Register, Handler: h.register},
		{Pattern: "POST /desk/forms/{code}/withdraw", Perm: Register, Handler: h.withdraw},
	}
}

// today is the day in the city's zone.
func (h *handler) today() string { return h.Now().In(h.Zone).Format(time.DateOnly) }

// page is what every page here is made from.
type page struct {
	ui.Page
	h *handler
}

func (h *handler) page(r *http.Request, front ui.Front, title string, args ...any) page {
	return page{ui.NewPage(r, front, title, args...).In("nav.forms"), h}
}

// Day prints a day for people.
func (p page) Day(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return p.Date(t)
}

// Instant prints an instant in the city's zone.
func (p page) Instant(t time.Time) string { return p.DateTime(t) }

// Body is the name of a body of the pack, or its code.
func (p page) Body(code string) string {
	if b, ok := p.h.Pack().Body(code); ok {
		return b.Name.In(p.Lang)
	}
	return code
}

// Unit is the name of a unit of the pack.
func (p page) Unit(code string) string {
	if u, ok := p.h.Pack().Indicators.UnitOf(code); ok {
		return u.Name.In(p.Lang)
	}
	return code
}

// State is the word for what a form may be used for on the day of the page.
func (p page) State(f form.Form) (word, tag string) {
	switch day := p.h.today(); {
	case f.State == form.Draft:
		return p.T("form.state.draft"), "xd-tag--off"
	case f.State == form.Withdrawn:
		return p.T("form.state.withdrawn"), "xd-tag--off"
	case f.In(day):
		return p.T("form.state.in_force"), "xd-tag--done"
	case day < f.Head.From:
		return p.T("form.state.not_yet"), "xd-tag--go"
	}
	return p.T("form.state.lapsed"), "xd-tag--act"
}

// fact is a name with what stands behind it.
type fact struct{ Name, Text string }

// Head is the legal head as it stands at the top right; nothing is shown that
// nobody has approved.
func (p page) Head(f form.Form) []fact {
	if f.Head.Number == "" {
		return nil
	}
	return []fact{
		{p.T("form.head.number"), f.Head.Number},
		{p.T("form.head.organ"), f.Head.Organ.In(p.Lang)},
		{p.T("form.head.approver." + f.Head.Basis), f.Head.Approver.In(p.Lang)},
		{p.T("form.head.document." + f.Head.Basis), f.Head.Document},
		{p.T("form.head.from"), p.Day(f.Head.From)},
		{p.T("form.head.until"), p.Day(f.Head.Until)},
	}
}

// Who answers a form, how often, and by when.
func (p page) Who(f form.Form) string {
	out := ""
	for i, l := range f.Levels {
		if i > 0 {
			out += p.T("form.and")
		}
		out += p.T("form.level." + l)
	}
	return out
}

// Often is the period of a form, in words.
func (p page) Often(f form.Form) string { return p.T("form.period." + f.Period + "." + f.Kind) }

// said is a problem in words.
type said struct {
	Part, Text, Law, LawText, Where, Href string
}

// Says puts problems into words, with the provision behind each.
func (p page) Says(f pack.Form, list []form.Problem) []said {
	out := make([]said, 0, len(list))
	for _, x := range list {
		s := said{Part: p.part(f, x), Text: p.T(x.Key, x.Args...), Where: x.Where, Href: whereHref(x.Where, p.h.Pack())}
		if law, ok := p.h.Pack().Law(x.Ground); ok {
			s.Law, s.LawText = law.Name.In(p.Lang), law.Text.In(p.Lang)
		}
		out = append(out, s)
	}
	return out
}

// box is a list of problems to show.
type box struct {
	page
	List []said
}

// Box prepares problems for the template that shows them.
func (p page) Box(list []said) box { return box{p, list} }

// headParts are the parts of a head.
var headParts = map[string]bool{"number": true, "organ": true, "basis": true, "approver": true, "document": true, "from": true, "until": true, "owner": true}

// part names what a problem is about.
func (p page) part(f pack.Form, x form.Problem) string {
	if headParts[x.Field] {
		return p.T("form.part." + x.Field)
	}
	if fd, ok := f.Field(x.Field); ok {
		return fd.Name.In(p.Lang)
	}
	return x.Field
}

// whereHref is the page where a datum is already.
func whereHref(where string, k *pack.Pack) string {
	code, field, ok := strings.Cut(where, ".")
	if !ok || k.Form(code) == nil {
		return ""
	}
	return "/forms/" + code + "#f-" + field
}

// Days are how many working days the approver and the publication take.
func (p page) Days() pack.Statistics { return p.h.Pack().Statistics }
