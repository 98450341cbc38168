// Package keys holds the secrets of a city, which live in a file beside the
// database and never in it (design 4.2): without the file the pseudonyms of
// the ledger cannot be led back to a document number, nor contacts be read.
package keys

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"xuedu/internal/errs"
)

// Ring is the secrets, all derived from one master secret.
type Ring struct {
	Pseudonym []byte             // HMAC-SHA-256 of persons' keys
	Contact   []byte             // AES-256-GCM of names and telephones
	Phone     []byte             // HMAC-SHA-256 of telephones, to find a person again
	Audit     ed25519.PrivateKey // signs checkpoints of the trail

	master []byte
}

// Release returns the key that signs releases, by its number from 1: a city
// that changes its key takes the next.
func (r *Ring) Release(nr int64) (ed25519.PrivateKey, error) {
	seed, err := hkdf.Key(sha256.New, r.master, nil, fmt.Sprintf("xuedu release %d", nr), ed25519.SeedSize)
	if err != nil {
		return nil, fmt.Errorf("derive key %d of releases: %w", nr, err)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// PathFor returns the default place of the key file: beside a SQLite file, or
// in the user's configuration folder under the city's id.
func PathFor(sqlitePath, cityID string) (string, error) {
	if sqlitePath != "" {
		return sqlitePath + ".key", nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", &errs.Error{Kind: errs.Invalid, Key: "keys.no_folder", Err: err}
	}
	return filepath.Join(dir, "xuedu", cityID+".key"), nil
}

// Create makes a new master secret in a file that must not exist.
func Create(path string) (*Ring, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, &errs.Error{Kind: errs.Invalid, Key: "keys.no_write", Args: []any{"Path", path}, Err: err}
	}
	master := make([]byte, 32)
	rand.Read(master) // never fails
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, errs.New(errs.Conflict, "keys.exists", "Path", path)
	}
	if err != nil {
		return nil, &errs.Error{Kind: errs.Invalid, Key: "keys.no_write", Args: []any{"Path", path}, Err: err}
	}
	_, err = f.WriteString(hex.EncodeToString(master) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return derive(master)
}

// Load reads a key file. It fails with Unavailable if the file is missing or
// spoilt, and says where it was looked for.
func Load(path string) (*Ring, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, &errs.Error{Kind: errs.Unavailable, Key: "keys.missing", Args: []any{"Path", path}, Err: err}
	}
	master, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(master) != 32 {
		return nil, &errs.Error{Kind: errs.Unavailable, Key: "keys.spoilt", Args: []any{"Path", path}, Err: err}
	}
	return derive(master)
}

// Fingerprint is a public name of the ring; the database keeps it, so that a
// wrong key file is refused instead of counting people twice.
func (r *Ring) Fingerprint() string {
	h := sha256.Sum256(append([]byte("xuedu fingerprint\n"), r.Pseudonym...))
	return hex.EncodeToString(h[:8])
}

func derive(master []byte) (*Ring, error) {
	var out [4][]byte
	for i, use := range []string{"pseudonym", "contact", "phone", "audit"} {
		k, err := hkdf.Key(sha256.New, master, nil, "xuedu "+use, 32)
		if err != nil {
			return nil, fmt.Errorf("derive key: %w", err)
		}
		out[i] = k
	}
	return &Ring{Pseudonym: out[0], Contact: out[1], Phone: out[2], Audit: ed25519.NewKeyFromSeed(out[3]), master: master}, nil
}

// Letters returns the key of the links in letters.
func (r *Ring) Letters() ([]byte, error) {
	return hkdf.Key(sha256.New, r.master, nil, "xuedu letters", sha256.Size)
}
