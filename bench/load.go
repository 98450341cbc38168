package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	perSecond   = 200
	loadSeconds = 15
)

// pageLoad is what a page took at perSecond requests a second, and the same
// bytes as a file from a server that does nothing else.
type pageLoad struct {
	bytes      int
	ours, file quantiles
}

// serve measures the public page of the report, then the file server.
func (x *reportsReport) serve(ctx context.Context, o options, c *madeCity, path string) error {
	at, stop, err := c.serve(ctx)
	if err != nil {
		return err
	}
	page, err := get(at + path)
	if err != nil {
		stop()
		return err
	}
	x.page.bytes = len(page)
	x.page.ours, err = load200(ctx, at+path, len(page))
	stop()
	if err != nil {
		return err
	}
	dir := filepath.Join(o.dir, "static")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "report.html"), page, 0o600); err != nil {
		return err
	}
	file, stopFile, err := serveFiles(ctx, dir)
	if err != nil {
		return err
	}
	defer stopFile()
	x.page.file, err = load200(ctx, file+"/report.html", len(page))
	log.Printf("report: page p95 %s ms, file p95 %s ms", ms(x.page.ours.p95), ms(x.page.file.p95))
	return err
}

// serveFiles starts this program again as a static file server.
func serveFiles(ctx context.Context, dir string) (url string, stop func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		return "", nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, self, "--child", "files", "--dir", dir, "--out", addr)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = interrupt(cmd) // it may have ended
		_ = cmd.Wait()
	}
	for range 100 {
		if _, err = get("http://" + addr + "/report.html"); err == nil {
			return "http://" + addr, stop, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return "", nil, err
}

// runFiles is the file server: dir on an address, until it is interrupted.
func runFiles(ctx context.Context, dir, addr string) error {
	s := &http.Server{Addr: addr, Handler: http.FileServer(http.Dir(dir)), ReadHeaderTimeout: time.Second}
	go func() {
		<-ctx.Done()
		_ = s.Close()
	}()
	if err := s.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// load200 asks for an address perSecond times a second, however long answers
// take: a request that has to wait counts from when it was due. Every answer
// must be about of the size.
func load200(ctx context.Context, url string, size int) (quantiles, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: perSecond}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	n := perSecond * loadSeconds
	took, fail := make([]float64, n), make([]error, n)
	var wait sync.WaitGroup
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * time.Second / perSecond)
		time.Sleep(time.Until(due))
		wait.Go(func() {
			fail[i] = one(ctx, client, url, size)
			took[i] = since(due)
		})
	}
	wait.Wait()
	for _, err := range fail {
		if err != nil {
			return quantiles{}, err
		}
	}
	took = took[perSecond:] // the first second fills what is kept
	slices.Sort(took)
	return quantiles{took[len(took)/2], took[len(took)*95/100]}, nil
}

func one(ctx context.Context, client *http.Client, url string, size int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept-Encoding", "identity")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err == nil && (res.StatusCode != http.StatusOK || n < int64(size)*9/10) {
		err = fmt.Errorf("%s: %s, %d bytes", url, res.Status, n)
	}
	return err
}

func (p pageLoad) table(b *strings.Builder) {
	if p.bytes == 0 {
		return
	}
	fmt.Fprintf(b, "\nThe public page of this report (%s kB) at %d requests a second for %d s, asked for on the same %d cores; beside it the same bytes from a static file server in Go.\n\n"+
		"| | ms | p95 |\n| --- | --: | --: |\n| the page | %s | **%s** |\n| the file | %s | %s |\n| ratio | %s × | %s × |\n",
		grouped(p.bytes/1000), perSecond, loadSeconds, runtime.NumCPU(), ms(p.ours.mid), ms(p.ours.p95), ms(p.file.mid), ms(p.file.p95), ratio(p.ours.mid/p.file.mid), ratio(p.ours.p95/p.file.p95))
}
