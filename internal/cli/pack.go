package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"xuedu/internal/app"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/packs"
)

// packCmd works with packs: what a city, a plan and a year decide, as files.
type packCmd struct {
	Validate packValidateCmd `cmd:"" help:"Check a pack and list all that is wrong with it."`
	Diff     packDiffCmd     `cmd:"" help:"Show what differs between two packs."`
	Apply    packApplyCmd    `cmd:"" help:"Put a pack in force in the city."`
	Export   packExportCmd   `cmd:"" help:"Write the city's pack to a folder."`
	List     packListCmd     `cmd:"" help:"List the packs that ship and the one in force."`
	Show     packShowCmd     `cmd:"" help:"Print what a pack defines."`
}

type packValidateCmd struct {
	Pack string `arg:"" help:"Folder, or name of a pack that ships."`
}

func (packValidateCmd) Help() string {
	return `Every problem is printed as FILE:LINE:COLUMN. The exit status is 1 if there is any.

Examples:
  xuedu pack validate my-city/
  xuedu pack validate beijing-2021`
}

func (c packValidateCmd) Run(env *Env) error {
	p, err := checkPack(env, c.Pack)
	if err != nil {
		return err
	}
	clauses, targets := 0, 0
	for _, plan := range p.Plans {
		clauses += len(plan.Clauses())
		targets += len(plan.Targets)
	}
	_, err = fmt.Fprintln(env.Out, env.T("pack.valid", "Name", p.Name, "Version", p.Version,
		"Themes", len(p.Themes), "Clauses", clauses, "Targets", targets, "Areas", len(p.AreaCodes())))
	return err
}

// checkPack loads a pack; it prints all problems of one that is not in order
// and then returns ErrReported.
func checkPack(env *Env, name string) (*pack.Pack, error) {
	fsys, err := app.FindPack(name)
	if err != nil {
		return nil, err
	}
	p, bad := pack.Check(fsys)
	if len(bad) == 0 {
		return p, nil
	}
	dir := ""
	if _, err := packs.Open(name); err != nil { // a folder: print paths an editor can open
		dir = name
	}
	return nil, printProblems(env, dir, bad)
}

// mostProblems is how many problems are printed; all are counted.
const mostProblems = 200

func printProblems(env *Env, dir string, bad []pack.Problem) error {
	for _, b := range bad[:min(len(bad), mostProblems)] {
		b.File = filepath.Join(dir, b.File)
		line := b.Where() + ": "
		if b.Path != "" {
			line += b.Path + ": "
		}
		fmt.Fprintln(env.Err, line+env.T(b.Key, b.Args...))
	}
	fmt.Fprintln(env.Err, env.T("pack.problems", "N", len(bad)))
	return ErrReported
}

type packDiffCmd struct {
	A string `arg:"" help:"Folder, name, or - for the pack of the city."`
	B string `arg:"" help:"Folder, name, or - for the pack of the city."`
	formatFlag
}

func (packDiffCmd) Help() string {
	return `Examples:
  xuedu pack diff beijing-2021 my-city/
  xuedu pack diff - my-city/ --db sqlite:city.db`
}

func (c packDiffCmd) Run(ctx context.Context, env *Env) error {
	a, err := packOrCity(ctx, env, c.A)
	if err != nil {
		return err
	}
	b, err := packOrCity(ctx, env, c.B)
	if err != nil {
		return err
	}
	changes := pack.Diff(a, b)
	if len(changes) == 0 && c.Format == "table" {
		_, err := fmt.Fprintln(env.Out, env.T("pack.same"))
		return err
	}
	return c.print(env, changeRows(env, changes))
}

func packOrCity(ctx context.Context, env *Env, name string) (*pack.Pack, error) {
	if name == "-" {
		return cityPack(ctx, env)
	}
	return checkPack(env, name)
}

func changeRows(env *Env, changes []pack.Change) [][]string {
	rows := [][]string{{"code", "kind", "change", "field", "before", "after"}}
	for _, ch := range changes {
		rows = append(rows, []string{ch.Code, env.T("pack.kind." + string(ch.Kind)), env.T("pack.op." + string(ch.Op)), ch.Field, ch.Before, ch.After})
	}
	return rows
}

type packApplyCmd struct {
	Pack   string `arg:"" help:"Folder, or name of a pack that ships."`
	Reason string `help:"Why; it is kept in the audit trail." required:""`
}

func (packApplyCmd) Help() string {
	return `What records of the city use cannot be dropped. A running server takes the new
pack within a few seconds.

Example:
  xuedu pack apply my-city/ --reason "holidays of 2027"`
}

