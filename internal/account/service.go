package account

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/account/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// Service is the accounts of one city. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	policy func() Policy
	now    func() time.Time
	turns  turns
	cache  cache
	decoy  func() string // hash of a password nobody has
}

// New returns the accounts kept in d under the rules of policy.
func New(d *db.DB, policy func() Policy, now func() time.Time) *Service {
	s := &Service{db: d, policy: policy, now: now, turns: newTurns(), cache: newCache()}
	s.decoy = decoyOf(policy)
	return s
}

func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// lock keeps the rules that look at several rows true: who changes grants or
// states waits here until the other has committed.
func lock(ctx context.Context, tx *sql.Tx) error {
	_, err := db.Next(ctx, tx, "account", 1)
	return err
}

// Create makes an account. Where no password was given it makes one and
// returns it, to be shown once. It needs account:manage; grants may come along
// only from a trusted caller, since who makes accounts does not fill them. It
// fails with Invalid on a bad login, name or password and with Conflict on a
// login that is taken.
func (s *Service) Create(ctx context.Context, n NewAccount) (a Account, oneTime string, err error) {
	if err := require(ctx, permManage); err != nil {
		return Account{}, "", err
	}
	if len(n.Grants) > 0 && !trusted(ctx) {
		return Account{}, "", errs.New(errs.Forbidden, "account.grant.not_by_maker")
	}
	if n.Login, err = cleanLogin(n.Login); err != nil {
		return Account{}, "", err
	}
	if n.Name, err = cleanName(n.Name); err != nil {
		return Account{}, "", err
	}
	if n.Password == "" {
		oneTime = Generate()
		n.Password, n.MustChange = oneTime, true
	}
	held, err := checkGrants(n.Grants)
	if err != nil {
		return Account{}, "", err
	}
	p := s.policy()
	if err := p.For(held).Check(n.Login, n.Password); err != nil {
		return Account{}, "", err
	}
	now := s.stamp()
	a = Account{
		ID: newID(), Login: n.Login, Name: n.Name, State: Active, MustChange: n.MustChange,
		PasswordAt: now, CreatedAt: now, UpdatedAt: now, hash: p.Hash.hash(n.Password),
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error { return create(ctx, tx, &a, n.Grants, now) })
	return a, oneTime, err
}

func checkGrants(list []NewGrant) ([]Grant, error) {
	var held []Grant
	for _, g := range list {
		if err := g.check(); err != nil {
			return nil, err
		}
		if err := separate(held, g); err != nil {
			return nil, err
		}
		held = append(held, Grant{Role: g.Role, AreaID: g.AreaID, OrgID: g.OrgID})
	}
	return held, nil
}

func create(ctx context.Context, tx *sql.Tx, a *Account, grants []NewGrant, now time.Time) error {
	if err := insertAccount(ctx, tx, *a); err != nil {
		return err
	}
	roles := make([]string, 0, len(grants))
	for _, g := range grants {
		held, err := insertGrant(ctx, tx, a.ID, g, now)
		if err != nil {
			return err
		}
		a.Grants = append(a.Grants, held)
		roles = append(roles, g.Role+"@"+g.scope())
	}
	return audit.Append(ctx, tx, now, audit.Entry{Verb: "account:create", Object: object(a.ID), Detail: map[string]any{"grants": roles}})
}

func object(id string) string { return "account:" + id }

// Find returns one account, and notes that its personal data were read. It
// needs account:read unless it is the caller's own; NotFound where there is none.
func (s *Service) Find(ctx context.Context, id string) (a Account, err error) {
	own := From(ctx).ID == id && id != ""
	if !own {
		if err := require(ctx, permRead); err != nil {
			return Account{}, err
		}
	}
	if a, err = find(ctx, s.db.Read, id); err != nil || own || trusted(ctx) {
		return a, err
	}
	return a, audit.Read(ctx, s.db, s.stamp(), audit.Entry{Verb: "account:read", Object: object(id)})
}

// FindByLogin returns one account by its login. It is for commands: no
// permission is asked and no reading noted. NotFound where there is none.
func (s *Service) FindByLogin(ctx context.Context, login string) (Account, error) {
	return findByLogin(ctx, s.db.Read, strings.ToLower(string(normal(strings.TrimSpace(login)))))
}

// Query selects accounts. Its zero value selects the first page of all.
type Query struct {
	Text  string // part of the login or the name
	State string // Active, Disabled or "" for both
	Role  string // "" for all
	After string // login of the last account of the page before
	Limit int    // 0 = 50
}

// List returns accounts by login, and the After of the next page or "". It
// needs account:read and notes the reading.
func (s *Service) List(ctx context.Context, q Query) (list []Account, next string, err error) {
	if err := require(ctx, permRead); err != nil {
		return nil, "", err
	}
	if q.Limit < 1 || q.Limit > 1000 {
		q.Limit = 50
	}
	list, err = listAccounts(ctx, s.db.Read, q)
	if err != nil {
		return nil, "", err
	}
	if len(list) > q.Limit {
		list = list[:q.Limit]
		next = list[q.Limit-1].Login
	}
	if trusted(ctx) {
		return list, next, nil
	}
	err = audit.Read(ctx, s.db, s.stamp(), audit.Entry{Verb: "account:read", Object: "account:list", Detail: map[string]any{"rows": len(list)}})
	return list, next, err
}

func listAccounts(ctx context.Context, q db.Querier, query Query) ([]Account, error) {
	text := strings.TrimSpace(query.Text)
	rows, err := gen.New(q).ListAccounts(ctx, gen.ListAccountsParams{
		After: query.After, Q: text, Pattern: "%" + likeEscape.Replace(text) + "%",
		State: query.State, Role: query.Role, Lim: int32(query.Limit + 1),
	})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	list := make([]Account, 0, len(rows))
	for _, r := range rows {
		a := fromRow(r)
		if a.Grants, err = grantsOf(ctx, q, a.ID); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Names returns the names of accounts by id, for pages that say who did
// something. Ids that are no account are left out.
func (s *Service) Names(ctx context.Context, ids []string) (map[string]string, error) {
	out := make(map[string]string, len(ids))
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	for part := range slices.Chunk(ids, 500) {
		marks, args := make([]string, len(part)), make([]any, len(part))
		for i, id := range part {
			marks[i], args[i] = fmt.Sprint("$", i+1), id
		}
		if err := names(ctx, s.db.Read, strings.Join(marks, ", "), args, out); err != nil {
			return nil, fmt.Errorf("read account names: %w", err)
		}
	}
	return out, nil
}

func names(ctx context.Context, q db.Querier, marks string, args []any, out map[string]string) error {
	rows, err := q.QueryContext(ctx, "SELECT id, name FROM account WHERE id IN ("+marks+")", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			return err
		}
		out[id] = name
	}
	return rows.Err()
}

// Rule returns what is asked of somebody who holds grants.
func (s *Service) Rule(grants []Grant) Rule { return s.policy().For(grants) }
