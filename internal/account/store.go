package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"xuedu/internal/account/internal/gen"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

func insertAccount(ctx context.Context, q db.Querier, a Account) error {
	err := gen.New(q).InsertAccount(ctx, gen.InsertAccountParams{
		ID: a.ID, Login: a.Login, Name: a.Name, PasswordHash: a.hash, PasswordAt: a.PasswordAt,
		MustChange: a.MustChange, State: a.State, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	})
	if db.IsUnique(err) {
		return &errs.Error{Kind: errs.Conflict, Key: "account.login_taken", Args: []any{"Login", a.Login}, Field: "login"}
	}
	if err != nil {
		return fmt.Errorf("insert account: %w", err)
	}
	return insertHistory(ctx, q, a.ID, a.hash, a.PasswordAt)
}

func insertHistory(ctx context.Context, q db.Querier, accountID, hash string, at time.Time) error {
	err := gen.New(q).InsertHistory(ctx, gen.InsertHistoryParams{ID: newID(), AccountID: accountID, PasswordHash: hash, CreatedAt: at})
	if err != nil {
		return fmt.Errorf("keep password history: %w", err)
	}
	return nil
}

// find returns an account with its grants, or NotFound.
func find(ctx context.Context, q db.Querier, id string) (Account, error) {
	row, err := gen.New(q).Account(ctx, id)
	return loaded(ctx, q, row, err)
}

func findByLogin(ctx context.Context, q db.Querier, login string) (Account, error) {
	row, err := gen.New(q).AccountByLogin(ctx, login)
	return loaded(ctx, q, row, err)
}

func loaded(ctx context.Context, q db.Querier, row gen.Account, err error) (Account, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, errs.New(errs.NotFound, "account.not_found")
	}
	if err != nil {
		return Account{}, fmt.Errorf("find account: %w", err)
	}
	a := fromRow(row)
	a.Grants, err = grantsOf(ctx, q, a.ID)
	return a, err
}

func fromRow(r gen.Account) Account {
	return Account{
		ID: r.ID, Login: r.Login, Name: r.Name, State: r.State, MustChange: r.MustChange, hash: r.PasswordHash,
		PasswordAt: r.PasswordAt.UTC(), CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
}

func grantsOf(ctx context.Context, q db.Querier, accountID string) ([]Grant, error) {
	rows, err := gen.New(q).Grants(ctx, accountID)
	if err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}
	out := make([]Grant, 0, len(rows))
	for _, r := range rows {
		out = append(out, Grant{ID: r.ID, Role: r.Role, AreaID: r.AreaID.Int64, OrgID: r.OrgID.String})
	}
	return out, nil
}

func insertGrant(ctx context.Context, q db.Querier, accountID string, g NewGrant, at time.Time) (Grant, error) {
	if err := placeExists(ctx, q, g); err != nil {
		return Grant{}, err
	}
	out := Grant{ID: newID(), Role: g.Role, AreaID: g.AreaID, OrgID: g.OrgID}
	err := gen.New(q).InsertGrant(ctx, gen.InsertGrantParams{
		ID: out.ID, AccountID: accountID, Role: g.Role, Scope: g.scope(), CreatedAt: at,
		AreaID: sql.NullInt64{Int64: g.AreaID, Valid: g.AreaID != 0},
		OrgID:  sql.NullString{String: g.OrgID, Valid: g.OrgID != ""},
	})
	if err != nil {
		return Grant{}, fmt.Errorf("insert grant: %w", err)
	}
	return out, nil
}

func placeExists(ctx context.Context, q db.Querier, g NewGrant) error {
	n, err := int64(1), error(nil)
	switch {
	case g.OrgID != "":
		n, err = gen.New(q).CountOrg(ctx, g.OrgID)
	case g.AreaID != 0:
		n, err = gen.New(q).CountArea(ctx, g.AreaID)
	}
	if err != nil {
		return fmt.Errorf("look for the place of a grant: %w", err)
	}
	if n == 0 {
		return errs.InvalidField(string(ScopeOf(g.Role)), "account.grant.no_place")
	}
	return nil
}

func setPassword(ctx context.Context, q db.Querier, accountID, hash string, mustChange bool, at time.Time) error {
	err := gen.New(q).SetPassword(ctx, gen.SetPasswordParams{
		ID: accountID, PasswordHash: hash, PasswordAt: at, MustChange: mustChange, UpdatedAt: at,
	})
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return insertHistory(ctx, q, accountID, hash, at)
}

// usedBefore reports whether password is among the last n of an account.
func usedBefore(ctx context.Context, q db.Querier, accountID, password string, n int) (bool, error) {
	if n == 0 {
		return false, nil
	}
	old, err := gen.New(q).History(ctx, gen.HistoryParams{AccountID: accountID, Lim: int32(n)})
	if err != nil {
		return false, fmt.Errorf("read password history: %w", err)
	}
	for _, h := range old {
		if verify(h, password) {
			return true, nil
		}
	}
	return false, nil
}
