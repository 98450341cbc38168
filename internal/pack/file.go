package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// File is one file of a pack, as it is stored and exported.
type File struct {
	Path    string
	Content string
	SHA256  string
}

// kinds are the files a pack may hold besides its calendar, plans and data.
const (
	packFile       = "pack.yaml"
	themesFile     = "themes.yaml"
	agesFile       = "age-bands.yaml"
	formsFile      = "activity-forms.yaml"
	needsFile      = "needs.yaml"
	typesFile      = "org-types.yaml"
	indicatorsFile = "indicators.yaml"
	statisticsFile = "statistics.yaml"
	evaluationFile = "evaluation.yaml"
	orgsFile       = "data/orgs.csv"
	areasFile      = "data/areas.csv"
)

// maxFile is the most one file may hold: the areas of a whole nation fit.
const maxFile = 64 << 20

// schemaOf names the schema of a file, or "" if the pack format has no such
// YAML file.
func schemaOf(name string) string {
	switch name {
	case packFile:
		return "pack.json"
	case themesFile, formsFile, needsFile:
		return "coded.json"
	case agesFile:
		return "age-bands.json"
	case typesFile:
		return "org-types.json"
	case indicatorsFile:
		return "indicators.json"
	case statisticsFile:
		return "statistics.json"
	case evaluationFile:
		return "evaluation.json"
	}
	switch path.Dir(name) {
	case "plan":
		return "plan.json"
	case "indicators":
		return "definitions.json"
	case "forms":
		return "form.json"
	case "programmes":
		return "award.json"
	case "reports":
		return "report.json"
	case "workflows":
		return "workflow.json"
	case "calendar":
		return "calendar.json"
	}
	return ""
}

// readFiles reads every file of a pack in the order of their names. Hidden
// files are left out; a file that is no text is a problem.
func readFiles(fsys fs.FS) ([]File, []Problem) {
	var files []File
	var bad []Problem
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(path.Base(name), ".") && name != "." {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		f, p := readFile(fsys, name)
		if p != nil {
			bad = append(bad, *p)
			return nil
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		bad = append(bad, Problem{File: ".", Key: "pack.problem.unreadable", Args: []any{"Cause", err.Error()}})
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, bad
}

func readFile(fsys fs.FS, name string) (File, *Problem) {
	st, err := fs.Stat(fsys, name)
	if err == nil && st.Size() > maxFile {
		return File{}, &Problem{File: name, Key: "pack.problem.too_large"}
	}
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return File{}, &Problem{File: name, Key: "pack.problem.unreadable", Args: []any{"Cause", err.Error()}}
	}
	if !utf8.Valid(b) || slices.Contains(b, 0) { // PostgreSQL stores no zero byte
		return File{}, &Problem{File: name, Key: "pack.problem.no_text"}
	}
	return NewFile(name, string(b)), nil
}

// NewFile returns a file with its digest.
func NewFile(name, content string) File {
	h := sha256.Sum256([]byte(content))
	return File{Path: name, Content: content, SHA256: hex.EncodeToString(h[:])}
}

// digest is one SHA-256 over the names and digests of files.
func digest(files []File) string {
	h := sha256.New()
	for _, f := range files {
		h.Write([]byte(f.Path + "\x00" + f.SHA256 + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Files returns the pack's files in the order of their names.
func (p *Pack) Files() []File { return slices.Clone(p.files) }

// Digest names the content of the whole pack.
func (p *Pack) Digest() string { return digest(p.files) }

// File returns the content of one file; false if the pack has no such file.
func (p *Pack) File(name string) (string, bool) {
	for _, f := range p.files {
		if f.Path == name {
			return f.Content, true
		}
	}
	return "", false
}
