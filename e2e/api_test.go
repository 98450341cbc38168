//go:build e2e

package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestAPIKeepsItsDocument lets schemathesis try the API by its own OpenAPI
// document: no 5xx, no answer off the document.
func TestAPIKeepsItsDocument(t *testing.T) {
	t.Parallel()
	st, err := filepath.Abs("../.cache/venv/bin/schemathesis")
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, demo(t))
	cmd := exec.CommandContext(t.Context(), st, "run", s.URL+"/api/v1/openapi.json", "--url", s.URL,
		"--checks", "all", "--max-examples", "40", "--seed", "1", "--generation-database", "none", "--no-color")
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("schemathesis: %v\n%s", err, out)
	}
	t.Logf("%.3000s", out[max(0, len(out)-1500):])
}
