package app

import "xuedu/internal/ui"

// Entries of the desk that others stand below.
const (
	navAwarding = "nav.awarding"
	navReturns  = "nav.returning"
)

// nav is the main navigation of each front. Nobody's has more than nine
// entries in its first row.
var nav = []ui.NavItem{
	{Front: ui.Public, Key: "nav.home", Path: "/"},
	{Front: ui.Public, Key: "nav.classes", Path: "/classes"},
	{Front: ui.Public, Key: "nav.figures", Path: "/figures"},
	{Front: ui.Public, Key: "nav.indicators", Path: "/indicators"},
	{Front: ui.Public, Key: "nav.reports", Path: "/releases"},
	{Front: ui.Public, Key: "nav.plan", Path: "/plan"},
	{Front: ui.Public, Key: "nav.orgs", Path: "/orgs"},
	{Front: ui.Public, Key: "nav.awards", Path: "/awards"},
	{Front: ui.Public, Key: "nav.calls", Path: "/calls"},
	{Front: ui.Desk, Key: "nav.desk", Path: "/desk"},
	{Front: ui.Desk, Key: "nav.activities", Path: "/desk/activities", Perm: "activity:read"},
	{Front: ui.Desk, Key: "nav.desk_calls", Path: "/desk/calls", Section: "nav.calls", Perm: "accredit:read", Under: navAwarding},
	{Front: ui.Desk, Key: "nav.applications", Path: "/desk/applications", Perm: "accredit:desk", Under: navAwarding},
	{Front: ui.Desk, Key: "nav.visits", Path: "/desk/visits", Perm: "accredit:manage", Under: navAwarding},
	{Front: ui.Desk, Key: "nav.my_visits", Path: "/review/visits", Perm: "visit:take", Under: navAwarding},
	{Front: ui.Desk, Key: "nav.experts", Path: "/desk/experts", Perm: "expert:read", Under: navAwarding},
	{Front: ui.Desk, Key: "nav.desk_awards", Path: "/desk/awards", Section: "nav.awards", Perm: "award:manage award:guide accredit:decide", Under: navAwarding},
	{Front: ui.Desk, Key: "nav.our_awards", Path: "/desk/awards", Section: "nav.awards", Perm: "accredit:apply", Under: navAwarding},
	{Front: ui.Desk, Key: "nav.guidance", Path: "/desk/guidance", Perm: "award:guide accredit:apply", Under: navAwarding},
	{Front: ui.Desk, Key: "nav.objections", Path: "/desk/objections", Perm: "objection:handle"},
	{Front: ui.Desk, Key: "nav.returns", Path: "/desk/returns", Perm: "return:read", Under: navReturns},
	{Front: ui.Desk, Key: "nav.desk_reports", Path: "/desk/reports", Perm: "report:write report:contest release:prepare release:approve", Under: navReturns},
	{Front: ui.Desk, Key: "nav.desk_evaluations", Path: "/desk/evaluations", Perm: "evaluation:prepare evaluation:approve evaluation:comment", Under: navReturns},
	{Front: ui.Desk, Key: "nav.forms", Path: "/desk/forms", Perm: "form:register", Under: navReturns},
	{Front: ui.Desk, Key: "nav.desk_orgs", Path: "/desk/orgs", Perm: "org:edit"},
	{Front: ui.Desk, Key: "nav.indicators", Path: "/indicators"},
	{Front: ui.Desk, Key: "nav.plan", Path: "/plan"},
	{Front: ui.Desk, Key: "nav.targets", Path: "/desk/targets", Perm: "target:set"},
	{Front: ui.Desk, Key: "nav.accounts", Path: "/admin/accounts", Perm: "account:read"},
	{Front: ui.Desk, Key: "nav.audit", Path: "/admin/audit", Perm: "audit:read"},
	{Front: ui.Admin, Key: "nav.desk", Path: "/desk"},
	{Front: ui.Admin, Key: "nav.accounts", Path: "/admin/accounts", Perm: "account:read"},
	{Front: ui.Admin, Key: "nav.audit", Path: "/admin/audit", Perm: "audit:read"},
	{Front: ui.Review, Key: "nav.review", Path: "/review", Perm: "review:use"},
	{Front: ui.Review, Key: "nav.my_visits", Path: "/review/visits", Perm: "visit:take"},
	{Front: ui.Review, Key: "nav.invitations", Path: "/review/invitations", Perm: "review:use"},
	{Front: ui.Review, Key: "nav.me", Path: "/review/me", Perm: "review:use"},
}
