package score

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/errs"
)

// Format is the version of the record that this program writes and reads.
const Format = 1

// Encode returns the record in its one canonical form: ballots by application
// and seat, entries by application, the result by place, keys of maps sorted,
// no spaces, one line feed at the end. Its SHA-256 is the record's digest.
func (r Record) Encode() ([]byte, error) {
	r.Format = Format
	r.Ballots, r.Entries, r.Result = slices.Clone(r.Ballots), slices.Clone(r.Entries), slices.Clone(r.Result)
	slices.SortFunc(r.Ballots, func(a, b Ballot) int {
		return cmp.Or(strings.Compare(a.Application, b.Application), strings.Compare(a.Expert, b.Expert))
	})
	slices.SortFunc(r.Entries, func(a, b Entry) int { return strings.Compare(a.Application, b.Application) })
	slices.SortFunc(r.Result, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), strings.Compare(a.Application, b.Application))
	})
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(r)
	return out.Bytes(), err
}

// Digest is the SHA-256 of a record's canonical form, hex.
func Digest(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// ParseRecord reads a sealed record, name being what its errors call the file.
// It is strict: Invalid with file, line and column for bytes that are no
// record, for a field it does not know, for another format, and for anything
// that is not byte for byte the canonical form, such as a key that stands
// twice or a ballot out of its order.
func ParseRecord(name string, data []byte) (Record, error) {
	var r Record
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return Record{}, syntax(name, data, dec.InputOffset(), err)
	}
	if r.Format != Format {
		return Record{}, refuse("score.file.format", name, data, 0, "Format", r.Format)
	}
	canonical, err := r.Encode()
	if err != nil {
		return Record{}, err
	}
	if i := differs(canonical, data); i >= 0 {
		return Record{}, refuse("score.file.not_canonical", name, data, int64(i))
	}
	return r, nil
}

func syntax(name string, data []byte, at int64, err error) error {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = e.Offset
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return refuse("score.file.type", name, data, e.Offset, "Field", e.Field)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse("score.file.short", name, data, int64(len(data)))
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return refuse("score.file.unknown", name, data, at, "Field", strings.Trim(field, `"`))
	}
	return refuse("score.file.syntax", name, data, at)
}

// refuse names the place: file:line:column, counted in bytes from 1.
func refuse(key, name string, data []byte, at int64, args ...any) error {
	at = min(max(at, 0), int64(len(data)))
	before := data[:at]
	line := 1 + bytes.Count(before, []byte{'\n'})
	column := len(before) - bytes.LastIndexByte(before, '\n')
	where := name + ":" + strconv.Itoa(line) + ":" + strconv.Itoa(column)
	return errs.New(errs.Invalid, key, append([]any{"Where", where}, args...)...)
}

// differs is the first place at which a and b differ, -1 if they do not.
func differs(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}
