package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"xuedu/internal/release"
	"xuedu/internal/release/proof"
)

type reportVerifyCmd struct {
	File string `arg:"" help:"Sealed release, as downloaded from its page." type:"existingfile"`
	Keys string `help:"Published keys of the city, as downloaded." type:"existingfile" placeholder:"FILE"`

	Recompute bool `help:"Also compute every cell again from the city's database; needs --db."`
}

func (reportVerifyCmd) Help() string {
	return `Needs nothing but the file, and the city's list of keys to know whose signature it
is: signature, digests, every cell against its second copy, every sentence made
again from its cells. Exit status 0: all agrees and the key is the city's; 1:
something differs, or whose key it is is not known; each is printed.

With --recompute every cell is computed again from what the registers held when
the release was frozen, and what was corrected since is listed: that is no fault.

Examples:
  xuedu report verify yearly-2024-1.0.0.zip --keys keys.json
  xuedu report verify yearly-2024-1.0.0.zip --keys keys.json --recompute --db sqlite:city.db`
}

func (c reportVerifyCmd) Run(ctx context.Context, env *Env) error {
	sealed, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	var keys []proof.PublicKey
	if c.Keys != "" {
		list, err := os.ReadFile(c.Keys)
		if err != nil {
			return err
		}
		if keys, err = proof.ParseKeys(list); err != nil {
			return err
		}
	}
	r := proof.Verify(sealed, keys)
	for _, f := range r.Findings {
		fmt.Fprintln(env.Out, env.T(f.Key, f.Args...))
	}
	if !r.Agrees() {
		return ErrReported
	}
	fmt.Fprintln(env.Out, env.T("release.cli.agrees", "Series", r.Release.Series, "Period", r.Release.Period, "Version", r.Release.Version,
		"Cells", r.Cells, "Sentences", r.Sentences, "Files", r.Files, "Digest", r.Digest))
	fmt.Fprintln(env.Out, env.T("release.cli."+r.Trust, "Key", r.Key))
	if c.Recompute {
		if err := recompute(ctx, env, r.Release); err != nil {
			return err
		}
	}
	if r.Trust != proof.Trusted {
		return ErrReported
	}
	return nil
}

// mostDrift is how many corrected inputs are listed.
const mostDrift = 20

// recompute computes a release again and prints what is not the same.
func recompute(ctx context.Context, env *Env, r *release.Release) error {
	a, err := openCounting(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	got, err := a.Monitor.Recompute(ctx, r)
	if err != nil {
		return err
	}
	for _, c := range got.Changes {
		fmt.Fprintln(env.Out, env.T("monitor.recompute.differs", "Cell", c.String(), "Released", c.Was.Shown(), "Again", c.Is.Shown()))
	}
	for _, d := range got.Drift[:min(mostDrift, len(got.Drift))] {
		fmt.Fprintln(env.Out, env.T("monitor.recompute.corrected", "Code", strings.TrimSpace(d.Code+" "+d.Filter), "Period", d.Period, "N", d.Areas))
	}
	if n := len(got.Drift) - mostDrift; n > 0 {
		fmt.Fprintln(env.Out, env.T("monitor.recompute.more", "N", n))
	}
	fmt.Fprintln(env.Out, env.T("monitor.recompute.done", "Cells", got.Cells, "Hidden", got.Hidden, "Differ", len(got.Changes)))
	if len(got.Changes) > 0 {
		return ErrReported
	}
	return nil
}
