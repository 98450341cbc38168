package account_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

// clock is a time that tests move by hand.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func (c *clock) move(d time.Duration) { c.t = c.t.Add(d) }

// cheap is the default policy with a hash that costs nothing.
func cheap() account.Policy {
	p := account.DefaultPolicy()
	p.Hash = account.HashParams{Memory: 64, Time: 1, Threads: 1}
	return p
}

func newService(t *testing.T, d *db.DB) (*account.Service, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	return account.New(d, cheap, c.now), c
}

const good = "Shuxi-4417-lin"

// mustCreate makes an account that may work at once.
func mustCreate(t *testing.T, s *account.Service, login string, grants ...account.NewGrant) account.Account {
	t.Helper()
	a, _, err := s.Create(t.Context(), account.NewAccount{Login: login, Name: "林" + login, Password: good, Grants: grants})
	if err != nil {
		t.Fatalf("Create(%s): %v", login, err)
	}
	return a
}

func signIn(t *testing.T, s *account.Service, login, password string) (account.Session, error) {
	t.Helper()
	return s.Authenticate(t.Context(), account.SignIn{Login: login, Password: password, Remote: "10.0.0.7", UserAgent: "test"})
}

// as returns a context in which the account signed in by the password good acts.
func as(t *testing.T, s *account.Service, login string) context.Context {
	t.Helper()
	ses, err := signIn(t, s, login, good)
	if err != nil {
		t.Fatalf("sign in %s: %v", login, err)
	}
	ses.Actor.MustChange = false
	ctx := audit.With(t.Context(), audit.Who{Actor: ses.Actor.ID, Remote: "10.0.0.7"})
	return account.With(ctx, ses.Actor)
}

func key(err error) string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e.Key
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// trail returns the trail as "verb object result" lines, oldest first.
func trail(t *testing.T, d *db.DB) []string {
	t.Helper()
	rows, err := d.Read.QueryContext(t.Context(), "SELECT verb, object, result FROM audit_entry ORDER BY seq")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v, o, r string
		if err := rows.Scan(&v, &o, &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, v+" "+o+" "+r)
	}
	return out
}

func TestCreate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newService(t, d)
		for _, tt := range []struct {
			name string
			in   account.NewAccount
			want string
		}{
			{"good", account.NewAccount{Login: " Li.Jing ", Name: " 李  静 ", Password: good}, ""},
			{"taken in another case", account.NewAccount{Login: "LI.JING", Name: "李静", Password: good}, "account.login_taken"},
			{"Chinese login", account.NewAccount{Login: "李静", Name: "李静", Password: good}, ""},
			{"space in login", account.NewAccount{Login: "li jing", Name: "李静", Password: good}, "account.bad_login"},
			{"short login", account.NewAccount{Login: "l", Name: "李静", Password: good}, "account.bad_login"},
			{"no name", account.NewAccount{Login: "li2", Name: " ", Password: good}, "account.bad_name"},
			{"short password", account.NewAccount{Login: "li2", Name: "李静", Password: "Ab1"}, "account.password.too_short"},
			{"unknown role", account.NewAccount{Login: "li2", Name: "李静", Password: good, Grants: []account.NewGrant{{Role: "boss"}}}, "account.grant.no_role"},
			{"two administrators in one", account.NewAccount{Login: "li2", Name: "李静", Password: good,
				Grants: []account.NewGrant{{Role: account.RoleSystem}, {Role: account.RoleAuditor}}}, "account.grant.separate"},
			{"area that does not exist", account.NewAccount{Login: "li2", Name: "李静", Password: good,
				Grants: []account.NewGrant{{Role: account.RoleStreet, AreaID: 99}}}, "account.grant.no_place"},
		} {
			if _, once, err := s.Create(t.Context(), tt.in); key(err) != tt.want || once != "" {
				t.Errorf("%s: Create = %q, %v; want %q", tt.name, once, err, tt.want)
			}
		}
		a, err := s.FindByLogin(t.Context(), "Li.Jing")
		if err != nil || a.Login != "li.jing" || a.Name != "李 静" || a.MustChange || a.State != account.Active {
			t.Errorf("FindByLogin = %+v, %v", a, err)
		}
		a, once, err := s.Create(t.Context(), account.NewAccount{Login: "wang", Name: "王"})
		if err != nil || len(once) != 19 || !a.MustChange {
			t.Errorf("Create without a password = %+v, %q, %v", a, once, err)
		}
		if _, err := signIn(t, s, "wang", once); err != nil {
			t.Errorf("sign in with the made password: %v", err)
		}
		got := trail(t, d)
		if len(got) != 4 || !strings.HasPrefix(got[0], "account:create account:") {
			t.Errorf("trail = %q", got)
		}
	})
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newService(t, d)
		mustCreate(t, s, "sys", account.NewGrant{Role: account.RoleSystem})
		sec := mustCreate(t, s, "sec", account.NewGrant{Role: account.RoleSecurity})
		mustCreate(t, s, "aud", account.NewGrant{Role: account.RoleAuditor})
		city := mustCreate(t, s, "city", account.NewGrant{Role: account.RoleCity})
		made := account.NewAccount{Login: "new", Name: "新"}
		public := audit.With(t.Context(), audit.Who{Actor: "public"})
		sysCtx, secCtx := as(t, s, "sys"), as(t, s, "sec")
		auditor := account.NewGrant{Role: account.RoleAuditor}
		for _, tt := range []struct {
			name string
			do   func() error
			want string
		}{
			{"the public makes an account", func() error { _, _, err := s.Create(public, made); return err }, "error.forbidden"},
			{"security makes an account", func() error { _, _, err := s.Create(secCtx, made); return err }, "error.forbidden"},
			{"system makes an account with a post", func() error {
				_, _, err := s.Create(sysCtx, account.NewAccount{Login: "new", Name: "新", Grants: []account.NewGrant{auditor}})
				return err
			}, "account.grant.not_by_maker"},
			{"system grants", func() error { _, err := s.AddGrant(sysCtx, city.ID, auditor, "试试"); return err }, "error.forbidden"},
			{"security grants to itself", func() error { _, err := s.AddGrant(secCtx, sec.ID, auditor, "试试"); return err }, "account.not_self"},
			{"security mixes audit and acting", func() error { _, err := s.AddGrant(secCtx, city.ID, auditor, "试试"); return err }, "account.grant.separate"},
			{"no reason", func() error { return s.Disable(sysCtx, city.ID, " ") }, "account.reason_missing"},
			{"system resets security's password", func() error { _, err := s.ResetPassword(sysCtx, sec.ID, "忘了"); return err }, "account.reset_guarded"},
			{"system disables the last security", func() error { return s.Disable(sysCtx, sec.ID, "离职") }, "account.grant.last_security"},
			{"the last security is withdrawn by command", func() error { return s.RemoveGrant(t.Context(), sec.ID, sec.Grants[0].ID, "离职") }, "account.grant.last_security"},
			{"system reads the list", func() error { _, _, err := s.List(sysCtx, account.Query{}); return err }, ""},
			{"the city officer reads the list", func() error { _, _, err := s.List(as(t, s, "city"), account.Query{}); return err }, "error.forbidden"},
			{"the city officer reads themself", func() error { _, err := s.Find(as(t, s, "city"), city.ID); return err }, ""},
			{"the city officer reads another", func() error { _, err := s.Find(as(t, s, "city"), sec.ID); return err }, "error.forbidden"},
			{"system makes an account", func() error { _, _, err := s.Create(sysCtx, made); return err }, ""},
		} {
			if err := tt.do(); key(err) != tt.want {
				t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
			}
		}
	})
}

