package subscription_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	letters "xuedu/internal/mail"
	"xuedu/internal/pack"
	"xuedu/internal/publish"
	"xuedu/internal/subscription"
)

// post is a mail server that keeps what it is given.
type post struct {
	mu      sync.Mutex
	got     []*mail.Message
	refuses bool
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{p}, nil }

type session struct{ p *post }

func (*session) Mail(string, *smtp.MailOptions) error { return nil }
func (*session) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (*session) Reset()                               {}
func (*session) Logout() error                        { return nil }

func (s *session) Data(r io.Reader) error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.p.refuses {
		return &smtp.SMTPError{Code: 451, Message: "not now"}
	}
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(m.Body)
	m.Body = strings.NewReader(string(b))
	s.p.got = append(s.p.got, m)
	return err
}

// take returns the letters that came since the last time.
func (p *post) take() []*mail.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.got
	p.got = nil
	return out
}

// world is a city that sends mail.
type world struct {
	*subscription.Service
	post *post
	list []publish.Edition
	now  time.Time
	d    *db.DB
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{post: &post{}, now: time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC), d: d}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(w.post)
	s.Domain = "localhost"
	go func() { _ = s.Serve(l) }() // ends with Close
	t.Cleanup(func() { _ = s.Close() })
	server, err := letters.New("smtp://"+l.Addr().String()+"?tls=off", "Office <news@example.org>")
	if err != nil {
		t.Fatal(err)
	}
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	w.Service = subscription.New(subscription.Deps{DB: d, Site: func() string { return "https://learn.example.org" }, Send: server.Send, Key: []byte("key"), Text: b.T,
		Editions: func(context.Context) ([]publish.Edition, error) { return w.list, nil }, Now: func() time.Time { return w.now }})
	return w
}

// publish makes a release public now.
func (w *world) publish(t *testing.T, id, series, supersedes string) {
	t.Helper()
	_, err := w.d.Write.ExecContext(t.Context(), `INSERT INTO release (id, series, area, period, version, stage, state, title, reason, supersedes, frozen, digest, key_id, frozen_at, frozen_by, approved_by)
		VALUES ($1, $2, '1', '2025', $3, 'final', 'approved', '{}', '{}', '', '', '', '', $4, '', '')`, id, series, id, w.now)
	if err != nil {
		t.Fatal(err)
	}
	w.list = append(w.list, publish.Edition{ID: id, Series: series, Area: "1", Period: "2025", Version: id, Title: pack.Text{"zh-CN": "监测报告", "en": "Report"}, Reason: pack.Text{"en": "a class was missing"},
		Supersedes: supersedes, Public: true, PublicAt: w.now})
}

func (w *world) deliver(t *testing.T, want int) []*mail.Message {
	t.Helper()
	n, err := w.Deliver(t.Context())
	got := w.post.take()
	if err != nil || n != want || len(got) != want {
		t.Fatalf("%d letters, %d came, want %d; %v", n, len(got), want, err)
	}
	return got
}

var linkForm = regexp.MustCompile(`https://learn\.example\.org/releases/subscription/(\S+)`)

func token(t *testing.T, m *mail.Message) string {
	t.Helper()
	b, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(string(b))
	x := linkForm.FindStringSubmatch(text)
	if x == nil {
		t.Fatalf("no link in %s", text)
	}
	return x[1]
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// P1.8: who asks and confirms is told once of every release that becomes public
// afterwards, and of nothing else; who ends it is forgotten.
func TestSubscription(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.publish(t, "1.0.0", "yearly", "")
		ok(t, w.Ask(t.Context(), " Reader@Example.org ", "yearly", "en"))
		ok(t, w.Ask(t.Context(), "reader@example.org", "yearly", "en")) // nobody is told that it is known
		m := w.deliver(t, 1)[0]
		if m.Header.Get("To") != "<reader@example.org>" || m.Header.Get("List-Unsubscribe") != "" {
			t.Errorf("%v", m.Header)
		}
		tok := token(t, m)
		w.deliver(t, 0)
		w.now = w.now.Add(time.Hour)
		ok(t, w.Confirm(t.Context(), tok))
		ok(t, w.Confirm(t.Context(), tok))
		w.deliver(t, 0) // what was public before is no news
		w.now = w.now.Add(time.Hour)
		w.publish(t, "1.0.1", "yearly", "1.0.0")
		w.publish(t, "q", "quarterly", "")
		m = w.deliver(t, 1)[0]
		if !strings.Contains(m.Header.Get("Subject"), "revised") || m.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" || !strings.Contains(m.Header.Get("List-Unsubscribe"), tok) {
			t.Errorf("%v", m.Header)
		}
		w.deliver(t, 0)
		ok(t, w.Stop(t.Context(), tok))
		if _, err := w.Find(t.Context(), tok); errs.KindOf(err) != errs.NotFound {
			t.Errorf("after it ended: %v", err)
		}
		w.now = w.now.Add(time.Hour)
		w.publish(t, "1.0.2", "yearly", "1.0.1")
		w.deliver(t, 0)
		var n int
		if err := d.Read.QueryRowContext(t.Context(), "SELECT count(*) FROM subscription").Scan(&n); err != nil || n != 0 {
			t.Errorf("%d addresses are kept, %v", n, err)
		}
	})
}

// A server that takes nothing is asked again, later and later, five times; an
// address that nobody confirms is deleted; a link that was made up opens nothing.
func TestUndelivered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ok(t, w.Ask(t.Context(), "a@example.org", "", "zh-CN"))
		w.post.refuses = true
		w.deliver(t, 0)
		w.post.refuses = false
		w.deliver(t, 0) // not at once again
		w.now = w.now.Add(5 * time.Minute)
		tok := token(t, w.deliver(t, 1)[0])
		for _, bad := range []string{"", "x", tok + "A", strings.Split(tok, ".")[0], "00000000-0000-7000-8000-000000000000." + strings.Split(tok, ".")[1]} {
			if err := w.Confirm(t.Context(), bad); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%q: %v", bad, err)
			}
		}
		w.now = w.now.AddDate(0, 0, 8)
		w.deliver(t, 0)
		if _, err := w.Find(t.Context(), tok); errs.KindOf(err) != errs.NotFound {
			t.Errorf("never confirmed: %v", err)
		}
		ok(t, w.Ask(t.Context(), "b@example.org", "", "en"))
		w.post.refuses = true
		for range 12 {
			w.deliver(t, 0)
			w.now = w.now.Add(10 * time.Hour)
		}
		w.post.refuses = false
		w.deliver(t, 0) // five times are enough
	})
}

func TestRefusedAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for _, a := range []string{"", "a", "a@", "Name <a@example.org>", "a@example.org, b@example.org", "a@example.org\r\nBcc: b@example.org", strings.Repeat("a", 250) + "@example.org"} {
		if err := w.Ask(t.Context(), a, "", "en"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", a, err)
		}
	}
	w.Deps.Send = nil
	if err := w.Ask(t.Context(), "a@example.org", "", "en"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("a city without mail: %v", err)
	}
	for _, x := range [][2]string{{"http://mail.example.org", "a@example.org"}, {"smtp://", "a@example.org"}, {"smtp://mail.example.org", "nobody"}} {
		var e *errs.Error
		if _, err := letters.New(x[0], x[1]); !errors.As(err, &e) || e.Kind != errs.Invalid {
			t.Errorf("%v: %v", x, err)
		}
	}
}
