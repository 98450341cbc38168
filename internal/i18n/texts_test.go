package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"xuedu/internal/i18n"
)

// dynamic lists prefixes of keys that are put together where neither a
// literal "prefix." + x nor printf "prefix.%s" stands in a call.
var dynamic = []string{"demo.step."}

// mayDiffer lists texts whose languages need different placeholders: the name
// of a month is a word in one and a number in the other.
var mayDiffer = []string{"activity.day"}

const root = "../.."

func load(t *testing.T) *i18n.Bundle {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var placeholder = regexp.MustCompile(`\{\{\.\w+\}\}`)

func TestLanguagesHaveTheSameTexts(t *testing.T) {
	b := load(t)
	zh, en := b.Keys(i18n.ZH), b.Keys(i18n.EN)
	for _, pair := range []struct {
		has, lacks       map[string]string
		hasName, lacking string
	}{{zh, en, i18n.ZH, i18n.EN}, {en, zh, i18n.EN, i18n.ZH}} {
		for _, key := range slices.Sorted(maps.Keys(pair.has)) {
			if strings.TrimSpace(pair.has[key]) == "" && pair.has[key] == "" {
				t.Errorf("%s: %s is empty", pair.hasName, key)
			}
			if _, ok := pair.lacks[key]; !ok {
				t.Errorf("%s has no text for %s", pair.lacking, key)
			}
		}
	}
	for key, text := range zh {
		if slices.Contains(mayDiffer, key) {
			continue
		}
		for _, p := range placeholder.FindAllString(en[key], -1) {
			if !strings.Contains(text, p) && p != "{{.N}}" && !strings.Contains(text, strings.Trim(p, "{}")) {
				t.Errorf("%s: %s has %s, %s has not", key, i18n.EN, p, i18n.ZH)
			}
		}
	}
}

// usage is what the program's source says about keys.
type usage struct {
	literals map[string]bool   // every string literal
	keys     map[string]string // literal keys in calls that take a key → where
	prefixes []string
}

func TestEveryTextIsUsedAndEveryUsedTextIsThere(t *testing.T) {
	b := load(t)
	u := &usage{literals: map[string]bool{}, keys: map[string]string{}, prefixes: slices.Clone(dynamic)}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), "_") || strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "node_modules" || d.Name() == "testdata"):
			return fs.SkipDir
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			return u.goFile(path)
		case strings.HasSuffix(path, ".html") && strings.Contains(path, "templates"):
			return u.template(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key, where := range u.keys {
		if !b.Has(i18n.ZH, key) {
			t.Errorf("%s: no text for %s", where, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(b.Keys(i18n.ZH))) {
		if !u.literals[key] && !slices.ContainsFunc(u.prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			t.Errorf("%s is not used", key)
		}
	}
}

var (
	tCall  = regexp.MustCompile(`\.T\s+"([^"]+)"`)
	quoted = regexp.MustCompile(`["` + "`" + `]([a-z_]+(?:\.[a-z0-9_-]+)+)["` + "`" + `]`)
	printf = regexp.MustCompile(`printf "([a-z_.]+\.)%[sdv]"`)
)

func (u *usage) template(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, m := range tCall.FindAllStringSubmatch(string(b), -1) {
		u.keys[m[1]] = path
	}
	for _, m := range quoted.FindAllStringSubmatch(string(b), -1) {
		u.literals[m[1]] = true
	}
	for _, m := range printf.FindAllStringSubmatch(string(b), -1) {
		u.prefixes = append(u.prefixes, m[1])
	}
	return nil
}

// takesKey maps a function to the position of its key.
var takesKey = map[string]int{"T": 0, "New": 1, "InvalidField": 1, "NewPage": 2}

func (u *usage) goFile(path string) error {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, 0)
	if err != nil {
		return nil // the compiler says it better
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if s, ok := text(n); ok {
				u.literals[s] = true
			}
		case *ast.BinaryExpr:
			if s, ok := text(n.X); ok && n.Op == token.ADD && strings.HasSuffix(s, ".") && looksLikeKey.MatchString(s+"x") {
				u.prefixes = append(u.prefixes, s)
			}
		case *ast.CallExpr:
			u.call(n, fset.Position(n.Pos()).String())
		}
		return true
	})
	return nil
}

var looksLikeKey = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_-]+)+$`)

// call notes a key that stands as a literal in a call that takes one.
func (u *usage) call(n *ast.CallExpr, where string) {
	name := ""
	switch f := n.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	at, ok := takesKey[name]
	if name == "T" && len(n.Args) > 1 { // Bundle.T takes the language first
		if s, isText := text(n.Args[0]); !isText || !looksLikeKey.MatchString(s) {
			at = 1
		}
	}
	if !ok || at >= len(n.Args) {
		return
	}
	if s, ok := text(n.Args[at]); ok && looksLikeKey.MatchString(s) && (name != "New" || isErrs(n)) {
		u.keys[s] = where
	}
}

// isErrs reports whether a call of New is one of package errs.
func isErrs(n *ast.CallExpr) bool {
	f, ok := n.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := f.X.(*ast.Ident)
	return ok && x.Name == "errs"
}

func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
