//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// session is one browser at a running city.
type session struct {
	t   *testing.T
	ctx context.Context // the browser
	dsn string
	url string
}

// open serves a city of a test and opens a browser.
func open(t *testing.T, dsn string) session {
	t.Helper()
	return session{t: t, ctx: browser(t), dsn: dsn, url: serve(t, dsn).URL}
}

func (s *session) base() *session { return s }

// as signs somebody in.
func (s *session) as(login string) { signIn(s.t, s.ctx, s.url, demoAccount{Login: login}) }

func (s *session) do(what string, steps ...step) {
	s.t.Helper()
	do(s.t, s.ctx, what, steps...)
}

func (s *session) open(path string) step { return chromedp.Navigate(s.url + path) }

func click(css string) step { return chromedp.Click(chromedp.CSS(css)) }
func seen(css string) step  { return chromedp.WaitVisible(chromedp.CSS(css)) }
func gone(css string) step  { return chromedp.WaitNotPresent(chromedp.CSS(css)) }
func set(css, v string) step {
	return chromedp.SetValue(chromedp.CSS(css), v)
}

// js asks the page for something.
func js[T any](who interface{ base() *session }, what, script string) T {
	s := who.base()
	s.t.Helper()
	return get(s.t, s.ctx, what, chromedp.Evaluate[T](script))
}

// text is the text of an element.
func (s *session) text(css string) string {
	s.t.Helper()
	return strings.TrimSpace(get(s.t, s.ctx, "read "+css, chromedp.Text(chromedp.CSS(css))))
}

// path is the path of the page that is open.
func (s *session) path() string {
	s.t.Helper()
	u, err := url.Parse(get(s.t, s.ctx, "address", chromedp.Location()))
	if err != nil {
		s.t.Fatal(err)
	}
	return u.Path
}

// want fails if two texts differ.
func (s *session) want(what, got, want string) {
	s.t.Helper()
	if got != want {
		shoot(s.t, s.ctx, "failed")
		s.t.Fatalf("%s: %q, want %q", what, got, want)
	}
}

// holds fails if an element does not hold a text.
func (s *session) holds(css, part string) {
	s.t.Helper()
	if got := s.text(css); !strings.Contains(got, part) {
		shoot(s.t, s.ctx, "failed")
		s.t.Fatalf("%s: %q, want %q in it", css, got, part)
	}
}

// move makes a move of the workflow and waits until it is made.
func (s *session) move(code string) {
	s.t.Helper()
	button := fmt.Sprintf(`button[name=move][value=%s]`, code)
	s.do(code, click(button), gone(button))
}

// status is the answer to a page for somebody.
func (s *session) status(login, path string) int {
	s.t.Helper()
	res, err := signedIn(s.t, s.url, login).Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode
}
