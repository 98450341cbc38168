package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"xuedu/internal/account"
	"xuedu/internal/app"
	"xuedu/internal/errs"
)

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Make an account; the way to the first administrators."`
	List    userListCmd    `cmd:"" help:"List accounts with their roles."`
	Passwd  userPasswdCmd  `cmd:"" help:"Set the password of an account."`
	Disable userDisableCmd `cmd:"" help:"Disable an account and end its sessions."`
	Enable  userEnableCmd  `cmd:"" help:"Let a disabled account sign in again."`
	Unlock  userUnlockCmd  `cmd:"" help:"Lift the lock after too many wrong passwords."`
	Grant   userGrantCmd   `cmd:"" help:"Give an account a role."`
	Revoke  userRevokeCmd  `cmd:"" help:"Take a role from an account."`
}

// withAccounts opens the city and hands its accounts to f.
func withAccounts(ctx context.Context, env *Env, f func(*account.Service) error) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	return errors.Join(f(a.Accounts), a.Close())
}

// place is the flags that say where a role is held.
type place struct {
	Area string `help:"Code of the area, for community, street and district roles." placeholder:"CODE" xor:"place"`
	Org  string `help:"Code of the institution, for teachers and staff." placeholder:"CODE" xor:"place"`
}

func (p place) grant(ctx context.Context, s *account.Service, role string) (account.NewGrant, error) {
	kind := account.ScopeOf(role)
	if p.Area != "" && kind != account.ScopeArea || p.Org != "" && kind != account.ScopeOrg {
		return account.NewGrant{}, errs.InvalidField("role", "account.cli.wrong_place", "Role", role)
	}
	return s.Place(ctx, role, p.Area+p.Org)
}

type userAddCmd struct {
	Login string `arg:"" help:"Login: 2 to 64 letters, digits or . _ - @."`
	Name  string `help:"The person's name." required:"" placeholder:"NAME"`
	Role  string `help:"Role: teacher, org_staff, community, street_officer, district_officer, city_officer, auditor, system_admin, security_admin." placeholder:"ROLE"`
	place
	PasswordFile string `help:"File whose first line is the password; - reads standard input." placeholder:"FILE"`
	Generate     bool   `help:"Make a password and print it once."`
}

func (userAddCmd) Help() string {
	return `The password is asked for on a terminal, read from --password-file, or made
and printed once. A made password is changed at the first sign-in.

Examples, the three separate administrators first:
  xuedu user add li.jing  --name 李静 --role system_admin
  xuedu user add wang.min --name 王敏 --role security_admin
  xuedu user add zhao.yu  --name 赵玉 --role auditor --generate
  xuedu user add chen --name 陈芳 --role street_officer --area 110108001000`
}

func (c userAddCmd) Run(ctx context.Context, env *Env) error {
	password, err := passwordFrom(env, c.PasswordFile, c.Generate)
	if err != nil {
		return err
	}
	return withAccounts(ctx, env, func(s *account.Service) error {
		n := account.NewAccount{Login: c.Login, Name: c.Name, Password: password}
		if c.Role != "" {
			g, err := c.grant(ctx, s, c.Role)
			if err != nil {
				return err
			}
			n.Grants = []account.NewGrant{g}
		}
		a, once, err := s.Create(ctx, n)
		if err != nil {
			return err
		}
		return printOnce(env, env.T("account.cli.added", "Login", a.Login), once)
	})
}

// printOnce prints what was done, and a made password where there is one.
func printOnce(env *Env, done, password string) error {
	fmt.Fprintln(env.Err, done)
	if password == "" {
		return nil
	}
	fmt.Fprintln(env.Err, env.T("account.cli.once"))
	_, err := fmt.Fprintln(env.Out, password)
	return err
}

// passwordFrom returns the password from a file or the terminal; "" lets one be made.
func passwordFrom(env *Env, file string, generate bool) (string, error) {
	switch {
	case generate:
		return "", nil
	case file == "-":
		return firstLine(os.Stdin)
	case file != "":
		b, err := os.ReadFile(file)
		if err != nil {
			return "", &errs.Error{Kind: errs.Invalid, Key: "account.cli.no_password_file", Args: []any{"Path", file}, Field: "password-file", Err: err}
		}
		return firstLine(bytes.NewReader(b))
	}
	fd := int(os.Stdin.Fd())
	if !term.IsTerminal(fd) {
		return "", nil
	}
	first, err := ask(env, fd, "account.cli.ask")
	if err != nil {
		return "", err
	}
	again, err := ask(env, fd, "account.cli.ask_again")
	if err == nil && first != again {
		err = errs.InvalidField("password", "account.password.differ")
	}
	return first, err
}

func ask(env *Env, fd int, key string) (string, error) {
	fmt.Fprint(env.Err, env.T(key))
	b, err := term.ReadPassword(fd)
	fmt.Fprintln(env.Err)
	return string(b), err
}

func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errs.InvalidField("password-file", "account.cli.empty_password")
	}
	return line, nil
}

type userListCmd struct {
	Text string `arg:"" optional:"" help:"Part of a login or a name."`
	Role string `help:"Only accounts with this role." placeholder:"ROLE"`
}

func (userListCmd) Help() string {
	return `Examples:
  xuedu user list
  xuedu user list --role security_admin`
}

