package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"xuedu/internal/app"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

type auditCmd struct {
	Verify     auditVerifyCmd     `cmd:"" help:"Check that nobody changed or cut the audit trail."`
	Export     auditExportCmd     `cmd:"" help:"Write the trail as JSON lines."`
	Checkpoint auditCheckpointCmd `cmd:"" help:"Sign the newest entry and print the signature."`
}

// withTrail opens the city and hands its trail to f.
func withTrail(ctx context.Context, env *Env, f func(*app.App) error) error {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return err
	}
	return errors.Join(f(a), a.Close())
}

type auditVerifyCmd struct {
	From    int64  `help:"First entry to check." default:"1" placeholder:"N"`
	Against string `help:"File of checkpoints kept elsewhere, one a line as printed by audit checkpoint." type:"path" placeholder:"FILE"`
}

func (auditVerifyCmd) Help() string {
	return `Exit status 0: nothing was changed and nothing is missing; 1: something is wrong.

Examples:
  xuedu audit verify
  xuedu audit verify --against /mnt/safe/checkpoints.jsonl`
}

func (c auditVerifyCmd) Run(ctx context.Context, env *Env) error {
	kept, err := readCheckpoints(c.Against)
	if err != nil {
		return err
	}
	return withTrail(ctx, env, func(a *app.App) error {
		r, err := a.Audit.Verify(ctx, c.From, kept...)
		if err != nil {
			return err
		}
		if b := r.Broken; b != nil {
			fmt.Fprintln(env.Err, env.T("audit.broken", "Seq", b.Seq), env.T("audit.broken."+b.What))
			return ErrReported
		}
		_, err = fmt.Fprintln(env.Out, env.T("audit.intact_text", "N", max(0, r.Last-r.First+1), "Checkpoints", r.Checkpoints, "Unsigned", r.Unsigned))
		return err
	})
}

func readCheckpoints(path string) ([]audit.Checkpoint, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, &errs.Error{Kind: errs.Invalid, Key: "audit.cli.no_file", Args: []any{"Path", path}, Field: "against", Err: err}
	}
	defer f.Close()
	var out []audit.Checkpoint
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var c audit.Checkpoint
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil || c.Seq < 1 {
			return nil, &errs.Error{Kind: errs.Invalid, Key: "audit.cli.bad_kept", Args: []any{"Path", path, "Line", n}, Field: "against", Err: err}
		}
		out = append(out, c)
	}
	return out, lines.Err()
}

type auditExportCmd struct {
	Actor  string    `help:"Only acts of this account (login), or of public, system or cli:USER." placeholder:"WHO"`
	Verb   string    `help:"Only this act, such as account:signin, or all of account." placeholder:"VERB"`
	Object string    `help:"Only this object, such as account:ID, or all of a kind." placeholder:"OBJECT"`
	Since  time.Time `help:"First day." format:"2006-01-02" placeholder:"DAY"`
	Until  time.Time `help:"Last day." format:"2006-01-02" placeholder:"DAY"`
	Out    string    `help:"File to write; default is standard output." short:"o" type:"path" placeholder:"FILE"`
}

func (auditExportCmd) Help() string {
	return `Examples:
  xuedu audit export -o trail.jsonl
  xuedu audit export --verb account:signin --since 2026-11-01 --until 2026-11-30`
}

func (c auditExportCmd) Run(ctx context.Context, env *Env) error {
	return withTrail(ctx, env, func(a *app.App) error {
		q := audit.Query{Actor: c.Actor, Verb: c.Verb, Object: c.Object, From: inZone(c.Since, a.Zone())}
		if !c.Until.IsZero() {
			q.To = inZone(c.Until, a.Zone()).AddDate(0, 0, 1)
		}
		if who, err := a.Accounts.FindByLogin(ctx, c.Actor); err == nil {
			q.Actor = who.ID
		}
		out := env.Out
		if c.Out != "" {
			f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
			if err != nil {
				return &errs.Error{Kind: errs.Invalid, Key: "audit.cli.no_file", Args: []any{"Path", c.Out}, Field: "out", Err: err}
			}
			defer f.Close()
			out = f
		}
		n, err := a.Audit.Export(ctx, out, q)
		if err == nil {
			fmt.Fprintln(env.Err, env.T("audit.cli.exported", "N", n))
		}
		return err
	})
}

// inZone returns the start of a day, which kong read as UTC, in the city's time.
func inZone(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
}

type auditCheckpointCmd struct{}

func (auditCheckpointCmd) Help() string {
	return `A running server signs one every hour; this signs one now. Kept on another
machine it shows even a trail that was cut together with its own signatures.

Example:
  xuedu audit checkpoint >> /mnt/safe/checkpoints.jsonl`
}

func (auditCheckpointCmd) Run(ctx context.Context, env *Env) error {
	return withTrail(ctx, env, func(a *app.App) error {
		c, err := a.Audit.Checkpoint(ctx)
		if err != nil {
			return err
		}
		if c.Seq == 0 {
			fmt.Fprintln(env.Err, env.T("audit.cli.nothing"))
			return nil
		}
		fmt.Fprintln(env.Err, env.T("audit.cli.checkpoint", "Seq", c.Seq))
		return json.NewEncoder(env.Out).Encode(c)
	})
}
