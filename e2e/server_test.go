//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// bin is the program under test.
func bin(t testing.TB) string {
	t.Helper()
	b := os.Getenv("XUEDU_BIN")
	if b == "" {
		t.Fatal("XUEDU_BIN is not set: run make test")
	}
	return b
}

// run runs a command of the program to its end and returns its output.
func run(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), bin(t), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("xuedu %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// server is a running `xuedu serve`.
type server struct {
	URL string
	cmd *exec.Cmd
	log *tail
}

var served = regexp.MustCompile(`http://localhost:\d+`)

// serve starts the program on a free port and waits until it says where.
func serve(t testing.TB, dsn string, args ...string) *server {
	t.Helper()
	cmd := exec.Command(bin(t), append([]string{"serve", "--db", dsn, "--addr", "127.0.0.1:0", "--lang", "en"}, args...)...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &server{cmd: cmd, log: &tail{}}
	ready := make(chan string, 1)
	go s.read(stderr, ready)
	select {
	case url, ok := <-ready:
		if !ok {
			t.Fatalf("serve ended before it served:\n%s", s.log)
		}
		s.URL = strings.Replace(url, "localhost", "127.0.0.1", 1)
	case <-time.After(60 * time.Second):
		s.kill()
		t.Fatalf("serve did not start:\n%s", s.log)
	}
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("server log:\n%s", s.log)
		}
	})
	return s
}

func (s *server) read(r io.Reader, ready chan<- string) {
	defer close(ready)
	told := false
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		s.log.add(sc.Text())
		if url := served.FindString(sc.Text()); url != "" && !told {
			told = true
			ready <- url
		}
	}
}

// kill ends the server as a power cut would.
func (s *server) kill() {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Kill() // may have ended by itself
		_ = s.cmd.Wait()
	}
}

// stop ends the server as its operator would.
func (s *server) stop(t testing.TB) {
	t.Helper()
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("serve ends with %v\n%s", err, s.log)
	}
}

// tail keeps the last lines of a log.
type tail struct {
	mu    sync.Mutex
	lines []string
}

func (l *tail) add(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, s)
	if len(l.lines) > 60 {
		l.lines = l.lines[1:]
	}
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// city is a demonstration city of today, made once and copied for each test.
var city = sync.OnceValues(func() (string, error) { return makeCity() })

// early is one of the day on which the tests of whole calls begin.
var early = sync.OnceValues(func() (string, error) { return makeCity("--clock", begins) })

func makeCity(args ...string) (string, error) {
	dir, err := os.MkdirTemp("", "xuedu-e2e")
	if err != nil {
		return "", err
	}
	args = append([]string{"demo", "--scale", "0.004", "--dir", filepath.Join(dir, "demo"), "--seed", "1", "--no-serve", "--lang", "en"}, args...)
	out, err := exec.Command(os.Getenv("XUEDU_BIN"), args...).CombinedOutput()
	if err != nil {
		return "", &commandError{err: err, out: string(out)}
	}
	return filepath.Join(dir, "demo"), nil
}

type commandError struct {
	err error
	out string
}

func (e *commandError) Error() string { return e.err.Error() + "\n" + e.out }

// demo returns the DSN of a fresh copy of the demonstration city.
func demo(t testing.TB) string {
	t.Helper()
	return copied(t, city)
}

// earlyDemo returns the DSN of one of the day begins.
func earlyDemo(t testing.TB) string {
	t.Helper()
	return copied(t, early)
}

func copied(t testing.TB, made func() (string, error)) string {
	t.Helper()
	bin(t)
	src, err := made()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(src)); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil || len(found) != 1 {
		t.Fatalf("databases in the demo folder: %v, %v; want one", found, err)
	}
	return "sqlite:" + found[0]
}

// within asks again and again until ok, or fails when the time is over.
func within(t testing.TB, d time.Duration, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		if ok() {
			tick.Stop()
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("not within %s: %s", d, what)
		case <-tick.C:
		}
	}
}
