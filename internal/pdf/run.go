package pdf

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// flags of every run: no network, no extensions, nothing that outlives it.
var flags = []string{
	"--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--no-pdf-header-footer", "--generate-pdf-document-outline",
	"--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-domain-reliability",
	"--disable-sync", "--disable-extensions", "--disable-breakpad", "--disable-crash-reporter", "--disable-dev-shm-usage", "--metrics-recording-only", "--mute-audio",
	"--renderer-process-limit=1",
	"--proxy-server=socks5://127.0.0.1:9", "--proxy-bypass-list=<-loopback>", "--host-resolver-rules=MAP * ~NOTFOUND",
}

// run prints the file in to the file to. Chromium gets nothing of this
// program's environment but where programs and fonts are: no secret of a
// setting can reach a page.
func (p *Printer) run(ctx context.Context, dir, in, to string) ([]byte, error) {
	args := append([]string{}, flags...)
	if os.Geteuid() == 0 { // Chromium has no sandbox for root; see docs/operators/pdf.md
		args = append(args, "--no-sandbox")
	}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(in)}
	args = append(args, "--user-data-dir="+filepath.Join(dir, "profile"), "--print-to-pdf="+to, address.String())
	c := exec.CommandContext(ctx, p.path, args...)
	c.Dir = dir
	c.Env = []string{"HOME=" + dir, "TMPDIR=" + dir, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
	for _, name := range []string{"FONTCONFIG_PATH", "FONTCONFIG_FILE"} {
		if v := os.Getenv(name); v != "" {
			c.Env = append(c.Env, name+"="+v)
		}
	}
	c.WaitDelay = 5 * time.Second
	together(c)
	return c.CombinedOutput()
}
