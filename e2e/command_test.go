//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The shell's Tab completes commands and flags.
func TestCompletion(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"xuedu import att":   "attendance",
		"xuedu figures --me": "--measure",
		"xuedu doc":          "doctor",
	} {
		cmd := exec.CommandContext(t.Context(), bin(t))
		cmd.Env = append(os.Environ(), "COMP_LINE="+line)
		out, err := cmd.Output()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%q completes to %q, %v; want %q", line, got, err, want)
		}
	}
	if out := run(t, "completion", "-c", "bash"); !strings.Contains(out, "complete ") {
		t.Errorf("completion -c bash prints %q", out)
	}
}

// readmeCommands are the lines of a README that run the built program.
func readmeCommands(t testing.TB, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list [][]string
	for line := range strings.Lines(string(text)) {
		command, ok := strings.CutPrefix(line, "bin/xuedu ")
		if !ok {
			continue
		}
		command, _, _ = strings.Cut(command, " #")
		command = regexp.MustCompile(`"([^"]*)"`).ReplaceAllStringFunc(command, func(q string) string {
			return strings.ReplaceAll(strings.Trim(q, `"`), " ", "_") // one word
		})
		list = append(list, strings.Fields(command))
	}
	return list
}

// The commands of the README do what it says, in a folder of their own.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile("../docs/staff/import-attendance.sample.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, readme := range []string{"../README.md", "../README.zh-CN.md"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "rosters.csv"), sample, 0o600); err != nil {
			t.Fatal(err)
		}
		commands := readmeCommands(t, readme)
		if len(commands) < 5 {
			t.Errorf("%s has only %d commands", readme, len(commands))
		}
		for _, args := range commands {
			if args[0] == "serve" {
				serve(t, "sqlite:"+filepath.Join(dir, "city.db"))
				continue
			}
			cmd := exec.CommandContext(t.Context(), bin(t), args...)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: xuedu %s: %v\n%s", readme, strings.Join(args, " "), err, out)
			}
		}
	}
}
