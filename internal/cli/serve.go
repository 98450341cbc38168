package cli

import (
	"context"
	"fmt"

	"xuedu/internal/app"
)

type serveCmd struct {
	Addr string `help:"Host and port to serve on; default 127.0.0.1:8080." placeholder:"HOST:PORT"`
}

func (serveCmd) Help() string {
	return `Examples:
  xuedu serve --db sqlite:city.db
  xuedu serve --db postgres://xuedu@localhost/xuedu --addr :8080`
}

func (c serveCmd) Run(ctx context.Context, env *Env) error {
	if c.Addr != "" {
		env.Config.Addr = c.Addr
	}
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.Serve(ctx, func(url string) { fmt.Fprintln(env.Err, env.T("cli.serving", "URL", url)) })
}
