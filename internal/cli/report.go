package cli

import (
	"context"
	"fmt"
	"slices"

	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	bulletin "xuedu/internal/report"
)

type reportCmd struct {
	Build  reportBuildCmd  `cmd:"" help:"Make the participation bulletin of a period as files."`
	Verify reportVerifyCmd `cmd:"" help:"Check a sealed release, offline."`
	Key    reportKeyCmd    `cmd:"" help:"Keys that sign releases: make, revoke, list."`
}

type reportBuildCmd struct {
	Period   string `help:"Year, quarter or month: 2024, 2024-Q1, 2024-03." required:"" placeholder:"PERIOD"`
	Out      string `help:"Folder for the files." required:"" type:"path" placeholder:"DIR"`
	Area     string `help:"Code of the city or of a district; default: all of them." placeholder:"CODE"`
	Language string `name:"in" help:"Language of the files: zh-CN, en or all." default:"all" placeholder:"LANG"`
	Force    bool   `help:"Put the files beside others that are in the folder."`
}

func (reportBuildCmd) Help() string {
	return `For the city and each district: a page that needs nothing else (HTML, prints on
A4), a workbook (XLSX) and the data (JSON) with its digest; index.html leads to
all. The same ledger, pack and areas give the same bytes. A folder that holds an
earlier bulletin is replaced in one step; one with other files is left alone.

Examples:
  xuedu report build --db sqlite:city.db --period 2024-Q1 --out bulletin-2024-Q1
  xuedu report build --db sqlite:city.db --period 2024 --area 110108000000 --in en --out haidian-2024`
}

func (c reportBuildCmd) Run(ctx context.Context, env *Env) error {
	p, err := bulletin.ParsePeriod(c.Period)
	if err != nil {
		return err
	}
	o := bulletin.BundleOptions{Period: p, Area: c.Area}
	if c.Language != "all" {
		if !slices.Contains(i18n.Langs, c.Language) {
			return errs.InvalidField("in", "report.bad_lang", "Value", c.Language)
		}
		o.Langs = []string{c.Language}
	}
	a, err := openCounting(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	set, end := env.Progress(env.T("report.progress"))
	o.Progress = set
	b, err := a.Reports().Build(ctx, o)
	end()
	if err != nil {
		return err
	}
	if err := b.Save(c.Out, c.Force); err != nil {
		return err
	}
	for _, f := range b.Manifest.Files {
		if digest, ok := b.Manifest.Data[areaOf(f.Path)]; ok && f.Path == bulletin.DataFile(areaOf(f.Path)) {
			fmt.Fprintln(env.Out, env.T("report.digest", "Area", areaOf(f.Path), "Digest", digest))
		}
	}
	_, err = fmt.Fprintln(env.Err, env.T("report.built", "Dir", c.Out, "Files", len(b.Files)))
	return err
}

// areaOf is the code in the name of a data file.
func areaOf(file string) string {
	const end = ".json"
	if len(file) <= len(end) {
		return ""
	}
	return file[:len(file)-len(end)]
}
