package awardhttp_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"xuedu/internal/accredit/award/awardtest"
)

// P1.7: the certificate as PDF is one sheet across with the words of the page,
// its fonts in it, and a code that leads to where it is verified.
func TestCertificatePDF(t *testing.T) {
	s := newSite(t)
	a := s.Granted(t, awardtest.District)[0]
	rec := s.get("/awards/" + a.Number + "/certificate.pdf")
	s.wants(rec, 200, "%PDF-")
	if got := rec.Header().Get("Content-Type"); got != "application/pdf" {
		t.Errorf("type %s", got)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "c.pdf")
	if err := os.WriteFile(file, rec.Body.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(run(t, "pdftotext", "-layout", file, "-")), "")
	for _, want := range []string{"认定证书", a.Holder, a.Number, a.Document, "证书有效", "示例市教委"} {
		if !strings.Contains(text, strings.Join(strings.Fields(want), "")) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	if info := run(t, "pdfinfo", file); !strings.Contains(info, "Pages:           1\n") || !strings.Contains(info, "841.92 x 594.96") && !strings.Contains(info, "841.92 x 595") {
		t.Errorf("not one A4 across:\n%s", info)
	}
	for _, l := range strings.Split(strings.TrimSpace(run(t, "pdffonts", file)), "\n")[2:] {
		if f := strings.Fields(l); f[len(f)-5] != "yes" || f[len(f)-3] != "yes" {
			t.Errorf("font not embedded, or without text: %s", l)
		}
	}
	run(t, "pdftoppm", "-r", "150", "-png", "-singlefile", file, filepath.Join(dir, "c"))
	if got := run(t, "zbarimg", "--quiet", "--raw", filepath.Join(dir, "c.png")); !strings.Contains(got, "/v/"+a.Number) {
		t.Errorf("the code says %q", got)
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		t.Fatalf("%s (make test installs it): %v", name, err)
	}
	return string(out)
}
