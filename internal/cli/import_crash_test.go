package cli_test

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
)

// program is the built binary, made once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "xuedu")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "xuedu")
	if out, err := exec.Command("go", "build", "-o", path, "xuedu/cmd/xuedu").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// city is a made city that commands run against.
type city struct {
	t       *testing.T
	d       *db.DB
	program string
	key     string
}

func newCity(t *testing.T, d *db.DB) *city {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	c := &city{t: t, d: d, program: path, key: filepath.Join(t.TempDir(), "city.key")}
	if out, err := c.command("init", "--pack", "beijing-2021").CombinedOutput(); err != nil {
		t.Fatalf("init: %v\n%s", err, out)
	}
	return c
}

func (c *city) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(c.t.Context(), c.program, args...)
	cmd.Args = append(cmd.Args, "--db", c.d.DSN, "--key-file", c.key, "--lang", "en")
	return cmd
}

func (c *city) count(query string) (n int64) {
	c.t.Helper()
	if err := c.d.Read.QueryRowContext(c.t.Context(), query).Scan(&n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

// ledger is everything that was imported, without numbers.
func (c *city) ledger() []string {
	c.t.Helper()
	out := c.list(`SELECT s.key || ' ' || COALESCE(p.pseudonym, ''), a.home_id, a.place_id, a.day, a.theme_id, a.online, a.minutes, a.heads + 1000000 * a.rev
		FROM attendance a JOIN session s ON s.id = a.session_id LEFT JOIN person p ON p.id = a.person_id`, 7)
	born := map[string]string{} // what is known in the end
	for _, query := range []string{"SELECT pseudonym, birth_year FROM person",
		"SELECT p.pseudonym, c.birth_year FROM person_change c JOIN person p ON p.id = c.person_id ORDER BY c.id"} {
		for _, row := range c.list(query, 1) {
			born[row[:32]] = row
		}
	}
	out = slices.AppendSeq(out, maps.Values(born))
	slices.Sort(out)
	return out
}

// list returns a text and n numbers a row.
func (c *city) list(query string, n int) (out []string) {
	c.t.Helper()
	rows, err := c.d.Read.QueryContext(c.t.Context(), query)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	var key string
	numbers := make([]int64, n)
	cells := []any{&key}
	for i := range numbers {
		cells = append(cells, &numbers[i])
	}
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			c.t.Fatal(err)
		}
		out = append(out, fmt.Sprint(key, numbers))
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
	return out
}

func (c *city) wipe() {
	c.t.Helper()
	for _, table := range []string{"attendance", "reversal", "person_change", "person", "session", "batch"} {
		if _, err := c.d.Write.ExecContext(c.t.Context(), "DELETE FROM "+table); err != nil {
			c.t.Fatal(err)
		}
	}
}

var recorded = regexp.MustCompile(`(\d+) recorded`)

// killAfter runs an import and kills it without warning when it has told of
// lines chunks; it returns how many rows it had acknowledged.
func (c *city) killAfter(file string, lines int) (acknowledged int64) {
	c.t.Helper()
	cmd := c.command("import", "attendance", file)
	told, err := cmd.StderrPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	if lines == 0 { // as soon as it has begun
		for _, err := os.Stat(file + ".rejected.csv.part"); err != nil; _, err = os.Stat(file + ".rejected.csv.part") {
			runtime.Gosched()
		}
	}
	in := bufio.NewScanner(told)
	for n := 0; n < lines && in.Scan(); n++ {
		if m := recorded.FindStringSubmatch(in.Text()); m != nil {
			acknowledged, _ = strconv.ParseInt(m[1], 10, 64)
		}
	}
	_ = cmd.Process.Kill() // it may have ended by itself
	for in.Scan() {
		if m := recorded.FindStringSubmatch(in.Text()); m != nil { // told before the blow
			acknowledged, _ = strconv.ParseInt(m[1], 10, 64)
		}
	}
	err = cmd.Wait()
	if st, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && !st.Signaled() && err != nil {
		c.t.Fatalf("the import failed by itself: %v", err)
	}
	return acknowledged
}

// attendanceFile has n rows of four meetings a day, with persons who come
// again, change their birth year, and head-counts.
func attendanceFile(n int) []byte {
	b := bytes.NewBufferString("session,person,home,place,birth_year,sex,date,theme,mode,minutes,count\n")
	for i := range n {
		day := fmt.Sprintf("2024-%02d-%02d", 1+i/20%12, 1+i/240%28)
		if i%20 == 0 {
			fmt.Fprintf(b, "m%d,,,110101001001,,,%s,arts,onsite,90,%d\n", i/20, day, 1+i%30)
			continue
		}
		person := i * 7919 % (n / 6)
		fmt.Fprintf(b, "m%d,p%d,110101001002,110101001001,%d,f,%s,arts,onsite,90,\n", i/20, person, 1940+person%50+i/(n/2), day)
	}
	return b.Bytes()
}

// An import that is killed anywhere keeps what it told of, in whole chunks,
// and the same command brings the rest.
func TestImportSurvivesKill(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		file := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(file, attendanceFile(130_000), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := c.command("import", "attendance", file).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		want := c.ledger()
		c.wipe()
		trail := c.count("SELECT count(*) FROM audit_entry")

		var acknowledged int64
		for _, lines := range []int{0, 1 + rand.IntN(2), rand.IntN(4)} {
			acknowledged += c.killAfter(file, lines)
			have := c.count("SELECT count(*) FROM attendance")
			if have < acknowledged {
				t.Errorf("killed after %d lines: %d rows there, %d were acknowledged", lines, have, acknowledged)
			}
			if chunks := c.recordedInTrail(trail); have != chunks {
				t.Errorf("killed after %d lines: %d rows there, the trail knows of %d: half a chunk", lines, have, chunks)
			}
		}
		if out, err := c.command("import", "attendance", file).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if diff := cmp.Diff(want, c.ledger()); diff != "" {
			t.Errorf("other ledger than without the kills (-want +got):\n%.2000s", diff)
		}
	})
}

