package cli

import (
	"fmt"
	"os"
	"time"

	"xuedu/internal/credential"
	"xuedu/internal/errs"
)

type credentialCmd struct {
	Verify credentialVerifyCmd `cmd:"" help:"Check a verifiable credential, offline."`
}

type credentialVerifyCmd struct {
	File   string `arg:"" help:"Credential, as it was given out." type:"existingfile"`
	DID    string `name:"did" help:"DID document of the issuer: /.well-known/did.json of its site." type:"existingfile" required:"" placeholder:"FILE"`
	Status string `help:"Status list that the credential names." type:"existingfile" placeholder:"FILE"`
}

func (credentialVerifyCmd) Help() string {
	return `Needs nothing but the files. Exit status 0: genuine, in force, not revoked; 1:
anything else, in words. Without --status nobody knows whether it was revoked.

Example:
  xuedu credential verify credential-SF2026-001.json --did did.json --status status-1.json`
}

func (c credentialVerifyCmd) Run(env *Env) error {
	body, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(c.DID)
	if err != nil {
		return err
	}
	keys, err := credential.ParseDocument(b)
	if err != nil {
		return errs.InvalidField("did", "credential.bad_did", "File", c.DID)
	}
	var list []byte
	if c.Status != "" {
		if list, err = os.ReadFile(c.Status); err != nil {
			return err
		}
	}
	r := credential.Check(body, keys, list, time.Now())
	fmt.Fprintln(env.Out, env.T("credential.outcome."+r.Outcome)+env.T("publish.colon")+env.T("credential.outcome."+r.Outcome+".text"))
	if r.Name != "" {
		fmt.Fprintln(env.Out, r.Name, r.Holder, r.Number, r.Issuer)
	}
	if r.Outcome == credential.NoStatus && r.StatusList != "" {
		fmt.Fprintln(env.Out, r.StatusList)
	}
	if r.Outcome != credential.Genuine {
		return ErrReported
	}
	return nil
}
