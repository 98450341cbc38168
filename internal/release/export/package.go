package export

import (
	"strconv"
	"strings"

	"xuedu/internal/release"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

// Package is datapackage.json (Frictionless Data Package v1): the tables of
// cells, areas and measures with their columns, keys and digests.
func Package(r *release.Release) ([]byte, error) {
	var resources []object
	for _, t := range []struct {
		name, path string
		make       func(*release.Release) ([]byte, error)
		schema     object
	}{{"cells", cellsFile, (*release.Release).CSV, cellSchema()}, {"areas", AreasFile, Areas, areaSchema(r)}, {"measures", MeasuresFile, Measures, measureSchema(r)}} {
		b, err := t.make(r)
		if err != nil {
			return nil, err
		}
		resources = append(resources, object{"name": t.name, "path": t.path, "profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
			"bytes": len(b), "hash": "sha256:" + release.Digest(b), "schema": t.schema})
	}
	out := object{"profile": "tabular-data-package", "name": name(r), "id": name(r) + "@" + r.Version, "title": first(r.Title, r), "titles": r.Title, "version": r.Version,
		"created": r.Frozen, "languages": r.Languages, "stage": r.Stage, "synthetic": r.Synthetic, "sources": sources(r), "resources": resources,
		"contributors": []object{{"title": first(r.Publisher, r), "role": "publisher"}}}
	if r.Licence != nil {
		out["licenses"] = []object{{"path": r.Licence.IRI, "title": first(r.Licence.Name, r)}}
	}
	return encode(out)
}

// name is that of a release as URLs and file names take it.
func name(r *release.Release) string {
	return strings.ToLower(strings.Join([]string{r.Series, r.Area, r.Period}, "-"))
}

// sources are the pack and what the cells were computed from.
func sources(r *release.Release) (out []object) {
	for _, s := range append([]release.Source{r.Pack}, r.Inputs...) {
		o := object{"title": strings.TrimSpace(s.Name + " " + s.Version)}
		if s.SHA256 != "" {
			o["hash"] = "sha256:" + s.SHA256
		}
		out = append(out, o)
	}
	return out
}

func field(name, kind string) object { return object{"name": name, "type": kind} }

func required(name, kind string) object {
	return object{"name": name, "type": kind, "constraints": object{"required": true}}
}

func cellSchema() object {
	state := required("state", "string")
	state["description"] = "value and nil have a value; missing is never zero."
	exact := field("exact", "string")
	exact["description"] = "The fraction that value was rounded from; empty where value is exact."
	return object{"fields": []object{required("code", "string"), required("period", "string"), required("area", "string"), field("slice", "string"), state, field("cause", "string"),
		field("value", "number"), exact, field("expected", "integer"), field("reported", "integer")},
		"missingValues": []string{""}, "primaryKey": []string{"code", "period", "area", "slice"},
		"foreignKeys": []object{foreign("code", "measures"), foreign("area", "areas")}}
}

func foreign(column, resource string) object {
	return object{"fields": column, "reference": object{"resource": resource, "fields": "code"}}
}

func areaSchema(r *release.Release) object {
	return schema([]object{required("code", "string"), field("level", "string"), field("parent", "string")}, columns("name", r))
}

func measureSchema(r *release.Release) object {
	fields := []object{required("code", "string"), field("version", "integer"), field("formula", "string"), field("unit", "string"), field("kind", "string"), field("places", "integer"),
		field("direction", "string"), field("clauses", "string"), field("group", "string"), field("by", "string")}
	return schema(fields, append(columns("name", r), columns("note", r)...))
}

func schema(fields []object, texts []string) object {
	for _, n := range texts {
		fields = append(fields, field(n, "string"))
	}
	return object{"fields": fields, "missingValues": []string{""}, "primaryKey": "code"}
}
