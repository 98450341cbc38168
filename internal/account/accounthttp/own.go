package accounthttp

import (
	"net/http"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var (
	ownView      = view("own")
	passwordView = view("password")
)

type ownPage struct {
	ui.Page
	Account account.Account
	Posts   []post
	Logins  []ownLogin
	Changed bool
}

type ownLogin struct {
	account.Login
	Current bool
	Browser string // in words; "" = not known
}

func (h *handler) own(w http.ResponseWriter, r *http.Request) error {
	me := account.From(r.Context())
	a, err := h.Accounts.Find(r.Context(), me.ID)
	if err != nil {
		return err
	}
	logins, err := h.Accounts.Logins(r.Context())
	if err != nil {
		return err
	}
	p := ownPage{Page: ui.NewPage(r, ui.Desk, "account.own.title"), Account: a, Changed: r.FormValue("changed") != ""}
	p.Posts = h.posts(r.Context(), p.Page, a.Grants)
	for _, l := range logins {
		p.Logins = append(p.Logins, ownLogin{l, l.ID == me.SessionID, browserOf(l.UserAgent)})
	}
	return web.Render(w, r, http.StatusOK, ownView, p)
}

// Marks of browsers and systems in what a browser says of itself; the first
// that is found names it, since each also claims to be those before it.
var (
	browserMarks = [][2]string{{"MicroMessenger/", "WeChat"}, {"Edg/", "Edge"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systemMarks  = [][2]string{{"HarmonyOS", "HarmonyOS"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}}
)

// browserOf returns a browser in words: "Firefox, Windows".
func browserOf(userAgent string) string {
	var words []string
	for _, marks := range [][][2]string{browserMarks, systemMarks} {
		for _, m := range marks {
			if strings.Contains(userAgent, m[0]) {
				words = append(words, m[1])
				break
			}
		}
	}
	if len(words) == 0 {
		return userAgent
	}
	return strings.Join(words, ", ")
}

func (h *handler) endSession(w http.ResponseWriter, r *http.Request) error {
	if err := h.Accounts.EndLogin(r.Context(), r.PathValue("id")); err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	http.Redirect(w, r, "/account", http.StatusSeeOther)
	return nil
}

type passwordPage struct {
	ui.Page
	Must    bool // nothing else is open until it is done
	Rules   []string
	Fields  []input
	Problem *problem
}

func (h *handler) newPassword(r *http.Request, pr *problem) passwordPage {
	me := account.From(r.Context())
	p := passwordPage{Page: ui.NewPage(r, ui.Desk, "account.password.title"), Must: me.MustChange, Problem: pr}
	p.Rules = rulesOf(p.Page, h.Accounts.Rule(me.Grants))
	p.Fields = pr.mark([]input{
		{Name: "old", Label: p.T("account.password.old"), Type: "password", Autocomplete: "current-password"},
		{Name: "password", Label: p.T("account.password.new"), Type: "password", Autocomplete: "new-password"},
		{Name: "again", Label: p.T("account.password.again"), Type: "password", Autocomplete: "new-password"},
	})
	return p
}

func rulesOf(p ui.Page, rule account.Rule) []string {
	out := []string{p.T("account.rule.length", "N", rule.MinLength)}
	if rule.Classes > 1 {
		out = append(out, p.T("account.rule.classes", "N", rule.Classes))
	}
	out = append(out, p.T("account.rule.guess"))
	if rule.History > 0 {
		out = append(out, p.T("account.rule.history", "N", rule.History))
	}
	return out
}

func (h *handler) passwordForm(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, passwordView, h.newPassword(r, nil))
}

func (h *handler) password(w http.ResponseWriter, r *http.Request) error {
	err := error(errs.InvalidField("again", "account.password.differ"))
	var s account.Session
	if r.PostFormValue("password") == r.PostFormValue("again") {
		s, err = h.Accounts.ChangePassword(r.Context(), r.PostFormValue("old"), r.PostFormValue("password"), h.browser(r))
	}
	if err != nil {
		pr, ok := problemOf(ui.NewPage(r, ui.Desk, "account.password.title"), err)
		if !ok {
			return err
		}
		return web.Render(w, r, web.Status(err), passwordView, h.newPassword(r, pr))
	}
	h.setCookie(w, s.Token)
	http.Redirect(w, r, "/account?changed=1", http.StatusSeeOther)
	return nil
}
