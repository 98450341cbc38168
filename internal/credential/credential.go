// Package credential makes and checks verifiable credentials: what a city
// awarded, in a form that anybody's program can check without asking the city's
// (W3C Verifiable Credentials 2.0, Data Integrity eddsa-rdfc-2022, Bitstring
// Status List 1.0). It is pure: nothing is read from a network or a database.
package credential

import (
	"encoding/json"
	"time"
)

// Credential is what is said of a subject. Addresses are absolute; those of the
// credential and of the status list are permanent.
type Credential struct {
	ID          string // address at which it is given out
	Issuer      Issuer
	From, Until time.Time // it holds from From up to, not including, Until; a zero Until is open
	Lang        string    // of the texts
	Name        string
	Subject     Subject
	Achievement Achievement
	Status      Status
}

// Issuer is who answers for a credential.
type Issuer struct {
	DID  string // did:web:example.org
	Name string
}

// Subject is of whom it is said. ID is the address of its public page, "" for a
// person: the least that serves.
type Subject struct{ ID, Name string }

// Achievement is what was achieved.
type Achievement struct {
	ID          string // address of its page
	Name        string
	Description string
	Criteria    string // in words
	Number      string // of the certificate
}

// Status is where a credential stands in a status list.
type Status struct {
	List  string // address
	Index int
}

// vocabulary names the terms of Open Badges 3.0 that a credential uses. They are
// written out, so that a check needs no file from elsewhere.
const vocabulary = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"

// terms is the second context of a credential.
func terms() map[string]any {
	text := func(name string) map[string]any {
		return map[string]any{"@id": "https://schema.org/" + name}
	}
	return map[string]any{
		"OpenBadgeCredential": vocabulary + "OpenBadgeCredential",
		"AchievementSubject":  vocabulary + "AchievementSubject",
		"Achievement":         vocabulary + "Achievement",
		"Criteria":            vocabulary + "Criteria",
		"achievement":         map[string]any{"@id": vocabulary + "achievement", "@type": "@id"},
		"criteria":            map[string]any{"@id": vocabulary + "Criteria", "@type": "@id"},
		"narrative":           map[string]any{"@id": vocabulary + "narrative"},
		"certificateNumber":   text("identifier"),
		"holderName":          text("legalName"),
		"lang":                text("inLanguage"),
	}
}

// document is the credential as JSON-LD, not yet signed.
func (c Credential) document() map[string]any {
	subject := map[string]any{"type": "AchievementSubject", "holderName": c.Subject.Name, "achievement": c.Achievement.document()}
	if c.Subject.ID != "" {
		subject["id"] = c.Subject.ID
	}
	out := map[string]any{
		"@context":          []any{contextV2, terms()},
		"id":                c.ID,
		"type":              []any{"VerifiableCredential", "OpenBadgeCredential"},
		"issuer":            map[string]any{"id": c.Issuer.DID, "name": c.Issuer.Name},
		"name":              c.Name,
		"lang":              c.Lang,
		"validFrom":         stamp(c.From),
		"credentialSubject": subject,
		"credentialStatus":  c.Status.document(),
	}
	if !c.Until.IsZero() {
		out["validUntil"] = stamp(c.Until)
	}
	return out
}

func (a Achievement) document() map[string]any {
	out := map[string]any{"id": a.ID, "type": "Achievement", "name": a.Name, "criteria": map[string]any{"type": "Criteria", "narrative": a.Criteria}}
	if a.Description != "" {
		out["description"] = a.Description
	}
	if a.Number != "" {
		out["certificateNumber"] = a.Number
	}
	return out
}

func (s Status) document() map[string]any {
	return map[string]any{"id": s.entry(), "type": "BitstringStatusListEntry", "statusPurpose": purpose, "statusListIndex": s.index(), "statusListCredential": s.List}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Sign writes the credential with the proof of a key, at a time. It fails where
// a term of it is not defined, which would not be signed.
func (c Credential) Sign(k Key, at time.Time) ([]byte, error) { return sign(c.document(), k, at) }

// encode writes a document for people to read and programs to parse.
func encode(doc map[string]any) ([]byte, error) {
	b, err := json.MarshalIndent(doc, "", " ")
	return append(b, '\n'), err
}
