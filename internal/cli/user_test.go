package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xuedu/internal/cli"
	"xuedu/internal/db"
)

// desk is a folder with a city in SQLite and the commands that work on it.
type desk struct {
	t   *testing.T
	dir string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	c := &desk{t, t.TempDir()}
	c.must(0, "init", "--pack", "minimal")
	return c
}

// run runs one command and returns its exit status and what it printed.
func (c *desk) run(args ...string) (status int, out, errOut string) {
	c.t.Helper()
	var o, e bytes.Buffer
	all := append([]string{"--db", "sqlite:" + filepath.Join(c.dir, "city.db"), "--lang", "en"}, args...)
	status = cli.Main(all, &o, &e)
	return status, o.String(), e.String()
}

func (c *desk) must(want int, args ...string) (out, errOut string) {
	c.t.Helper()
	status, out, errOut := c.run(args...)
	if status != want {
		c.t.Fatalf("xuedu %s: status %d, want %d\n%s%s", strings.Join(args, " "), status, want, out, errOut)
	}
	return out, errOut
}

func (c *desk) file(name, content string) string {
	c.t.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

func TestUserCommands(t *testing.T) {
	c := newDesk(t)
	pw := c.file("pw", "Qinghe-4417-Aa\n")
	c.must(0, "user", "add", "wang", "--name", "王敏", "--role", "security_admin", "--password-file", pw)
	out, errOut := c.must(0, "user", "add", "chen", "--name", "陈芳", "--generate")
	if len(strings.TrimSpace(out)) != 19 || strings.Contains(errOut, strings.TrimSpace(out)) {
		t.Errorf("a made password goes to standard output alone: %q, %q", out, errOut)
	}
	for _, tt := range []struct {
		status int
		says   string
		args   []string
	}{
		{1, "taken", []string{"user", "add", "CHEN", "--name", "陈", "--generate"}},
		{2, "at least 12", []string{"user", "add", "li", "--name", "李", "--role", "auditor", "--password-file", c.file("short", "Ab-1\n")}},
		{2, "empty", []string{"user", "add", "li", "--name", "李", "--password-file", c.file("empty", "\n")}},
		{2, "no place for the role", []string{"user", "add", "li", "--name", "李", "--role", "auditor", "--area", "QH", "--generate"}},
		{2, "no area or institution", []string{"user", "add", "li", "--name", "李", "--role", "district_officer", "--area", "nowhere", "--generate"}},
		{2, "code", []string{"user", "add", "li", "--name", "李", "--role", "district_officer", "--generate"}},
		{1, "no such account", []string{"user", "disable", "nobody", "--reason", "left"}},
		{1, "last security", []string{"user", "disable", "wang", "--reason", "left"}},
		{1, "last security", []string{"user", "revoke", "wang", "--role", "security_admin", "--reason", "left"}},
		{1, "stand alone", []string{"user", "grant", "wang", "--role", "auditor", "--reason", "both"}},
		{0, "has the role", []string{"user", "grant", "chen", "--role", "city_officer", "--reason", "appointed"}},
		{0, "no longer", []string{"user", "revoke", "chen", "--role", "city_officer", "--reason", "moved"}},
		{0, "disabled", []string{"user", "disable", "chen", "--reason", "left"}},
		{0, "enabled", []string{"user", "enable", "chen", "--reason", "back"}},
		{0, "unlocked", []string{"user", "unlock", "chen", "--reason", "called"}},
		{0, "next sign-in", []string{"user", "passwd", "wang", "--reason", "forgotten", "--generate"}},
	} {
		_, errOut := c.must(tt.status, tt.args...)
		if !strings.Contains(errOut, tt.says) {
			t.Errorf("xuedu %s says %q, want %q", strings.Join(tt.args, " "), errOut, tt.says)
		}
	}
	if out, _ := c.must(0, "user", "list"); strings.Count(out, "\n") != 3 || !strings.Contains(out, "security_admin") {
		t.Errorf("user list:\n%s", out)
	}
}

func TestAuditCommands(t *testing.T) {
	c := newDesk(t)
	c.must(0, "user", "add", "chen", "--name", "陈芳", "--generate")
	out, _ := c.must(0, "audit", "checkpoint")
	var kept struct{ Seq int64 }
	if err := json.Unmarshal([]byte(out), &kept); err != nil || kept.Seq < 2 {
		t.Fatalf("checkpoint %q: %v", out, err)
	}
	safe := c.file("safe.jsonl", out)
	c.must(0, "audit", "verify", "--against", safe)
	if out, _ := c.must(0, "audit", "export", "--verb", "account", "--actor", "nobody"); out != "" {
		t.Errorf("export of nobody: %q", out)
	}
	file := filepath.Join(c.dir, "trail.jsonl")
	c.must(0, "audit", "export", "--verb", "account:create", "-o", file)
	if b, err := os.ReadFile(file); err != nil || bytes.Count(b, []byte("\n")) != 1 || bytes.Contains(b, []byte("陈芳")) {
		t.Errorf("export %q, %v; want one entry without a name", b, err)
	}
	if _, errOut := c.must(2, "audit", "verify", "--against", c.file("bad.jsonl", "{}\n")); !strings.Contains(errOut, "Line 1") {
		t.Errorf("no checkpoint: %q", errOut)
	}
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(c.dir, "city.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"DELETE FROM audit_checkpoint", "DELETE FROM audit_entry WHERE seq = (SELECT max(seq) FROM audit_entry)", "UPDATE counter SET next = next - 1 WHERE name = 'audit'"} {
		if _, err := d.Write.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	c.must(0, "audit", "verify") // nothing inside the database shows it …
	if _, errOut := c.must(1, "audit", "verify", "--against", safe); !strings.Contains(errOut, "deleted") {
		t.Errorf("cut with its checkpoint: %q", errOut) // … the copy kept elsewhere does
	}
}
