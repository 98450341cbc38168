package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"xuedu/internal/app"
	"xuedu/internal/errs"
	"xuedu/packs"
)

type initCmd struct {
	Pack string `help:"Name of a pack that ships (beijing-2021, minimal), or the folder of one." placeholder:"PACK"`
}

func (initCmd) Help() string {
	return `Makes an empty, usable city: schema, pack, areas, populations, bodies. A city
that is there already is never overwritten; the same command again changes nothing.
A schema named by search_path is made, so that one cluster can hold many cities.

Examples:
  xuedu init --pack beijing-2021 --db sqlite:beijing.db
  xuedu init --pack minimal --db 'postgres://xuedu@localhost/xuedu?search_path=qinghe' --key-file /etc/xuedu/qinghe.key
  xuedu init --pack ./my-city --db sqlite:my-city.db`
}

func (c initCmd) Run(ctx context.Context, env *Env) error {
	name, err := c.choose(env)
	if err != nil {
		return err
	}
	p, err := checkPack(env, name)
	if err != nil {
		return err
	}
	step, end := steps(env)
	r, err := app.Init(ctx, env.Config, app.InitOptions{Pack: p, Now: time.Now, Step: step})
	end()
	if e, ok := errors.AsType[*app.FileProblems](err); ok {
		for _, b := range e.List {
			fmt.Fprintln(env.Err, problemLine(env, name+"/"+e.File, b))
		}
		return e.Err
	}
	if err != nil {
		return err
	}
	return c.say(env, r, p.Title.In(env.Lang))
}

func (initCmd) say(env *Env, r app.InitReport, title string) error {
	if r.Existed {
		fmt.Fprintln(env.Out, env.T("init.existed", "Pack", r.City.Pack, "Version", r.City.PackVersion))
		if r.Differs {
			fmt.Fprintln(env.Out, env.T("init.differs"))
		}
		return nil
	}
	fmt.Fprintln(env.Out, env.T("init.made", "Title", title))
	fmt.Fprintln(env.Out, env.T("init.counts", "Areas", r.Areas, "People", r.People, "Orgs", r.Orgs))
	fmt.Fprintln(env.Out, env.T("init.key", "Path", r.KeyFile))
	_, err := fmt.Fprintln(env.Out, env.T("init.next"))
	return err
}

// choose returns the pack's name; it asks only where nobody said one and
// somebody sits at the terminal.
func (c initCmd) choose(env *Env) (string, error) {
	if c.Pack != "" {
		return c.Pack, nil
	}
	missing := errs.InvalidField("pack", "init.pack_required", "Known", strings.Join(packs.Names, ", "))
	if !env.Terminal || !term.IsTerminal(int(os.Stdin.Fd())) {
		return "", missing
	}
	for i, n := range packs.Names {
		fmt.Fprintf(env.Err, "  %d  %s\n", i+1, n)
	}
	fmt.Fprint(env.Err, env.T("init.ask_pack"))
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		return "", missing
	}
	answer := strings.TrimSpace(line)
	for i, n := range packs.Names {
		if answer == fmt.Sprint(i+1) {
			return n, nil
		}
	}
	if answer == "" || !slices.Contains(packs.Names, answer) && !isFolder(answer) {
		return "", missing
	}
	return answer, nil
}

func isFolder(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// steps shows one bar after the other, one for each file of the pack.
func steps(env *Env) (step func(file string, done, total int), end func()) {
	var now string
	var set func(done, total int64)
	stop := func() {}
	return func(file string, done, total int) {
		if file != now {
			stop()
			now = file
			set, stop = env.Progress(file)
		}
		set(int64(done), int64(total))
	}, func() { stop() }
}
