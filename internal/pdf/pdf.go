// Package pdf prints our own pages as PDF with the Chromium that is on the
// machine (P1.7; ADR 20). A page is printed as it would be from a reader's
// browser, so there is one layout for both. Where there is no Chromium nothing
// is printed here, and readers use their browser's own print.
package pdf

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"

	"xuedu/internal/errs"
)

// Off as a path means that no Chromium is ever started.
const Off = "off"

// names are what Chromium is called, best known first.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// Limits of a Printer.
const (
	MostBytes = 32 << 20         // of a page, and twice that of a PDF
	MostWait  = 8                // pages that wait for the one that is printed
	MostTime  = 60 * time.Second // of one page
)

// Printer prints one page at a time. It is safe for concurrent use; nil prints
// nothing.
type Printer struct {
	path    string
	turn    chan struct{}
	waiting atomic.Int64
	kept    shelf
}

// New finds the Chromium to print with: at path, or in PATH where path is "".
// Off, or a path at which no program is, gives a Printer that is not Ready.
func New(path string) *Printer {
	p := &Printer{turn: make(chan struct{}, 1)}
	look := names
	switch path {
	case Off:
		return p
	case "":
	default:
		look = []string{path}
	}
	for _, name := range look {
		if found, err := exec.LookPath(name); err == nil {
			p.path = found
			break
		}
	}
	return p
}

// Ready reports whether Print can do anything: a page offers its PDF only then.
func (p *Printer) Ready() bool { return p != nil && p.path != "" }

// Print returns page, a whole HTML document that needs nothing else, as PDF.
// The same page is printed once and then remembered for a while. It fails with
// Unavailable where there is no Chromium or it did not manage, with TooMany
// where too many others wait, with Invalid for a page above MostBytes, and with
// the error of ctx.
func (p *Printer) Print(ctx context.Context, page []byte) ([]byte, error) {
	switch {
	case !p.Ready():
		return nil, errs.New(errs.Unavailable, "pdf.none")
	case len(page) > MostBytes:
		return nil, errs.New(errs.Invalid, "pdf.large", "MB", MostBytes>>20)
	}
	key := sha256.Sum256(page)
	if out := p.kept.get(key); out != nil {
		return out, nil
	}
	if err := p.wait(ctx); err != nil {
		return nil, err
	}
	defer func() { <-p.turn }()
	if out := p.kept.get(key); out != nil { // who was before printed it
		return out, nil
	}
	out, err := p.print(ctx, page)
	if err == nil {
		p.kept.put(key, out)
	}
	return out, err
}

// wait returns once it is the caller's turn.
func (p *Printer) wait(ctx context.Context) error {
	defer p.waiting.Add(-1)
	if p.waiting.Add(1) > MostWait+1 {
		return errs.New(errs.TooMany, "pdf.busy")
	}
	select {
	case p.turn <- struct{}{}:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// print runs Chromium in a folder of its own, which is removed afterwards.
func (p *Printer) print(ctx context.Context, page []byte) (out []byte, err error) {
	dir, err := os.MkdirTemp("", "xuedu-pdf-")
	if err != nil {
		return nil, failed(err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // the machine's own cleaning takes what is left
	in, to := filepath.Join(dir, "page.html"), filepath.Join(dir, "page.pdf")
	if err := os.WriteFile(in, page, 0o600); err != nil {
		return nil, failed(err)
	}
	limit, cancel := context.WithTimeout(ctx, MostTime)
	defer cancel()
	said, err := p.run(limit, dir, in, to)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, failed(fmt.Errorf("%w: %s", err, tail(said)))
	}
	if out, err = os.ReadFile(to); err == nil && (len(out) > 2*MostBytes || !bytes.HasPrefix(out, []byte("%PDF-"))) {
		err = fmt.Errorf("no PDF of a fitting size: %d bytes", len(out))
	}
	if err != nil {
		return nil, failed(fmt.Errorf("%w: %s", err, tail(said)))
	}
	return out, nil
}

func failed(err error) error { return &errs.Error{Kind: errs.Unavailable, Key: "pdf.failed", Err: err} }

// tail is the end of what a program said, for the log.
func tail(said []byte) []byte {
	const most = 600
	if len(said) > most {
		said = said[len(said)-most:]
	}
	return bytes.TrimSpace(said)
}