func (c packApplyCmd) Run(ctx context.Context, env *Env) error {
	p, err := checkPack(env, c.Pack)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, env.Config.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	now, err := app.ClockOf(ctx, env.Config, d)
	if err != nil {
		return err
	}
	changes, err := app.ApplyPack(ctx, d, p, c.Reason, now)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		_, err := fmt.Fprintln(env.Out, env.T("pack.apply_same"))
		return err
	}
	if err := (formatFlag{}).print(env, changeRows(env, changes)); err != nil {
		return err
	}
	for _, ch := range changes {
		if ch.Kind == pack.KindFile && strings.HasPrefix(ch.Code, "data/") {
			fmt.Fprintln(env.Err, env.T("pack.apply_data", "File", ch.Code))
		}
	}
	_, err = fmt.Fprintln(env.Out, env.T("pack.applied", "Name", p.Name, "Version", p.Version, "N", len(changes)))
	return err
}

type packExportCmd struct {
	Dir string `arg:"" help:"Folder to write; it must be empty or not exist." type:"path"`
}

func (packExportCmd) Help() string {
	return `Another city copies the folder, changes what is its own, and starts from it.

Example:
  xuedu pack export ./my-city --db sqlite:city.db`
}

func (c packExportCmd) Run(ctx context.Context, env *Env) error {
	p, err := cityPack(ctx, env)
	if err != nil {
		return err
	}
	if list, err := os.ReadDir(c.Dir); err == nil && len(list) > 0 {
		return errs.New(errs.Conflict, "pack.export_exists", "Dir", c.Dir)
	}
	for _, f := range p.Files() {
		if err := writeUnder(c.Dir, f); err != nil {
			return &errs.Error{Kind: errs.Unavailable, Key: "pack.export_failed", Args: []any{"Dir", c.Dir}, Err: err}
		}
	}
	_, err = fmt.Fprintln(env.Out, env.T("pack.exported", "N", len(p.Files()), "Dir", c.Dir))
	return err
}

// writeUnder writes a file of a pack below dir and nowhere else.
func writeUnder(dir string, f pack.File) error {
	if !filepath.IsLocal(f.Path) {
		return fmt.Errorf("%s leads out of the folder", f.Path)
	}
	to := filepath.Join(dir, filepath.FromSlash(f.Path))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, []byte(f.Content), 0o644)
}

type packListCmd struct{ formatFlag }

func (packListCmd) Help() string {
	return `Example:
  xuedu pack list`
}

func (c packListCmd) Run(ctx context.Context, env *Env) error {
	rows := [][]string{{"code", "version", "title", "where"}}
	for _, name := range packs.Names {
		p, err := checkPack(env, name)
		if err != nil {
			return err
		}
		rows = append(rows, []string{p.Name, p.Version, p.Title.In(env.Lang), env.T("pack.embedded")})
	}
	if p, err := cityPack(ctx, env); err == nil {
		rows = append(rows, []string{p.Name, p.Version, p.Title.In(env.Lang), env.T("pack.in_force")})
	}
	return c.print(env, rows)
}

type packShowCmd struct {
	What string `arg:"" help:"themes, age-bands, targets, org-types, activity-forms, needs, bodies, clauses, holidays, params or programmes." enum:"themes,age-bands,targets,org-types,activity-forms,needs,bodies,clauses,holidays,params,programmes"`
	Pack string `help:"A pack instead of the city's: folder, or name of one that ships." placeholder:"PACK"`
	formatFlag
}

func (packShowCmd) Help() string {
	return `The first column is always the code.

Examples:
  xuedu pack show themes --db sqlite:city.db
  xuedu pack show targets --pack beijing-2021 --format csv`
}

func (c packShowCmd) Run(ctx context.Context, env *Env) error {
	var p *pack.Pack
	var err error
	if c.Pack == "" {
		p, err = cityPack(ctx, env)
	} else {
		p, err = checkPack(env, c.Pack)
	}
	if err != nil {
		return err
	}
	rows, _ := p.Table(c.What, env.Lang) // kong has checked the name
	return c.print(env, rows)
}

// cityPack reads the pack in force in the city of the configuration. A SQLite
// file that does not exist is not made for that.
func cityPack(ctx context.Context, env *Env) (*pack.Pack, error) {
	if path, ok := strings.CutPrefix(env.Config.DB, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return nil, errs.New(errs.NotFound, "pack.no_city_show")
		}
	}
	d, err := db.Open(ctx, env.Config.DB)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	_, err = app.LoadCity(ctx, d)
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Key == "app.no_city" {
		return nil, errs.New(errs.NotFound, "pack.no_city_show")
	}
	if err != nil {
		return nil, err
	}
	return pack.Stored(ctx, d.Read)
}
