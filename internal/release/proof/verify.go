package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"maps"
	"slices"

	"xuedu/internal/release"
)

// Finding is something that is not as it was signed: an i18n key with its
// arguments.
type Finding struct {
	Key  string
	Args []any
}

// The ways in which a key may be known.
const (
	Trusted  = "trusted"  // on the list, and in force when the release was signed
	Unlisted = "unlisted" // not on the list, or there was none
	Revoked  = "revoked"
)

// Report is the outcome of a check.
type Report struct {
	Release   *release.Release // nil if it cannot be read
	Digest    string           // of release.json as it is
	Key       string           // KeyID of who signed
	Trust     string           // Trusted …
	Cells     int
	Sentences int // texts that were made again from their cells
	Files     int
	Findings  []Finding
}

// Agrees reports whether everything is as it was signed. Whose key that was is
// another question: see Trust.
func (r *Report) Agrees() bool { return len(r.Findings) == 0 && r.Release != nil }

func (r *Report) find(key string, args ...any) {
	r.Findings = append(r.Findings, Finding{Key: "release.finding." + key, Args: args})
}

// Verify checks a sealed release: signature, digests, form, every cell against
// its second copy, every sentence against its cells. The keys are those the
// city publishes. What is changed is named, cell by cell where it can be.
func Verify(sealed []byte, keys []PublicKey) *Report {
	r := &Report{Trust: Unlisted}
	files, err := Unpack(sealed)
	if err != nil {
		r.find("no_zip", "Cause", err.Error())
		return r
	}
	m := r.signature(files, keys)
	r.digests(files, m)
	r.read(files[ReleaseFile])
	r.copies(files)
	if r.Release == nil {
		return r
	}
	r.trust(keys)
	if m.Series != r.Release.Series || m.Period != r.Release.Period || m.Version != r.Release.Version {
		r.find("other_release", "Name", m.Series+" "+m.Period+" "+m.Version)
	}
	r.cells()
	r.sentences()
	return r
}

// signature checks who signed the manifest, and returns it.
func (r *Report) signature(files map[string][]byte, keys []PublicKey) (m Manifest) {
	var s Signature
	if err := json.Unmarshal(files[SignatureFile], &s); err != nil || s.Algorithm != algorithm || len(s.PublicKey) != ed25519.PublicKeySize {
		r.find("no_signature")
		return m
	}
	pub := ed25519.PublicKey(s.PublicKey)
	r.Key = KeyID(pub)
	if !ed25519.Verify(pub, files[ManifestFile], s.Signature) || s.Key != r.Key {
		r.find("bad_signature", "Key", r.Key)
	}
	if err := json.Unmarshal(files[ManifestFile], &m); err != nil || m.Format != manifestFormat {
		r.find("no_manifest")
	}
	return m
}

// trust says whether the city stands by the key that signed.
func (r *Report) trust(keys []PublicKey) {
	i := slices.IndexFunc(keys, func(k PublicKey) bool { return k.ID == r.Key })
	if i < 0 {
		return
	}
	k, at := keys[i], signedAt(r.Release)
	switch {
	case k.Revoked != "" && at >= k.Revoked:
		r.Trust = Revoked
		r.find("revoked", "Key", k.ID, "At", k.Revoked, "Reason", k.Reason)
	case at < k.From || k.Until != "" && at >= k.Until:
		r.find("key_time", "Key", k.ID, "At", at)
	default:
		r.Trust = Trusted
	}
}

// signedAt is when the last who answer for a release did so.
func signedAt(x *release.Release) string {
	at := x.Frozen
	for _, s := range x.Signoffs {
		at = max(at, s.At)
	}
	return at
}

// digests compares every file with the manifest, both ways.
func (r *Report) digests(files map[string][]byte, m Manifest) {
	known := map[string]bool{ManifestFile: true, SignatureFile: true}
	for _, f := range m.Files {
		known[f.Name] = true
		content, ok := files[f.Name]
		if !ok {
			r.find("file_missing", "Name", f.Name)
			continue
		}
		r.Files++
		if release.Digest(content) != f.SHA256 {
			r.find("file_changed", "Name", f.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !known[name] {
			r.find("file_added", "Name", name)
		}
	}
	for _, name := range []string{ReleaseFile, CellsFile} {
		if !known[name] {
			r.find("file_unsigned", "Name", name)
		}
	}
}

// read reads release.json and wants it in its canonical form.
func (r *Report) read(content []byte) {
	r.Digest = release.Digest(content)
	x, err := release.Parse(content)
	if err != nil {
		r.find("unreadable", "Name", ReleaseFile, "Cause", err.Error(), "Cell", near(content, err))
		return
	}
	r.Release, r.Cells = x, len(x.Cells)
	if again, err := x.Canonical(); err != nil || !bytes.Equal(again, content) {
		r.find("not_canonical")
	}
}

// mostNamed is how many changed cells are named.
const mostNamed = 20

// copies compares the two copies of every cell, and names those that differ.
func (r *Report) copies(files map[string][]byte) {
	cells, err := release.ParseCSV(files[CellsFile])
	if err != nil {
		r.find("unreadable", "Name", CellsFile, "Cause", err.Error(), "Cell", "")
	}
	if r.Release == nil {
		return
	}
	other := &release.Release{Cells: cells}
	changes := release.Compare(r.Release, other)
	for _, c := range changes[:min(mostNamed, len(changes))] {
		r.find("cell_differs", "Cell", c.String(), "Released", c.Was.Shown(), "Copy", c.Is.Shown())
	}
	if n := len(changes) - mostNamed; n > 0 {
		r.find("more_differ", "N", n)
	}
}
