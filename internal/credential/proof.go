package credential

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"github.com/multiformats/go-multibase"
	"github.com/piprate/json-gold/ld"
)

// contextV2 is the context of every credential.
const contextV2 = "https://www.w3.org/ns/credentials/v2"

// The proof that is made and accepted (Data Integrity EdDSA Cryptosuites 1.0).
const (
	proofType = "DataIntegrityProof"
	suite     = "eddsa-rdfc-2022"
	assertion = "assertionMethod"
)

// contextFile is the context as the W3C publishes it: see contexts/LICENSE.md.
//
//go:embed contexts/credentials-v2.json
var contextFile []byte

// Key signs. ID is the address of the verification method: did:web:…#name.
type Key struct {
	ID     string
	Secret ed25519.PrivateKey
}

// sign adds a proof to a document.
func sign(doc map[string]any, k Key, at time.Time) ([]byte, error) {
	p := map[string]any{"type": proofType, "cryptosuite": suite, "created": stamp(at), "verificationMethod": k.ID, "proofPurpose": assertion}
	sum, err := digest(doc, p)
	if err != nil {
		return nil, err
	}
	value, err := multibase.Encode(multibase.Base58BTC, ed25519.Sign(k.Secret, sum))
	if err != nil {
		return nil, err
	}
	p["proofValue"] = value
	doc["proof"] = p
	return encode(doc)
}

// digest is what is signed: that of the proof without its value, and that of
// the document without its proof, each in canonical form.
func digest(doc, proof map[string]any) ([]byte, error) {
	options := map[string]any{"@context": doc["@context"]}
	for name, v := range proof {
		if name != "proofValue" {
			options[name] = v
		}
	}
	bare := map[string]any{}
	for name, v := range doc {
		if name != "proof" {
			bare[name] = v
		}
	}
	var out []byte
	for _, x := range []map[string]any{options, bare} {
		c, err := canonical(x)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256([]byte(c))
		out = append(out, sum[:]...)
	}
	return out, nil
}

// canonical writes a document as sorted N-Quads (RDFC-1.0). It fails for a term
// that no context defines: nothing may be left out unseen.
func canonical(doc map[string]any) (string, error) {
	plain, err := generic(doc)
	if err != nil {
		return "", err
	}
	o := ld.NewJsonLdOptions("")
	o.Format, o.Algorithm, o.SafeMode, o.DocumentLoader = "application/n-quads", ld.AlgorithmURDNA2015, true, loader{}
	out, err := ld.NewJsonLdProcessor().Normalize(plain, o)
	if err != nil {
		return "", fmt.Errorf("canonical form: %w", err)
	}
	s, ok := out.(string)
	if !ok || s == "" {
		return "", fmt.Errorf("canonical form: nothing is said")
	}
	return s, nil
}

// generic gives a document the types that a JSON parser would: what processes
// it knows no others.
func generic(doc map[string]any) (any, error) {
	b, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return ld.DocumentFromReader(bytes.NewReader(b))
}

// loader gives the one context that credentials name. Nothing is fetched.
type loader struct{}

func (loader) LoadDocument(u string) (*ld.RemoteDocument, error) {
	if u != contextV2 {
		return nil, ld.NewJsonLdError(ld.LoadingDocumentFailed, fmt.Sprintf("context %s is not known here", u))
	}
	doc, err := ld.DocumentFromReader(bytes.NewReader(contextFile))
	return &ld.RemoteDocument{DocumentURL: u, Document: doc}, err
}
