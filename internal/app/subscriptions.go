package app

import (
	"context"
	"time"

	"xuedu/internal/job"
	"xuedu/internal/mail"
	"xuedu/internal/publish"
	"xuedu/internal/subscription"
	"xuedu/internal/subscription/subscriptionhttp"
	"xuedu/internal/web"
)

// lettersEvery is how often letters are looked for.
const lettersEvery = time.Minute

type lettersArgs struct{}

func (lettersArgs) Kind() string { return "subscription.deliver" }

// wireSubscriptions makes what tells of new reports by e-mail. It fails with
// Invalid for a mail server that cannot be one.
func (a *App) wireSubscriptions() error {
	key, err := a.Ring.Letters()
	if err != nil {
		return err
	}
	d := subscription.Deps{DB: a.DB, Site: func() string { return a.Config.Site }, Key: key, Text: a.Bundle.T, Editions: a.publicEditions, Now: a.now}
	if a.Config.Mail != "" {
		server, err := mail.New(a.Config.Mail, a.Config.MailFrom)
		if err != nil {
			return err
		}
		d.Send = server.Send
	}
	a.Subscriptions = subscription.New(d)
	return nil
}

// publicEditions are the releases that everybody may read.
func (a *App) publicEditions(ctx context.Context) ([]publish.Edition, error) {
	list, err := a.Publish.Editions(trusted(ctx))
	var out []publish.Edition
	for _, e := range list {
		if e.Public {
			out = append(out, e)
		}
	}
	return out, err
}

func (a *App) letterJobs(q *job.Queue) {
	job.Handle(q, func(ctx context.Context, _ lettersArgs) error {
		n, err := a.Subscriptions.Deliver(ctx)
		if n > 0 {
			a.Log.InfoContext(ctx, "letters sent", "letters", n)
		}
		return err
	})
	job.Every(q, lettersEvery, lettersArgs{})
}

func (a *App) subscriptionRoutes() []web.Route {
	return subscriptionhttp.Routes(subscriptionhttp.Deps{Subscriptions: a.Subscriptions, Pack: a.Packs.Pack})
}
