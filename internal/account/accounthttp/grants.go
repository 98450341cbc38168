package accounthttp

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var showView = view("show")

type showPage struct {
	ui.Page
	Account   account.Account
	Posts     []post
	Lock      lockState
	Self      bool
	CanGrant  bool
	CanLock   bool
	CanManage bool
	Roles     []option
	Place     input
	Reason    string // of the grant form, kept when it comes back
	Problem   *problem
	Form      string // which form the problem belongs to: grant, state, reset, remove
}

func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	return h.showWith(w, r, nil, "")
}

// showWith renders the account's page, with the failure of one of its forms.
func (h *handler) showWith(w http.ResponseWriter, r *http.Request, failure error, form string) error {
	ctx, me := r.Context(), account.From(r.Context())
	a, err := h.Accounts.Find(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	p := showPage{Page: ui.NewPage(r, ui.Admin, "account.show.title", "Name", a.Name).In("nav.accounts"), Account: a, Form: form}
	p.Path = "/admin/accounts/" + a.ID // where the language switch leads after a form, too
	if p.Lock.Until, err = h.Accounts.LockedUntilOf(ctx, a); err != nil {
		return err
	}
	p.Posts, p.Self = h.posts(ctx, p.Page, a.Grants), me.ID == a.ID
	p.CanGrant, p.CanLock, p.CanManage = me.Can(string(Grant)), me.Can(string(Lock)), me.Can(string(Manage))
	p.Roles, p.Reason = roleOptions(p.Page, r.PostFormValue("role")), r.PostFormValue("reason")
	status := http.StatusOK
	if failure != nil {
		pr, ok := problemOf(p.Page, failure)
		if !ok {
			return failure
		}
		p.Problem, status = pr, web.Status(failure)
	}
	p.Place = input{Name: "place", Label: p.T("account.grant.place"), Hint: p.T("account.grant.place_hint"), Value: r.PostFormValue("place"), Narrow: true}
	if p.Problem != nil && slices.Contains([]string{"place", "area", "org"}, p.Problem.Field) {
		p.Problem.Field, p.Place.Error = "place", p.Problem.Text
	}
	return web.Render(w, r, status, showView, p)
}

func (h *handler) back(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/admin/accounts/"+r.PathValue("id"), http.StatusSeeOther)
	return nil
}

// act is a handler for an act that needs no more than a reason.
func (h *handler) act(f func(*account.Service, context.Context, string, string) error) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := f(h.Accounts, r.Context(), r.PathValue("id"), r.PostFormValue("reason")); err != nil {
			return h.showWith(w, r, err, "state")
		}
		return h.back(w, r)
	}
}

func (h *handler) reset(w http.ResponseWriter, r *http.Request) error {
	once, err := h.Accounts.ResetPassword(r.Context(), r.PathValue("id"), r.PostFormValue("reason"))
	if err != nil {
		return h.showWith(w, r, err, "reset")
	}
	a, err := h.Accounts.Find(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return h.once(w, r, a, once, false)
}

func (h *handler) addGrant(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	g, err := h.Accounts.Place(ctx, r.PostFormValue("role"), strings.TrimSpace(r.PostFormValue("place")))
	if err == nil {
		_, err = h.Accounts.AddGrant(ctx, r.PathValue("id"), g, r.PostFormValue("reason"))
	}
	if err != nil {
		return h.showWith(w, r, err, "grant")
	}
	return h.back(w, r)
}

func (h *handler) removeGrant(w http.ResponseWriter, r *http.Request) error {
	err := h.Accounts.RemoveGrant(r.Context(), r.PathValue("id"), r.PathValue("grant"), r.PostFormValue("reason"))
	if err != nil {
		return h.showWith(w, r, err, "remove")
	}
	return h.back(w, r)
}
