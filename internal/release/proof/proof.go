// Package proof seals a release and checks it again without a database: what
// was published is what was signed, and every sentence says what its cells say
// (P1.8; design 4.8).
package proof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"xuedu/internal/release"
)

// Files of a sealed release besides what is delivered with it.
const (
	ReleaseFile   = "release.json"
	CellsFile     = "cells.csv"
	ManifestFile  = "manifest.json"
	SignatureFile = "signature.json"
)

const (
	manifestFormat = "xuedu-manifest/1"
	algorithm      = "Ed25519"
)

// Manifest lists what belongs to a release; its bytes are what is signed.
type Manifest struct {
	Files   []FileSum `json:"files"` // by name
	Format  string    `json:"format"`
	Period  string    `json:"period"`
	Series  string    `json:"series"`
	Version string    `json:"version"`
}

// FileSum is a file with its content's digest, hex.
type FileSum struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int    `json:"size"`
}

// Signature is over the bytes of the manifest (RFC 8032).
type Signature struct {
	Algorithm string `json:"algorithm"`
	Key       string `json:"key"`        // KeyID
	PublicKey []byte `json:"public_key"` // to find out which; trust comes from the list of published keys
	Signature []byte `json:"signature"`
}

// PublicKey is a key of a city as it is published.
type PublicKey struct {
	ID      string `json:"id"`
	Key     []byte `json:"public_key"`        // 32 bytes
	From    string `json:"from"`              // RFC 3339
	Until   string `json:"until,omitempty"`   // signs no more from then on
	Revoked string `json:"revoked,omitempty"` // nothing that it signed from then on is trusted
	Reason  string `json:"reason,omitempty"`
}

// KeyID is the public name of a key: the first eight bytes of its SHA-256, hex.
func KeyID(pub ed25519.PublicKey) string {
	sum := sha256.Sum256(pub)
	return hex.EncodeToString(sum[:8])
}

// ParseKeys reads a list of published keys. It fails if one is not what its
// name says.
func ParseKeys(b []byte) ([]PublicKey, error) {
	var list struct {
		Keys []PublicKey `json:"keys"`
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	for i, k := range list.Keys {
		if len(k.Key) != ed25519.PublicKeySize || KeyID(k.Key) != k.ID {
			return nil, fmt.Errorf("key %d of the list, %s, is not the key of that name", i+1, k.ID)
		}
	}
	return list.Keys, nil
}

// manifest lists the files by name.
func manifest(r *release.Release, names []string, content map[string][]byte) Manifest {
	m := Manifest{Format: manifestFormat, Series: r.Series, Period: r.Period, Version: r.Version}
	for _, n := range names {
		m.Files = append(m.Files, FileSum{Name: n, SHA256: release.Digest(content[n]), Size: len(content[n])})
	}
	return m
}
