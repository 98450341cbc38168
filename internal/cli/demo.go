package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"xuedu/internal/app"
	"xuedu/internal/config"
	"xuedu/internal/db"
	"xuedu/internal/demo"
	"xuedu/internal/errs"
)

type demoCmd struct {
	Pack    string  `help:"Name of a pack that ships, or the folder of one." default:"beijing-2021" placeholder:"PACK"`
	Scale   float64 `help:"Share of a full city's learners and attendances, up to 1 (20 million attendances)." default:"0.02"`
	Dir     string  `help:"Folder of the demo city; with --db postgres://… it is not used." default:"xuedu-demo" type:"path"`
	Seed    uint64  `help:"Another seed makes another city." default:"1"`
	Addr    string  `help:"Host and port to serve on." default:":8080" placeholder:"HOST:PORT"`
	NoServe bool    `help:"Make the city, but do not serve it."`
	Reset   bool    `help:"Throw the demo city in DIR away first; asks before it does."`
	Yes     bool    `help:"Answer yes to the question of --reset."`
	Today   string  `help:"The day up to which lessons have been held (for tests)." placeholder:"YYYY-MM-DD"`
}

func (demoCmd) Help() string {
	return `Makes a whole city with real areas and populations and invented institutions,
staff, classes and residents, and serves it. The same seed and day make the same
city. A demo city that is there already is served as it is.

Examples:
  xuedu demo
  xuedu demo --scale 0.002 --dir /tmp/small --addr 127.0.0.1:9000
  xuedu demo --scale 1 --db 'postgres://xuedu@localhost/demo?search_path=beijing' --no-serve
  xuedu demo --reset --yes`
}

func (c demoCmd) Run(ctx context.Context, env *Env) error {
	if strings.HasPrefix(env.Config.DB, "sqlite:") && env.Config.DB != config.Default.DB {
		return errs.InvalidField("db", "demo.use_dir")
	}
	conf := app.DemoConfig(env.Config, c.Dir)
	conf.Addr = c.Addr
	there, err := app.DemoThere(ctx, conf)
	if err != nil {
		return err
	}
	if there && c.Reset {
		if err := c.reset(env, conf); err != nil {
			return err
		}
		there = false
	}
	if there {
		where := c.Dir
		if !strings.HasPrefix(conf.DB, "sqlite:") {
			where = "PostgreSQL" // the DSN may hold a password
		}
		fmt.Fprintln(env.Err, env.T("demo.there", "Dir", where))
	} else if err := c.make(ctx, env, conf); err != nil {
		return err
	}
	if err := c.accounts(ctx, env, conf); err != nil || c.NoServe {
		return err
	}
	env.Config = conf
	return serveCmd{}.Run(ctx, env)
}

func (c demoCmd) make(ctx context.Context, env *Env, conf config.Config) error {
	o := app.DemoOptions{Dir: c.Dir, Make: demo.Options{Scale: c.Scale, Seed: c.Seed}}
	var err error
	if c.Today != "" {
		if o.Make.Today, err = time.Parse(time.DateOnly, c.Today); err != nil {
			return errs.InvalidField("today", "demo.bad_day", "Value", c.Today)
		}
	}
	if o.Pack, err = checkPack(env, c.Pack); err != nil {
		return err
	}
	if o.Now, err = app.DemoClock(conf, o.Pack); err != nil {
		return err
	}
	began := time.Now()
	show, end := stepBars(env)
	o.Progress = show
	r, err := app.MakeDemo(ctx, conf, o)
	end()
	if err != nil {
		return err
	}
	for _, s := range r.Steps {
		fmt.Fprintf(env.Err, "  %6.1f s  %s\n", s.Took.Seconds(), env.T(s.Key+".done", "N", s.Rows))
	}
	_, err = fmt.Fprintln(env.Err, env.T("demo.made", "Seconds", fmt.Sprintf("%.1f", time.Since(began).Seconds())))
	return err
}

// stepBars shows one bar after the other, one for each step.
func stepBars(env *Env) (show demo.Progress, end func()) {
	var now string
	var set func(done, total int64)
	stop := func() {}
	return func(step string, done, total int64) {
		if step != now {
			stop()
			now = step
			set, stop = env.Progress(env.T(step))
		}
		if total > 0 {
			set(done, total)
		}
	}, func() { stop() }
}

// reset removes the demo city after a question. On PostgreSQL it refuses:
// whoever may drop a schema knows how.
func (c demoCmd) reset(env *Env, conf config.Config) error {
	if !strings.HasPrefix(conf.DB, "sqlite:") {
		return errs.InvalidField("reset", "demo.reset_postgres")
	}
	if !c.Yes {
		if !env.Terminal || !term.IsTerminal(int(os.Stdin.Fd())) {
			return errs.InvalidField("reset", "demo.reset_unsure")
		}
		fmt.Fprint(env.Err, env.T("demo.reset_ask", "Dir", c.Dir))
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if err != nil || strings.TrimSpace(strings.ToLower(line)) != "yes" {
			return errs.New(errs.Conflict, "demo.reset_kept")
		}
	}
	return app.ResetDemo(c.Dir)
}

// accounts prints who can sign in, and with what.
func (demoCmd) accounts(ctx context.Context, env *Env, conf config.Config) error {
	d, err := db.Open(ctx, conf.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	list, err := demo.Accounts(ctx, d.Read)
	if err != nil {
		return err
	}
	rows := [][]string{{env.T("demo.col.login"), env.T("demo.col.role"), env.T("demo.col.where"), env.T("demo.col.name")}}
	for _, a := range list {
		if a.Where == "" {
			a.Where = env.T("demo.whole_city")
		}
		rows = append(rows, []string{a.Login, env.T("account.role." + a.Role), a.Where, a.Name})
	}
	_, err = fmt.Fprintln(env.Out, env.T("demo.accounts", "Password", demo.Password)+"\n\n"+aligned(rows))
	return err
}