// recordedInTrail sums up what the trail says of the imports after entry from.
func (c *city) recordedInTrail(from int64) (sum int64) {
	c.t.Helper()
	rows, err := c.d.Read.QueryContext(c.t.Context(), "SELECT detail FROM audit_entry WHERE verb = 'ledger:import' AND seq > $1 ORDER BY seq", from)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var detail string
		if err := rows.Scan(&detail); err != nil {
			c.t.Fatal(err)
		}
		_, n, _ := strings.Cut(detail, `"recorded":`)
		n, _, _ = strings.Cut(n, ",")
		v, err := strconv.ParseInt(n, 10, 64)
		if err != nil {
			c.t.Fatal(detail, err)
		}
		sum += v
	}
	return sum
}

// The sample of the manual goes in, and a wrong file is told about.
func TestImportAttendance(t *testing.T) {
	t.Parallel()
	c := newCity(t, dbtest.SQLite(t))
	sample, err := os.ReadFile("../../docs/staff/import-attendance.sample.csv")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "a.csv")
	for _, tt := range []struct {
		name, content string
		args          []string
		status        int
		out           string
		rejected      bool
		rows          int64
	}{
		{"dry", string(sample), []string{"--dry-run"}, 0, "6 rows checked: 6 can go in (0 there already), 0 refused. Nothing was recorded.", false, 0},
		{"good", string(sample), nil, 0, "6 rows: 6 recorded, 0 there already, 0 refused.", false, 6},
		{"again", string(sample), nil, 0, "6 rows: 0 recorded, 6 there already, 0 refused.", false, 6},
		{"a wrong row", strings.Replace(string(sample), ",45,", ",9999,", 1), nil, 1, "6 rows: 0 recorded, 5 there already, 1 refused.", true, 6},
		{"strict", strings.Replace(string(sample), ",45,", ",9999,", 1), []string{"--strict"}, 1, "6 rows: 1 refused, so nothing was recorded.", true, 6},
		{"good again", string(sample), nil, 0, "6 rows: 0 recorded, 6 there already, 0 refused.", false, 6},
		{"no header", "a,b\n1,2\n", nil, 2, "These columns are missing", false, 6},
	} {
		if err := os.WriteFile(file, []byte(tt.content), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := c.command(append([]string{"import", "attendance", file}, tt.args...)...)
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != tt.status || !strings.Contains(string(out), tt.out) {
			t.Errorf("%s: status %d, want %d:\n%s", tt.name, got, tt.status, out)
		}
		if _, err := os.Stat(file + ".rejected.csv"); (err == nil) != tt.rejected {
			t.Errorf("%s: rejected file: %v", tt.name, err)
		}
		if _, err := os.Stat(file + ".rejected.csv.part"); err == nil {
			t.Errorf("%s: left a part of the rejected file", tt.name)
		}
		if n := c.count("SELECT count(*) FROM attendance"); n != tt.rows {
			t.Errorf("%s: %d rows in the ledger, want %d", tt.name, n, tt.rows)
		}
	}
}
