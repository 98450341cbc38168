package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
	"sync/atomic"

	"xuedu/internal/errs"
)

// Limits against files that unpack to more than they pretend. A worksheet is
// streamed, so only its length counts; the texts are kept in memory.
const (
	maxSheet = 4 << 30
	maxTexts = 512 << 20
	maxPart  = 32 << 20
	maxCols  = 1024
)

var errTooLarge = errs.New(errs.Invalid, "sheet.too_large")

// xlsxSource streams the rows of one worksheet. Reading is our own, not the
// library's: only so are the kind and the style of a cell known, which tell a
// date from a number (docs/adr/0008-import-and-tables.md).
type xlsxSource struct {
	dec     *xml.Decoder
	part    io.Closer
	read    atomic.Int64
	size    int64
	texts   []string
	dates   []bool // by style: the number is a date
	base    epoch
	lastRow int
	cells   []string
	buf     strings.Builder
}

func (s *xlsxSource) done() (read, size int64) { return min(s.read.Load(), s.size), s.size }

// book is what workbook.xml says.
type book struct {
	Pr struct {
		Date1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets []struct {
		State string `xml:"state,attr"`
		ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		ID2   string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"` // strict form
	} `xml:"sheets>sheet"`
}

type rels struct {
	List []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	} `xml:"Relationship"`
}

func openXLSX(r io.ReaderAt, size int64) (*xlsxSource, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, broken(err)
	}
	main, err := mainPart(z)
	if err != nil {
		return nil, err
	}
	var b book
	if err := decodePart(z, main, &b); err != nil {
		return nil, err
	}
	var rl rels
	if err := decodePart(z, path.Join(path.Dir(main), "_rels", path.Base(main)+".rels"), &rl); err != nil {
		return nil, err
	}
	s := &xlsxSource{base: epochOf(b.Pr.Date1904)}
	sheetPart := ""
	for _, l := range rl.List {
		p := resolve(main, l.Target)
		switch {
		case l.ID == firstVisible(b):
			sheetPart = p
		case strings.HasSuffix(l.Type, "/sharedStrings"):
			s.texts, err = readTexts(z, p)
		case strings.HasSuffix(l.Type, "/styles"):
			s.dates, err = readStyles(z, p)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, s.start(z, sheetPart)
}

func mainPart(z *zip.Reader) (string, error) {
	var rl rels
	if err := decodePart(z, "_rels/.rels", &rl); err != nil {
		return "", errs.New(errs.Invalid, "sheet.not_table") // some other zip
	}
	for _, l := range rl.List {
		if strings.HasSuffix(l.Type, "/officeDocument") && strings.Contains(l.Target, "workbook") {
			return resolve("", l.Target), nil
		}
	}
	return "", errs.New(errs.Invalid, "sheet.not_table")
}

func firstVisible(b book) string {
	for _, s := range b.Sheets {
		if s.State == "" || s.State == "visible" {
			return s.ID + s.ID2
		}
	}
	return ""
}

func resolve(from, target string) string {
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(path.Clean(target), "/")
	}
	return path.Join(path.Dir(from), target)
}

func (s *xlsxSource) start(z *zip.Reader, part string) error {
	f, err := openPart(z, part)
	if err != nil {
		return err
	}
	s.size = int64(min(f.UncompressedSize64, maxSheet))
	rc, err := f.Open()
	if err != nil {
		return broken(err)
	}
	s.part = rc
	s.dec = xml.NewDecoder(&limited{r: rc, left: maxSheet, count: &s.read})
	return nil
}

func openPart(z *zip.Reader, name string) (*zip.File, error) {
	for _, f := range z.File {
		if strings.EqualFold(strings.TrimPrefix(f.Name, "/"), name) {
			return f, nil
		}
	}
	return nil, broken(errors.New("no part " + name))
}

func decodePart(z *zip.Reader, name string, v any) error {
	f, err := openPart(z, name)
	if err != nil {
		return err
	}
	rc, err := f.Open()
	if err != nil {
		return broken(err)
	}
	defer rc.Close()
	return broken(xml.NewDecoder(&limited{r: rc, left: maxPart}).Decode(v))
}

// broken says that a workbook cannot be read; nil stays nil.
func broken(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e
	}
	return &errs.Error{Kind: errs.Invalid, Key: "sheet.broken", Err: err}
}

// limited fails with errTooLarge where more than left bytes come.
type limited struct {
	r     io.Reader
	left  int64
	count *atomic.Int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLarge
	}
	if l.count != nil {
		l.count.Add(int64(n))
	}
	return n, err
}

// readTexts reads the shared strings of a workbook.
func readTexts(z *zip.Reader, name string) ([]string, error) {
	f, err := openPart(z, name)
	if err != nil {
		return nil, nil // a workbook of numbers may lack the part its list names
	}
	rc, err := f.Open()
	if err != nil {
		return nil, broken(err)
	}
	defer rc.Close()
	dec := xml.NewDecoder(&limited{r: rc, left: maxTexts})
	var texts []string
	var buf strings.Builder
	for {
		tok, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return texts, nil
		}
		if err != nil {
			return nil, broken(err)
		}
		if t, ok := tok.(xml.StartElement); ok && t.Name.Local == "si" {
			if err := readText(dec, "si", &buf); err != nil {
				return nil, broken(err)
			}
			texts = append(texts, buf.String())
		}
	}
}

// readText collects the <t> of an element up to its end; how a word is
// pronounced (<rPh>) is no part of it.
func readText(dec *xml.Decoder, end string, buf *strings.Builder) error {
	buf.Reset()
	inText, aside := false, false
	for {
		tok, err := dec.RawToken()
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			inText = t.Name.Local == "t"
			aside = aside || t.Name.Local == "rPh"
		case xml.CharData:
			if inText && !aside {
				buf.Write(t)
			}
		case xml.EndElement:
			if t.Name.Local == end {
				return nil
			}
			inText = false
			aside = aside && t.Name.Local != "rPh"
		}
	}
}
