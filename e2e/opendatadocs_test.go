//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var program = regexp.MustCompile("(?s)```(sh|python|js)\n(.*?)```")

// programs are those that a page of the documentation shows.
func programs(t testing.TB, file string) [][]string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return program.FindAllStringSubmatch(string(b), -1)
}

// The programs that docs/developers/releases.md shows run as they stand there,
// against the demo city, in both languages of the page (P1.8).
func TestOpenDataPrograms(t *testing.T) {
	t.Parallel()
	list := programs(t, "../docs/developers/releases.en.md")
	other := programs(t, "../docs/developers/releases.md")
	if len(list) != 4 || !slices.EqualFunc(list, other, slices.Equal[[]string]) {
		t.Fatalf("%d programs, %d in the other language, or not the same", len(list), len(other))
	}
	s := serve(t, demo(t))
	var found struct {
		Releases []struct{ Period, Version string }
	}
	if err := json.Unmarshal([]byte(visitor(t, s.URL).read(t, "/api/v1/releases")), &found); err != nil || len(found.Releases) == 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	newest := found.Releases[0]
	here := strings.NewReplacer("https://learn.example.org", s.URL, "2025", newest.Period, "1.0.1", newest.Version)
	python, err := filepath.Abs("../.cache/venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		run := map[string][]string{"sh": {"bash", "-ec"}, "python": {python, "-c"}, "js": {"node", "--input-type=module", "-e"}}[p[1]]
		cmd := exec.CommandContext(t.Context(), run[0], append(run[1:], here.Replace(p[2]))...)
		if p[1] != "js" { // node looks for packages from where it runs
			cmd.Dir = t.TempDir()
		}
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), newest.Period) && !strings.Contains(string(out), cityCode) {
			t.Errorf("%s\n%v\n%.2000s", p[2], err, out)
		}
	}
}
