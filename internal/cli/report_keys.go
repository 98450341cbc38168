package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"xuedu/internal/app"
)

type reportKeyCmd struct {
	New    reportKeyNewCmd    `cmd:"" help:"Make the next key; the one before signs no more."`
	Revoke reportKeyRevokeCmd `cmd:"" help:"Say that nothing a key signs from now on is the city's."`
	List   reportKeyListCmd   `cmd:"" help:"Print the public keys, as the city publishes them."`
}

type reportKeyNewCmd struct{}

func (reportKeyNewCmd) Help() string {
	return `The secret comes from the city's key file and is stored nowhere else. What earlier
keys signed stays good.

Example:
  xuedu report key new --db sqlite:city.db`
}

func (reportKeyNewCmd) Run(ctx context.Context, env *Env) error {
	return withApp(ctx, env, func(a *app.App) error {
		id, err := a.Publish.NewKey(ctx)
		if err == nil {
			fmt.Fprintln(env.Out, env.T("publish.cli.new", "Key", id))
		}
		return err
	})
}

type reportKeyRevokeCmd struct {
	Key    string `arg:"" help:"Name of the key, as list prints it."`
	Reason string `help:"Why; it is published." required:"" placeholder:"TEXT"`
}

func (reportKeyRevokeCmd) Help() string {
	return `Example:
  xuedu report key revoke 0f5ab3c2d1e4f607 --reason "key file lost" --db sqlite:city.db`
}

func (c reportKeyRevokeCmd) Run(ctx context.Context, env *Env) error {
	return withApp(ctx, env, func(a *app.App) error {
		err := a.Publish.RevokeKey(ctx, c.Key, c.Reason)
		if err == nil {
			fmt.Fprintln(env.Out, env.T("publish.cli.revoked", "Key", c.Key))
		}
		return err
	})
}

type reportKeyListCmd struct{}

func (reportKeyListCmd) Help() string {
	return `Example:
  xuedu report key list --db sqlite:city.db > keys.json`
}

func (reportKeyListCmd) Run(ctx context.Context, env *Env) error {
	return withApp(ctx, env, func(a *app.App) error {
		keys, err := a.Publish.Keys(ctx)
		if err != nil {
			return err
		}
		e := json.NewEncoder(env.Out)
		e.SetIndent("", "  ")
		return e.Encode(map[string]any{"keys": keys})
	})
}

// withApp opens the city for one act.
func withApp(ctx context.Context, env *Env, f func(*app.App) error) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	return f(a)
}
