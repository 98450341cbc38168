// Package ledgerhttp lets everybody ask the engine: the figures explorer, the
// way from a figure to its meetings and rows, downloads, and their part of the
// JSON API.
package ledgerhttp

import (
	"context"
	"embed"

	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/web"
)

//go:embed templates
var files embed.FS

// Parts is what the pages are made of.
type Parts struct {
	City    *figureview.City
	Lineage Lineage
	// SawRows puts into the audit trail that the caller looks at the rows
	// behind a question about an area: a read of personal data.
	SawRows func(ctx context.Context, areaID int64, question string) error
}

type handler struct{ Parts }

// PermRows is the permission to see pseudonymous rows; the service checks the
// area.
const PermRows web.Perm = "ledger:rows"

// Routes lists the explorer's pages and files; Operations adds to the JSON API.
func Routes(p Parts) []web.Route {
	h := &handler{p}
	return []web.Route{
		{Pattern: "GET /figures", Perm: web.Public, Handler: h.explore},
		{Pattern: "GET /figures.csv", Perm: web.Public, Handler: h.csv},
		{Pattern: "GET /figures.xlsx", Perm: web.Public, Handler: h.xlsx},
		{Pattern: "GET /figures/sessions", Perm: web.Public, Handler: h.sessions},
		{Pattern: "GET /figures/sessions.csv", Perm: web.Public, Handler: h.sessionsCSV},
		{Pattern: "GET /figures/rows", Perm: PermRows, Handler: h.rows},
		{Pattern: "GET /figures/rows.csv", Perm: PermRows, Handler: h.rowsCSV},
	}
}

func view(page string) web.View {
	return web.View{Tmpl: figureview.Parse(files, "templates/"+page+".html", "templates/lineage.html")}
}

// personsByPlace reports whether the parts of q's answer do not add up: who
// learns in two places is one person.
func personsByPlace(q ledger.Query) bool {
	return q.By == ledger.ByPlace && (q.Measure == ledger.Participants || q.Measure == ledger.Regular)
}
