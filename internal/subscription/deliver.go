package subscription

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"xuedu/internal/mail"
	"xuedu/internal/publish"
	"xuedu/internal/subscription/internal/gen"
)

// Deliver sends what is to be sent: first to those who have not confirmed, then
// of each release that became public after somebody confirmed. It forgets who
// never confirmed. A letter that the server does not take is tried again, later
// and later, five times in all; nobody gets one twice unless this program dies
// while a server takes it. It returns how many were taken.
func (s *Service) Deliver(ctx context.Context) (int, error) {
	if !s.Ready() {
		return 0, nil
	}
	if _, err := gen.New(s.DB.Write).DeleteStale(ctx, s.stamp().Add(-keepAsking)); err != nil {
		return 0, err
	}
	list, err := gen.New(s.DB.Read).All(ctx)
	if err != nil {
		return 0, err
	}
	public, err := s.Editions(ctx)
	if err != nil {
		return 0, err
	}
	tried, err := s.tried(ctx)
	if err != nil {
		return 0, err
	}
	sent := 0
	for _, x := range list {
		n, err := s.deliver(ctx, x, public, tried)
		if err != nil {
			return sent, err
		}
		sent += n
	}
	return sent, nil
}

type pair struct{ subscription, release string }

func (s *Service) tried(ctx context.Context) (map[pair]gen.SubscriptionMail, error) {
	rows, err := gen.New(s.DB.Read).Mails(ctx)
	out := make(map[pair]gen.SubscriptionMail, len(rows))
	for _, r := range rows {
		out[pair{r.SubscriptionID, r.ReleaseID}] = r
	}
	return out, err
}

func (s *Service) deliver(ctx context.Context, x gen.Subscription, public []publish.Edition, tried map[pair]gen.SubscriptionMail) (sent int, err error) {
	if !x.ConfirmedAt.Valid {
		return s.ask(ctx, x)
	}
	for _, e := range public {
		if x.Series != "" && x.Series != e.Series || !e.PublicAt.After(x.ConfirmedAt.Time) {
			continue
		}
		n, err := s.tell(ctx, x, e, tried[pair{x.ID, e.ID}])
		if err != nil {
			return sent, err
		}
		sent += n
	}
	return sent, nil
}

// due reports whether a letter that was tried so often may be tried now.
func (s *Service) due(tries int64, at time.Time) bool {
	return tries < maxTries && !s.Now().Before(at.Add(time.Minute<<(2*tries)))
}

// ask asks whether it was they.
func (s *Service) ask(ctx context.Context, x gen.Subscription) (int, error) {
	if x.Told == 1 || x.Tries > 0 && !s.due(x.Tries, x.TriedAt.Time) {
		return 0, nil
	}
	q := gen.New(s.DB.Write)
	n, err := q.TryAsk(ctx, gen.TryAskParams{ID: x.ID, Tries: x.Tries, TriedAt: nullTime(s.stamp())})
	if err != nil || n == 0 {
		return 0, err // another process has it
	}
	link := s.link(x.ID)
	if s.Send(ctx, mail.Letter{To: x.Address, Subject: s.Text(x.Lang, "subscription.ask.subject"), Text: s.Text(x.Lang, "subscription.ask.text", "Link", link)}) != nil {
		return 0, ctx.Err()
	}
	return 1, q.Asked(ctx, x.ID)
}

// tell tells of one release.
func (s *Service) tell(ctx context.Context, x gen.Subscription, e publish.Edition, was gen.SubscriptionMail) (int, error) {
	if was.Sent == 1 || was.Tries > 0 && !s.due(was.Tries, was.TriedAt) {
		return 0, nil
	}
	q, now := gen.New(s.DB.Write), s.stamp()
	n, err := int64(0), error(nil)
	if was.Tries == 0 {
		n, err = q.FirstTry(ctx, gen.FirstTryParams{SubscriptionID: x.ID, ReleaseID: e.ID, TriedAt: now})
	} else {
		n, err = q.TryAgain(ctx, gen.TryAgainParams{SubscriptionID: x.ID, ReleaseID: e.ID, Tries: was.Tries, TriedAt: now})
	}
	if err != nil || n == 0 {
		return 0, err
	}
	if s.Send(ctx, s.letter(x, e)) != nil {
		return 0, ctx.Err()
	}
	return 1, q.Sent(ctx, gen.SentParams{SubscriptionID: x.ID, ReleaseID: e.ID})
}

func (s *Service) letter(x gen.Subscription, e publish.Edition) mail.Letter {
	title := e.Title.In(x.Lang)
	page := s.at("/releases/" + e.Series + "/" + e.Area + "/" + e.Period + "/" + e.Version)
	l := mail.Letter{To: x.Address, Stop: s.link(x.ID), Subject: s.Text(x.Lang, "subscription.new.subject", "Title", title, "Period", e.Period),
		Text: s.Text(x.Lang, "subscription.new.text", "Title", title, "Period", e.Period, "Version", e.Version, "Link", page, "Stop", s.link(x.ID))}
	if e.Supersedes != "" {
		l.Subject = s.Text(x.Lang, "subscription.revised.subject", "Title", title, "Period", e.Period)
		l.Text = s.Text(x.Lang, "subscription.revised.text", "Title", title, "Period", e.Period, "Version", e.Version, "Link", page, "Reason", e.Reason.In(x.Lang), "Stop", s.link(x.ID))
	}
	return l
}

func (s *Service) at(path string) string { return strings.TrimSuffix(s.Site(), "/") + path }

// link is the page of a subscription.
func (s *Service) link(id string) string { return s.at("/releases/subscription/" + s.Token(id)) }

func nullTime(t time.Time) sql.NullTime { return sql.NullTime{Time: t, Valid: true} }
