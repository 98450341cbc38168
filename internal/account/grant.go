package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"xuedu/internal/account/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// AddGrant gives an account a role. It needs account:grant, and nobody grants
// to themselves (Forbidden). It fails with Invalid on an unknown role or a
// place of the wrong kind, and with Conflict where the role is held already or
// must not be in one hand with what is held: each of the three administrators
// (system, security, audit) stands alone. Where the new role asks more of
// passwords, the password must be changed at the next request.
func (s *Service) AddGrant(ctx context.Context, id string, g NewGrant, reason string) (Grant, error) {
	_, reason, err := s.target(ctx, permGrant, id, reason)
	if err != nil {
		return Grant{}, err
	}
	if err := g.check(); err != nil {
		return Grant{}, err
	}
	var out Grant
	err = s.change(ctx, func(tx *sql.Tx) error {
		out, err = s.addGrant(ctx, tx, id, g)
		if err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{
			Verb: "account:grant", Object: object(id), AreaID: g.AreaID, Reason: reason,
			Detail: map[string]any{"role": g.Role, "scope": g.scope()},
		})
	})
	return out, err
}

func (s *Service) addGrant(ctx context.Context, tx *sql.Tx, id string, g NewGrant) (Grant, error) {
	if err := lock(ctx, tx); err != nil {
		return Grant{}, err
	}
	held, err := grantsOf(ctx, tx, id)
	if err != nil {
		return Grant{}, err
	}
	if err := separate(held, g); err != nil {
		return Grant{}, err
	}
	out, err := insertGrant(ctx, tx, id, g, s.stamp())
	if err != nil {
		return Grant{}, err
	}
	p := s.policy()
	if p.For(append(held, out)).asksMore(p.For(held)) {
		if err := gen.New(tx).RequireChange(ctx, gen.RequireChangeParams{ID: id, MustChange: true}); err != nil {
			return Grant{}, fmt.Errorf("require a new password: %w", err)
		}
	}
	return out, nil
}

// RemoveGrant takes a role from an account. It needs account:grant and is not
// for oneself (Forbidden). The last active security administrator stays
// (Conflict); NotFound where there is no such grant.
func (s *Service) RemoveGrant(ctx context.Context, id, grantID, reason string) error {
	a, reason, err := s.target(ctx, permGrant, id, reason)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(a.Grants, func(g Grant) bool { return g.ID == grantID })
	if i < 0 {
		return errs.New(errs.NotFound, "account.grant.gone")
	}
	g := a.Grants[i]
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := lock(ctx, tx); err != nil {
			return err
		}
		if g.Role == RoleSecurity {
			if err := keepSecurity(ctx, tx, id); err != nil {
				return err
			}
		}
		n, err := gen.New(tx).DeleteGrant(ctx, gen.DeleteGrantParams{ID: grantID, AccountID: id})
		if err != nil {
			return fmt.Errorf("delete grant: %w", err)
		}
		if n == 0 {
			return errs.New(errs.NotFound, "account.grant.gone")
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{
			Verb: "account:revoke", Object: object(id), AreaID: g.AreaID, Reason: reason,
			Detail: map[string]any{"role": g.Role, "scope": NewGrant{g.Role, g.AreaID, g.OrgID}.scope()},
		})
	})
}

// keepSecurity fails with Conflict if id is the only active security
// administrator.
func keepSecurity(ctx context.Context, tx db.Querier, id string) error {
	held, err := grantsOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(held, func(g Grant) bool { return g.Role == RoleSecurity }) {
		return nil
	}
	others, err := gen.New(tx).ActiveHolders(ctx, gen.ActiveHoldersParams{Role: RoleSecurity, ExceptID: id})
	if err != nil {
		return fmt.Errorf("count security administrators: %w", err)
	}
	if others == 0 {
		return errs.New(errs.Conflict, "account.grant.last_security")
	}
	return nil
}

// Place returns the grant of a role in the place with a code: of an area or of
// an institution, as the role asks. It fails with Invalid where there is no
// such place; an empty code is no place.
func (s *Service) Place(ctx context.Context, role, code string) (g NewGrant, err error) {
	g.Role = role
	if code == "" {
		return g, nil
	}
	switch ScopeOf(role) {
	case ScopeArea:
		g.AreaID, err = gen.New(s.db.Read).AreaByCode(ctx, code)
	case ScopeOrg:
		g.OrgID, err = gen.New(s.db.Read).OrgByCode(ctx, code)
	default:
		return g, errs.InvalidField("place", "account.grant.whole_city")
	}
	if errors.Is(err, sql.ErrNoRows) {
		return g, errs.InvalidField("place", "account.grant.no_place")
	}
	if err != nil {
		return g, fmt.Errorf("find the place of a grant: %w", err)
	}
	return g, nil
}

// OrgName returns the names of the institution a role is held in.
func (s *Service) OrgName(ctx context.Context, id string) (name, nameEN string, err error) {
	row, err := gen.New(s.db.Read).OrgName(ctx, id)
	if err != nil {
		return "", "", fmt.Errorf("name of institution %s: %w", id, err)
	}
	return row.Name, row.NameEn, nil
}
