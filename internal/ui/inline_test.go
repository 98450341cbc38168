package ui_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// inline is what the content security policy would not run, in markup: style
// and on… attributes, script and style elements with a body, script addresses.
var inline = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\sstyle\s*=`),
	regexp.MustCompile(`(?i)<[^>]*\son[a-z]+\s*=`),
	regexp.MustCompile(`(?i)<style[\s>]`),
	regexp.MustCompile(`(?i)javascript:`),
	regexp.MustCompile(`(?i)\shx-on`),
}

var script = regexp.MustCompile(`(?i)<script[^>]*>`)

func TestTemplatesHoldNothingInline(t *testing.T) {
	t.Parallel()
	n := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), "_")):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".html" || !strings.Contains(path, "templates"):
			return nil
		}
		if strings.Contains(path, "internal/report/") || d.Name() == "sheet.html" {
			return nil // files of their own, which carry their style with them
		}
		n++
		b, err := os.ReadFile(path)
		for _, re := range inline {
			for _, hit := range re.FindAllString(string(b), -1) {
				t.Errorf("%s: %s", path, hit)
			}
		}
		for _, tag := range script.FindAllString(string(b), -1) {
			if !strings.Contains(tag, "src=") && !strings.Contains(tag, `type="application/json"`) {
				t.Errorf("%s: %s", path, tag)
			}
		}
		return err
	})
	if err != nil || n < 5 {
		t.Fatalf("%d templates: %v", n, err)
	}
}
