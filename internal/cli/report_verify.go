package cli

import (
	"fmt"
	"os"

	"xuedu/internal/release/proof"
)

type reportVerifyCmd struct {
	File string `arg:"" help:"Sealed release, as downloaded from its page." type:"existingfile"`
	Keys string `help:"Published keys of the city, as downloaded." type:"existingfile" placeholder:"FILE"`
}

func (reportVerifyCmd) Help() string {
	return `Needs nothing but the file, and the city's list of keys to know whose signature it
is: signature, digests, every cell against its second copy, every sentence made
again from its cells. Exit status 0: all agrees and the key is the city's; 1:
something differs, or whose key it is is not known; each is printed.

Example:
  xuedu report verify yearly-2024-1.0.0.zip --keys keys.json`
}

func (c reportVerifyCmd) Run(env *Env) error {
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
	if r.Trust != proof.Trusted {
		return ErrReported
	}
	return nil
}
