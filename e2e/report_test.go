//go:build e2e

package e2e

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// paper is a monitoring report on its way to the public.
type paper struct {
	session
	dsn     string
	draft   string // its desk page
	release string // where it is approved
	public  string // its page
}

// The yearly report is written, contested by a district, frozen by one person,
// signed by another, and checked by two programs that share no code; what was
// changed in a copy is named (P1.8).
func TestReport(t *testing.T) {
	dsn := demo(t)
	p := &paper{session: open(t, dsn), dsn: dsn}
	for _, step := range []func(){p.begin, p.typedNumber, p.draftPaper, p.contest, p.freeze, p.approve, p.read, p.papers, p.verify} {
		step()
	}
}

const cityCode = "110000000000"

// begin begins a revision of last year's report: it starts with what was
// published.
func (p *paper) begin() {
	p.as("city")
	p.do("list reports", p.open("/desk/reports"), seen(`main form button`))
	p.do("a year that is not over", set(`#f-period`, "2199"), click(`main form button`), seen(`.govuk-error-summary`))
	p.do("begin", p.open("/desk/reports"), set(`#f-series`, "yearly"), click(`main form[action="/desk/reports"] button`), seen(`#parts-h`))
	p.draft = p.path()
	p.holds(`main`, "Every number in the texts is bound")
	p.holds(`section[aria-labelledby=hidden-h]`, "stand for fewer than 5 people")
	shoot(p.t, p.ctx, "report draft")
}

// typedNumber types a number: the preview names the line, and the report cannot
// be frozen with it.
func (p *paper) typedNumber() {
	p.as("analyst")
	p.do("open the summary", p.open(p.draft+"/sections/summary"), seen(`#f-body_en`))
	text := js[string](p, "text", `document.querySelector('#f-body_en').value`)
	p.do("preview a typed number", set(`#f-body_en`, text+"\nAll 16 districts reported.\n"), click(`button[value=preview]`), seen(`.xd-note--act`))
	p.holds(`.xd-note--act`, "16")
	shoot(p.t, p.ctx, "report typed number")
	p.do("save it", click(`button[value=save]`), gone(`input[name=base][value="1"]`), seen(`.xd-note--act`))
	p.do("the draft", p.open(p.draft), seen(`.xd-note--act`))
	p.holds(`main`, "1 thing must be mended")
	p.do("bind it", p.open(p.draft+"/sections/summary"), set(`#f-body_en`, text+"\nDistricts are not ranked.\n"), click(`button[value=save]`),
		gone(`input[name=base][value="2"]`), gone(`.xd-note--act`))
}

// contest lets a district contest a figure of its own: evidence is needed.
func (p *paper) contest() {
	p.as("district")
	p.do("open the draft", p.open(p.draft), seen(`#parts-h`))
	mine := js[string](p, "own section", `[...document.querySelectorAll('tbody tr')].find(t => t.querySelector('.xd-tag')).querySelector('a').getAttribute('href')`)
	say := []step{chromedp.SetValue(chromedp.CSS(`#f-kind`), "contest"), set(`#f-text`, "Sample: two classes of autumn are missing.")}
	p.do("without evidence", append([]step{p.open(mine), seen(`#f-cell`)}, append(say, click(`form[action$="/notes"] button`), seen(`.govuk-error-summary a[href="#f-evidence"]`))...)...)
	p.do("with evidence", append(say, set(`#f-evidence`, "Sample: list of classes, page 3"), click(`form[action$="/notes"] button`), gone(`.govuk-error-summary`))...)
}

// freeze answers, ticks the list, gives the public reason, and freezes.
func (p *paper) freeze() {
	p.as("city")
	p.do("tick all", p.open(p.draft), seen(`#notes-h`), click(`label[for=t-compared]`), click(`label[for=t-districts]`), click(`label[for=t-languages]`),
		click(`#ticks-h ~ form button`), seen(`.govuk-checkboxes__input[checked]`))
	p.holds(`#next-h ~ .xd-note`, "contested figures wait")
	p.do("answer", click(`#notes-h ~ .xd-note summary`), set(`#notes-h ~ .xd-note textarea`, "Sample: they begin next year."), click(`#notes-h ~ .xd-note button`), seen(`#notes-h ~ .xd-note .xd-tag--done`))
	p.do("without a reason", click(`button[name=move][value=freeze]`), seen(`.govuk-error-summary`))
	p.do("with one", set(`#f-reason_zh-CN`, "演示：文字更正"), set(`#f-reason_en`, "Sample: a sentence was corrected"), click(`#head-h ~ form button`), gone(`.govuk-error-summary`), seen(`button[value=freeze]`))
	p.do("freeze", click(`button[name=move][value=freeze]`), gone(`button[value=freeze]`))
	p.holds(`main`, "Frozen")
	p.do("it waits", chromedp.Func(clearCookies))
	p.as("leading")
	p.do("what waits", p.open("/desk/reports"), seen(`#wait-h`))
	p.release = js[string](p, "release", `document.querySelector('#wait-h ~ ul a').getAttribute('href')`)
}

