package app

import (
	"context"
	"database/sql"
	"time"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/accredit/panel/panelhttp"
	"xuedu/internal/job"
	"xuedu/internal/web"
)

// wirePanels makes what seats and assigns experts. A tie that is found ends
// what it forbids in the same transaction; an expert's own word makes a tie.
func (a *App) wirePanels() {
	a.Panels = panel.New(panel.Deps{DB: a.DB, Calls: a.Calls, Experts: a.Experts, Draws: a.Draws, Pack: a.Packs.Pack, Now: a.now,
		Declare: func(ctx context.Context, applicationID, kind, reason string) error {
			if kind != expert.KindFamily {
				kind = expert.KindDeclared
			}
			_, err := a.Experts.Declare(ctx, expert.Edge{Kind: kind, Subject: "application", SubjectID: applicationID, Reason: reason})
			return err
		}})
	a.Panels.Register(a.Calls)
	a.Experts.OnChange(func(ctx context.Context, tx *sql.Tx, expertID string) error {
		return a.Panels.ExpertChanged(ctx, tx, expertID)
	})
}

func (a *App) panelRoutes() []web.Route {
	return panelhttp.Routes(panelhttp.Deps{Panels: a.Panels, Calls: a.Calls})
}

// recheckEvery is how often conflicts are looked for again.
const recheckEvery = 24 * time.Hour

type recheckArgs struct{}

func (recheckArgs) Kind() string { return "panel.recheck" }

// panelJobs finds conflicts again that registers were told of meanwhile.
func (a *App) panelJobs(q *job.Queue) {
	job.Handle(q, func(ctx context.Context, _ recheckArgs) error {
		n, err := a.Panels.Nightly(trusted(ctx))
		if n > 0 {
			a.Log.InfoContext(ctx, "conflicts found since", "calls", n)
		}
		return err
	})
	job.Every(q, recheckEvery, recheckArgs{})
}
