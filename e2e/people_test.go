//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// demoPassword is what every account of a demonstration city has.
const demoPassword = "Demo-xuedu-24"

// demoAccount is one of the accounts `xuedu demo` prints.
type demoAccount struct{ Role, Login string }

// accounts lists one account for each role.
func accounts(testing.TB) []demoAccount {
	var list []demoAccount
	for _, login := range []string{"teacher", "staff", "community", "street", "district", "city", "analyst", "auditor", "system", "security",
		"technical", "leading", "handler", "expert"} {
		list = append(list, demoAccount{Role: login, Login: login})
	}
	return list
}

// signIn signs a browser in, by keyboard and mouse as a person does.
func signIn(t testing.TB, ctx context.Context, base string, who demoAccount) {
	t.Helper()
	do(t, ctx, "sign in as "+who.Login,
		chromedp.Func(clearCookies),
		chromedp.Navigate(base+"/signin"),
		chromedp.SetValue(chromedp.CSS(`[name=login]`), who.Login),
		chromedp.SetValue(chromedp.CSS(`[name=password]`), demoPassword),
		chromedp.Click(chromedp.CSS(`main form button[type=submit]`)),
		chromedp.WaitVisible(chromedp.CSS(`form[action="/signout"]`)),
	)
}

// client is a visitor without a browser.
type client struct {
	*http.Client
	base string
}

// visitor returns a client that keeps its cookies and reads Chinese.
func visitor(t testing.TB, base string) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &client{Client: &http.Client{Jar: jar}, base: base}
}

// signedIn returns a client signed in with a demonstration account.
func signedIn(t testing.TB, base, login string) *client {
	t.Helper()
	c := visitor(t, base)
	res, err := c.PostForm(base+"/signin", url.Values{"login": {login}, "password": {demoPassword}, "back": {"/desk"}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Request.URL.Path == "/signin" {
		t.Fatalf("sign in as %s: %s at %s", login, res.Status, res.Request.URL)
	}
	return c
}

// read returns the body of a page that must be there.
func (c *client) read(t testing.TB, path string) string {
	t.Helper()
	res, err := c.Get(c.base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v\n%.500s", path, res.Status, err, body)
	}
	return string(body)
}

// figure asks the API for one figure and returns its value.
func (c *client) figure(t testing.TB, query url.Values) string {
	t.Helper()
	var answer struct {
		Cells []struct {
			Value *string `json:"value"`
			State string  `json:"state"`
		} `json:"cells"`
	}
	body := c.read(t, "/api/v1/figures?"+query.Encode())
	if err := json.Unmarshal([]byte(body), &answer); err != nil || len(answer.Cells) != 1 {
		t.Fatalf("figures %s: %v\n%.500s", query.Encode(), err, body)
	}
	if answer.Cells[0].Value == nil {
		return answer.Cells[0].State
	}
	return *answer.Cells[0].Value
}

// clearCookies signs everybody out of the browser.
func clearCookies(ctx context.Context, t *chromedp.Target) error {
	_, err := cdp.Call(ctx, t, network.ClearBrowserCookies, cdp.Empty{})
	return err
}
