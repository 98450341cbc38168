package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// madeCity is a demo city that the program itself made, and the program.
type madeCity struct{ program, dir, dsn, key string }

// buildProgram makes the program that the later parts drive, as users do.
func buildProgram(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, "xuedu")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "./cmd/xuedu")
	cmd.Dir, cmd.Stderr = "..", os.Stderr
	return path, cmd.Run()
}

// makeCity makes a small demo city with all areas and forms. An empty dsn is a
// file of SQLite.
func makeCity(ctx context.Context, program, dir, dsn string) (*madeCity, error) {
	c := &madeCity{program: program, dir: dir, dsn: dsn, key: filepath.Join(dir, "city.db.key")}
	args := []string{"demo", "--dir", dir, "--scale", "0.002", "--no-serve"}
	if dsn == "" {
		c.dsn = "sqlite:" + filepath.Join(dir, "city.db")
	} else {
		args = append(args, "--db", dsn, "--key-file", c.key)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	_, err := runProgram(exec.CommandContext(ctx, program, args...))
	return c, err
}

// command is a command of the program upon the city.
func (c *madeCity) command(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, c.program, append(args, "--db", c.dsn, "--key-file", c.key)...)
}

// spent is what a run of the program took.
type spent struct {
	wall, cpu time.Duration
	memory    int64 // most bytes held
	out       string
}

func (c *madeCity) run(ctx context.Context, args ...string) (spent, error) {
	return runProgram(c.command(ctx, args...))
}

func runProgram(cmd *exec.Cmd) (spent, error) {
	var out, fail bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &fail
	at := time.Now()
	err := cmd.Run()
	s := spent{wall: time.Since(at), out: out.String()}
	if p := cmd.ProcessState; p != nil {
		s.cpu = p.UserTime() + p.SystemTime()
		if u, ok := p.SysUsage().(*syscall.Rusage); ok {
			s.memory = u.Maxrss << 10
		}
	}
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args[1:3], " "), err, fail.String())
	}
	return s, err
}
