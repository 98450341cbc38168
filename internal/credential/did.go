package credential

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/multiformats/go-multibase"
)

// DIDOf is the identifier of whoever publishes under an address: did:web, whose
// document stands at /.well-known/did.json. It fails for what is no address of a
// site's root.
func DIDOf(site string) (string, error) {
	u, err := url.Parse(site)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
		return "", fmt.Errorf("%q is no address of a site", site)
	}
	return "did:web:" + strings.ReplaceAll(u.Host, ":", "%3A"), nil
}

// Document is a DID document: the keys that speak for an identifier.
type Document struct {
	Context         []string `json:"@context"`
	ID              string   `json:"id"`
	Method          []Method `json:"verificationMethod"`
	AssertionMethod []string `json:"assertionMethod"` // ids of the methods that may sign credentials
}

// Method is one public key, as a Multikey. A revoked one says since when.
type Method struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	Controller string `json:"controller"`
	Public     string `json:"publicKeyMultibase"`
	Revoked    string `json:"revoked,omitempty"` // RFC 3339
}

// PublicKey is a key of the issuer with its name.
type PublicKey struct {
	Name    string
	Key     ed25519.PublicKey
	Revoked string // RFC 3339, "" = it is not
}

// multikey is the prefix of Ed25519 public keys (Multicodec 0xed).
var multikey = []byte{0xed, 0x01}

// NewDocument makes the DID document of an identifier. A revoked key is named
// and may sign no longer: what it signed is not accepted either.
func NewDocument(did string, keys []PublicKey) Document {
	d := Document{Context: []string{"https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"}, ID: did, Method: []Method{}, AssertionMethod: []string{}}
	for _, k := range keys {
		public, _ := multibase.Encode(multibase.Base58BTC, append(append([]byte{}, multikey...), k.Key...)) // a known base does not fail
		m := Method{ID: did + "#" + k.Name, Type: "Multikey", Controller: did, Public: public, Revoked: k.Revoked}
		d.Method = append(d.Method, m)
		if k.Revoked == "" {
			d.AssertionMethod = append(d.AssertionMethod, m.ID)
		}
	}
	return d
}

// ParseDocument reads a DID document. It fails for what is none.
func ParseDocument(b []byte) (Document, error) {
	var d Document
	if err := json.Unmarshal(b, &d); err != nil {
		return d, err
	}
	if !strings.HasPrefix(d.ID, "did:") {
		return d, fmt.Errorf("no DID document: id %q", d.ID)
	}
	return d, nil
}

// key finds the key of a verification method, and whether it may sign.
func (d Document) key(id string) (key ed25519.PublicKey, may bool) {
	for _, m := range d.Method {
		if m.ID != id || m.Controller != d.ID || m.Type != "Multikey" {
			continue
		}
		enc, b, err := multibase.Decode(m.Public)
		if err != nil || enc != multibase.Base58BTC || len(b) != len(multikey)+ed25519.PublicKeySize || b[0] != multikey[0] || b[1] != multikey[1] {
			return nil, false
		}
		for _, a := range d.AssertionMethod {
			may = may || a == id
		}
		return b[len(multikey):], may
	}
	return nil, false
}
