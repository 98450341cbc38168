//go:build e2e

package e2e

import (
	"os"
	"os/exec"
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
