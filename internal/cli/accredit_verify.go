package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"xuedu/internal/accredit/score"
	"xuedu/internal/app"
	"xuedu/internal/errs"
)

// accreditVerify recomputes every score and place of a sealed record (P1.7).
type accreditVerify struct {
	File string `arg:"" help:"The sealed record, as published." type:"existingfile"`
	Call string `help:"Compare with this call of the database too: its number or id." placeholder:"CALL"`
	formatFlag
}

func (accreditVerify) Help() string {
	return `Recomputes every score, rank and tie of a call from its ballots, exactly, and
compares them with the published result. Needs no database and no network
unless --call is given. The exit status is 0 if all agrees, 1 if not, 2 if the file
is no sealed record; each application and field that differs is named.

Examples:
  xuedu accredit verify 2025-JY-1.json
  xuedu accredit verify --call 2025-JY-1 2025-JY-1.json --db sqlite:city.db`
}

func (c accreditVerify) Run(ctx context.Context, env *Env) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	r, err := score.ParseRecord(filepath.Base(c.File), data)
	if err != nil {
		return err
	}
	computed, diffs, err := score.Replay(r)
	if err != nil {
		return err
	}
	if err := c.print(env, standingRows(computed)); err != nil {
		return err
	}
	agrees := true
	if c.Call != "" {
		if agrees, diffs, err = c.against(ctx, env, data, computed, diffs); err != nil {
			return err
		}
	}
	for _, d := range diffs {
		fmt.Fprintln(env.Err, env.T("accredit.verify.differs", "Application", d.Application, "Field", d.Field, "Published", orNothing(d.Published), "Computed", orNothing(d.Computed)))
	}
	if len(diffs) > 0 || !agrees {
		return ErrReported
	}
	fmt.Fprintln(env.Err, env.T("accredit.verify.agrees", "Call", r.Call, "N", len(r.Ballots), "Applications", len(computed), "Digest", score.Digest(data)))
	return nil
}

// against compares with what the database sealed: the bytes, and every field.
func (c accreditVerify) against(ctx context.Context, env *Env, data []byte, computed []score.Standing, diffs []score.Difference) (bool, []score.Difference, error) {
	a, err := app.Open(ctx, env.Config)
	if err != nil {
		return false, diffs, err
	}
	defer a.Close()
	call, err := a.Calls.CallByCode(ctx, c.Call)
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.NotFound {
		call, err = a.Calls.Call(ctx, c.Call)
	}
	if err != nil {
		return false, diffs, err
	}
	sealed, digest, err := a.Decisions.Sealed(ctx, call.ID)
	if err != nil {
		return false, diffs, err
	}
	own, err := score.ParseRecord(call.Code, sealed)
	if err != nil {
		return false, diffs, err
	}
	diffs = append(diffs, score.Compare(own.Result, computed)...)
	agrees := score.Digest(data) == digest
	if !agrees {
		fmt.Fprintln(env.Err, env.T("accredit.verify.digest", "Call", call.Code, "Sealed", digest, "File", score.Digest(data)))
	}
	return agrees, diffs, nil
}

func orNothing(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func standingRows(list []score.Standing) [][]string {
	rows := [][]string{{"place", "application", "score", "visit", "final", "spread", "tie", "grey", "in"}}
	for _, s := range list {
		rows = append(rows, []string{strconv.Itoa(s.Place), s.Application, s.Score, s.Visit, s.Final, s.Spread, s.Tie, strconv.FormatBool(s.Grey), strconv.FormatBool(s.In)})
	}
	return rows
}
