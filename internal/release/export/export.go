// Package export writes a release in the open formats that others' programs
// read: Frictionless Data Package, JSON-stat, SDMX and DCAT-AP (P1.8; ADR 23).
// Everything is made from the release alone, and the same release gives the
// same bytes.
package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"

	"xuedu/internal/formula"
	"xuedu/internal/release"
	"xuedu/internal/sheet"
)

// Files of a release that this package makes. The cells themselves are
// proof.CellsFile, which is sealed with every release.
const (
	AreasFile     = "areas.csv"
	MeasuresFile  = "measures.csv"
	PackageFile   = "datapackage.json"
	StatFile      = "cells.json-stat.json"
	SDMXFile      = "cells.sdmx.csv"
	StructureFile = "structure.sdmx.json"
)

// cellsFile is the table of cells that is sealed with every release.
const cellsFile = "cells.csv"

// Total stands for the whole where a format wants a code for every dimension:
// a cell without a slice.
const Total = "_T"

// Files makes all files of a release, by name. It refuses a release with a cell
// that says more than its state allows: what is withheld leaves in no format.
func Files(r *release.Release) (map[string][]byte, error) {
	if err := silent(r); err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for _, f := range []struct {
		name string
		make func(*release.Release) ([]byte, error)
	}{{AreasFile, Areas}, {MeasuresFile, Measures}, {StatFile, Stat}, {SDMXFile, SDMX}, {StructureFile, Structure}, {PackageFile, Package}} {
		b, err := f.make(r)
		if err != nil {
			return nil, err
		}
		out[f.name] = b
	}
	return out, nil
}

// silent wants a value where a state has one and nowhere else, and nothing but
// the state where a cell is withheld.
func silent(r *release.Release) error {
	for _, c := range r.Cells {
		state, ok := formula.ParseState(c.State)
		if !ok || state.Known() != (c.Value != "") || !state.Known() && c.Exact != "" {
			return fmt.Errorf("cell %s has state %q, which its value does not fit", c.Key(), c.State)
		}
		if state == formula.Withheld && c != (release.Cell{Code: c.Code, Area: c.Area, Period: c.Period, Slice: c.Slice, State: c.State}) {
			return fmt.Errorf("cell %s is withheld and says more than that", c.Key())
		}
	}
	return nil
}

// Areas is the table of areas, with a name in every language of the release.
func Areas(r *release.Release) ([]byte, error) {
	rows := [][]string{append([]string{"code", "level", "parent"}, columns("name", r)...)}
	for _, a := range r.Areas {
		rows = append(rows, append([]string{a.Code, a.Level, a.Parent}, in(a.Name, r)...))
	}
	return table(rows)
}

// Measures is the table of what the codes of the cells mean.
func Measures(r *release.Release) ([]byte, error) {
	head := append([]string{"code", "version", "formula", "unit", "kind", "places", "direction", "clauses", "group", "by"}, columns("name", r)...)
	rows := [][]string{append(head, columns("note", r)...)}
	for _, d := range r.Measures {
		row := append([]string{d.Code, number(d.Version), sheet.Safe(d.Formula), d.Unit, d.Kind, number(int64(d.Places)), d.Direction, strings.Join(d.Clauses, " "), d.Group, d.By}, in(d.Name, r)...)
		rows = append(rows, append(row, in(d.Note, r)...))
	}
	return table(rows)
}

// columns are the names of the columns of a text: name_en.
func columns(name string, r *release.Release) (out []string) {
	for _, lang := range r.Languages {
		out = append(out, name+"_"+strings.ReplaceAll(lang, "-", "_"))
	}
	return out
}

// in is a text in every language of the release; none runs as a formula in a
// spreadsheet program.
func in(t release.Text, r *release.Release) (out []string) {
	for _, lang := range r.Languages {
		out = append(out, sheet.Safe(t[lang]))
	}
	return out
}

// table writes rows as RFC 4180 has them.
func table(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

// first is a text in the first language of the release that has it.
func first(t release.Text, r *release.Release) string {
	for _, lang := range r.Languages {
		if t[lang] != "" {
			return t[lang]
		}
	}
	return ""
}

// encode writes JSON with sorted keys, as people can read it.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(v)
	return b.Bytes(), err
}

type object = map[string]any
