package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/gowebpki/jcs"
)

// Canonical writes the release as canonical JSON (RFC 8785): the bytes that are
// hashed and signed. Everything but the cells goes through the library; cells,
// of which there may be a million, are written as it would write them.
func (r *Release) Canonical() ([]byte, error) {
	head := *r
	head.Cells = []Cell{}
	raw, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("write release: %w", err)
	}
	out, err := jcs.Transform(raw)
	if err != nil {
		return nil, fmt.Errorf("canonical release: %w", err)
	}
	at := bytes.Index(out, emptyCells)
	if at < 0 {
		return nil, errors.New("canonical release: no place for the cells")
	}
	at += len(emptyCells) - 1 // before the bracket that closes
	b := make([]byte, 0, len(out)+len(r.Cells)*120)
	b = append(b, out[:at]...)
	for i := range r.Cells {
		if i > 0 {
			b = append(b, ',')
		}
		b = r.Cells[i].appendTo(b)
	}
	return append(b, out[at:]...), nil
}

// emptyCells stands where the cells go. Keys are sorted, and areas, the only
// key before it, hold no such text: quotation marks inside are escaped.
var emptyCells = []byte(`,"cells":[]`)

// appendTo writes a cell with sorted keys and without those that are empty.
func (c *Cell) appendTo(b []byte) []byte {
	b = append(b, '{')
	b = appendText(b, "area", c.Area)
	if c.Cause != "" {
		b = appendText(append(b, ','), "cause", c.Cause)
	}
	b = appendText(append(b, ','), "code", c.Code)
	if c.Exact != "" {
		b = appendText(append(b, ','), "exact", c.Exact)
	}
	if c.Expected != 0 {
		b = fmt.Appendf(b, `,"expected":%d`, c.Expected)
	}
	b = appendText(append(b, ','), "period", c.Period)
	if c.Reported != 0 {
		b = fmt.Appendf(b, `,"reported":%d`, c.Reported)
	}
	if c.Slice != "" {
		b = appendText(append(b, ','), "slice", c.Slice)
	}
	b = appendText(append(b, ','), "state", c.State)
	if c.Value != "" {
		b = appendText(append(b, ','), "value", c.Value)
	}
	return append(b, '}')
}

// appendText writes "name":"value" as RFC 8785 does: codes are nearly always
// plain ASCII; for all else the library does it.
func appendText(b []byte, name, value string) []byte {
	b = append(append(append(b, '"'), name...), '"', ':')
	for i := range len(value) {
		if c := value[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			return append(b, quote(value)...)
		}
	}
	return append(append(append(b, '"'), value...), '"')
}

func quote(value string) []byte {
	raw, err := json.Marshal([]string{value})
	if err == nil {
		raw, err = jcs.Transform(raw)
	}
	if err != nil { // a list of one text is always JSON
		return []byte(`""`)
	}
	return raw[1 : len(raw)-1]
}

// Digest is the SHA-256 of canonical bytes, hex.
func Digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// ErrFormat is returned for what is no release, or one of another format.
var ErrFormat = errors.New("no release of format " + Format)

// Parse reads a release. Fields that it does not know fail: nothing that was
// signed may be overlooked.
func Parse(b []byte) (*Release, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var r Release
	if err := d.Decode(&r); err != nil {
		return nil, fmt.Errorf("read release: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read release: something follows it")
	}
	if r.Format != Format {
		return nil, ErrFormat
	}
	return &r, nil
}
