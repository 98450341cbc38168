package accounthttp

import (
	"net/http"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var signInView = view("signin")

type signInPage struct {
	ui.Page
	Back    string
	Fields  []input
	Problem *problem
}

func (h *handler) signInForm(w http.ResponseWriter, r *http.Request) error {
	back := web.SafeBack(r.FormValue("back"), "/desk")
	if account.From(r.Context()).SignedIn() {
		http.Redirect(w, r, back, http.StatusSeeOther)
		return nil
	}
	return web.Render(w, r, http.StatusOK, signInView, newSignIn(r, back, "", nil))
}

func newSignIn(r *http.Request, back, login string, pr *problem) signInPage {
	p := signInPage{Page: ui.NewPage(r, ui.Public, "account.signin.title"), Back: back, Problem: pr}
	p.Fields = pr.mark([]input{
		{Name: "login", Label: p.T("account.login"), Value: login, Autocomplete: "username"},
		{Name: "password", Label: p.T("account.password"), Type: "password", Autocomplete: "current-password"},
	})
	return p
}

func (h *handler) signIn(w http.ResponseWriter, r *http.Request) error {
	back := web.SafeBack(r.PostFormValue("back"), "/desk")
	in := h.browser(r)
	in.Login, in.Password = r.PostFormValue("login"), r.PostFormValue("password")
	s, err := h.Accounts.Authenticate(r.Context(), in)
	if err != nil {
		p := newSignIn(r, back, in.Login, nil)
		pr, ok := problemOf(p.Page, err)
		if !ok {
			return err
		}
		if errs.KindOf(err) == errs.Invalid {
			pr.Field = "login" // either field may be the wrong one
		}
		return web.Render(w, r, web.Status(err), signInView, newSignIn(r, back, in.Login, pr))
	}
	if old := h.token(r); old != "" { // a browser has one session
		if err := h.Accounts.SignOut(r.Context(), old); err != nil {
			return err
		}
	}
	h.setCookie(w, s.Token)
	if back == "/desk" && !s.Actor.Can("desk:use") && s.Actor.Can("review:use") {
		back = "/review" // experts have no desk
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}

// browser is what is kept of the browser that asks.
func (h *handler) browser(r *http.Request) account.SignIn {
	return account.SignIn{Remote: h.Remote(r), UserAgent: r.UserAgent()}
}

func (h *handler) signOut(w http.ResponseWriter, r *http.Request) error {
	if token := h.token(r); token != "" {
		if err := h.Accounts.SignOut(r.Context(), token); err != nil {
			return err
		}
	}
	h.setCookie(w, "")
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

func clock(p ui.Page, v any) string {
	if t, ok := v.(time.Time); ok {
		return p.DateTime(t)
	}
	return ""
}
