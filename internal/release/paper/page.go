package paper

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"xuedu/internal/chart"
	"xuedu/internal/release"
	"xuedu/internal/release/view"
)

// style is made from look/monitor.scss.
//
//go:embed paper.css
var style string

//go:embed templates/sheet.html
var source string

var page = template.Must(template.New("report").Parse(source))

// leaf is what the template writes.
type leaf struct {
	*paper
	CSS         template.CSS
	Defs        template.HTML
	Lang        string
	Title, Head string
	Name        string
	Publisher   string
	Year, Small string
	Draft       bool
	Synthetic   bool
	Reason      string
	Cover       []fact
	Parts       []view.Part
	Definitions []definition
	Last        []part // after the sections: definitions, signature
	Proof       []fact
	Steps       []string
}

// part is a heading of the table of contents.
type part struct{ ID, No, Title string }

// HTML writes a release as one page that needs nothing else: style and charts
// are inside, there is no script, nothing is fetched. draft marks what was not
// approved.
func (p Papers) HTML(r *release.Release, lang string, draft bool) ([]byte, error) {
	w, err := p.of(r, lang, draft)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := page.Execute(&b, w.leaf()); err != nil {
		return nil, fmt.Errorf("write %s of %s: %w", HTMLName(lang), r.Series, err)
	}
	return b.Bytes(), nil
}

func (p *paper) leaf() leaf {
	l := leaf{paper: p, CSS: template.CSS(style + p.margins()), Lang: p.lang, Title: p.title(), Name: p.in(p.r.Title), Publisher: p.in(p.r.Publisher),
		Draft: p.draft, Synthetic: p.r.Synthetic, Cover: p.cover(), Definitions: p.definitions(), Proof: p.proof(), Steps: p.steps()}
	l.Year, _, _ = strings.Cut(p.r.Period, "-")
	if l.Year != p.r.Period {
		l.Small = p.period()
	}
	if p.r.Stage == release.Revised || p.r.Supersedes != "" {
		l.Reason = p.in(p.r.Reason)
	}
	drawn := view.Sections(p.r, p.x, p.options())
	l.Parts = view.Parts(drawn, p.lang, p.T("publish.each"))
	for _, s := range drawn {
		if s.HasMap {
			l.Defs = chart.Defs
		}
	}
	n := len(l.Parts)
	l.Last = []part{{"definitions", view.Number(p.lang, n+1), p.T("paper.definitions")}, {"proof", view.Number(p.lang, n+2), p.T("publish.proof")}}
	return l
}

// margins are the running head and foot of printed pages.
func (p *paper) margins() string {
	head := p.in(p.r.Title) + "  " + p.period()
	foot := strings.Split(p.T("paper.page", "N", "#", "Of", "#"), "#")
	for len(foot) < 3 {
		foot = append(foot, "")
	}
	return `@page{@top-left{content:"` + cssText(head) + `"}@top-right{content:"` + cssText(p.version()) + `"}@bottom-center{content:"` +
		cssText(foot[0]) + `" counter(page) "` + cssText(foot[1]) + `" counter(pages) "` + cssText(foot[2]) + `"}}` +
		`@page:first{@top-left{content:""}@top-right{content:""}@bottom-center{content:""}}`
}

// cssText escapes t for a string of a style sheet inside HTML.
func cssText(t string) string {
	var b strings.Builder
	for _, r := range t {
		if r < 0x80 && !(r == ' ' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			fmt.Fprintf(&b, "\\%06x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