func (c userListCmd) Run(ctx context.Context, env *Env) error {
	return withAccounts(ctx, env, func(s *account.Service) error {
		w := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "login\tname\tstate\troles\tsince")
		q := account.Query{Text: c.Text, Role: c.Role, Limit: 500}
		for {
			list, next, err := s.List(ctx, q)
			if err != nil {
				return err
			}
			for _, a := range list {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.Login, a.Name, a.State, roles(a.Grants), a.CreatedAt.Format(time.DateOnly))
			}
			if q.After = next; next == "" {
				return w.Flush()
			}
		}
	})
}

func roles(grants []account.Grant) string {
	var out []string
	for _, g := range grants {
		out = append(out, g.Role)
	}
	if len(out) == 0 {
		return "-"
	}
	return strings.Join(out, ",")
}

// one is a command about one account, with its reason.
type one struct {
	Login  string `arg:"" help:"Login of the account."`
	Reason string `help:"Why; it goes into the audit trail." required:"" placeholder:"TEXT"`
}

func (c one) do(ctx context.Context, env *Env, done string, f func(*account.Service, account.Account) error) error {
	return withAccounts(ctx, env, func(s *account.Service) error {
		a, err := s.FindByLogin(ctx, c.Login)
		if err != nil {
			return err
		}
		if err := f(s, a); err != nil {
			return err
		}
		fmt.Fprintln(env.Err, env.T(done, "Login", a.Login))
		return nil
	})
}

type userDisableCmd struct{ one }

func (userDisableCmd) Help() string {
	return "Example:\n  xuedu user disable chen --reason 调离"
}

func (c userDisableCmd) Run(ctx context.Context, env *Env) error {
	return c.do(ctx, env, "account.cli.disabled", func(s *account.Service, a account.Account) error { return s.Disable(ctx, a.ID, c.Reason) })
}

type userEnableCmd struct{ one }

func (userEnableCmd) Help() string { return "Example:\n  xuedu user enable chen --reason 调回" }

func (c userEnableCmd) Run(ctx context.Context, env *Env) error {
	return c.do(ctx, env, "account.cli.enabled", func(s *account.Service, a account.Account) error { return s.Enable(ctx, a.ID, c.Reason) })
}

type userUnlockCmd struct{ one }

func (userUnlockCmd) Help() string {
	return "Example:\n  xuedu user unlock chen --reason 本人来电核实"
}

func (c userUnlockCmd) Run(ctx context.Context, env *Env) error {
	return c.do(ctx, env, "account.cli.unlocked", func(s *account.Service, a account.Account) error { return s.Unlock(ctx, a.ID, c.Reason) })
}

type userPasswdCmd struct {
	one
	PasswordFile string `help:"File whose first line is the password; - reads standard input." placeholder:"FILE"`
	Generate     bool   `help:"Make a password and print it once."`
}

func (userPasswdCmd) Help() string {
	return `Only this command resets the password of a security administrator or an auditor.
The owner changes the password at the next sign-in.

Example:
  xuedu user passwd wang.min --reason 忘记密码 --generate`
}

func (c userPasswdCmd) Run(ctx context.Context, env *Env) error {
	password, err := passwordFrom(env, c.PasswordFile, c.Generate)
	if err != nil {
		return err
	}
	return withAccounts(ctx, env, func(s *account.Service) error {
		a, err := s.FindByLogin(ctx, c.Login)
		if err != nil {
			return err
		}
		once := ""
		if password == "" {
			once, err = s.ResetPassword(ctx, a.ID, c.Reason)
		} else {
			err = s.SetPassword(ctx, a.ID, password, true, c.Reason)
		}
		if err != nil {
			return err
		}
		return printOnce(env, env.T("account.cli.password_set", "Login", a.Login), once)
	})
}

type userGrantCmd struct {
	one
	Role string `help:"Role to give." required:"" placeholder:"ROLE"`
	place
}

func (userGrantCmd) Help() string {
	return `Examples:
  xuedu user grant chen --role street_officer --area 110108001000 --reason 任命
  xuedu user grant liu --role teacher --org HD-SQ-001 --reason 新聘`
}

func (c userGrantCmd) Run(ctx context.Context, env *Env) error {
	return c.do(ctx, env, "account.cli.granted", func(s *account.Service, a account.Account) error {
		g, err := c.grant(ctx, s, c.Role)
		if err != nil {
			return err
		}
		_, err = s.AddGrant(ctx, a.ID, g, c.Reason)
		return err
	})
}

type userRevokeCmd struct {
	one
	Role string `help:"Role to take." required:"" placeholder:"ROLE"`
	place
}

func (userRevokeCmd) Help() string {
	return "Example:\n  xuedu user revoke chen --role street_officer --area 110108001000 --reason 换岗"
}

func (c userRevokeCmd) Run(ctx context.Context, env *Env) error {
	return c.do(ctx, env, "account.cli.revoked", func(s *account.Service, a account.Account) error {
		want, err := c.grant(ctx, s, c.Role)
		if err != nil {
			return err
		}
		for _, g := range a.Grants {
			if g.Role == want.Role && g.AreaID == want.AreaID && g.OrgID == want.OrgID {
				return s.RemoveGrant(ctx, a.ID, g.ID, c.Reason)
			}
		}
		return errs.New(errs.NotFound, "account.grant.gone")
	})
}
