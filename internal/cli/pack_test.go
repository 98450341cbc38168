package cli_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A city makes its pack, changes it, checks it and puts it in force (P1.4).
func TestPackCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine")
	edit := func(name, old, new string) {
		b, err := os.ReadFile(filepath.Join(mine, name))
		if err != nil || !strings.Contains(string(b), old) {
			t.Fatal(name, err)
		}
		file(t, mine, name, strings.Replace(string(b), old, new, 1))
	}
	step := func(status int, want string, args ...string) {
		t.Helper()
		got, out, errOut := run(t, dir, args...)
		if got != status || !strings.Contains(out+errOut, want) {
			t.Errorf("%v: status %d, %q%q; want %d, %q", args, got, out, errOut, status, want)
		}
	}
	step(1, "--pack beijing-2021", "pack", "show", "themes")
	if _, err := os.Stat(filepath.Join(dir, "c.db")); err == nil {
		t.Error("looking at a city that is not there made its database")
	}
	step(0, "core-values", "pack", "show", "themes", "--pack", "beijing-2021")
	step(2, "must be one of", "pack", "show", "colours", "--pack", "minimal")
	step(1, "beijing-2021, minimal", "pack", "validate", filepath.Join(dir, "none"))
	step(0, "26 clauses", "pack", "validate", "beijing-2021")
	step(1, "xuedu init", "pack", "apply", "minimal", "--reason", "x")
	step(2, "--pack", "init")
	step(0, "43 areas", "init", "--pack", "minimal")
	step(0, "nothing was changed", "init", "--pack", "minimal")
	step(1, "not overwritten", "init", "--pack", "beijing-2021")
	step(0, "in force in this city", "pack", "list")
	step(0, "written to", "pack", "export", mine)
	step(1, "not empty", "pack", "export", mine)
	step(0, "No difference", "pack", "diff", "-", mine)
	edit("themes.yaml", ", en: Nature", "")
	step(1, "themes.yaml:3:24: [2].name: The text in en is missing", "pack", "validate", mine)
	step(1, "1 problem", "pack", "apply", mine, "--reason", "x")
	edit("themes.yaml", "zh-CN: 自然", "zh-CN: 自然, en: Wild life")
	step(0, "Wild life", "pack", "diff", "-", mine)
	step(0, "differs from the one in force", "init", "--pack", mine)
	step(2, "reason", "pack", "apply", mine)
	step(2, "reason", "pack", "apply", mine, "--reason", " ")
	step(0, "1 change", "pack", "apply", mine, "--reason", "a better name")
	step(0, "in force already", "pack", "apply", mine, "--reason", "a better name")
	step(0, "Wild life", "pack", "show", "themes")
	edit("org-types.yaml", "{code: partner", "{code: friend")
	edit("data/orgs.csv", ",partner,", ",friend,")
	step(1, "partner cannot go: 1 institution is", "pack", "apply", mine, "--reason", "x")
	step(1, "another city", "pack", "apply", "beijing-2021", "--reason", "x")
}

// Every list can be had as CSV and as JSON with the same rows, the code first.
func TestPackShowFormats(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, what := range []string{"themes", "age-bands", "targets", "org-types", "activity-forms", "needs", "bodies", "clauses", "holidays", "params"} {
		status, out, errOut := run(t, dir, "pack", "show", what, "--pack", "beijing-2021", "--format", "csv")
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if status != 0 || err != nil || rows[0][0] != "code" {
			t.Fatalf("%s: status %d, %v, %s", what, status, err, errOut)
		}
		_, out, _ = run(t, dir, "pack", "show", what, "--pack", "beijing-2021", "--format", "json")
		var list []map[string]string
		if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != len(rows)-1 || list[0]["code"] != rows[1][0] {
			t.Errorf("%s: JSON has %d rows, CSV %d; %v", what, len(list), len(rows)-1, err)
		}
	}
}
