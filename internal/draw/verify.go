package draw

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"time"

	"xuedu/internal/errs"
)

// Draw adds the result to a frozen manifest. It fails with Conflict where it
// has one, and with Invalid where the secret is not the one that was committed
// to or the value is not one line of text.
func Draw(m Manifest, secret []byte, value string, at time.Time) (Manifest, error) {
	switch {
	case m.Drawn():
		return Manifest{}, errs.New(errs.Conflict, "draw.drawn")
	case Commit(secret) != m.Commitment:
		return Manifest{}, errs.InvalidField("secret", "draw.wrong_secret")
	case !plain(value):
		return Manifest{}, errs.InvalidField("value", "draw.bad_value")
	}
	m.Value, m.Secret, m.DrawnAt = value, hex.EncodeToString(secret), stamp(at)
	m.result(secret)
	m.Sealed = m.sealed()
	return m, nil
}

// result computes the order and who is taken.
func (m *Manifest) result(secret []byte) {
	sorted := order(m.Entries, secret, m.Value)
	m.Order = make([]string, len(sorted))
	for i, e := range sorted {
		m.Order[i] = e.Token
	}
	m.Taken = m.take(sorted)
}

// Encode writes a manifest as one line of JSON; equal manifests give equal bytes.
func (m Manifest) Encode() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(m) // strings and numbers: cannot fail
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func digest(m Manifest) string {
	sum := sha256.Sum256(m.Encode())
	return hex.EncodeToString(sum[:])
}

// frozen is the digest of the frozen part: the manifest with all later fields empty.
func (m Manifest) frozen() string {
	m.Frozen, m.Value, m.Secret, m.DrawnAt, m.Sealed = "", "", "", "", ""
	m.Order, m.Taken = []string{}, []string{}
	return digest(m)
}

// sealed is the digest of the whole.
func (m Manifest) sealed() string {
	m.Sealed = ""
	return digest(m)
}

// maxFile is the largest manifest that is read: 64 MB.
const maxFile = 64 << 20

// Parse reads a manifest. It fails with Invalid unless the file is what Encode
// writes, apart from spaces between its parts.
func Parse(file []byte) (Manifest, error) {
	bad := func(err error) (Manifest, error) {
		return Manifest{}, &errs.Error{Kind: errs.Invalid, Key: "draw.bad_file", Err: err}
	}
	if len(file) > maxFile {
		return bad(nil)
	}
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	var m Manifest
	if err := d.Decode(&m); err != nil {
		return bad(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return bad(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, file); err != nil {
		return bad(err)
	}
	if !bytes.Equal(compact.Bytes(), m.Encode()) {
		return bad(nil)
	}
	return m, m.check()
}

// Finding is something that does not agree with what was computed again.
type Finding struct {
	Field string // as in the file: root, commitment, order …
	Want  string // computed, "" = not a value
	Got   string // stated
}

// Verify computes a manifest again and returns what differs, nothing if all
// agrees. Of a draw that is only frozen it verifies the frozen part. It needs
// nothing but the manifest.
func Verify(m Manifest) []Finding {
	if err := m.check(); err != nil {
		e, _ := err.(*errs.Error)
		return []Finding{{Field: e.Field}}
	}
	var found []Finding
	differ := func(field, want, got string) {
		if want != got {
			found = append(found, Finding{field, want, got})
		}
	}
	differ("root", root(m.Entries), m.Root)
	differ("frozen", m.frozen(), m.Frozen)
	if m.feasible() != nil {
		return append(found, Finding{Field: "groups"})
	}
	if !m.Drawn() && m.Value == "" && m.Secret == "" && m.DrawnAt == "" && len(m.Order)+len(m.Taken) == 0 {
		return found
	}
	return append(found, m.verifyResult()...)
}

func (m Manifest) verifyResult() []Finding {
	secret, err := hex.DecodeString(m.Secret)
	switch {
	case err != nil || hex.EncodeToString(secret) != m.Secret || Commit(secret) != m.Commitment:
		return []Finding{{Field: "secret", Got: m.Secret}}
	case !plain(m.Value):
		return []Finding{{Field: "value", Got: m.Value}}
	case !timeForm.MatchString(m.DrawnAt) || m.DrawnAt < m.FrozenAt:
		return []Finding{{Field: "drawn_at", Got: m.DrawnAt}}
	}
	var found []Finding
	again := m
	again.result(secret)
	if i := firstDifference(again.Order, m.Order); i >= 0 {
		found = append(found, Finding{"order", at(again.Order, i), at(m.Order, i)})
	}
	if i := firstDifference(again.Taken, m.Taken); i >= 0 {
		found = append(found, Finding{"taken", at(again.Taken, i), at(m.Taken, i)})
	}
	if want := m.sealed(); want != m.Sealed {
		found = append(found, Finding{"sealed", want, m.Sealed})
	}
	return found
}

// firstDifference is the first place at which two lists differ, -1 = none.
func firstDifference(a, b []string) int {
	if slices.Equal(a, b) {
		return -1
	}
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}
