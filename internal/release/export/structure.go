package export

import (
	"slices"
	"strings"

	"xuedu/internal/formula"
	"xuedu/internal/release"
)

// Structure is the SDMX-JSON 2.0 structure message of the cells: code lists,
// concepts, data structure and dataflow, all of the version of the release.
func Structure(r *release.Release) ([]byte, error) {
	s := structure{r}
	return encode(message{Meta: object{"schema": "https://json.sdmx.org/2.0.0/sdmx-json-structure-schema.json", "id": strings.ToUpper(ID(name(r))), "test": r.Synthetic,
		"prepared": r.Frozen, "contentLanguages": s.tags(), "sender": object{"id": Agency(r)}},
		Data: object{"codelists": s.lists(), "conceptSchemes": []object{s.concepts()}, "dataStructures": []object{s.definition()}, "dataflows": []object{s.flow()}}})
}

// message has its parts in this order: some readers look for the schema in the
// first lines.
type message struct {
	Meta object `json:"meta"`
	Data object `json:"data"`
}

type structure struct{ *release.Release }

// thing is something with a version of its own.
func (s structure) thing(id string, name release.Text) object {
	return object{"id": id, "agencyID": Agency(s.Release), "version": s.Version, "isExternalReference": false, "name": s.label(id, name), "names": s.names(id, name)}
}

func (s structure) label(id string, t release.Text) string {
	if n := first(t, s.Release); n != "" {
		return n
	}
	return id
}

// tags are the languages as the schema of SDMX-JSON wants them: in small letters,
// which mean the same (RFC 5646, 2.1.1).
func (s structure) tags() (out []string) {
	for _, lang := range s.Languages {
		out = append(out, strings.ToLower(lang))
	}
	return out
}

// names are a text in every language, or the code where there is none.
func (s structure) names(id string, t release.Text) object {
	out := object{}
	for _, lang := range s.Languages {
		tag := strings.ToLower(lang)
		if out[tag] = t[lang]; t[lang] == "" {
			out[tag] = s.label(id, t)
		}
	}
	return out
}

func (s structure) urn(class, id string) string {
	return "urn:sdmx:org.sdmx.infomodel." + class + "=" + Agency(s.Release) + ":" + id + "(" + s.Version + ")"
}

func (s structure) code(id string, t release.Text) object {
	return object{"id": ID(id), "name": s.label(id, t), "names": s.names(id, t)}
}

func (s structure) lists() []object {
	var measures, areas, states []object
	cuts := []object{s.code(Total, nil)}
	seen := []string{Total}
	for _, d := range s.Measures {
		measures = append(measures, s.code(d.Code, d.Name))
		for _, c := range d.Slices {
			if !slices.Contains(seen, c.Code) {
				seen, cuts = append(seen, c.Code), append(cuts, s.code(c.Code, c.Name))
			}
		}
	}
	for _, a := range s.Areas {
		c := s.code(a.Code, a.Name)
		if a.Parent != "" {
			c["parent"] = ID(a.Parent)
		}
		areas = append(areas, c)
	}
	for state := formula.NotReported; state <= formula.NotComputable; state++ {
		states = append(states, s.code(state.String(), s.words("state."+state.String())))
	}
	out := []object{}
	for _, l := range []struct {
		id    string
		codes []object
	}{{"CL_MEASURE", measures}, {"CL_AREA", areas}, {"CL_SLICE", cuts}, {"CL_STATE", states}} {
		o := s.thing(l.id, nil)
		o["codes"] = l.codes
		out = append(out, o)
	}
	return out
}

// words are a phrase of the release in every language.
func (s structure) words(key string) release.Text {
	out := release.Text{}
	for _, lang := range s.Languages {
		out[lang] = s.Words[lang][key]
	}
	return out
}

func (s structure) concepts() object {
	var list []object
	for _, id := range sdmxColumns {
		list = append(list, object{"id": id, "name": id, "names": s.names(id, nil)})
	}
	o := s.thing("CS_CELLS", nil)
	o["concepts"] = list
	return o
}

// component is a column with its concept, of a code list or of a type.
func (s structure) component(id, list, kind string) object {
	local := object{"format": object{"dataType": kind}}
	if list != "" {
		local = object{"enumeration": s.urn("codelist.Codelist", list)}
	}
	return object{"id": id, "conceptIdentity": s.urn("conceptscheme.Concept", "CS_CELLS") + "." + id, "localRepresentation": local}
}

func (s structure) definition() object {
	dims := []object{s.component("MEASURE", "CL_MEASURE", ""), s.component("REF_AREA", "CL_AREA", ""), s.component("SLICE", "CL_SLICE", "")}
	for i := range dims {
		dims[i]["position"] = i
	}
	var attributes []object
	for _, a := range [][3]string{{"STATE", "CL_STATE", ""}, {"CAUSE", "", "String"}, {"EXACT", "", "String"}, {"EXPECTED", "", "Integer"}, {"REPORTED", "", "Integer"}} {
		c := s.component(a[0], a[1], a[2])
		c["attributeRelationship"], c["usage"] = object{"observation": object{}}, "optional"
		if a[0] == "STATE" {
			c["usage"] = "mandatory"
		}
		attributes = append(attributes, c)
	}
	value := s.component("OBS_VALUE", "", "Decimal")
	value["usage"] = "optional"
	o := s.thing("DSD_CELLS", s.Title)
	o["dataStructureComponents"] = object{
		"dimensionList": object{"id": "DimensionDescriptor", "dimensions": dims, "timeDimension": s.component("TIME_PERIOD", "", "ObservationalTimePeriod")},
		"measureList":   object{"id": "MeasureDescriptor", "measures": []object{value}},
		"attributeList": object{"id": "AttributeDescriptor", "attributes": attributes}}
	return o
}

func (s structure) flow() object {
	o := s.thing(flowID(s.Release), s.Title)
	o["structure"] = s.urn("datastructure.DataStructure", "DSD_CELLS")
	return o
}
