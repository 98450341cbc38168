package attach_test

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xuedu/internal/accredit/attach"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
)

// office makes an Office file of these parts.
func office(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "word/document.xml", "word/vbaProject.bin", "xl/workbook.xml", "word/activeX/activeX1.xml"} {
		text, ok := parts[name]
		if !ok {
			continue
		}
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func docx(t testing.TB) []byte {
	return office(t, map[string]string{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})
}

func TestCheckLooksBehindTheEnding(t *testing.T) {
	t.Parallel()
	png := []byte("\x89PNG\r\n\x1a\n…")
	all := []string{"pdf", "jpg", "png", "docx", "xlsx", "txt"}
	macro := office(t, map[string]string{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>", "word/vbaProject.bin": "x"})
	declared := office(t, map[string]string{"[Content_Types].xml": `<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>`, "word/document.xml": "<w/>"})
	control := office(t, map[string]string{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>", "word/activeX/activeX1.xml": "<x/>"})
	for _, tt := range []struct {
		name    string
		content []byte
		types   []string
		key     string // of the error, "" = taken
	}{
		{"报告.pdf", []byte("%PDF-1.7"), all, ""},
		{"报告.PDF", []byte("%PDF-1.7"), all, ""},
		{"照片.png", png, all, ""},
		{"大纲.docx", docx(t), all, ""},
		{"说明.txt", []byte("你好"), all, ""},
		{"报告.pdf", png, all, "attach.not_what_it_says"},
		{"大纲.xlsx", docx(t), all, "attach.not_what_it_says"},
		{"大纲.docx", []byte("PK\x03\x04 broken"), all, "attach.not_what_it_says"},
		{"说明.txt", []byte("a\x00b"), all, "attach.not_what_it_says"},
		{"大纲.docx", macro, all, "attach.macros"},
		{"大纲.docx", declared, all, "attach.macros"},
		{"大纲.docx", control, all, "attach.macros"},
		{"大纲.docm", macro, []string{"docm"}, "attach.bad_type"},
		{"照片.png", png, []string{"pdf"}, "attach.bad_type"},
		{"没有后缀", png, all, "attach.bad_type"},
		{"空.pdf", nil, all, "attach.empty"},
		{"大.pdf", append([]byte("%PDF-"), make([]byte, 2000)...), all, "attach.too_large"},
		{"../偷.pdf", []byte("%PDF-"), all, "attach.bad_name"},
		{`c:\偷.pdf`, []byte("%PDF-"), all, "attach.bad_name"},
		{".pdf", []byte("%PDF-"), all, "attach.bad_name"},
		{"报告\u202efdp.exe.pdf", []byte("%PDF-"), all, "attach.bad_name"},
		{"报告\n.pdf", []byte("%PDF-"), all, "attach.bad_name"},
		{strings.Repeat("长", 100) + ".pdf", []byte("%PDF-"), all, "attach.bad_name"},
	} {
		_, err := attach.Check(tt.name, tt.content, tt.types, 1900)
		e, _ := err.(*errs.Error)
		if tt.key == "" && err != nil || tt.key != "" && (e == nil || e.Key != tt.key || e.Kind != errs.Invalid || e.Field != "file") {
			t.Errorf("%q: %v, want %q", tt.name, err, tt.key)
		}
	}
}

// city is a store with a database and a folder of its own.
type city struct {
	*attach.Store
	t   testing.TB
	db  *db.DB
	now time.Time
}

func newCity(t testing.TB, d *db.DB, scanner ...string) *city {
	c := &city{t: t, db: d, now: time.Now()}
	c.Store = attach.New(d, attach.Options{Dir: filepath.Join(t.TempDir(), "files"), Scanner: scanner, Now: func() time.Time { return c.now }})
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// put keeps content; the transaction ends as end says.
func (c *city) put(content string, end error) (digest string, err error) {
	err = c.db.InTx(c.t.Context(), func(tx *sql.Tx) error {
		if digest, err = c.Put(c.t.Context(), tx, "text/plain", []byte(content)); err != nil {
			return err
		}
		return end
	})
	return digest, err
}

func (c *city) path(digest string) string { return filepath.Join(c.Dir, digest[:2], digest[2:]) }

func TestFilesAreKeptByContent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		one, err := c.put("同一份", nil)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := c.put("同一份", nil); err != nil || again != one {
			t.Errorf("again %s, %v", again, err)
		}
		content, err := c.Get(t.Context(), one)
		if err != nil || string(content) != "同一份" {
			t.Errorf("got %q, %v", content, err)
		}
		for _, bad := range []string{"", "..", "../../etc/passwd", strings.ToUpper(one), one[:62] + "//", strings.Repeat("0", 64)} {
			if _, err := c.Get(t.Context(), bad); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if err := os.WriteFile(c.path(one), []byte("改过"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Get(t.Context(), one); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("a changed file: %v", err)
		}
		two, err := c.put("另一份", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(c.path(two)); err != nil {
			t.Fatal(err)
		}
		n, lost, err := c.Verify(t.Context())
		if err != nil || n != 2 || len(lost) != 2 || !find(lost, one).Damaged || find(lost, two).Damaged {
			t.Errorf("verified %d, %+v, %v", n, lost, err)
		}
	})
}

func find(list []attach.Lost, digest string) attach.Lost {
	for _, l := range list {
		if l.Digest == digest {
			return l
		}
	}
	return attach.Lost{}
}

// A file without a row goes, but not while its transaction may still run; a
// file with one never does.
func TestSweepTakesOrphansOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		kept, err := c.put("有登记", nil)
		if err != nil {
			t.Fatal(err)
		}
		orphan, _ := c.put("没有登记", errs.New(errs.Conflict, "attach.empty"))
		for _, name := range []string{"README", filepath.Join(kept[:2], "x.part")} {
			if err := os.WriteFile(filepath.Join(c.Dir, name), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := c.Sweep(t.Context()); err != nil || n != 0 {
			t.Errorf("swept %d young files, %v", n, err)
		}
		c.now = c.now.Add(attach.Young + time.Hour)
		if n, err := c.Sweep(t.Context()); err != nil || n != 2 {
			t.Errorf("swept %d, %v; want the orphan and what was never finished", n, err)
		}
		if _, err := c.Get(t.Context(), kept); err != nil {
			t.Errorf("what has a row: %v", err)
		}
		if _, err := c.Get(t.Context(), orphan); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the orphan: %v", err)
		}
		if _, err := os.Stat(filepath.Join(c.Dir, "README")); err != nil {
			t.Errorf("what is not ours: %v", err)
		}
	})
}

// Whoever scans decides; where nobody answers nothing is kept.
func TestScanner(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	for _, tt := range []struct {
		name    string
		scanner []string
		want    errs.Kind
		ok      bool
	}{
		{"clean", []string{"sh", "-c", "cat >/dev/null"}, 0, true},
		{"refused", []string{"sh", "-c", "grep -q EICAR && echo FOUND && exit 1"}, errs.Invalid, false},
		{"missing", []string{"/no/such/scanner"}, errs.Unavailable, false},
	} {
		c := newCity(t, d, tt.scanner...)
		digest, err := c.put("EICAR", nil)
		if tt.ok != (err == nil) || err != nil && errs.KindOf(err) != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
		if _, err := os.Stat(c.Dir); tt.ok != (err == nil) {
			t.Errorf("%s: the folder: %v", tt.name, err)
		}
		if tt.ok && digest == "" {
			t.Errorf("%s: no digest", tt.name)
		}
	}
	slow := attach.New(d, attach.Options{Dir: t.TempDir(), Scanner: []string{"tail", "-f", "/dev/null"}, Timeout: 30 * time.Millisecond, Now: time.Now})
	if _, err := slow.Store(t.Context(), []byte("x")); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a scanner that never ends: %v", err)
	}
}

func TestWithoutAFolderNothingIsKept(t *testing.T) {
	t.Parallel()
	s := attach.New(dbtest.SQLite(t), attach.Options{Now: time.Now})
	if _, err := s.Store(t.Context(), []byte("x")); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("kept: %v", err)
	}
	if n, err := s.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
}

// Whatever a name is, what passes is safe to show and to save, and ends in what
// the content is.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"报告.pdf", "../x.pdf", "a\x00.pdf", ".pdf", "x.pdf.exe", "x.PDF", "\u202excod.pdf", "x.docx", strings.Repeat("x", 300) + ".pdf"} {
		f.Add(s, []byte("%PDF-1.7"))
	}
	f.Add("x.docx", docx(f))
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		media, err := attach.Check(name, content, []string{"pdf", "docx"}, 1<<20)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatalf("%q: %v", name, err)
			}
			return
		}
		end := attach.Ending(name)
		if filepath.Base(name) != name || strings.ContainsAny(name, "/\\\x00\r\n\"\u202e") && !strings.Contains(name, `"`) || end != "pdf" && end != "docx" || media == "" {
			t.Fatalf("%q passed as %s", name, media)
		}
	})
}
