// Package account holds the accounts of the people who work with the program:
// sign-in, roles, and the area or institution a role is held in (design 2).
package account

import (
	"context"
	"slices"

	"xuedu/internal/area"
)

// Actor is who acts, with what they may do and where. The zero value is the
// public: it may do nothing that needs a permission.
type Actor struct {
	ID, Login, Name string
	Grants          []Grant
	SessionID       string // of the browser that asks, "" elsewhere
	MustChange      bool   // may do nothing until the password is changed
}

// Grant is a role held within an area subtree, within an institution, or, if
// both are zero, in the whole city.
type Grant struct {
	ID     string
	Role   string
	AreaID int64
	OrgID  string
}

type actorKey struct{}

// With returns a context in which a acts.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, actorKey{}, a) }

// From returns who acts in ctx.
func From(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}

// SignedIn reports whether a is an account.
func (a Actor) SignedIn() bool { return a.ID != "" }

// Can reports whether some role of a has perm, anywhere.
func (a Actor) Can(perm string) bool {
	for _, g := range a.Grants {
		if may(g.Role, perm) {
			return true
		}
	}
	return false
}

// CoversArea reports whether a role of a has perm for the whole city or for a
// subtree that holds areaID.
func (a Actor) CoversArea(perm string, t *area.Tree, areaID int64) bool {
	n, ok := t.ByID(areaID)
	if !ok {
		return false
	}
	for _, g := range a.Grants {
		if g.OrgID != "" || !may(g.Role, perm) {
			continue
		}
		if g.AreaID == 0 {
			return true
		}
		if top, ok := t.ByID(g.AreaID); ok && top <= n && n < t.Last(top) {
			return true
		}
	}
	return false
}

// CoversOrg reports whether a role of a has perm for the institution orgID
// itself, or for the area areaID in which it stands.
func (a Actor) CoversOrg(perm string, t *area.Tree, orgID string, areaID int64) bool {
	for _, g := range a.Grants {
		if g.OrgID != "" && g.OrgID == orgID && may(g.Role, perm) {
			return true
		}
	}
	return a.CoversArea(perm, t, areaID)
}

func may(role, perm string) bool { return slices.Contains(perms[role], perm) }
