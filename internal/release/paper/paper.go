// Package paper makes the papers of a release: one page that needs nothing
// else, a document in the layout of official papers (GB/T 9704), and a workbook
// of all figures (P1.8). Each is made from the release alone, so the same
// release gives the same bytes wherever it is made.
package paper

import (
	"fmt"
	"strings"
	"time"

	"xuedu/internal/chart"
	"xuedu/internal/i18n"
	"xuedu/internal/narrative"
	"xuedu/internal/release"
	"xuedu/internal/release/view"
)

// Names of the files that a release is delivered with, by language.
func HTMLName(lang string) string  { return "report." + lang + ".html" }
func PDFName(lang string) string   { return "report." + lang + ".pdf" }
func DOCXName(lang string) string  { return "report." + lang + ".docx" }
func AnnexName(lang string) string { return "annex." + lang + ".xlsx" }

// Papers makes papers in the words of the program. Zone is where its days
// begin; a map needs Outlines, without them it is drawn as bars.
type Papers struct {
	Texts    *i18n.Bundle
	Zone     *time.Location
	Outlines *chart.Outlines
}

// paper is a release in one language.
type paper struct {
	Papers
	r      *release.Release
	x      *release.Index
	lang   string
	draft  bool
	digest string
}

func (p Papers) of(r *release.Release, lang string, draft bool) (*paper, error) {
	out := &paper{Papers: p, r: r, x: release.NewIndex(r), lang: lang, draft: draft}
	if draft {
		return out, nil // it has no number yet
	}
	b, err := r.Canonical()
	if err != nil {
		return nil, fmt.Errorf("paper of %s: %w", r.Series, err)
	}
	out.digest = release.Digest(b)
	return out, nil
}

// T returns a text of the paper's language.
func (p *paper) T(key string, args ...any) string { return p.Texts.T(p.lang, key, args...) }

func (p *paper) in(t release.Text) string { return t[p.lang] }

func (p *paper) period() string { return narrative.Period(p.r.Words[p.lang], p.r.Period) }

// title is that of the report with its period: what a page is called.
func (p *paper) title() string {
	if p.lang == i18n.ZH {
		return p.in(p.r.Title) + "（" + p.period() + "）"
	}
	return p.in(p.r.Title) + ", " + p.period()
}

// version says which of several this is.
func (p *paper) version() string {
	if p.draft {
		return p.T("paper.draft")
	}
	return p.T("publish.version", "Version", p.r.Version) + p.T("publish.comma") + p.T("publish.stage."+p.r.Stage)
}

func (p *paper) place() string {
	a, _ := p.x.Area(p.r.Area)
	return p.in(a.Name)
}

// day writes a time of the release in the city's zone.
func (p *paper) day(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return ""
	}
	if p.lang == i18n.EN {
		return t.In(p.Zone).Format("2 January 2006")
	}
	return t.In(p.Zone).Format("2006年1月2日")
}

// issued is the day on which the last of those who answer for it did.
func (p *paper) issued() string {
	if n := len(p.r.Signoffs); n > 0 && !p.draft {
		return p.day(p.r.Signoffs[n-1].At)
	}
	return p.T("publish.not_yet")
}

// fact is a line of a list of facts.
type fact struct {
	Term, Text string
	Code       bool
}

// cover are the facts of the first page.
func (p *paper) cover() []fact {
	return []fact{{Term: p.T("publish.period"), Text: p.period()}, {Term: p.T("publish.place"), Text: p.place()},
		{Term: p.T("publish.version_word"), Text: p.version()}, {Term: p.T("paper.issued"), Text: p.issued()}}
}

// proof are the facts by which anybody can check the release.
func (p *paper) proof() []fact {
	var out []fact
	for _, s := range p.r.Signoffs {
		out = append(out, fact{Term: p.T("publish.role." + s.Role), Text: p.in(s.Post) + p.T("publish.comma") + p.day(s.At)})
	}
	if p.digest != "" {
		out = append(out, fact{Term: p.T("paper.digest"), Text: p.digest, Code: true})
	}
	if p.r.Supersedes != "" {
		out = append(out, fact{Term: p.T("paper.supersedes"), Text: p.r.Supersedes, Code: true})
	}
	out = append(out, fact{Term: p.T("publish.program"), Text: p.r.Program + p.T("publish.comma") + p.r.Pack.Name + " " + p.r.Pack.Version})
	if k := p.r.Disclosure.Threshold; k > 0 {
		out = append(out, fact{Term: p.T("publish.hidden"), Text: p.T("publish.hidden.n", "N", p.r.Disclosure.Hidden, "K", k)})
	}
	return out
}

// steps say how to check it.
func (p *paper) steps() []string {
	return []string{p.T("paper.check.1"), "xuedu report verify " + p.r.Series + "-" + p.r.Period + "-" + p.r.Version + ".zip --keys xuedu-keys.json", p.T("publish.keys.4")}
}

// definition says how a figure is counted.
type definition struct {
	Code, Name, Unit, Note, Formula, Clauses string
}

func (p *paper) definitions() []definition {
	out := make([]definition, len(p.r.Measures))
	for i, d := range p.r.Measures {
		out[i] = definition{Code: d.Code, Name: p.in(d.Name), Unit: p.unit(d), Note: p.in(d.Note), Formula: d.Formula, Clauses: strings.Join(d.Clauses, ", ")}
	}
	return out
}

// unit is what a figure is counted in, and for people whether each is counted
// once.
func (p *paper) unit(d release.Definition) string {
	u := p.in(d.UnitName)
	if u == "" && d.Unit == "percent" {
		u = "%"
	}
	switch d.Kind {
	case release.KindPersons, release.KindPersonTimes:
		return p.T("paper.kind."+d.Kind, "Unit", u)
	}
	return u
}

// options draw sections; figures lead to the definition of what they count.
func (p *paper) options() view.Options {
	return view.Options{Lang: p.lang, Outlines: p.Outlines, NoCells: true, Href: func(k release.Key) string { return "#m-" + k.Code },
		Words: view.Words{Legend: p.T("figure.map.steps"), Below: p.T("figure.map.below"), Above: p.T("figure.map.above"), Desc: p.T("publish.chart.desc")}}
}
