// Package mail hands letters to the city's mail server. It is a façade over
// go-mail; see docs/adr/0026-mail.md.
package mail

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	"xuedu/internal/errs"
)

// Letter is one mail, as plain text.
type Letter struct {
	To, Subject, Text string
	// Stop is the address at which the reader ends what brought the letter, by
	// one request (RFC 8058); "" = there is none.
	Stop string
}

// Server is where letters are handed to.
type Server struct {
	client *mail.Client
	from   string
}

// wait is how long the server may take.
const wait = 20 * time.Second

// New reads an address such as smtps://user:secret@mail.example.org:465 or
// smtp://mail.example.org:587, where the connection must become secret before
// anything is said; ?tls=off leaves that out, for a server on this machine. from
// is who writes. It fails with Invalid for what is no such address.
func New(address, from string) (*Server, error) {
	bad := func() error { return errs.InvalidField("mail", "config.bad_mail", "Value", redacted(address)) }
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, bad()
	}
	if err := mail.NewMsg().From(from); err != nil {
		return nil, errs.InvalidField("mail_from", "config.bad_mail_from", "Value", from)
	}
	o := []mail.Option{mail.WithTimeout(wait)}
	switch {
	case u.Scheme == "smtps":
		o = append(o, mail.WithSSL())
	case u.Query().Get("tls") == "off":
		o = append(o, mail.WithTLSPolicy(mail.NoTLS))
	default:
		o = append(o, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if p := u.Port(); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil {
			return nil, bad()
		}
		o = append(o, mail.WithPort(n))
	}
	if secret, ok := u.User.Password(); ok {
		o = append(o, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(secret))
	}
	c, err := mail.NewClient(u.Hostname(), o...)
	if err != nil {
		return nil, bad()
	}
	return &Server{c, from}, nil
}

// redacted is an address without its secret.
func redacted(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Redacted()
	}
	return "…"
}

// Send hands a letter over. An error says that the server has not taken it.
func (s *Server) Send(ctx context.Context, l Letter) error {
	m := mail.NewMsg()
	if err := m.From(s.from); err != nil {
		return err
	}
	if err := m.To(l.To); err != nil {
		return err
	}
	m.Subject(l.Subject)
	m.SetDate()
	m.SetMessageID()
	m.SetBodyString(mail.TypeTextPlain, l.Text)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	if l.Stop != "" {
		m.SetGenHeader("List-Unsubscribe", "<"+l.Stop+">")
		m.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	return s.client.DialAndSendWithContext(ctx, m)
}
