package credential

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/multiformats/go-multibase"
)

// purpose is what a status list says: that a credential was taken back.
const purpose = "revocation"

// listBits is how many credentials a list holds: so many that nobody learns from
// its length, or from who asks for it, of whom somebody asks (Bitstring Status
// List 1.0).
const listBits = 131_072

// PerList is how many credentials one status list holds.
const PerList = listBits

func (s Status) index() string { return strconv.Itoa(s.Index) }
func (s Status) entry() string { return s.List + "#" + s.index() }

// StatusList says which credentials of a list were taken back.
type StatusList struct {
	ID      string // address
	Issuer  Issuer
	Revoked []int // indexes
}

// Sign writes the list with the proof of a key, at a time. It is itself a
// credential. It fails for an index that no list holds.
func (l StatusList) Sign(k Key, at time.Time) ([]byte, error) {
	bits, err := encodeBits(l.Revoked)
	if err != nil {
		return nil, err
	}
	return sign(map[string]any{
		"@context":          []any{contextV2},
		"id":                l.ID,
		"type":              []any{"VerifiableCredential", "BitstringStatusListCredential"},
		"issuer":            l.Issuer.DID,
		"validFrom":         stamp(at),
		"credentialSubject": map[string]any{"id": l.ID + "#list", "type": "BitstringStatusList", "statusPurpose": purpose, "encodedList": bits},
	}, k, at)
}

// encodeBits packs set bits: the first is the highest of the first byte.
func encodeBits(set []int) (string, error) {
	raw := make([]byte, listBits/8)
	for _, i := range set {
		if i < 0 || i >= listBits {
			return "", fmt.Errorf("status list: no place %d", i)
		}
		raw[i/8] |= 1 << (7 - i%8)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(raw); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return multibase.Encode(multibase.Base64url, b.Bytes())
}

var errList = errors.New("no status list")

// bitAt reads one bit of a packed list.
func bitAt(packed string, i int) (bool, error) {
	enc, zipped, err := multibase.Decode(packed)
	if err != nil || enc != multibase.Base64url || i < 0 {
		return false, errList
	}
	z, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return false, errList
	}
	raw, err := io.ReadAll(io.LimitReader(z, 1<<24))
	if err != nil || i/8 >= len(raw) || len(raw) < listBits/8 {
		return false, errList
	}
	return raw[i/8]&(1<<(7-i%8)) != 0, nil
}
