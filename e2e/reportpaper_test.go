//go:build e2e

package e2e

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/chromedp/chromedp"
)

// draftPaper opens the whole draft as it will be handed out: every page of it
// says that it is a draft, and it can run and fetch nothing.
func (p *paper) draftPaper() {
	res, err := signedIn(p.t, p.url, "city").Get(p.url + p.draft + "/paper/en")
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	if csp := res.Header.Get("Content-Security-Policy"); res.StatusCode != http.StatusOK || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "sandbox") {
		p.t.Errorf("the draft's paper: %s, policy %q", res.Status, csp)
	}
	if page := visitor(p.t, p.url).read(p.t, p.draft+"/paper/en"); strings.Contains(page, "xd-mark") {
		p.t.Error("everybody reads the draft")
	}
	p.do("open the draft as paper", p.open(p.draft+"/paper/en"), seen(`.xd-mark`))
	p.holds(`.xd-front`, "Not approved")
	shoot(p.t, p.ctx, "report draft paper")
}

// papers downloads every paper of the public report: each opens in a program
// that others wrote and holds the report's sentences and figures (P1.8).
func (p *paper) papers() {
	p.do("the report", p.open(p.public+"?lang=en"), seen(`#files`))
	sentence := p.text(`.xd-report__text section p`)
	if !strings.Contains(sentence, "%") {
		p.t.Fatalf("the first paragraph holds no figure: %q", sentence)
	}
	dir := p.t.TempDir()
	for _, name := range []string{"report.en.html", "report.en.pdf", "report.en.docx", "annex.en.xlsx", "report.zh-CN.html", "report.zh-CN.pdf", "report.zh-CN.docx", "annex.zh-CN.xlsx"} {
		p.write(filepath.Join(dir, name), visitor(p.t, p.url).read(p.t, p.public+"/files/"+name))
	}
	p.pageAlone(filepath.Join(dir, "report.en.html"), sentence)
	p.inPDF(filepath.Join(dir, "report.en.pdf"), sentence)
	p.office(dir, "pdf:writer_pdf_Export", "report.en.docx")
	if err := os.Rename(filepath.Join(dir, "report.en.pdf"), filepath.Join(dir, "document.pdf")); err != nil {
		p.t.Fatal(err)
	}
	if text := p.tool("pdftotext", filepath.Join(dir, "document.pdf"), "-"); !strings.Contains(tight(text), tight(sentence)) {
		p.t.Errorf("the document does not say %q: %.800s", sentence, text)
	}
	p.picture(filepath.Join(dir, "document.pdf"), "report document")
	p.annex(dir)
}

// pageAlone opens the page from a disk: it needs nothing else, fits a phone,
// and axe finds nothing.
func (p *paper) pageAlone(file, sentence string) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, w := range []struct {
		name string
		px   int64
	}{{"desktop", 1280}, {"A4", 794}, {"phone", 360}} {
		p.do("open the page alone", width(w.px), chromedp.Navigate("file://"+file), seen(`.xd-seal`))
		p.holds(`main section p`, sentence)
		if over := js[int](p, "width", `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			p.t.Errorf("%s: the page is %d px too wide", w.name, over)
		}
		if n := js[int](p, "fetched", `performance.getEntriesByType('resource').length`); n != 0 {
			p.t.Errorf("the page fetches %d things", n)
		}
		p.do("load axe", chromedp.Evaluate[chromedp.Void](string(axe)))
		found := get(p.t, p.ctx, "axe", chromedp.Evaluate[string](`axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(' | ')).join('\n'))`,
			chromedp.EvalAwaitPromise))
		if found != "" {
			p.t.Errorf("%s: %s", w.name, found)
		}
		shoot(p.t, p.ctx, "report paper "+w.name)
	}
	p.do("back", width(1280), p.open(p.public))
}

// inPDF reads the sealed PDF: text, embedded fonts, structure.
func (p *paper) inPDF(file, sentence string) {
	if text := p.tool("pdftotext", file, "-"); !strings.Contains(tight(text), tight(sentence)) {
		p.t.Errorf("the PDF does not say %q", sentence)
	}
	for _, line := range strings.Split(strings.TrimSpace(p.tool("pdffonts", file)), "\n")[2:] {
		if f := strings.Fields(line); f[len(f)-5] != "yes" || f[len(f)-3] != "yes" {
			p.t.Errorf("a font is not embedded, or not readable: %s", line)
		}
	}
	if info := p.tool("pdfinfo", file); !strings.Contains(info, "Tagged:          yes") || !strings.Contains(info, "(A4)") {
		p.t.Error(info)
	}
	p.picture(file, "report PDF")
}

// annex reads the workbook with LibreOffice: the participation rate of the city
// is the number of the cell.
func (p *paper) annex(dir string) {
	p.office(dir, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1", "annex.en.xlsx")
	list, err := filepath.Glob(filepath.Join(dir, "annex.en-*.csv"))
	if err != nil || len(list) < 4 {
		p.t.Fatalf("sheets %v, %v", list, err)
	}
	want := p.cell()
	for _, name := range list {
		b, err := os.ReadFile(name)
		if err != nil {
			p.t.Fatal(err)
		}
		lines, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil {
			p.t.Fatal(err)
		}
		for _, f := range lines {
			if len(f) > 6 && f[0] == "D01" && f[2] == cityCode && f[4] == "2025" && f[6] == want {
				return
			}
		}
	}
	p.t.Errorf("no sheet holds D01 of the city as %s", want)
}

// cell is the city's participation rate, from the list of cells.
func (p *paper) cell() string {
	cells := visitor(p.t, p.url).read(p.t, p.public+"/files/cells.csv")
	_, rest, ok := strings.Cut(cells, "\nD01,2025,"+cityCode+",,value,,")
	if !ok {
		p.t.Fatal("no such cell")
	}
	value, _, _ := strings.Cut(rest, ",")
	return value
}

// pageNumber is the foot of an official paper.
var pageNumber = regexp.MustCompile(`—\d+—`)

// tight leaves spaces, hyphens and page numbers of a text out: lines break anywhere.
func tight(s string) string {
	return strings.ReplaceAll(pageNumber.ReplaceAllString(strings.Join(strings.Fields(s), ""), ""), "-", "")
}

func (p *paper) office(dir, to, name string) {
	p.tool("soffice", "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--convert-to", to, "--outdir", dir, filepath.Join(dir, name))
}

func (p *paper) tool(name string, args ...string) string {
	p.t.Helper()
	out, err := exec.CommandContext(p.t.Context(), name, args...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("%s (make test installs it): %v\n%s", name, err, out)
	}
	return string(out)
}

// picture saves the first pages of a PDF in the folder XUEDU_SHOTS.
func (p *paper) picture(file, name string) {
	if dir := os.Getenv("XUEDU_SHOTS"); dir != "" {
		p.tool("pdftoppm", "-r", "60", "-l", "4", "-png", file, filepath.Join(dir, name))
	}
}
