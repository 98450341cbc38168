package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

var (
	utf8BOM = []byte("\xef\xbb\xbf")
	utf16LE = []byte("\xff\xfe")
	utf16BE = []byte("\xfe\xff")
)

// window is how much text decides between UTF-8 and GB18030.
const window = 1 << 16

// decoder turns text of unknown encoding into UTF-8. A mark decides at once;
// else the first byte that is not ASCII does, by what follows it: both
// encodings agree up to there, so nothing need be read twice.
type decoder struct {
	in      *bufio.Reader
	out     io.Reader // nil while undecided
	started bool
	gb      atomic.Bool // GB18030 was chosen
}

func newDecoder(r io.Reader) *decoder { return &decoder{in: bufio.NewReaderSize(r, window)} }

func (d *decoder) Read(p []byte) (int, error) {
	if !d.started {
		d.started = true
		d.mark()
	}
	if d.out != nil {
		return d.out.Read(p)
	}
	if _, err := d.in.Peek(1); err != nil {
		return 0, err
	}
	buf, _ := d.in.Peek(min(len(p), d.in.Buffered()))
	n := ascii(buf)
	if n > 0 {
		return d.in.Read(p[:n])
	}
	return d.choose().Read(p)
}

func (d *decoder) mark() {
	head, _ := d.in.Peek(3) // a short text has no mark
	switch {
	case bytes.HasPrefix(head, utf8BOM):
		_, _ = d.in.Discard(len(utf8BOM)) // they are buffered
		d.out = d.in
	case bytes.HasPrefix(head, utf16LE), bytes.HasPrefix(head, utf16BE):
		d.out = transform.NewReader(d.in, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder())
	}
}

func (d *decoder) choose() io.Reader {
	buf, err := d.in.Peek(window)
	if validUTF8(buf, errors.Is(err, io.EOF)) {
		d.out = d.in
	} else {
		d.gb.Store(true)
		d.out = transform.NewReader(d.in, simplifiedchinese.GB18030.NewDecoder())
	}
	return d.out
}

// validUTF8 reports whether b is UTF-8; a last rune may be cut off if more follows.
func validUTF8(b []byte, whole bool) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return !whole && !utf8.FullRune(b)
		}
		b = b[n:]
	}
	return true
}

func ascii(b []byte) int {
	for i, c := range b {
		if c >= utf8.RuneSelf {
			return i
		}
	}
	return len(b)
}
