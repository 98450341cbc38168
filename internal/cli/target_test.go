package cli_test

import (
	"strings"
	"testing"
)

// The numbers of a target come from a file, and its progress from the count
// (P1.3, P1.7, P2.8).
func TestTargetCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	step := func(status int, want string, args ...string) {
		t.Helper()
		got, out, errOut := run(t, dir, args...)
		if got != status || !strings.Contains(out+errOut, want) {
			t.Errorf("%v: status %d, %q%q; want %d, %q", args, got, out, errOut, status, want)
		}
	}
	step(0, "43 areas", "init", "--pack", "minimal")
	step(0, "model-houses,P1.2,Model learning houses,award.model_house,2028-12-31,5,0,value,,5,", "target", "list", "--format", "csv")
	file(t, dir, "split.csv", "target,area,year,kind,value\nmodel-houses,,2027,,3\nmodel-houses,QH-1,2028,,2\nmodel-houses,QH-2,2028,,3\nmodel-houses,,2025,baseline,0\n")
	at := dir + "/split.csv"
	step(2, "reason", "target", "import", at)
	step(0, "nothing was written", "target", "import", at, "--reason", "notice 1", "--dry-run")
	step(0, "Written.", "target", "import", at, "--reason", "notice 1")
	step(0, "there already", "target", "import", at, "--reason", "notice 1")
	step(0, `"area": "QH-1", "name": "Hedong", "year": "2028", "baseline": "", "want": "2"`, "target", "show", "model-houses", "--format", "json")
	file(t, dir, "bad.yaml", "model-houses:\n  split:\n    QH-1: {2028: \"4\"}\n    QH-2:\n      2028: many\n")
	step(1, "bad.yaml:5: path: “many” is no number", "target", "import", dir+"/bad.yaml", "--reason", "notice 2")
	file(t, dir, "off.yaml", "model-houses:\n  split:\n    QH-1: {2028: \"4\"}\n")
	step(1, "off.yaml:3: split: In 2028 the areas make 7, 2 more than the whole, 5", "target", "import", dir+"/off.yaml", "--reason", "notice 2")
	step(1, "There is no target nothing", "target", "show", "nothing")
	step(1, "cannot be opened", "target", "import", dir+"/none.yaml", "--reason", "x")
}
