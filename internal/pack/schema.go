package pack

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed schema/*.json
var schemaFiles embed.FS

// base makes the schemas' names absolute; nothing is ever fetched from it.
const base = "pack:///"

// schemas compiles the embedded schemas once; they are part of the program, so
// an error is a fault of the build.
var schemas = sync.OnceValue(func() map[string]*jsonschema.Schema {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	names, err := schemaFiles.ReadDir("schema")
	if err != nil {
		panic(err)
	}
	for _, n := range names {
		b, err := schemaFiles.ReadFile(path.Join("schema", n.Name()))
		if err != nil {
			panic(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			panic(fmt.Sprint(n.Name(), ": ", err))
		}
		if err := c.AddResource(base+n.Name(), v); err != nil {
			panic(fmt.Sprint(n.Name(), ": ", err))
		}
	}
	m := map[string]*jsonschema.Schema{}
	for _, n := range names {
		m[n.Name()] = c.MustCompile(base + n.Name())
	}
	return m
})

// Schemas returns the JSON Schemas of the pack format by file name, for
// editors that check while one writes.
func Schemas() map[string]string {
	out := map[string]string{}
	for name := range schemas() {
		b, _ := schemaFiles.ReadFile(path.Join("schema", name)) // embedded: it was read before
		out[name] = string(b)
	}
	return out
}

// validate adds what breaks the schema to d.bad and reports whether d may be
// decoded.
func (d *doc) validate(schema string) bool {
	if d.node == nil || len(d.bad) > 0 {
		return false
	}
	err := schemas()[schema].Validate(d.value)
	if err == nil {
		return true
	}
	if v, ok := err.(*jsonschema.ValidationError); ok { // the only kind Validate returns
		d.explain(v)
	}
	return false
}

// explain notes the leaves of a validation error, each at its own line.
func (d *doc) explain(e *jsonschema.ValidationError) {
	for _, c := range e.Causes {
		d.explain(c)
	}
	if len(e.Causes) > 0 {
		return
	}
	ptr := ptrOf(e.InstanceLocation)
	if k, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
		for _, name := range k.Properties {
			d.fail(d.names[ptr+"/"+escape(name)], ptr, "pack.problem.unknown_field", "Name", name)
		}
		return
	}
	key, args := describe(e.ErrorKind)
	d.bad = append(d.bad, d.problem(ptr, key, args...))
}

func describe(k jsonschema.ErrorKind) (key string, args []any) {
	switch k := k.(type) {
	case *kind.Required:
		return "pack.problem.required", []any{"Names", strings.Join(k.Missing, ", ")}
	case *kind.Type:
		return "pack.problem.type", []any{"Got", k.Got, "Want", strings.Join(k.Want, ", ")}
	case *kind.Enum:
		return "pack.problem.enum", []any{"Got", fmt.Sprint(k.Got), "Want", list(k.Want)}
	case *kind.Pattern:
		return "pack.problem.pattern", []any{"Got", k.Got, "Want", k.Want}
	case *kind.Format:
		return "pack.problem.day", []any{"Got", fmt.Sprint(k.Got)}
	case *kind.Minimum, *kind.Maximum:
		return "pack.problem.range", []any{"Cause", english(k)}
	case *kind.MinItems, *kind.MinLength, *kind.MinProperties:
		return "pack.problem.too_few", nil
	case *kind.UniqueItems:
		return "pack.problem.repeated", []any{"A", k.Duplicates[0] + 1, "B", k.Duplicates[1] + 1}
	}
	return "pack.problem.schema", []any{"Cause", english(k)}
}

func english(k jsonschema.ErrorKind) string {
	return k.LocalizedString(message.NewPrinter(language.English))
}

func list(vs []any) string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = fmt.Sprint(v)
	}
	return strings.Join(out, ", ")
}
