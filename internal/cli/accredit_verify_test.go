package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xuedu/internal/cli"
)

// TestAccreditVerify: a sealed record agrees with itself, offline; a changed
// one is refused with the application and field (P1.7).
func TestAccreditVerify(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../accredit/score/testdata/record.json")
	if err != nil {
		t.Fatal(err)
	}
	run := func(b []byte) (int, string) {
		name := filepath.Join(t.TempDir(), "record.json")
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errOut bytes.Buffer
		status := cli.Main([]string{"accredit", "verify", "--lang", "en", name}, &out, &errOut)
		return status, out.String() + errOut.String()
	}
	if status, text := run(data); status != 0 || !strings.Contains(text, "agrees") {
		t.Errorf("%d\n%s", status, text)
	}
	changed := bytes.Replace(data, []byte(`"score":"78.67"`), []byte(`"score":"79.67"`), 1)
	if status, text := run(changed); status != 1 || !strings.Contains(text, "JY-2025-0001, score: published 79.67, computed 78.67") {
		t.Errorf("%d\n%s", status, text)
	}
	if status, text := run(append([]byte(" "), data...)); status != 2 || !strings.Contains(text, "record.json:1:1") {
		t.Errorf("%d\n%s", status, text)
	}
}
