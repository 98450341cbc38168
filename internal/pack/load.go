package pack

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"xuedu/internal/errs"
)

// Load reads and checks a pack. It fails with Invalid, and all Problems as the
// cause, if anything is wrong with it.
func Load(fsys fs.FS) (*Pack, error) {
	p, bad := Check(fsys)
	if len(bad) > 0 {
		return nil, &errs.Error{Kind: errs.Invalid, Key: "pack.invalid", Args: []any{"N", len(bad)}, Err: Problems(bad)}
	}
	return p, nil
}

// Check reads a pack and returns all that is wrong with it at once, in the
// order of files and lines. With problems the pack is good for nothing but
// further looking at.
func Check(fsys fs.FS) (*Pack, []Problem) {
	files, bad := readFiles(fsys)
	p, more := fromFiles(files)
	return p, sorted(append(bad, more...))
}

// FromFiles is Check for a pack that is held as files already.
func FromFiles(files []File) (*Pack, []Problem) {
	p, bad := fromFiles(files)
	return p, sorted(bad)
}

// loader holds a pack while it is read.
type loader struct {
	pack  *Pack
	docs  map[string]*doc // by file
	ok    map[string]bool // files that match their schema
	bad   []Problem
	years []yearFile
	types map[string]OrgType
	orgs  map[string]bool   // codes of data/orgs.csv; nil if there is none to check against
	plans []string          // files, beside pack.Plans
	defs  []defined         // beside pack.Indicators.Definitions
	seen  map[string]string // codes of plans to where they were
}

func fromFiles(files []File) (*Pack, []Problem) {
	l := &loader{pack: &Pack{files: files}, docs: map[string]*doc{}, ok: map[string]bool{}, seen: map[string]string{}}
	for _, f := range files {
		l.read(f)
	}
	for _, name := range []string{packFile, themesFile, agesFile, formsFile, typesFile} {
		if l.docs[name] == nil {
			l.bad = append(l.bad, Problem{File: name, Key: "pack.problem.no_file"})
		}
	}
	l.readOrgs()
	l.pack.completeForms()
	l.check()
	for i := range l.pack.Reports {
		l.pack.byClause(&l.pack.Reports[i])
	}
	for _, d := range l.docs {
		l.bad = append(l.bad, d.bad...)
	}
	return l.pack, l.bad
}

// read parses one file, checks it against its schema and decodes it.
func (l *loader) read(f File) {
	ext := path.Ext(f.Path)
	if ext != ".yaml" && ext != ".yml" {
		return
	}
	schema := schemaOf(f.Path)
	if schema == "" {
		l.bad = append(l.bad, Problem{File: f.Path, Key: "pack.problem.unknown_file"})
		return
	}
	d := parseDoc(f.Path, f.Content)
	l.docs[f.Path] = d
	if !d.validate(schema) {
		return
	}
	if err := l.decode(f.Path, d); err != nil {
		d.fail(d.node, "", "pack.problem.no_yaml", "Cause", cause(err))
		return
	}
	l.ok[f.Path] = true
}

func (l *loader) decode(name string, d *doc) error {
	p := l.pack
	switch name {
	case packFile:
		head := struct {
			*Pack   `yaml:",inline"`
			Weekend []string `yaml:"weekend"`
		}{Pack: p}
		err := d.node.Decode(&head)
		p.Calendar.Weekend = head.Weekend
		return err
	case themesFile:
		return d.node.Decode(&p.Themes)
	case agesFile:
		return d.node.Decode(&p.AgeBands)
	case formsFile:
		return d.node.Decode(&p.ActivityForms)
	case needsFile:
		return d.node.Decode(&p.Needs)
	case typesFile:
		return d.node.Decode(&p.OrgTypes)
	case indicatorsFile:
		return d.node.Decode(&p.Indicators)
	case statisticsFile:
		return d.node.Decode(&p.Statistics)
	case evaluationFile:
		return d.node.Decode(&p.Evaluation)
	}
	before := len(p.Indicators.Definitions)
	switch path.Dir(name) {
	case "calendar":
		y := yearFile{file: name}
		err := d.node.Decode(&y)
		l.years = append(l.years, y)
		return err
	case "indicators":
		err := appendFrom(d, &p.Indicators.Definitions)
		for i := len(l.defs); i < len(p.Indicators.Definitions); i++ {
			l.defs = append(l.defs, defined{file: name, at: fmt.Sprint("/", i-before)})
		}
		return err
	case "forms":
		return appendOne(d, &p.Forms)
	case "workflows":
		return appendOne(d, &p.Workflows)
	case "programmes":
		return appendOne(d, &p.Awards)
	case "reports":
		return appendOne(d, &p.Reports)
	}
	l.plans = append(l.plans, name)
	return appendOne(d, &p.Plans)
}

