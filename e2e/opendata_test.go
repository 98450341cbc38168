//go:build e2e

package e2e

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"xuedu/internal/release"
	"xuedu/internal/release/export"
)

// readers are programs that others wrote, each with what it reads of a release.
var readers = map[string][]string{
	"frictionless": {"../.cache/venv/bin/python", "testdata/readback.py", "DIR", "frictionless"},
	"sdmx":         {"../.cache/venv/bin/python", "testdata/readback.py", "DIR", "sdmx"},
	"pysdmx":       {"../.cache/venv/bin/python", "testdata/readback.py", "DIR", "pysdmx"},
	"jsonstat":     {"node", "testdata/readback.mjs", "DIR"},
	"catalogue":    {"node", "testdata/catalogue.mjs", "DIR/catalog.jsonld", "testdata/dcat-ap.ttl"},
}

// readWith lets a reader read a folder, and returns whether it took it.
func readWith(t testing.TB, reader, dir string) (string, error) {
	t.Helper()
	var args []string
	for _, a := range readers[reader] {
		args = append(args, strings.Replace(a, "DIR", dir, 1))
	}
	out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput()
	return string(out), err
}

// P1.8: programs that others wrote read every cell of the newest release of the
// demo city, and the catalogue of all, as they were signed; each refuses a copy
// in which one thing was changed.
func TestOpenData(t *testing.T) {
	t.Parallel()
	s := serve(t, demo(t))
	files := releaseFiles(t, visitor(t, s.URL))
	whole := folder(t, files)
	for reader := range readers {
		out, err := readWith(t, reader, whole)
		if err != nil {
			t.Fatalf("%s: %v\n%s", reader, err, out)
		}
		t.Log(strings.TrimSpace(out))
	}
	for _, tt := range []struct{ reader, file, find, replace, says string }{
		{"frictionless", "cells.csv", `(,value,,)(\d)`, "${1}9$2", "hash"},
		{"frictionless", "cells.csv", `(?m)^D01,`, "D99,", "foreign-key"},
		{"frictionless", "areas.csv", `code,level`, "code,rank", "incorrect-label"},
		{"jsonstat", "cells.json-stat.json", `("value": \[\s*)([\d.]+)`, "${1}9$2", "want"},
		{"jsonstat", "cells.json-stat.json", `"not_reported"|"not_computable"|"nil"`, `"value"`, "want"},
		{"jsonstat", "cells.json-stat.json", `no_source`, `no_level`, "want"},
		{"sdmx", "cells.sdmx.csv", `(20\d\d,)(\d+[\d.]*,value)`, "${1}9$2", "want"},
		{"sdmx", "cells.sdmx.csv", `,D01,`, ",D99,", "no code list"},
		{"sdmx", "cells.sdmx.csv", `,(value|nil),`, ",hidden,", "no code list"},
		{"pysdmx", "cells.sdmx.csv", `(20\d\d,)(\d+[\d.]*,value)`, "${1}9$2", "want"},
		{"pysdmx", "structure.sdmx.json", `"id": "D01"`, `"id": "D00"`, "D01"},
		{"catalogue", "catalog.jsonld", `"dcat:accessURL"`, `"dcat:elsewhere"`, "accessURL"},
		{"catalogue", "catalog.jsonld", `"xsd:hexBinary"`, `"xsd:string"`, "checksumValue"},
		{"catalogue", "catalog.jsonld", `(?s)"dct:license": \{.*?\]\s*\},`, "", "license"},
	} {
		bad := map[string][]byte{}
		for name, b := range files {
			bad[name] = b
		}
		bad[tt.file] = spoilt(t, files[tt.file], tt.find, tt.replace)
		out, err := readWith(t, tt.reader, folder(t, bad))
		if err == nil || !strings.Contains(out, tt.says) {
			t.Errorf("%s takes a copy with %q in %s: %v\n%.1500s", tt.reader, tt.find, tt.file, err, out)
		}
	}
}

// odd is a release with every state, a breakdown whose code SDMX does not allow,
// and a number below zero.
func odd() *release.Release {
	text := func(zh, en string) release.Text { return release.Text{"zh-CN": zh, "en": en} }
	r := &release.Release{Format: release.Format, Series: "yearly", Area: "1", Period: "2024", Version: "1.0.0", Stage: release.Final, Title: text("报告", "Report"), Publisher: text("办公室", "Office"),
		Languages: []string{"zh-CN", "en"}, Frozen: "2025-03-01T02:00:00Z", Pack: release.Source{Name: "any.town", Version: "1"},
		Areas:    []release.Area{{Code: "1", Level: "city", Name: text("示例市", "Sample")}, {Code: "11", Level: "district", Name: text("甲区", "=1+1"), Parent: "1"}},
		Measures: []release.Definition{{Code: "D01", Version: 1, Unit: "percent", Places: 1, Name: text("参与率", "Rate"), By: "age", Slices: []release.Slice{{Code: "80+", Name: text("80岁以上", "80 and over")}}}}}
	for period, c := range map[string]release.Cell{"2019": {State: "withheld"}, "2020": {State: "value", Value: "-0.7", Exact: "-2/3", Expected: 16, Reported: 15}, "2021": {State: "nil", Value: "0.0"},
		"2022": {State: "not_reported", Expected: 16}, "2023": {State: "not_applicable"}, "2024": {State: "not_computable", Cause: "no_source"}} {
		c.Code, c.Area, c.Period = "D01", "1", period
		r.Cells = append(r.Cells, c)
		c.Area, c.Slice = "11", "80+"
		r.Cells = append(r.Cells, c)
	}
	r.Sort()
	return r
}

// P1.8: what is withheld, missing or below zero is read by others as it is.
func TestOpenDataStates(t *testing.T) {
	t.Parallel()
	r := odd()
	files, err := export.Files(r)
	if err == nil {
		files["cells.csv"], err = r.CSV()
	}
	if err == nil {
		files["release.json"], err = r.Canonical()
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := folder(t, files)
	for reader := range readers {
		if reader == "catalogue" {
			continue
		}
		if out, err := readWith(t, reader, dir); err != nil || !strings.HasSuffix(strings.TrimSpace(out), " 12") {
			t.Errorf("%s: %v\n%.1500s", reader, err, out)
		}
	}
}

// releaseFiles are the files of the newest release, as the public gets them,
// with the catalogue beside them.
func releaseFiles(t testing.TB, v *client) map[string][]byte {
	t.Helper()
	var list struct {
		Releases []struct {
			Version string
			Sealed  string `json:"sealed_href"`
		}
	}
	if err := json.Unmarshal([]byte(v.read(t, "/api/v1/releases")), &list); err != nil || len(list.Releases) < 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	sealed := v.read(t, strings.TrimPrefix(list.Releases[0].Sealed, v.base))
	z, err := zip.NewReader(strings.NewReader(sealed), int64(len(sealed)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"catalog.jsonld": []byte(v.read(t, "/releases/catalog.jsonld"))}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		_, err = b.ReadFrom(in)
		in.Close()
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = b.Bytes()
	}
	return files
}

func folder(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// spoilt replaces the first place that an expression finds.
func spoilt(t testing.TB, b []byte, find, replace string) []byte {
	t.Helper()
	re := regexp.MustCompile(find)
	at := re.FindSubmatchIndex(b)
	if at == nil {
		t.Fatalf("there is no %q to change", find)
	}
	out := append([]byte(nil), b[:at[0]]...)
	return append(re.Expand(out, []byte(replace), b, at), b[at[1]:]...)
}
