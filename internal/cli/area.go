package cli

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"time"

	"xuedu/internal/app"
	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// areaCmd looks at the area tree.
type areaCmd struct {
	Search areaSearchCmd `cmd:"" help:"Find areas by name, pinyin, initials or code."`
	Show   areaShowCmd   `cmd:"" help:"List an area and what lies below it."`
}

type areaSearchCmd struct {
	Text  []string `arg:"" help:"Part of a name, pinyin initials, pinyin, or the start of a code."`
	Limit int      `help:"At most so many." default:"20"`
	On    string   `help:"The tree as it was on a day." placeholder:"DAY"`
}

func (areaSearchCmd) Help() string {
	return `Examples:
  xuedu area search hdq
  xuedu area search 海淀 中关村
  xuedu area search 110108 --limit 5`
}

func (c areaSearchCmd) Run(ctx context.Context, env *Env) error {
	t, err := treeOn(ctx, env, c.On)
	if err != nil {
		return err
	}
	text := strings.Join(c.Text, " ")
	found := t.Search(text, c.Limit)
	if len(found) == 0 {
		return errs.New(errs.NotFound, "area.none_found", "Text", text)
	}
	return printAreas(env, t, found)
}

type areaShowCmd struct {
	Code  string `arg:"" help:"Code of the area."`
	Level string `help:"Only areas of this level below it." enum:",country,province,city,district,street,community" default:""`
	On    string `help:"The tree as it was on a day." placeholder:"DAY"`
}

func (areaShowCmd) Help() string {
	return `Without --level the areas directly below are listed.

Examples:
  xuedu area show 110108000000
  xuedu area show 110000000000 --level street`
}

func (c areaShowCmd) Run(ctx context.Context, env *Env) error {
	t, err := treeOn(ctx, env, c.On)
	if err != nil {
		return err
	}
	n, ok := t.ByCode(c.Code)
	if !ok {
		return &errs.Error{Kind: errs.NotFound, Key: "area.unknown_code", Args: []any{"Code", c.Code}, Field: "code"}
	}
	if c.Level != "" {
		return printAreas(env, t, t.Below(n, area.Level(c.Level)))
	}
	return printAreas(env, t, append([]int{n}, t.Children(n)...))
}

// openAreas opens the database of the configuration and loads its areas.
func openAreas(ctx context.Context, env *Env) (*area.Service, func() error, error) {
	d, err := db.Open(ctx, env.Config.DB)
	if err != nil {
		return nil, nil, err
	}
	now, err := app.ClockOf(ctx, env.Config, d)
	s := area.New(d, now)
	if err == nil {
		err = s.Reload(ctx)
	}
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	return s, d.Close, nil
}

func treeOn(ctx context.Context, env *Env, day string) (*area.Tree, error) {
	if day != "" {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return nil, errs.InvalidField("on", "area.bad_day", "Value", day)
		}
	}
	s, done, err := openAreas(ctx, env)
	if err != nil {
		return nil, err
	}
	defer done()
	if day == "" {
		return s.Tree(), nil
	}
	return s.Tree().On(day), nil
}

// printAreas writes CSV: code, level, name, where it lies, validity.
func printAreas(env *Env, t *area.Tree, nrs []int) error {
	w := csv.NewWriter(env.Out)
	rows := [][]string{{"code", "level", "name", "within", "valid_from", "valid_to"}}
	for _, n := range nrs {
		a := t.At(n)
		var within []string
		for _, p := range t.Path(t.Parent(n)) {
			within = append(within, t.At(p).In(env.Lang))
		}
		rows = append(rows, []string{a.Code, string(a.Level), a.In(env.Lang), strings.Join(within, " "), a.ValidFrom, a.ValidTo})
	}
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
