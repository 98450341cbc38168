package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xuedu/internal/cli"
)

// run runs the command line on a city's database and returns what it printed.
func run(t *testing.T, dir string, args ...string) (status int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	args = append(args, "--db", "sqlite:"+filepath.Join(dir, "c.db"), "--key-file", filepath.Join(dir, "c.key"), "--lang", "en")
	status = cli.Main(args, &o, &e)
	return status, o.String(), e.String()
}

func file(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAreaCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if status, _, e := run(t, dir, "area", "search", "x"); status != 1 || !strings.Contains(e, "xuedu init") {
		t.Errorf("without a city: status %d, %q; want 1 and the way on", status, e)
	}
	if status, _, e := run(t, dir, "init", "--pack", "minimal"); status != 0 {
		t.Fatal(e)
	}
	bad := file(t, dir, "bad.csv", "code,name,level,parent\nQH-1-9,南湖街道,street,QH-9\n")
	good := file(t, dir, "good.csv", "code,name,level,parent\nQH-1-9,南湖街道,street,QH-1\n")
	split := file(t, dir, "split.csv", "code,successor,share,date\nQH-1-9,QH-1-1,0.5,2025-01-01\nQH-1-9,QH-1-2,0.5,2025-01-01\n")
	census := file(t, dir, "census.csv", "code,year,persons,source\nQH-1-9,2024,1000,x\n")
	orgs := file(t, dir, "orgs.csv", "code,name,type,area\nh1,云桥学习坊,学习坊,QH-1-1\nh2,无处学习坊,学习坊,QH-8\n")
	for _, tt := range []struct {
		args   []string
		status int
		out    string // must be in what was printed
	}{
		{[]string{"import", "orgs", orgs, "--dry-run"}, 1, "nothing was written"},
		{[]string{"import", "orgs", orgs, "--strict"}, 1, "orgs.csv:3: area: There is no area with the code “QH-8”"},
		{[]string{"import", "orgs", orgs}, 1, "1 new"},
		{[]string{"import", "orgs", orgs}, 1, "1 unchanged"},
		{[]string{"import", "areas", filepath.Join(dir, "none.csv")}, 1, "none.csv"},
		{[]string{"import", "areas", bad}, 1, "bad.csv:2: parent: The parent QH-9 of QH-1-9"},
		{[]string{"area", "search", "nhjd"}, 1, "No area found"},
		{[]string{"import", "areas", good, "--from", "1.1.2024"}, 2, "is not a day"},
		{[]string{"import", "areas", good, "--from", "2024-01-01"}, 0, "1 new"},
		{[]string{"import", "areas", good, "--from", "2024-01-01"}, 0, "1 unchanged"},
		{[]string{"area", "search", "nhjd"}, 0, "QH-1-9,street,南湖街道,Qinghe Hedong,2024-01-01,"},
		{[]string{"import", "population", census}, 0, "1 new"},
		{[]string{"import", "successors", split}, 0, "2 new"},
		{[]string{"area", "show", "QH-1", "--on", "2023-12-31", "--level", "street"}, 0, "QH-1-3"},
		{[]string{"area", "show", "QH-7"}, 1, "QH-7"},
		{[]string{"area", "show", "QH-1", "--on", "soon"}, 2, "is not a day"},
	} {
		status, out, errOut := run(t, dir, tt.args...)
		if status != tt.status || !strings.Contains(out+errOut, tt.out) {
			t.Errorf("%v: status %d, printed\n%s%s\nwant %d and %q", tt.args, status, out, errOut, tt.status, tt.out)
		}
	}
	if _, out, _ := run(t, dir, "area", "show", "QH-1", "--on", "2025-06-01"); strings.Contains(out, "QH-1-9") {
		t.Errorf("an ended area is shown in the tree of a later day:\n%s", out)
	}
}
