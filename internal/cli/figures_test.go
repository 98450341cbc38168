package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xuedu/internal/cli"
)

// TestFigures goes from a file of attendances to printed figures.
func TestFigures(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := func(want int, args ...string) (out, errOut string) {
		t.Helper()
		var o, e bytes.Buffer
		args = append(args, "--db", "sqlite:"+filepath.Join(dir, "city.db"), "--lang", "en")
		if got := cli.Main(args, &o, &e); got != want {
			t.Fatalf("%s: exit status %d, want %d\n%s%s", strings.Join(args, " "), got, want, o.String(), e.String())
		}
		return o.String(), e.String()
	}
	run(0, "init", "--pack", "minimal")
	file := filepath.Join(dir, "a.csv")
	rows := `session,person,home,place,birth_year,sex,date,theme,mode,minutes,count
s1,a,QH-1-1-01,QH-1-1-01,1950,f,2024-01-10,health,onsite,60,
s1,b,QH-1-1-01,QH-1-1-01,1990,m,2024-01-10,health,onsite,60,
s1,,,QH-1-1-01,,,2024-01-10,health,onsite,60,25
s2,a,QH-1-2-01,QH-1-1-01,1950,f,2024-05-11,nature,online,50,
`
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	run(0, "import", "attendance", file)
	const head = "area,name,period,measure,value,state\n"
	for _, tt := range []struct {
		args string
		want string
	}{
		{"--measure participants --period 2024", "QH,青禾市,2024,participants,2,value\n"},
		{"--measure attendances --area QH --period 2024-Q1", "QH,青禾市,2024-Q1,attendances,27,value\n"},
		{"--measure hours --area QH --level district --period 2024 --by place --age 70-79", "QH-1,河东区,2024,hours,1.833333,value\nQH-2,河西区,2024,hours,0,value\nQH-3,青禾新区,2024,hours,0,value\n"},
		{"--measure rate --area QH-1 --period 2024", "QH-1,河东区,2024,rate,0.0067,value\n"},
		{"--measure regular --area QH --period 2024-01", "QH,青禾市,2024-01,regular,,not_applicable\n"},
		{"--measure headcount --area QH --period 2023", "QH,青禾市,2023,headcount,,not_reported\n"},
	} {
		out, _ := run(0, strings.Fields("figures --format csv "+tt.args)...)
		if out != head+tt.want {
			t.Errorf("figures %s:\n%swant\n%s", tt.args, out, head+tt.want)
		}
	}
	if out, _ := run(0, "figures", "--measure", "rate", "--period", "2024"); !strings.Contains(out, "resident population of 2023-12-31") || !strings.Contains(out, "Participation rate: ") {
		t.Errorf("the table does not say how it was counted:\n%s", out)
	}
	for _, args := range []string{"--area nowhere", "--level planet", "--theme chess", "--age old", "--by school", "--mode phone", "--sex x"} {
		_, errOut := run(2, strings.Fields("figures --measure participants --period 2024 "+args)...)
		if field := strings.TrimPrefix(strings.Fields(args)[0], "--"); !strings.Contains(errOut, field+": ") {
			t.Errorf("figures %s does not name the flag: %s", args, errOut)
		}
	}
	if out, _ := run(0, "doctor", "--rebuild-engine", "--format", "csv"); strings.Count(out, ",0\n") != 10 {
		t.Errorf("doctor finds something wrong:\n%s", out)
	}
}