// approve is refused to who froze it, and signs; until it is public only the
// versions before are there.
func (p *paper) approve() {
	if got := p.status("city", p.release); got != http.StatusForbidden {
		p.t.Errorf("who froze it sees where it is approved: %d", got)
	}
	p.do("open it", p.open(p.release), seen(`button[value=approve]`))
	shoot(p.t, p.ctx, "report approve")
	p.do("sign", click(`button[value=approve]`), seen(`button[value=embargo]`))
	p.want("newest of the public", p.newest(), "1.0.1")
	p.do("move the embargo without a reason", click(`button[value=embargo]`), seen(`.govuk-error-summary`))
	p.do("with one", set(`#f-reason`, "Sample: the press meets today"), set(`#f-public`, "2020-01-01T09:00"), click(`button[value=embargo]`), gone(`button[value=embargo]`))
	p.want("newest of the public", p.newest(), "1.0.2")
}

// newest is the version that everybody is led to.
func (p *paper) newest() string {
	p.t.Helper()
	list := visitor(p.t, p.url).read(p.t, "/releases")
	_, rest, _ := strings.Cut(list, "/releases/yearly/"+cityCode+"/")
	p.public = "/releases/yearly/" + cityCode + "/" + rest[:strings.IndexByte(rest, '"')]
	return p.public[strings.LastIndexByte(p.public, '/')+1:]
}

// read opens a figure of the report, and what changed.
func (p *paper) read() {
	p.do("open the report", chromedp.Func(clearCookies), p.open(p.public), seen(`.xd-seal`))
	p.holds(`.xd-report`, "Districts are not ranked.")
	shoot(p.t, p.ctx, "report page")
	p.do("open a figure", click(`.xd-report__text a.xd-fig`), seen(`#vintages`))
	if n := js[int](p, "vintages", `document.querySelectorAll('#vintages ~ div tbody tr').length`); n != 3 {
		p.t.Errorf("%d vintages, want 3", n)
	}
	p.do("what changed", p.open(p.public+"/changes"), seen(`main h1`))
	p.holds(`main`, "a sentence was corrected")
}

// verify checks the sealed file with the program and with a few lines of another
// language; both name the cell that was changed in a copy.
func (p *paper) verify() {
	name := "yearly-" + strings.ReplaceAll(strings.TrimPrefix(p.public, "/releases/yearly/"+cityCode+"/"), "/", "-") + ".zip"
	sealed := visitor(p.t, p.url).read(p.t, p.public+"/files/"+url.PathEscape(name))
	dir := p.t.TempDir()
	file, keys := filepath.Join(dir, name), filepath.Join(dir, "keys.json")
	p.write(keys, visitor(p.t, p.url).read(p.t, "/.well-known/xuedu-keys.json"))
	p.write(file, sealed)
	if out := run(p.t, "report", "verify", file, "--keys", keys, "--lang", "en"); !strings.Contains(out, "1.0.2 agrees") || !strings.Contains(out, "among those the city publishes") {
		p.t.Error(out)
	}
	if out := run(p.t, "report", "verify", file, "--keys", keys, "--lang", "en", "--recompute", "--db", p.dsn); !strings.Contains(out, "cells agree, 0 differ") {
		p.t.Error(out)
	}
	if out, err := p.node(file, keys); err != nil || strings.TrimSpace(out) != "agrees" {
		p.t.Errorf("%v: %s", err, out)
	}
	p.write(file, changed(p.t, sealed))
	ours, err := exec.CommandContext(p.t.Context(), bin(p.t), "report", "verify", file, "--keys", keys, "--lang", "en").CombinedOutput()
	if err == nil || !strings.Contains(string(ours), "D01 "+cityCode) {
		p.t.Errorf("the changed cell is not named: %v %s", err, ours)
	}
	if out, err := p.node(file, keys); err == nil || !strings.Contains(out, "cell D01 ") {
		p.t.Errorf("the changed cell is not named in the other language: %v %s", err, out)
	}
}

func (p *paper) write(file, content string) {
	p.t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// node runs the verifier that the docs show.
func (p *paper) node(file, keys string) (string, error) {
	out, err := exec.CommandContext(p.t.Context(), "node", "../docs/examples/verify-release.mjs", file, keys).CombinedOutput()
	return string(out), err
}

// changed flips a digit of the city's participation rate in one copy of the
// cells, and packs the file again.
func changed(t testing.TB, sealed string) string {
	t.Helper()
	in, err := zip.NewReader(strings.NewReader(sealed), int64(len(sealed)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == "cells.csv" {
			at := bytes.Index(content, []byte("\nD01,2025,"+cityCode+",,value,,0.0")) + len("\nD01,2025,"+cityCode+",,value,,0.0")
			content[at] = '0' + (content[at]-'0'+1)%10
		}
		w, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(w, "%s", content)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
