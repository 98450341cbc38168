package accounthttp

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/i18n"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var (
	listView = view("list")
	newView  = view("new")
	onceView = view("once")
)

// post is a role with its place, in words.
type post struct {
	ID, Role, Place string
}

func (h *handler) posts(ctx context.Context, p ui.Page, grants []account.Grant) []post {
	out := make([]post, 0, len(grants))
	for _, g := range grants {
		out = append(out, post{ID: g.ID, Role: p.T("account.role." + g.Role), Place: h.place(ctx, p, g)})
	}
	return out
}

func (h *handler) place(ctx context.Context, p ui.Page, g account.Grant) string {
	if g.OrgID != "" {
		name, nameEN, err := h.Accounts.OrgName(ctx, g.OrgID)
		if err != nil {
			return g.OrgID
		}
		if p.Lang == i18n.EN && nameEN != "" {
			return nameEN
		}
		return name
	}
	if t := h.Tree(); g.AreaID != 0 && t != nil {
		if n, ok := t.ByID(g.AreaID); ok {
			return t.At(n).In(p.Lang)
		}
	}
	return p.T("account.whole_city")
}

type listPage struct {
	ui.Page
	Query  account.Query
	Roles  []option
	Rows   []listRow
	Next   string // address of the next page
	First  string // address of the first page, where this is not it
	CanAdd bool
}

type option struct {
	Value, Label string
	Selected     bool
}

type listRow struct {
	account.Account
	Posts []post
}

func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	q := account.Query{Text: r.FormValue("q"), State: r.FormValue("state"), Role: r.FormValue("role"), After: r.FormValue("after")}
	rows, next, err := h.Accounts.List(r.Context(), q)
	if err != nil {
		return err
	}
	p := listPage{Page: ui.NewPage(r, ui.Admin, "account.list.title").In("nav.accounts"), Query: q}
	p.CanAdd = account.From(r.Context()).Can(string(Manage))
	p.Roles = roleOptions(p.Page, q.Role)
	for _, a := range rows {
		p.Rows = append(p.Rows, listRow{a, h.posts(r.Context(), p.Page, a.Grants)})
	}
	here := url.Values{"q": {q.Text}, "state": {q.State}, "role": {q.Role}}
	if q.After != "" {
		p.First = "/admin/accounts?" + here.Encode()
	}
	if next != "" {
		here.Set("after", next)
		p.Next = "/admin/accounts?" + here.Encode()
	}
	return web.Render(w, r, http.StatusOK, listView, p)
}

func roleOptions(p ui.Page, chosen string) []option {
	var out []option
	for _, role := range account.Roles {
		out = append(out, option{role, p.T("account.role." + role), role == chosen})
	}
	return out
}

type newPage struct {
	ui.Page
	Fields  []input
	Problem *problem
}

func newAccount(r *http.Request, pr *problem) newPage {
	p := newPage{Page: ui.NewPage(r, ui.Admin, "account.new.title").In("nav.accounts"), Problem: pr}
	p.Fields = pr.mark([]input{
		{Name: "login", Label: p.T("account.login"), Hint: p.T("account.login.hint"), Value: r.PostFormValue("login"), Autocomplete: "off", Narrow: true},
		{Name: "name", Label: p.T("account.name"), Value: r.PostFormValue("name"), Autocomplete: "off", Narrow: true},
	})
	return p
}

func (h *handler) newForm(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, newView, newAccount(r, nil))
}

// oncePage shows a password that nobody can see again.
type oncePage struct {
	ui.Page
	Account  account.Account
	Password string
	Made     bool // the account is new
}

func (h *handler) create(w http.ResponseWriter, r *http.Request) error {
	a, once, err := h.Accounts.Create(r.Context(), account.NewAccount{Login: r.PostFormValue("login"), Name: r.PostFormValue("name")})
	if err != nil {
		pr, ok := problemOf(newAccount(r, nil).Page, err)
		if !ok {
			return err
		}
		return web.Render(w, r, web.Status(err), newView, newAccount(r, pr))
	}
	return h.once(w, r, a, once, true)
}

func (h *handler) once(w http.ResponseWriter, r *http.Request, a account.Account, password string, made bool) error {
	p := oncePage{Page: ui.NewPage(r, ui.Admin, "account.once.title", "Name", a.Name).In("nav.accounts"), Account: a, Password: password, Made: made}
	p.Path = "/admin/accounts/" + a.ID
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, http.StatusOK, onceView, p)
}

type lockState struct{ Until time.Time }

// Locked reports whether the login is locked.
func (l lockState) Locked() bool { return !l.Until.IsZero() }
