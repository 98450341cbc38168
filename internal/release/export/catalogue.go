package export

import (
	"maps"
	"slices"
	"strings"
	"time"

	"xuedu/internal/release"
)

// Catalogue is all that a site publishes, for portals of open data to harvest.
// Addresses are absolute.
type Catalogue struct {
	Address                       string // of the catalogue itself
	Home                          string // page for people
	API, APIDoc                   string // address and OpenAPI document of the JSON API
	Title, Description, Publisher release.Text
	APITitle                      release.Text
	Licence                       *release.Licence
	Languages                     []string
	Entries                       []Entry // by report, area, newest period and version first
}

// Entry is a public version of a report.
type Entry struct {
	Series                        string
	Area, Period, Version         string
	Page, Cells                   string // addresses: for people, and in the JSON API
	SeriesTitle                   release.Text
	Title, Description, Publisher release.Text
	Reason, Place                 release.Text
	Licence                       *release.Licence
	Languages                     []string
	From, To                      string // days of the period, both included
	Public                        time.Time
	Files                         []File
}

// File is one of its files.
type File struct {
	Name, Address, SHA256 string
	Size                  int
	Kind                  string // code of the file type: CSV, JSON, XLSX, ZIP
	Media                 string // type as IANA registers it
	Standard              string // address of what it conforms to, "" = nothing further
	Title, Description    release.Text
}

// vocabularies of the European Union that DCAT-AP wants values from.
const authority = "http://publications.europa.eu/resource/authority/"

// prefixes maps the names used below to vocabularies; it is written into the
// catalogue, so that no reader has to fetch anything.
var prefixes = object{"dcat": "http://www.w3.org/ns/dcat#", "dcatap": "http://data.europa.eu/r5r/", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
	"vcard": "http://www.w3.org/2006/vcard/ns#", "spdx": "http://spdx.org/rdf/terms#", "adms": "http://www.w3.org/ns/adms#", "skos": "http://www.w3.org/2004/02/skos/core#",
	"rdfs": "http://www.w3.org/2000/01/rdf-schema#", "xsd": "http://www.w3.org/2001/XMLSchema#"}

// JSONLD writes the catalogue as DCAT-AP 3 in JSON-LD.
func (c Catalogue) JSONLD() ([]byte, error) {
	graph := []object{c.node()}
	series := map[string]bool{}
	for i, e := range c.Entries {
		if id := c.series(e); !series[id] {
			series[id] = true
			graph = append(graph, c.seriesNode(e))
		}
		graph = append(graph, c.dataset(i))
	}
	return encode(object{"@context": prefixes, "@graph": append(graph, c.service())})
}

func (c Catalogue) node() object {
	var sets []object
	newest := time.Time{}
	for _, e := range c.Entries {
		sets = append(sets, ref(e.Page))
		if e.Public.After(newest) {
			newest = e.Public
		}
	}
	o := object{"@id": c.Address, "@type": "dcat:Catalog", "dct:title": texts(c.Title), "dct:description": texts(c.Description), "dct:publisher": agent(c.Publisher),
		"dct:language": languages(c.Languages), "foaf:homepage": ref(c.Home), "dcat:themeTaxonomy": ref(authority + "data-theme"), "dcat:service": ref(c.API)}
	if len(sets) > 0 {
		o["dcat:dataset"], o["dct:modified"] = sets, instant(newest)
	}
	licensed(o, c.Licence)
	return o
}

// series is the name of a report about an area over all its periods.
func (c Catalogue) series(e Entry) string { return c.Home + "/" + e.Series + "/" + e.Area + "#series" }

func (c Catalogue) seriesNode(e Entry) object {
	return object{"@id": c.series(e), "@type": "dcat:DatasetSeries", "dct:title": texts(e.SeriesTitle), "dct:description": texts(c.Description), "dct:publisher": agent(e.Publisher),
		"dct:accrualPeriodicity": ref(authority + "frequency/" + frequency(e.Period))}
}

func frequency(period string) string {
	switch _, part, _ := strings.Cut(period, "-"); {
	case part == "":
		return "ANNUAL"
	case part[0] == 'Q':
		return "QUARTERLY"
	}
	return "MONTHLY"
}

