package app

import (
	"context"
	"time"

	"xuedu/internal/job"
)

// How often the city's standing jobs run.
const (
	checkpointEvery = time.Hour
	purgeEvery      = 6 * time.Hour
	promptEvery     = time.Hour
)

type checkpointArgs struct{}

func (checkpointArgs) Kind() string { return "audit.checkpoint" }

type purgeArgs struct{}

func (purgeArgs) Kind() string { return "account.purge" }

type promptArgs struct{}

func (promptArgs) Kind() string { return "return.prompt" }

// newJobs returns the queue with the standing jobs of the city.
func (a *App) newJobs() *job.Queue {
	q := job.New(a.DB, a.Log, job.Options{Fresh: a.Config.Clock != ""})
	job.Handle(q, func(ctx context.Context, _ checkpointArgs) error { return a.checkpoint(ctx) })
	job.Every(q, checkpointEvery, checkpointArgs{})
	job.Handle(q, func(ctx context.Context, _ purgeArgs) error {
		n, err := a.Accounts.Purge(ctx)
		if err == nil && n > 0 {
			a.Log.InfoContext(ctx, "ended sessions purged", "rows", n)
		}
		return err
	})
	job.Every(q, purgeEvery, purgeArgs{})
	job.Handle(q, func(ctx context.Context, _ promptArgs) error {
		n, err := a.Returns.Tick(ctx)
		if n > 0 {
			a.Log.InfoContext(ctx, "desks reminded of returns", "returns", n)
		}
		return err
	})
	job.Every(q, promptEvery, promptArgs{})
	a.applicationJobs(q)
	a.awardJobs(q)
	a.panelJobs(q)
	a.letterJobs(q)
	return q
}

// checkpoint signs the audit trail and writes the signature into the log as
// well, which is often kept on another machine.
func (a *App) checkpoint(ctx context.Context) error {
	c, err := a.Audit.Checkpoint(ctx)
	if err != nil || c.Seq == 0 {
		return err
	}
	a.Log.InfoContext(ctx, "audit checkpoint", "seq", c.Seq, "at", c.At, "hash", c.Hash, "signature", c.Signature)
	return nil
}

// stopJobs lets running jobs finish and signs the trail a last time.
func (a *App) stopJobs() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := a.Jobs.Stop(ctx); err != nil {
		a.Log.ErrorContext(ctx, "stop jobs", "err", err)
	}
	if err := a.checkpoint(ctx); err != nil {
		a.Log.ErrorContext(ctx, "audit checkpoint", "err", err)
	}
}
