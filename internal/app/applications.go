package app

import (
	"context"
	"strings"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/attach"
	"xuedu/internal/accredit/award"
	"xuedu/internal/job"
	"xuedu/internal/org"
)

// wireApplications makes calls and applications, with the files they keep and
// what they ask of other registers (P1.7).
func (a *App) wireApplications() {
	a.Attachments = attach.New(a.DB, attach.Options{Dir: a.filesDir(), Scanner: strings.Fields(a.Config.ScanCommand),
		Timeout: time.Duration(a.Config.ScanSeconds) * time.Second, Now: a.now})
	// What is held is read from the register alone; what happens to awards needs calls.
	held := award.NewService(award.Deps{DB: a.DB, Pack: a.Packs.Pack, Tree: a.Areas.Tree, Days: a.Calendar, Now: a.now})
	a.Calls = accredit.New(accredit.Deps{DB: a.DB, Pack: a.Packs.Pack, Tree: a.Areas.Tree, Days: a.Calendar, Orgs: applicantOrgs{a.Orgs},
		Figures: evidence{a}, Files: a.Attachments, Awards: held, Staff: staff{a.Accounts}, Now: a.now})
}

// besideFile ends the name of the folder of attachments beside a SQLite file.
const besideFile = ".files"

// filesDir is the folder of attachments: the one that was set, or beside the
// SQLite file.
func (a *App) filesDir() string {
	if p := a.DB.SQLitePath(); a.Config.FilesDir == "" && p != "" {
		return p + besideFile
	}
	return a.Config.FilesDir
}

// applicantOrgs is the register of institutions as applications know it.
type applicantOrgs struct{ orgs *org.Service }

// Org implements accredit.Orgs. When an institution was founded the register
// does not say.
func (o applicantOrgs) Org(ctx context.Context, id string) (accredit.Org, error) {
	x, err := o.orgs.ByID(ctx, id)
	return accredit.Org{ID: x.ID, Code: x.Code, Name: x.Name, Type: x.Type, AreaID: x.AreaID}, err
}

// staff says where those who have an account are employed.
type staff struct{ accounts *account.Service }

// OrgsOf implements accredit.Staff.
func (s staff) OrgsOf(ctx context.Context, accounts []string) ([]string, error) {
	return s.accounts.OrgsOf(ctx, accounts)
}

const expireEvery = time.Hour

type expireArgs struct{}

func (expireArgs) Kind() string { return "application.expire" }

type sweepArgs struct{}

func (sweepArgs) Kind() string { return "attachment.sweep" }

// applicationJobs lets applications expire and sweeps files that nothing names.
func (a *App) applicationJobs(q *job.Queue) {
	job.Handle(q, func(ctx context.Context, _ expireArgs) error {
		n, err := a.Calls.Expire(ctx)
		if n > 0 {
			a.Log.InfoContext(ctx, "applications ended by their last day", "applications", n)
		}
		return err
	})
	job.Every(q, expireEvery, expireArgs{})
	job.Handle(q, func(ctx context.Context, _ sweepArgs) error {
		n, err := a.Attachments.Sweep(ctx)
		if n > 0 {
			a.Log.InfoContext(ctx, "files that nothing names removed", "files", n)
		}
		return err
	})
	job.Every(q, attach.Young, sweepArgs{})
}
