package app

import (
	"context"
	"database/sql"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/accredit/panel/panelhttp"
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
