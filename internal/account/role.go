package account

// Roles. Each is a row of the table in design 2.
const (
	RoleTeacher   = "teacher"   // own classes
	RoleOrgStaff  = "org_staff" // one institution
	RoleCommunity = "community" // community worker, village clerk
	RoleStreet    = "street_officer"
	RoleDistrict  = "district_officer"
	RoleCity      = "city_officer"
	RoleAuditor   = "auditor"        // reads the trail, acts on nothing
	RoleSystem    = "system_admin"   // accounts and settings, no data
	RoleSecurity  = "security_admin" // grants and locks, no data
)

// Roles lists all roles in the order they are offered.
var Roles = []string{RoleTeacher, RoleOrgStaff, RoleCommunity, RoleStreet, RoleDistrict, RoleCity, RoleAuditor, RoleSystem, RoleSecurity}

var perms = map[string][]string{
	RoleTeacher:   {"desk:use", "activity:read", "roster:tick", "person:name"},
	RoleOrgStaff:  {"desk:use", "activity:read", "activity:edit", "roster:tick", "ledger:reverse", "ledger:rows", "person:name", "org:edit"},
	RoleCommunity: {"desk:use", "activity:read", "roster:tick", "person:name", "ledger:rows"},
	RoleStreet:    {"desk:use", "activity:read", "activity:edit", "ledger:reverse", "ledger:rows", "org:edit"},
	RoleDistrict:  {"desk:use", "activity:read", "activity:edit", "ledger:reverse", "ledger:rows", "org:edit", "report:build"},
	RoleCity:      {"desk:use", "activity:read", "ledger:rows", "org:edit", "report:build", "pack:read"},
	RoleAuditor:   {"desk:use", "audit:read"},
	RoleSystem:    {"desk:use", "account:manage"},
	RoleSecurity:  {"desk:use", "account:grant"},
}

// rolePerms returns the permissions of a role as a set.
func rolePerms(role string) map[string]bool {
	set := make(map[string]bool, len(perms[role]))
	for _, p := range perms[role] {
		set[p] = true
	}
	return set
}
