// Package cli is the command line: one file per command.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"os/user"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"

	"xuedu/internal/audit"
	"xuedu/internal/config"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
)

// root is the grammar. Global flags are merged with the configuration file and
// the environment by package config.
type root struct {
	DB       string `help:"Database: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME." placeholder:"DSN"`
	Config   string `help:"TOML file with settings." type:"path" env:"XUEDU_CONFIG" placeholder:"FILE"`
	KeyFile  string `help:"The city's key file." type:"path" placeholder:"FILE"`
	CacheDir string `help:"Folder for what can be made again, such as the engine's snapshot." type:"path" placeholder:"DIR"`
	Lang     string `help:"Language of messages: zh-CN or en." placeholder:"LANG"`
	LogLevel string `help:"debug, info, warn or error." placeholder:"LEVEL"`
	Clock    string `help:"Day or moment that a demo city begins at; refused in a real city." placeholder:"YYYY-MM-DD"`

	Init       initCmd                   `cmd:"" help:"Make an empty, usable city: schema, pack, areas, populations."`
	Demo       demoCmd                   `cmd:"" help:"Make a demo city with invented learning, and serve it."`
	Serve      serveCmd                  `cmd:"" help:"Serve the city's pages and API."`
	Migrate    migrateCmd                `cmd:"" help:"Bring the database schema to this program's version."`
	Pack       packCmd                   `cmd:"" help:"Check, compare, apply and export packs: the city's rules as data."`
	Import     importCmd                 `cmd:"" help:"Bring in areas, populations and records from files."`
	Area       areaCmd                   `cmd:"" help:"Look at the areas of the city."`
	User       userCmd                   `cmd:"" help:"Manage accounts; make the first administrators."`
	Audit      auditCmd                  `cmd:"" help:"Check, export and sign the audit trail."`
	Form       formCmd                   `cmd:"" help:"The register of statistical forms: list, check, register."`
	Indicator  indicatorCmd              `cmd:"" help:"Indicators: definitions, figures, checks."`
	Figures    figuresCmd                `cmd:"" help:"Print participation figures."`
	Target     targetCmd                 `cmd:"" help:"Targets of the plan: how they stand, and their numbers from files."`
	Accredit   accreditCmd               `cmd:"" help:"Programmes of award and their calls: list, show, check."`
	Award      awardCmd                  `cmd:"" help:"The register of awards: list, show, export."`
	Expert     expertCmd                 `cmd:"" help:"The pool of experts."`
	Draw       drawCmd                   `cmd:"" help:"Verifiable draws: compute one again, list, declare void."`
	Files      filesCmd                  `cmd:"" help:"Attachments: check that all are whole, sweep what nothing names."`
	Doctor     doctorCmd                 `cmd:"" help:"Examine the ledger and the engine; rebuild the engine."`
	Return     returnCmd                 `cmd:"" help:"Statistical returns: what was sent out, sending, who owes what."`
	Report     reportCmd                 `cmd:"" help:"The participation bulletin; check a published report."`
	Credential credentialCmd             `cmd:"" help:"Check a verifiable credential."`
	Version    versionCmd                `cmd:"" help:"Print the version and the commit it was built from."`
	Completion kongcompletion.Completion `cmd:"" help:"Print how to complete commands and flags with Tab in bash, zsh or fish."`
}

// Env is what a command runs in.
type Env struct {
	Config   config.Config
	Bundle   *i18n.Bundle
	Lang     string
	Out, Err io.Writer
	Terminal bool // Err is a terminal: draw progress bars
}

// T translates for the command line.
func (e *Env) T(key string, args ...any) string { return e.Bundle.T(e.Lang, key, args...) }

// Exit statuses (design 6).
const (
	statusDone   = 0
	statusFailed = 1
	statusUsage  = 2
)

// ErrReported is returned by a command that has printed its failure itself.
var ErrReported = errors.New("reported")

// Main runs the command line and returns the exit status.
func Main(args []string, out, errOut io.Writer) int {
	bundle, err := i18n.Load()
	if err != nil {
		fmt.Fprintln(errOut, "xuedu:", err)
		return statusFailed
	}
	var r root
	status := -1
	parser, err := kong.New(&r, kong.Name("xuedu"), kong.Writers(out, errOut), kong.UsageOnError(),
		kong.Description("Runs a learning city: rosters, figures, plan, reports. `xuedu COMMAND --help` has examples."),
		kong.Exit(func(n int) { status = n }))
	if err != nil {
		fmt.Fprintln(errOut, "xuedu:", err)
		return statusFailed
	}
	kongcompletion.Register(parser)
	if status >= 0 { // the shell asked for completions
		return status
	}
	kctx, err := parser.Parse(args)
	if status >= 0 { // --help
		return status
	}
	if err != nil {
		fmt.Fprintln(errOut, "xuedu:", err)
		return statusUsage
	}
	env, err := r.env(bundle, out, errOut)
	if err == nil {
		ctx, stop := signal.NotifyContext(audit.With(context.Background(), audit.Who{Actor: "cli:" + userName()}), os.Interrupt, syscall.SIGTERM)
		defer stop()
		kctx.BindTo(ctx, (*context.Context)(nil))
		err = kctx.Run(env)
	}
	return report(env, bundle, errOut, err)
}

func (r *root) env(b *i18n.Bundle, out, errOut io.Writer) (*Env, error) {
	flags := map[string]any{}
	for name, v := range map[string]string{"db": r.DB, "key_file": r.KeyFile, "cache_dir": r.CacheDir, "lang": r.Lang, "log_level": r.LogLevel, "clock": r.Clock} {
		if v != "" {
			flags[name] = v
		}
	}
	c, err := config.Load(r.Config, flags)
	c.Program = Version
	e := &Env{Config: c, Bundle: b, Lang: c.Lang, Out: out, Err: errOut, Terminal: isTerminal(errOut)}
	if e.Lang == "" {
		e.Lang = langOf(os.Getenv("LC_ALL"), os.Getenv("LANG"))
	}
	return e, err
}

// report prints err in the user's language and returns the exit status.
func report(env *Env, b *i18n.Bundle, errOut io.Writer, err error) int {
	switch {
	case err == nil:
		return statusDone
	case errors.Is(err, ErrReported):
		return statusFailed
	}
	lang := i18n.ZH
	if env != nil {
		lang = env.Lang
	}
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		fmt.Fprintln(errOut, "xuedu:", err)
		return statusFailed
	}
	msg := b.T(lang, e.Key, e.Args...)
	if e.Field != "" {
		msg = e.Field + ": " + msg
	}
	fmt.Fprintln(errOut, "xuedu:", msg)
	if e.Err != nil {
		fmt.Fprintln(errOut, "      ", e.Err)
	}
	if e.Kind == errs.Invalid {
		return statusUsage
	}
	return statusFailed
}

func langOf(vars ...string) string {
	for _, v := range vars {
		if strings.HasPrefix(v, "zh") {
			return i18n.ZH
		}
	}
	return i18n.EN
}

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}
