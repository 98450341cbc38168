package proof

import (
	"archive/zip"
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/gowebpki/jcs"

	"xuedu/internal/release"
)

// Seal writes a release with the files that are delivered with it, and signs
// them: a ZIP whose bytes depend on nothing else. Extra must not hold the names
// of Seal's own files.
func Seal(r *release.Release, extra map[string][]byte, key crypto.Signer) ([]byte, error) {
	pub, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("seal %s: the key is no Ed25519 key", r.Series)
	}
	content := maps.Clone(extra)
	if content == nil {
		content = map[string][]byte{}
	}
	var err error
	if content[ReleaseFile], err = r.Canonical(); err != nil {
		return nil, err
	}
	if content[CellsFile], err = r.CSV(); err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(content))
	if content[ManifestFile], err = canonical(manifest(r, names, content)); err != nil {
		return nil, err
	}
	sig, err := key.Sign(nil, content[ManifestFile], crypto.Hash(0))
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	if content[SignatureFile], err = canonical(Signature{Algorithm: algorithm, Key: KeyID(pub), PublicKey: pub, Signature: sig}); err != nil {
		return nil, err
	}
	return pack(content, r.Frozen)
}

func canonical(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(raw)
}

// pack writes a ZIP: files by name, all with the time of the freeze.
func pack(content map[string][]byte, frozen string) ([]byte, error) {
	at, err := time.Parse(time.RFC3339, frozen)
	if err != nil {
		return nil, fmt.Errorf("time of the freeze: %w", err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(content)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at.UTC()})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(content[name]); err != nil {
			return nil, err
		}
	}
	err = z.Close()
	return b.Bytes(), err
}

// most is how large the files of a release may be together, so that a made-up
// one cannot fill the memory.
const most = 4 << 30

// Unpack reads the files of a sealed release. A file whose bytes were spoilt is
// read as far as it goes: its digest will tell. It fails for what is no ZIP, has
// two files of one name, or is too large.
func Unpack(b []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fmt.Errorf("no ZIP: %w", err)
	}
	out, left := map[string][]byte{}, int64(most)
	for _, f := range z.File {
		if _, twice := out[f.Name]; twice {
			return nil, fmt.Errorf("%s is there twice", f.Name)
		}
		content := read(f, left)
		if left -= int64(len(content)); left < 0 {
			return nil, fmt.Errorf("more than %d bytes", int64(most))
		}
		out[f.Name] = content
	}
	return out, nil
}

// read returns what can be read of a file, at most a byte more than left.
func read(f *zip.File, left int64) []byte {
	in, err := f.Open()
	if err != nil {
		return nil
	}
	defer in.Close()
	b, _ := io.ReadAll(io.LimitReader(in, left+1)) // a wrong sum or a broken stream shows in the digest
	return b
}
