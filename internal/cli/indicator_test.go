package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"xuedu/internal/cli"
	"xuedu/internal/pack"
	"xuedu/packs"
)

// shell runs commands of the program in one city.
type shell struct {
	dir string
}

func (s shell) run(t *testing.T, want int, args ...string) (out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	args = append(args, "--db", "sqlite:"+filepath.Join(s.dir, "city.db"), "--lang", "en")
	if got := cli.Main(args, &o, &e); got != want {
		t.Fatalf("%s: exit status %d, want %d\n%s%s", strings.Join(args, " "), got, want, o.String(), e.String())
	}
	return o.String(), e.String()
}

// words cuts a command of the docs at blanks; quotes hold words together.
func words(line string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

// Every command that docs/indicators.md shows works as it stands there, in
// both languages (P1.8).
func TestIndicatorDocs(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{"indicators.md", "indicators.en.md"} {
		t.Run(doc, func(t *testing.T) {
			t.Parallel()
			s := shell{t.TempDir()}
			s.run(t, 0, "init", "--pack", "beijing-2021")
			text, err := os.ReadFile("../../docs/" + doc)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
				for line := range strings.SplitSeq(strings.TrimSpace(block[1]), "\n") {
					s.example(t, line)
					n++
				}
			}
			if n < 9 {
				t.Errorf("only %d commands found", n)
			}
		})
	}
}

// example runs one line; what it sends to a file goes there.
func (s shell) example(t *testing.T, line string) {
	t.Helper()
	line = strings.TrimPrefix(line, "xuedu ")
	line = strings.ReplaceAll(line, "indicators.sample.yaml", "../../docs/indicators.sample.yaml")
	line = strings.ReplaceAll(line, "d03.yaml", filepath.Join(s.dir, "d03.yaml"))
	command, file, _ := strings.Cut(line, " > ")
	out, _ := s.run(t, 0, words(command)...)
	if out == "" {
		t.Errorf("%s says nothing", line)
	}
	if file != "" {
		if err := os.WriteFile(file, []byte(out), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A definition goes in by file, computes, gets a second version, and what is
// wrong with a file is said with its place.
func TestIndicatorCommands(t *testing.T) {
	t.Parallel()
	s := shell{t.TempDir()}
	p := s.pack(t)
	s.run(t, 0, "init", "--pack", p)
	rows := "session,person,home,place,birth_year,sex,date,theme,mode,minutes,count\n" +
		"s1,a,QH-1-1-01,QH-1-1-01,1950,f,2024-01-10,health,onsite,60,\ns1,b,QH-1-1-01,QH-1-1-01,1990,m,2024-01-10,health,onsite,60,\n"
	s.run(t, 0, "import", "attendance", s.file(t, "a.csv", rows))

	const head = "area,name,period,code,value,exact,state,cause,expected,reported,not_applicable,version\n"
	out, _ := s.run(t, 0, "indicator", "eval", "--code", "A01", "--period", "2024", "--area", "QH-1", "--format", "csv")
	if want := head + "QH-1,河东区,2024,A01,0.0067,40/6001,value,,0,0,0,1\n"; out != want {
		t.Errorf("eval:\n%swant\n%s", out, want)
	}
	out, _ = s.run(t, 0, "indicator", "eval", "--code", "A02", "--period", "2024", "--by", "sex", "--format", "csv")
	if !strings.Contains(out, "A02,1,1,value,,0,0,0,1,f\n") || !strings.Contains(out, ",m\n") {
		t.Errorf("by sex:\n%s", out)
	}
	out, _ = s.run(t, 0, "indicator", "eval", "--code", "A01", "--period", "2024-01")
	if !strings.Contains(out, "Not computable: Not made for such periods") {
		t.Errorf("a month:\n%s", out)
	}
	for _, args := range []string{"--code X9 --period 2024", "--area nowhere --period 2024", "--level planet --period 2024", "--period soon", "--code A01 --period 2024 --by sex"} {
		s.run(t, 2, append([]string{"indicator", "eval"}, strings.Fields(args)...)...)
	}

	yaml, _ := s.run(t, 0, "indicator", "show", "A02", "--yaml")
	next := strings.Replace(strings.Replace(yaml, "formula: participants", "formula: participants * 2", 1), "2021-01-01", "2025-01-01", 1)
	file := s.file(t, "next.yaml", next)
	if out, _ = s.run(t, 0, "indicator", "save", file, "--reason", "double"); !strings.Contains(out, "version 2 holds from 2025-01-01") {
		t.Errorf("save: %s", out)
	}
	s.run(t, 1, "indicator", "save", file, "--reason", "again")
	out, _ = s.run(t, 0, "indicator", "show", "A02", "--format", "csv")
	if !strings.Contains(out, "2,2025-01-01,,participants * 2,city,") || !strings.Contains(out, "1,2021-01-01,2025-01-01,participants,pack,") {
		t.Errorf("history:\n%s", out)
	}
	if out, _ = s.run(t, 0, "indicator", "list", "--format", "csv"); strings.Count(out, "\n") != 3 {
		t.Errorf("list:\n%s", out)
	}
	s.checks(t, yaml, p)
}

// checks makes sure that what is wrong is found where it stands.
func (s shell) checks(t *testing.T, yaml, folder string) {
	t.Helper()
	bad := s.file(t, "bad.yaml", strings.Replace(yaml, "formula: participants", "formula: 100 * partcipants", 1))
	_, errOut := s.run(t, 1, "indicator", "check", bad)
	if !regexp.MustCompile(`bad\.yaml:\d+:\d+: .*participants`).MatchString(errOut) {
		t.Errorf("check:\n%s", errOut)
	}
	if out, _ := s.run(t, 0, "indicator", "check", folder); !strings.Contains(out, "2 definitions, all in order.") {
		t.Errorf("check of a folder: %s", out)
	}
	def := filepath.Join(folder, "indicators", "a.yaml")
	text, err := os.ReadFile(def)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(def, []byte(strings.Replace(string(text), "100 * participants / population", "participants / population[floor=2]", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errOut = s.run(t, 1, "indicator", "check", folder)
	if !strings.Contains(errOut, filepath.Join("indicators", "a.yaml")+":4:") || !strings.Contains(errOut, "floor") {
		t.Errorf("check of a folder with a fault:\n%s", errOut)
	}
	s.run(t, 1, "indicator", "check", filepath.Join(s.dir, "nothing.yaml"))
}

func (s shell) file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// pack writes the small pack with two indicators to a folder.
func (s shell) pack(t *testing.T) string {
	t.Helper()
	fsys, err := packs.Open("minimal")
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Files() {
		s.file(t, filepath.Join("pack", f.Path), f.Content)
	}
	s.file(t, "pack/indicators.yaml", `groups: [{code: A, name: {zh-CN: 甲, en: A}}]
units:
  - {code: percent, name: {zh-CN: "%", en: "%"}, dim: ""}
  - {code: person, name: {zh-CN: 人, en: persons}, dim: person}
`)
	s.file(t, "pack/indicators/a.yaml", `- code: A01
  group: A
  name: {zh-CN: 参与率, en: Rate}
  formula: 100 * participants / population
  unit: percent
  places: 4
  direction: up
  periods: [year]
  from: "2021-01-01"
- {code: A02, group: A, name: {zh-CN: 人数, en: Persons}, formula: participants, unit: person, direction: up, periods: [year], by: [sex], from: "2021-01-01"}
`)
	return filepath.Join(s.dir, "pack")
}
