package pdf_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"xuedu/internal/errs"
	"xuedu/internal/pdf"
)

const head = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>认定决定</title><style>
@page { size: A4; margin: 20mm; @bottom-center { content: "第 " counter(page) " 页 共 " counter(pages) " 页"; } }
body { font-family: FangSong, "Noto Serif CJK SC", serif }
</style></head><body>`

// P1.7: what is printed is A4, numbered, its text can be found and copied, and
// its fonts travel with it.
func TestPrint(t *testing.T) {
	t.Parallel()
	p := pdf.New("")
	out, err := p.Print(t.Context(), []byte(head+`<h1>认定决定</h1><p>示例市学习型组织 SF2026-001</p><p lang="en">Recognised</p><p style="break-before:page">名单</p>`))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, out, 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(run(t, "pdftotext", "-layout", file, "-")), "")
	for _, want := range []string{"认定决定", "示例市学习型组织SF2026-001", "Recognised", "第1页共2页", "第2页共2页"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	info := run(t, "pdfinfo", file)
	for _, want := range []string{"Pages:           2", "(A4)", "Tagged:          yes", "JavaScript:      no", "认定决定"} {
		if !strings.Contains(info, want) {
			t.Errorf("%q is not in\n%s", want, info)
		}
	}
	embedded(t, run(t, "pdffonts", file))
}

// embedded fails unless there are fonts and all are embedded and can be read
// back as text: columns emb and uni.
func embedded(t *testing.T, table string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if len(lines) < 3 {
		t.Fatalf("no fonts:\n%s", table)
	}
	for _, l := range lines[2:] {
		f := strings.Fields(l)
		if n := len(f); n < 5 || f[n-5] != "yes" || f[n-3] != "yes" {
			t.Errorf("not embedded, or without text: %s", l)
		}
	}
}

// A page can fetch nothing: neither from the network nor from this machine.
func TestNothingIsFetched(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			_ = c.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	page := head + `<img src="http://127.0.0.1:` + port + `/a.png"><img src="http://localhost:` + port + `/b.png"><p>x`
	if _, err := pdf.New("").Print(t.Context(), []byte(page)); err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if n := asked.Load(); n != 0 {
		t.Errorf("asked %d times", n)
	}
}

func TestWithoutChromium(t *testing.T) {
	t.Parallel()
	for _, path := range []string{pdf.Off, "/nowhere/chromium"} {
		p := pdf.New(path)
		if p.Ready() {
			t.Errorf("%q is ready", path)
		}
		if _, err := p.Print(t.Context(), []byte(head)); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("%q: %v", path, err)
		}
	}
	var none *pdf.Printer
	if none.Ready() {
		t.Error("nil is ready")
	}
}

// fake makes a program that stands for Chromium.
func fake(t *testing.T, script string) (p *pdf.Printer, dir string) {
	t.Helper()
	dir = t.TempDir()
	path := filepath.Join(dir, "chromium")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil { //nolint:gosec // it is to be run
		t.Fatal(err)
	}
	return pdf.New(path), dir
}

const out = `for a; do case $a in --print-to-pdf=*) to=${a#--print-to-pdf=};; esac; done
`

// The same page is printed once; another is printed anew.
func TestRemembered(t *testing.T) {
	t.Parallel()
	p, dir := fake(t, out+`echo x >>"$(dirname "$0")/runs"; printf '%%PDF-1.4 x' >"$to"`)
	for _, page := range []string{"a", "a", "b", "a"} {
		if _, err := p.Print(t.Context(), []byte(page)); err != nil {
			t.Fatal(err)
		}
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "runs")); bytes.Count(b, []byte("x")) != 2 {
		t.Errorf("runs: %q", b)
	}
}

// A failure says so, is not remembered, and leaves nothing behind.
func TestFailures(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"exit":   "echo no display; exit 3",
		"silent": "exit 0",
		"no PDF": out + `echo sorry >"$to"`,
	} {
		p, _ := fake(t, script)
		for range 2 {
			if _, err := p.Print(t.Context(), []byte("a")); errs.KindOf(err) != errs.Unavailable {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	p, _ := fake(t, "exit 0")
	if _, err := p.Print(t.Context(), make([]byte, pdf.MostBytes+1)); errs.KindOf(err) != errs.Invalid {
		t.Errorf("too large: %v", err)
	}
}

// Who goes away while Chromium hangs is not held, and it ends with them, with
// all it started; the folder is gone.
func TestCancelled(t *testing.T) {
	t.Parallel()
	p, dir := fake(t, `pwd >"$(dirname "$0")/at"; sleep 600 & echo >"$(dirname "$0")/begun"; wait`)
	begun := filepath.Join(dir, "begun")
	if err := exec.CommandContext(t.Context(), "mkfifo", begun).Run(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := p.Print(ctx, []byte("a"))
		done <- err
	}()
	if _, err := os.ReadFile(begun); err != nil { // blocks until it runs
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Print = %v", err)
	}
	at, err := os.ReadFile(filepath.Join(dir, "at"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(strings.TrimSpace(string(at))); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s (make test installs it): %v\n%s", name, err, out)
	}
	return string(out)
}
