package credential_test

import (
	"encoding/json"
	"strings"
	"testing"

	"xuedu/internal/credential"
)

// vector is example 1 of Data Integrity EdDSA Cryptosuites 1.0, B.1. Its second
// context, which is written out here, is no part of what is signed.
const vector = `{
"@context": ["https://www.w3.org/ns/credentials/v2", {"@vocab": "https://www.w3.org/ns/credentials/examples#"}],
"id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
"type": ["VerifiableCredential", "AlumniCredential"],
"name": "Alumni Credential",
"description": "A minimum viable example of an Alumni Credential.",
"issuer": "https://vc.example/issuers/5678",
"validFrom": "2023-01-01T00:00:00Z",
"credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
"proof": {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": "2023-02-24T23:36:38Z",
"verificationMethod": "https://vc.example/issuers/5678#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", "proofPurpose": "assertionMethod",
"proofValue": "z21EVs3eXERqTn4acNHT9viboqgzUaQ3kTmhPT3eA8qrVPE7CrQq78WkzctnMX5W4CrzcKnHw8V6dvy5pgWYCU5e9"}}`

// What the W3C signed is proven here as well.
func TestVector(t *testing.T) {
	t.Parallel()
	const who, name = "https://vc.example/issuers/5678", "#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
	keys := credential.Document{ID: who, AssertionMethod: []string{who + name},
		Method: []credential.Method{{ID: who + name, Type: "Multikey", Controller: who, Public: name[1:]}}}
	for text, want := range map[string]string{vector: credential.Genuine, strings.Replace(vector, "School of", "School for", 1): credential.Changed} {
		var doc map[string]any
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		if got := credential.Proven(doc, who, keys); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
