package plan_test

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"xuedu/internal/pack"
)

var update = flag.Bool("update", false, "write docs/plan-coverage.md")

// root is the folder of the project.
const root = "../.."

// carried is what docs/plan-coverage.yaml says of a clause.
type carried struct {
	Pages    []string `yaml:"pages"`
	Commands []string `yaml:"commands"`
	Measures []string `yaml:"measures"`
	Open     string   `yaml:"open"`
}

var cited = regexp.MustCompile(`\b[HGP][0-9]+(?:\.[0-9]+)?\b`)

// TestCoverage makes docs/plan-coverage.md of the clauses of the plan, of what
// is said to carry them, and of the tests that cite them; it fails where the
// file is out of date or speaks of a clause that the plan has not.
func TestCoverage(t *testing.T) {
	pl := beijing(t).Plans[0]
	said := readCarried(t)
	tests := citations(t)
	for code := range said {
		if !slices.ContainsFunc(pl.Clauses(), func(c pack.Clause) bool { return c.Code == code }) {
			t.Errorf("docs/plan-coverage.yaml speaks of %s, which the plan has not", code)
		}
	}
	for _, c := range pl.Clauses() {
		if _, ok := said[c.Code]; !ok {
			t.Errorf("docs/plan-coverage.yaml says nothing of %s", c.Code)
		}
	}
	want := render(pl, said, tests)
	path := filepath.Join(root, "docs", "plan-coverage.md")
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("docs/plan-coverage.md is out of date: run go test ./internal/plan -update (%v)", err)
	}
}

func readCarried(t *testing.T) map[string]carried {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "docs", "plan-coverage.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]carried
	if err := yaml.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// citations finds the tests whose comments, before or in them, cite a clause.
func citations(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "node_modules" || name == "testdata" || name != ".." && strings.HasPrefix(name, ".")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, "_test.go") || name == "coverage_test.go" {
			return nil
		}
		return citationsOf(path, out)
	})
	if err != nil {
		t.Fatal(err)
	}
	for code := range out {
		slices.Sort(out[code])
		out[code] = slices.Compact(out[code])
	}
	return out
}

func citationsOf(path string, out map[string][]string) error {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
	if err != nil {
		return nil // an engineer is at it: the compiler will say so
	}
	for _, group := range f.Comments {
		for _, code := range cited.FindAllString(group.Text(), -1) {
			if test := testAt(f, group); test != "" {
				rel, err := filepath.Rel(root, filepath.Dir(path))
				if err != nil {
					return err
				}
				out[code] = append(out[code], filepath.ToSlash(rel)+" "+test)
			}
		}
	}
	return nil
}

// testAt is the test that a comment stands in or before.
func testAt(f *ast.File, c *ast.CommentGroup) string {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if ok && strings.HasPrefix(fn.Name.Name, "Test") && (fn.Doc == c || fn.Pos() <= c.Pos() && c.End() <= fn.End()) {
			return fn.Name.Name
		}
	}
	return ""
}

func render(pl pack.Plan, said map[string]carried, tests map[string][]string) string {
	var b strings.Builder
	b.WriteString("# What carries each clause of the plan\n\n" +
		"Made by `go test ./internal/plan -update` from the plan in `packs/beijing-2021`, from `docs/plan-coverage.yaml` and from\n" +
		"the tests that cite a clause. *not yet*: nothing carries the clause today.\n\n")
	parts := [3]int{}
	for _, c := range pl.Clauses() {
		parts[state(said[c.Code], tests[c.Code])]++
	}
	fmt.Fprintf(&b, "%d clauses: %d carried, %d in part, %d not yet.\n\n", len(pl.Clauses()), parts[whole], parts[part], parts[none])
	b.WriteString("| clause | says | pages | commands | measures | tests | open |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, c := range pl.Clauses() {
		s := said[c.Code]
		fmt.Fprintf(&b, "| **%s** | %s | %s | %s | %s | %s | %s |\n", c.Code, cell(c.Text["en"]), codes(s.Pages), codes(s.Commands), codes(s.Measures),
			codes(tests[c.Code]), cmp.Or(cell(s.Open), "–"))
	}
	return b.String()
}

const (
	none = iota
	part
	whole
)

func state(c carried, tests []string) int {
	switch {
	case len(c.Pages)+len(c.Commands)+len(c.Measures) == 0:
		return none
	case c.Open != "" || len(tests) == 0:
		return part
	}
	return whole
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func codes(list []string) string {
	if len(list) == 0 {
		return "*not yet*"
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = "`" + s + "`"
	}
	return strings.Join(out, "<br>")
}
