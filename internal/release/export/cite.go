package export

import (
	"strconv"
	"strings"
	"time"
)

// Citation is how a release is named in the work of others.
type Citation struct {
	ID        string // yearly-110000000000-2024-1.0.1
	Title     string
	Publisher string
	Version   string
	Address   string // permanent
	Lang      string
	Public    time.Time // in the city's zone
}

// BibTeX writes a citation for LaTeX; braces keep names whole and letters as
// they are.
func (c Citation) BibTeX() []byte {
	var b strings.Builder
	b.WriteString("@misc{" + c.ID + ",\n")
	for _, f := range [][2]string{{"author", "{" + latex(c.Publisher) + "}"}, {"title", "{" + latex(c.Title) + "}"}, {"year", c.Public.Format("2006")}, {"month", c.Public.Format("1")},
		{"version", latex(c.Version)}, {"language", latex(c.Lang)}, {"howpublished", `\url{` + c.Address + "}"}, {"url", c.Address}} {
		b.WriteString("  " + f[0] + " = {" + f[1] + "},\n")
	}
	b.WriteString("}\n")
	return []byte(b.String())
}

var latexSigns = strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "%", `\%`, "&", `\&`, "#", `\#`, "_", `\_`, "$", `\$`, "~", `\textasciitilde{}`, "^", `\textasciicircum{}`)

func latex(s string) string { return latexSigns.Replace(oneLine(s)) }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// RIS writes a citation for programs like Zotero and EndNote.
func (c Citation) RIS() []byte {
	var b strings.Builder
	for _, f := range [][2]string{{"TY", "RPRT"}, {"ID", c.ID}, {"AU", c.Publisher + ","}, {"TI", c.Title}, {"PB", c.Publisher}, {"PY", c.Public.Format("2006")},
		{"DA", c.Public.Format("2006/01/02/")}, {"ET", c.Version}, {"LA", c.Lang}, {"UR", c.Address}, {"ER", ""}} {
		b.WriteString(f[0] + "  - " + oneLine(f[1]) + "\r\n")
	}
	return []byte(b.String())
}

// CSL writes a citation as CSL-JSON, which Zotero, pandoc and others read.
func (c Citation) CSL() ([]byte, error) {
	var day []int
	for s := range strings.SplitSeq(c.Public.Format("2006-1-2"), "-") {
		n, err := strconv.Atoi(s)
		if err != nil {
			return nil, err
		}
		day = append(day, n)
	}
	return encode([]object{{"id": c.ID, "type": "report", "title": c.Title, "author": []object{{"literal": c.Publisher}}, "publisher": c.Publisher, "version": c.Version,
		"URL": c.Address, "language": c.Lang, "issued": object{"date-parts": [][]int{day}}}})
}