// dataset describes a version; what it came after is the next in the list.
func (c Catalogue) dataset(i int) object {
	e := c.Entries[i]
	o := object{"@id": e.Page, "@type": "dcat:Dataset", "dct:identifier": e.Page, "dct:title": texts(e.Title), "dct:description": texts(e.Description), "dct:publisher": agent(e.Publisher),
		"dct:issued": instant(e.Public), "dct:language": languages(e.Languages), "dcat:landingPage": ref(e.Page), "dcat:version": e.Version, "dcat:inSeries": ref(c.series(e)),
		"dcat:theme": ref(authority + "data-theme/EDUC"), "dct:accessRights": ref(authority + "access-right/PUBLIC"), "dcat:keyword": texts(e.SeriesTitle),
		"dct:spatial":       object{"@type": "dct:Location", "dct:identifier": e.Area, "skos:prefLabel": texts(e.Place)},
		"dct:temporal":      object{"@type": "dct:PeriodOfTime", "dcat:startDate": day(e.From), "dcat:endDate": day(e.To)},
		"dcat:contactPoint": object{"@type": "vcard:Organization", "vcard:fn": texts(e.Publisher), "vcard:hasURL": ref(c.Home)}}
	if len(e.Reason) > 0 {
		o["adms:versionNotes"] = texts(e.Reason)
	}
	if i+1 < len(c.Entries) {
		if was := c.Entries[i+1]; was.Series == e.Series && was.Area == e.Area && was.Period == e.Period {
			o["dcat:previousVersion"] = ref(was.Page)
		}
	}
	list := []object{c.served(e)}
	for _, f := range e.Files {
		list = append(list, distribution(e, f))
	}
	o["dcat:distribution"] = list
	return o
}

// served is the version in the JSON API.
func (c Catalogue) served(e Entry) object {
	o := object{"@id": e.Cells, "@type": "dcat:Distribution", "dct:title": texts(c.APITitle), "dct:description": texts(c.APITitle), "dcat:accessURL": ref(e.Cells), "dcat:accessService": ref(c.API),
		"dct:format": ref(authority + "file-type/JSON"), "dcat:mediaType": media("application/json"), "dcatap:availability": ref(authority + "planned-availability/STABLE")}
	licensed(o, e.Licence)
	return o
}

func distribution(e Entry, f File) object {
	o := object{"@id": f.Address + "#distribution", "@type": "dcat:Distribution", "dct:title": texts(f.Title), "dct:description": texts(f.Description), "dcat:accessURL": ref(e.Page),
		"dcat:downloadURL": ref(f.Address), "dct:format": ref(authority + "file-type/" + f.Kind), "dcat:mediaType": media(f.Media), "dct:issued": instant(e.Public),
		"dcat:byteSize":       object{"@value": f.Size, "@type": "xsd:nonNegativeInteger"},
		"dcatap:availability": ref(authority + "planned-availability/STABLE"),
		"spdx:checksum":       object{"@type": "spdx:Checksum", "spdx:algorithm": ref("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"), "spdx:checksumValue": object{"@value": f.SHA256, "@type": "xsd:hexBinary"}}}
	if f.Standard != "" {
		o["dct:conformsTo"] = ref(f.Standard)
	}
	licensed(o, e.Licence)
	return o
}

func (c Catalogue) service() object {
	o := object{"@id": c.API, "@type": "dcat:DataService", "dct:title": texts(c.APITitle), "dct:description": texts(c.Description), "dct:publisher": agent(c.Publisher),
		"dcat:endpointURL": ref(c.API), "dcat:endpointDescription": ref(c.APIDoc)}
	licensed(o, c.Licence)
	var sets []object
	for _, e := range c.Entries {
		sets = append(sets, ref(e.Page))
	}
	if len(sets) > 0 {
		o["dcat:servesDataset"] = sets
	}
	return o
}

func ref(iri string) object { return object{"@id": iri} }

func media(kind string) object { return ref("http://www.iana.org/assignments/media-types/" + kind) }

func instant(t time.Time) object {
	return object{"@value": t.UTC().Format(time.RFC3339), "@type": "xsd:dateTime"}
}

func day(s string) object { return object{"@value": s, "@type": "xsd:date"} }

// licensed says under which licence something is given.
func licensed(o object, l *release.Licence) {
	if l != nil {
		o["dct:license"] = object{"@id": l.IRI, "@type": "dct:LicenseDocument", "rdfs:label": texts(l.Name)}
	}
}

func agent(name release.Text) object { return object{"@type": "foaf:Agent", "foaf:name": texts(name)} }

// texts are a text in every language, sorted.
func texts(t release.Text) (out []object) {
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		if t[lang] != "" {
			out = append(out, object{"@value": t[lang], "@language": lang})
		}
	}
	return out
}

// codes of languages in the list that DCAT-AP wants.
var languageCodes = map[string]string{"zh": "ZHO", "en": "ENG", "fr": "FRA", "es": "SPA", "ru": "RUS", "ar": "ARA", "de": "DEU", "pt": "POR", "ja": "JPN", "ko": "KOR"}

func languages(tags []string) (out []object) {
	for _, tag := range tags {
		main, _, _ := strings.Cut(tag, "-")
		if code := languageCodes[main]; code != "" {
			out = append(out, ref(authority+"language/"+code))
		}
	}
	return out
}
