//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// certified fetches the credential of the award: a program that others wrote,
// ours without a network, and the page say that it is genuine, and each finds a
// changed one (P1.7).
func (r *round) certified() {
	r.files = r.t.TempDir()
	r.do("its page", r.open("/awards/"+r.number), seen(`a[href$="/credential.json"]`))
	c := visitor(r.t, r.url)
	body := c.read(r.t, "/awards/"+r.number+"/credential.json")
	r.keep("credential.json", body)
	r.keep("changed.json", strings.Replace(body, r.number+`"`, `JY1999-999"`, 1))
	r.keep("did.json", c.read(r.t, "/.well-known/did.json"))
	r.keep("status.json", c.read(r.t, "/credentials/status/1"))
	if out, err := r.others("credential.json"); err != nil || out != "verified" {
		r.t.Errorf("a stranger's program: %v %s", err, out)
	}
	if out, err := r.others("changed.json"); err == nil || !strings.HasPrefix(out, "refused") {
		r.t.Errorf("a stranger's program takes a changed one: %s", out)
	}
	if out := run(r.t, r.ours("credential.json")...); !strings.Contains(out, "Genuine, and in force") {
		r.t.Error(out)
	}
	if out := r.fails(r.ours("changed.json")...); !strings.Contains(out, "Not what was signed") {
		r.t.Error(out)
	}
	r.bring("credential.json", "Genuine, and in force")
	shoot(r.t, r.ctx, "credential genuine")
	r.bring("changed.json", "Not what was signed")
	r.do("nothing brought", r.open("/credentials/check"), click(`main form button`), seen(`.govuk-error-summary a[href="#f-file"]`))
}

// takenBack: the credential that is in the holder's hands is worth nothing when
// the award was revoked; no other is given out.
func (r *round) takenBack() {
	r.keep("status.json", visitor(r.t, r.url).read(r.t, "/credentials/status/1"))
	if out, err := r.others("credential.json"); err == nil || out != "revoked" {
		r.t.Errorf("a stranger's program: %v %s", err, out)
	}
	if out := r.fails(r.ours("credential.json")...); !strings.Contains(out, "Revoked") {
		r.t.Error(out)
	}
	r.bring("credential.json", "Revoked")
	r.do("its page", r.open("/awards/"+r.number), seen(`main h1`), gone(`a[href$="/credential.json"]`))
}

func (r *round) keep(name, content string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.files, name), []byte(content), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// others checks with a program that others wrote.
func (r *round) others(name string) (string, error) {
	at := func(f string) string { return filepath.Join(r.files, f) }
	out, err := exec.CommandContext(r.t.Context(), "node", "testdata/credential.mjs", at(name), at("did.json"), at("status.json")).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// ours are the arguments of our own check.
func (r *round) ours(name string) []string {
	at := func(f string) string { return filepath.Join(r.files, f) }
	return []string{"credential", "verify", at(name), "--did", at("did.json"), "--status", at("status.json"), "--lang", "en"}
}

// bring uploads a file to the page.
func (r *round) bring(name, want string) {
	r.t.Helper()
	r.do("bring "+name, r.open("/credentials/check"), seen(`#f-file`), chromedp.SetUploadFiles(chromedp.CSS(`#f-file`), []string{filepath.Join(r.files, name)}), click(`main form button`), seen(`main .xd-note`))
	r.holds(`main .xd-note`, want)
}