// appendOne adds the one thing of a file to a list.
func appendOne[T any](d *doc, list *[]T) error {
	var v T
	err := d.node.Decode(&v)
	*list = append(*list, v)
	return err
}

// appendFrom adds the list of a file to a list.
func appendFrom[T any](d *doc, list *[]T) error {
	var v []T
	err := d.node.Decode(&v)
	*list = append(*list, v...)
	return err
}

// readOrgs reads the codes that plans may name from data/orgs.csv. The file's
// own check is that of the register that imports it.
func (l *loader) readOrgs() {
	l.types = map[string]OrgType{}
	for _, t := range l.pack.OrgTypes {
		l.types[t.Code] = t
	}
	content, ok := l.pack.File(orgsFile)
	if !ok {
		return
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(content, "\ufeff")))
	r.FieldsPerRecord = -1
	l.orgs = map[string]bool{}
	var col map[string]int
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			l.bad, l.orgs = append(l.bad, csvProblem(err)), nil
			return
		}
		if col == nil {
			if col = columns(row); len(col) == 0 {
				l.bad = append(l.bad, Problem{File: orgsFile, Line: 1, Column: 1, Key: "pack.problem.columns", Args: []any{"Names", "code, type, name"}})
				l.orgs = nil // what it holds is not known
				return
			}
			continue
		}
		line, _ := r.FieldPos(0)
		l.addOrg(col, row, line)
	}
}

func csvProblem(err error) Problem {
	p := Problem{File: orgsFile, Line: 1, Column: 1, Key: "pack.problem.no_csv", Args: []any{"Cause", err.Error()}}
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		p.Line, p.Column, p.Args = e.Line, max(e.Column, 1), []any{"Cause", e.Err.Error()}
	}
	return p
}

// columns finds the columns of a header; it is empty if one that is needed is
// missing.
func columns(header []string) map[string]int {
	col := map[string]int{}
	for i, name := range header {
		col[strings.TrimSpace(name)] = i
	}
	for _, need := range []string{"code", "type", "name"} {
		if _, ok := col[need]; !ok {
			return nil
		}
	}
	return col
}

func (l *loader) addOrg(col map[string]int, row []string, line int) {
	get := func(name string) string {
		if i, ok := col[name]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	code, typ := get("code"), get("type")
	t, known := l.types[typ]
	if !known && l.ok[typesFile] {
		l.bad = append(l.bad, Problem{File: orgsFile, Line: line, Column: 1, Path: "type", Key: "pack.problem.no_type", Args: []any{"Code", typ}})
	}
	if l.orgs[code] {
		l.bad = append(l.bad, Problem{File: orgsFile, Line: line, Column: 1, Path: "code", Key: "pack.problem.code_twice", Args: []any{"Code", code}})
	}
	l.orgs[code] = true
	if t.Group != "body" {
		return
	}
	name := Text{"zh-CN": get("name")}
	if en := get("name_en"); en != "" {
		name["en"] = en
	}
	l.pack.Bodies = append(l.pack.Bodies, Body{Code: code, Type: typ, Name: name, Area: get("area")})
}
