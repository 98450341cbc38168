package demo

import (
	"context"
	"fmt"
	"slices"

	"xuedu/internal/account"
	"xuedu/internal/db"
)

// Password is that of every demo account. It is no secret: a demo city holds
// nothing but invented data.
const Password = "Demo-xuedu-24"

// Account is one that people may try.
type Account struct{ Role, Login, Name, Where string }

// Accounts returns the accounts of a demo city that may sign in: first those
// who teach, last those who administer. Where is empty for the whole city.
func Accounts(ctx context.Context, q db.Querier) ([]Account, error) {
	rows, err := q.QueryContext(ctx, `SELECT g.role, t.login, t.name, coalesce(o.name, coalesce(v.name, ''))
		FROM account t
		JOIN role_grant g ON g.account_id = t.id
		LEFT JOIN org o ON o.id = g.org_id
		LEFT JOIN area_version v ON v.area_id = g.area_id AND v.valid_from = ''
		WHERE t.password_hash <> '!' AND t.state = 'active' AND (g.role <> 'expert' OR t.login = 'expert')
		ORDER BY t.login, t.id, g.role`)
	if err != nil {
		return nil, fmt.Errorf("list demo accounts: %w", err)
	}
	defer rows.Close()
	var out []Account
	for rows.Next() {
		var a Account
		if err := rows.Scan(&a.Role, &a.Login, &a.Name, &a.Where); err != nil {
			return nil, fmt.Errorf("list demo accounts: %w", err)
		}
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b Account) int {
		return slices.Index(account.Roles, a.Role) - slices.Index(account.Roles, b.Role)
	})
	return out, rows.Err()
}

// Made reports whether a database holds a demo city that is finished.
func Made(ctx context.Context, q db.Querier) (bool, error) {
	var n int64
	err := q.QueryRowContext(ctx, "SELECT count(*) FROM audit_entry WHERE verb = 'demo:make'").Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for a demo city: %w", err)
	}
	return n > 0, nil
}
