// Package decidehttp serves the result of a call: its order, the meeting and
// its votes, ties, notices, objections and the approval (P1.7).
package decidehttp

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"strings"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/pdf"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

func view(name string) web.View {
	return web.View{Tmpl: ui.Parse(files, "templates/part.html", "templates/"+name+".html")}
}

var (
	resultView     = view("result")
	oneView        = view("one")
	meetingView    = view("meeting")
	voteView       = view("vote")
	noticesView    = view("notices")
	noticeView     = view("notice")
	statusView     = view("status")
	objectionsView = view("objections")
	objectionView  = view("objection")
	paperView      = view("paper")
)

// Permissions of the pages.
const (
	Read   web.Perm = accredit.PermRead
	Manage web.Perm = accredit.PermManage
	Decide web.Perm = accredit.PermDecide
	Handle web.Perm = accredit.PermHandle
	Member web.Perm = "review:use"
)

// Deps is what the pages are made of.
type Deps struct {
	Decisions *decide.Service
	Calls     decide.Calls
	Tree      func() *area.Tree
	// Candidates are the people who may sit in the meeting of a call: its experts.
	Candidates func(ctx context.Context, callID string) ([]decide.Member, error)
	File       func(ctx context.Context, digest string) (content []byte, media string, err error)
	Can        func(ctx context.Context, perm web.Perm) bool
	MostBytes  int64 // of a file of evidence
	// Links are the public pages about the call of a notice; it may be nil.
	Links func(r *http.Request, p ui.Page, n decide.Notice) ([]ui.Link, error)
	// FindCall finds a call by its public code.
	FindCall func(ctx context.Context, code string) (accredit.Call, error)
	Printer  *pdf.Printer // of papers; nil = browsers print
}

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	return append(h.paperRoutes(), []web.Route{
		{Pattern: "GET /notices", Perm: web.Public, Handler: h.notices},
		{Pattern: "GET /notices/{id}", Perm: web.Public, Handler: h.notice},
		{Pattern: "POST /notices/{id}", Perm: web.Public, Handler: h.object},
		{Pattern: "GET /notices/{id}/record.json", Perm: web.Public, Handler: h.sealed},
		{Pattern: "GET /objections", Perm: web.Public, Handler: h.status},
		{Pattern: "GET /desk/calls/{id}/result", Perm: Read, Handler: h.result},
		{Pattern: "POST /desk/calls/{id}/tie", Perm: Manage, Handler: h.tie},
		{Pattern: "POST /desk/calls/{id}/meeting", Perm: Manage, Handler: h.convene},
		{Pattern: "POST /desk/calls/{id}/approval", Perm: Decide, Handler: h.approval},
		{Pattern: "POST /desk/calls/{id}/document", Perm: Manage, Handler: h.document},
		{Pattern: "POST /desk/calls/{id}/late", Perm: Decide, Handler: h.late},
		{Pattern: "GET /desk/calls/{id}/result/advice", Perm: Read, Handler: h.advice},
		{Pattern: "GET /desk/calls/{id}/result/{application}", Perm: Read, Handler: h.one},
		{Pattern: "POST /desk/calls/{id}/result/{application}", Perm: Manage, Handler: h.note},
		{Pattern: "GET /desk/meetings/{id}", Perm: Read, Handler: h.meeting},
		{Pattern: "POST /desk/meetings/{id}", Perm: Manage, Handler: h.hold},
		{Pattern: "GET /review/meetings/{id}", Perm: Member, Handler: h.ballot},
		{Pattern: "POST /review/meetings/{id}", Perm: Member, Handler: h.vote},
		{Pattern: "GET /desk/objections", Perm: Handle, Handler: h.objections},
		{Pattern: "POST /desk/objections", Perm: Handle, Handler: h.enter},
		{Pattern: "GET /desk/objections/{id}", Perm: Handle, Handler: h.objection},
		{Pattern: "POST /desk/objections/{id}", Perm: Handle, Handler: h.handle},
		{Pattern: "GET /desk/objections/{id}/evidence", Perm: Handle, Handler: h.evidence},
	}...)
}

// page is what every page here is made from.
type page struct {
	ui.Page
	h     *handler
	Error string // why what was sent was refused
	Field string // id of the field it is about
}

func (h *handler) page(r *http.Request, front ui.Front, title string, fault error) page {
	p := page{Page: ui.NewPage(r, front, title), h: h}
	p.Error, p.Field = p.words(fault)
	return p
}

func (p page) words(err error) (text, field string) {
	if err == nil {
		return "", ""
	}
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return p.T("error.internal"), ""
	}
	return p.T(e.Key, e.Args...), e.Field
}

// Day prints a day for people.
func (p page) Day(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return p.Date(t)
}

// Area names an area with its district.
func (p page) Area(id int64) string {
	t := p.h.Tree()
	n, ok := t.ByID(id)
	if !ok {
		return ""
	}
	return t.At(n).In(p.Lang)
}

// act does what a form asks and goes to a page, or shows the form again with
// what is wrong.
func act(w http.ResponseWriter, r *http.Request, do func() error, to string, again func(error) error) error {
	err := do()
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict:
		return again(err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// status of an answer to what was sent.
func code(err error) int {
	if err == nil {
		return http.StatusOK
	}
	return web.Status(err)
}

func form(r *http.Request, name string) string { return strings.TrimSpace(r.FormValue(name)) }