func TestGrants(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newService(t, d)
		sec := mustCreate(t, s, "sec", account.NewGrant{Role: account.RoleSecurity})
		a := mustCreate(t, s, "wang")
		ctx := as(t, s, "sec")
		g, err := s.AddGrant(ctx, a.ID, account.NewGrant{Role: account.RoleSecurity}, "接任")
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := s.FindByLogin(ctx, "wang"); !b.MustChange || len(b.Grants) != 1 {
			t.Errorf("after a stricter role: %+v, want a password to change", b)
		}
		if _, err := s.AddGrant(ctx, a.ID, account.NewGrant{Role: account.RoleSecurity}, "接任"); key(err) != "account.grant.held" {
			t.Errorf("granted twice: %v", err)
		}
		if err := s.RemoveGrant(t.Context(), sec.ID, sec.Grants[0].ID, "换岗"); err != nil {
			t.Errorf("withdraw from the last but one: %v", err)
		}
		if err := s.RemoveGrant(t.Context(), a.ID, g.ID, "换岗"); key(err) != "account.grant.last_security" {
			t.Errorf("withdraw from the last: %v", err)
		}
		if err := s.RemoveGrant(t.Context(), sec.ID, sec.Grants[0].ID, "换岗"); key(err) != "account.grant.gone" {
			t.Errorf("withdraw twice: %v", err)
		}
	})
}

func TestList(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newService(t, d)
		for _, l := range []string{"a_1", "a%2", "ab3", "b4"} {
			if _, _, err := s.Create(t.Context(), account.NewAccount{Login: strings.ReplaceAll(l, "%", "."), Name: "名" + l, Password: good}); err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range []struct {
			q    account.Query
			want string
			next string
		}{
			{account.Query{}, "a.2 a_1 ab3 b4", ""},
			{account.Query{Limit: 2}, "a.2 a_1", "a_1"},
			{account.Query{Limit: 2, After: "a_1"}, "ab3 b4", ""},
			{account.Query{Text: "a_"}, "a_1", ""},
			{account.Query{Text: "名a%"}, "a.2", ""},
			{account.Query{State: account.Disabled}, "", ""},
			{account.Query{Role: account.RoleCity}, "", ""},
		} {
			list, next, err := s.List(t.Context(), tt.q)
			var logins []string
			for _, a := range list {
				logins = append(logins, a.Login)
			}
			if got := strings.Join(logins, " "); err != nil || got != tt.want || next != tt.next {
				t.Errorf("List(%+v) = %q, %q, %v; want %q, %q", tt.q, got, next, err, tt.want, tt.next)
			}
		}
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newService(t, d)
		a, b := mustCreate(t, s, "wang"), mustCreate(t, s, "chen")
		got, err := s.Names(t.Context(), []string{a.ID, "public", b.ID, a.ID, ""})
		if err != nil || len(got) != 2 || got[a.ID] != "林wang" || got[b.ID] != "林chen" {
			t.Errorf("Names = %v, %v", got, err)
		}
	})
}
