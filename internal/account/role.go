package account

import (
	"slices"
	"strconv"

	"xuedu/internal/errs"
)

// Roles. Each is a row of the table in design 2.
const (
	RoleTeacher   = "teacher"   // own classes
	RoleOrgStaff  = "org_staff" // one institution
	RoleCommunity = "community" // community worker, village clerk
	RoleStreet    = "street_officer"
	RoleDistrict  = "district_officer"
	RoleCity      = "city_officer"
	RoleAnalyst   = "analyst"           // statistics: defines indicators, looks after forms, decides nothing
	RoleTechnical = "technical"         // technical body: formal check, pool of experts, draws (P1.11)
	RoleExpert    = "expert"            // scores and visits what is assigned to them, sees nothing else
	RoleLeading   = "leading_group"     // approves and revokes awards
	RoleHandler   = "objection_officer" // looks into objections, takes no other part
	RoleAuditor   = "auditor"           // reads the trail, acts on nothing
	RoleSystem    = "system_admin"      // accounts and settings, no data
	RoleSecurity  = "security_admin"    // grants and locks, no data
)

// Roles lists all roles in the order they are offered.
var Roles = []string{RoleTeacher, RoleOrgStaff, RoleCommunity, RoleStreet, RoleDistrict, RoleCity, RoleAnalyst, RoleTechnical, RoleExpert, RoleLeading, RoleHandler, RoleAuditor, RoleSystem, RoleSecurity}

var perms = map[string][]string{
	RoleTeacher:   {"desk:use", "activity:read", "roster:tick", "person:name"},
	RoleOrgStaff:  {"desk:use", "activity:read", "activity:edit", "roster:tick", "ledger:reverse", "ledger:rows", "person:name", "org:edit", "accredit:desk", "accredit:apply"},
	RoleCommunity: {"desk:use", "activity:read", "roster:tick", "person:name", "ledger:rows", "return:read", "return:fill"},
	RoleStreet: {"desk:use", "activity:read", "activity:edit", "ledger:reverse", "ledger:rows", "org:edit",
		"return:read", "return:fill", "return:review", "accredit:desk", "accredit:read", "accredit:verify"},
	RoleDistrict: {"desk:use", "activity:read", "activity:edit", "ledger:reverse", "ledger:rows", "org:edit", "report:build",
		"return:read", "return:fill", "return:review", "accredit:desk", "accredit:apply", "accredit:read", "accredit:recommend", "award:guide", "report:write", "report:contest", "evaluation:comment"},
	RoleCity: {"desk:use", "activity:read", "ledger:rows", "org:edit", "report:build", "pack:read",
		"return:read", "return:fill", "return:review", "form:register", "form:send", "target:set", "indicator:define",
		"accredit:desk", "accredit:read", "accredit:manage", "expert:read", "award:manage", "award:guide", "visit:take", "release:prepare", "report:write", "evaluation:prepare"},
	RoleAnalyst:   {"desk:use", "return:read", "report:build", "pack:read", "indicator:define", "report:write", "evaluation:prepare"},
	RoleTechnical: {"desk:use", "accredit:desk", "accredit:read", "accredit:check", "expert:read", "expert:manage", "award:guide", "visit:take"},
	RoleExpert:    {"review:use", "visit:take"},
	RoleLeading:   {"desk:use", "accredit:desk", "accredit:read", "accredit:decide", "release:approve", "evaluation:approve"},
	RoleHandler:   {"desk:use", "objection:handle"},
	RoleAuditor:   {"desk:use", "audit:read"},
	RoleSystem:    {"desk:use", "account:read", "account:manage", "account:lock"},
	RoleSecurity:  {"desk:use", "account:read", "account:grant", "account:lock"},
}

// Permissions of this package.
const (
	permRead   = "account:read"
	permManage = "account:manage"
	permGrant  = "account:grant"
	permLock   = "account:lock"
)

// Permissions returns what a role may do.
func Permissions(role string) []string { return slices.Clone(perms[role]) }

// ScopeKind says where a role is held.
type ScopeKind string

// Where a role may be held.
const (
	ScopeCity ScopeKind = "city" // the whole city
	ScopeArea ScopeKind = "area" // an area subtree
	ScopeOrg  ScopeKind = "org"  // an institution
)

// ScopeOf returns where role is held.
func ScopeOf(role string) ScopeKind {
	switch role {
	case RoleTeacher, RoleOrgStaff:
		return ScopeOrg
	case RoleCommunity, RoleStreet, RoleDistrict:
		return ScopeArea
	}
	return ScopeCity
}

// standsAlone reports whether role is one of the three separated
// administrators: who holds one holds nothing else (GB/T 22239-2019, 8.1.5).
func standsAlone(role string) bool {
	return role == RoleAuditor || role == RoleSystem || role == RoleSecurity
}

// check fails with Invalid if the role is unknown or its place is not of the
// right kind.
func (g NewGrant) check() error {
	if !slices.Contains(Roles, g.Role) {
		return errs.InvalidField("role", "account.grant.no_role")
	}
	switch kind := ScopeOf(g.Role); {
	case kind == ScopeOrg && (g.OrgID == "" || g.AreaID != 0):
		return errs.InvalidField("org", "account.grant.needs_org")
	case kind == ScopeArea && (g.AreaID == 0 || g.OrgID != ""):
		return errs.InvalidField("area", "account.grant.needs_area")
	case kind == ScopeCity && (g.AreaID != 0 || g.OrgID != ""):
		return errs.InvalidField("role", "account.grant.whole_city")
	}
	return nil
}

func (g NewGrant) scope() string {
	switch {
	case g.OrgID != "":
		return "org:" + g.OrgID
	case g.AreaID != 0:
		return "area:" + strconv.FormatInt(g.AreaID, 10)
	}
	return "city"
}

// separate fails with Conflict if g and what is held already must not be in
// one hand.
func separate(held []Grant, g NewGrant) error {
	for _, h := range held {
		same := h.Role == g.Role && h.AreaID == g.AreaID && h.OrgID == g.OrgID
		if same {
			return errs.New(errs.Conflict, "account.grant.held")
		}
		if standsAlone(h.Role) || standsAlone(g.Role) {
			return errs.New(errs.Conflict, "account.grant.separate")
		}
	}
	return nil
}
