package credential

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"maps"
	"strconv"
	"time"

	"github.com/gowebpki/jcs"
	"github.com/multiformats/go-multibase"
)

// Outcomes of a check, from the best to the worst. What comes first in a check
// decides: of a changed credential nothing else is said.
const (
	Genuine   = "genuine"
	Early     = "early"     // it holds from a later day on
	Expired   = "expired"   // genuine, and over
	Revoked   = "revoked"   // genuine, and taken back
	NoStatus  = "no_status" // genuine; whether it was taken back is not known
	OtherKey  = "other_key" // signed with a key that the issuer has not, or has revoked
	Stranger  = "stranger"  // by somebody else than the one whose keys these are
	Changed   = "changed"   // not what was signed
	NoneOf    = "none"      // no credential that can be read
	maxLength = 1 << 20     // bytes of a credential or a list
)

// Result is the outcome of a check, and what the credential says.
type Result struct {
	Outcome     string
	Name        string
	Holder      string
	Number      string
	Issuer      string // identifier
	IssuerName  string
	From, Until time.Time // zero Until = open
	StatusList  string    // address
	StatusIndex int
}

// file is a credential as it is read: all that document writes, and no more.
type file struct {
	ID     string `json:"id"`
	Lang   string `json:"lang"`
	Name   string `json:"name"`
	Issuer struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"issuer"`
	ValidFrom  time.Time `json:"validFrom"`
	ValidUntil time.Time `json:"validUntil"`
	Subject    struct {
		ID          string `json:"id"`
		Holder      string `json:"holderName"`
		Achievement struct {
			ID          string `json:"id"`
			Name        string `json:"name"`
			Description string `json:"description"`
			Number      string `json:"certificateNumber"`
			Criteria    struct {
				Narrative string `json:"narrative"`
			} `json:"criteria"`
		} `json:"achievement"`
	} `json:"credentialSubject"`
	Status struct {
		Index string `json:"statusListIndex"`
		List  string `json:"statusListCredential"`
	} `json:"credentialStatus"`
}

// credential is what would be signed to say what was read.
func (f file) credential() Credential {
	a := f.Subject.Achievement
	index, err := strconv.Atoi(f.Status.Index)
	if err != nil {
		index = -1
	}
	return Credential{ID: f.ID, Issuer: Issuer{DID: f.Issuer.ID, Name: f.Issuer.Name}, From: f.ValidFrom, Until: f.ValidUntil, Lang: f.Lang, Name: f.Name,
		Subject:     Subject{ID: f.Subject.ID, Name: f.Subject.Holder},
		Achievement: Achievement{ID: a.ID, Name: a.Name, Description: a.Description, Criteria: a.Criteria.Narrative, Number: a.Number},
		Status:      Status{List: f.Status.List, Index: index}}
}

// proofParts is how many members a proof has.
const proofParts = 6

// exact reports whether a file says what was read of it and nothing else. The
// signature is over triples: a name in other capitals, a name twice, or an
// address that is none makes no triple, and a reader would still see it.
func exact(body []byte, doc map[string]any, c Credential) bool {
	if _, err := jcs.Transform(body); err != nil { // a name twice
		return false
	}
	p, ok := doc["proof"].(map[string]any)
	if !ok || len(p) != proofParts {
		return false
	}
	bare := maps.Clone(doc)
	delete(bare, "proof")
	want, err := json.Marshal(c.document())
	got, errGot := json.Marshal(bare)
	return err == nil && errGot == nil && bytes.Equal(want, got)
}

// Proven reports whether it was signed by the issuer whose keys these are, and
// is unchanged; whether it still holds is another question.
func (r Result) Proven() bool {
	switch r.Outcome {
	case Genuine, Early, Expired, Revoked, NoStatus:
		return true
	}
	return false
}

// Check checks a credential against the keys of an issuer and a status list at
// a time. list may be nil: then the outcome is NoStatus at best.
func Check(body []byte, keys Document, list []byte, now time.Time) Result {
	var f file
	doc, err := parse(body)
	if err != nil || json.Unmarshal(body, &f) != nil || f.Issuer.ID == "" || f.Name == "" {
		return Result{Outcome: NoneOf}
	}
	r := Result{Name: f.Name, Holder: f.Subject.Holder, Number: f.Subject.Achievement.Number, Issuer: f.Issuer.ID, IssuerName: f.Issuer.Name,
		From: f.ValidFrom, Until: f.ValidUntil, StatusList: f.Status.List}
	c := f.credential()
	r.StatusIndex = c.Status.Index
	if !exact(body, doc, c) { // other words might stand for what was signed
		r.Outcome = Changed
		return r
	}
	if r.Outcome = proven(doc, f.Issuer.ID, keys); r.Outcome != Genuine {
		return r
	}
	switch taken, told := r.taken(list, keys, now); {
	case taken:
		r.Outcome = Revoked
	case now.Before(r.From):
		r.Outcome = Early
	case !r.Until.IsZero() && !now.Before(r.Until):
		r.Outcome = Expired
	case !told:
		r.Outcome = NoStatus
	}
	return r
}

// known reports whether a document means by its words what this program does.
func known(doc map[string]any, contexts []any) bool {
	want, err := json.Marshal(contexts)
	got, errGot := json.Marshal(doc["@context"])
	return err == nil && errGot == nil && string(want) == string(got)
}

// parse reads a document that is not too long.
func parse(body []byte) (map[string]any, error) {
	var doc map[string]any
	if len(body) > maxLength {
		return nil, errList
	}
	err := json.Unmarshal(body, &doc)
	return doc, err
}

// proven checks the proof of a document by its issuer.
func proven(doc map[string]any, issuer string, keys Document) string {
	p, ok := doc["proof"].(map[string]any)
	if !ok || p["type"] != proofType || p["cryptosuite"] != suite || p["proofPurpose"] != assertion {
		return Changed
	}
	if issuer != keys.ID {
		return Stranger
	}
	method, _ := p["verificationMethod"].(string)
	key, may := keys.key(method)
	if key == nil || !may {
		return OtherKey
	}
	value, _ := p["proofValue"].(string)
	enc, sig, err := multibase.Decode(value)
	if err != nil || enc != multibase.Base58BTC {
		return Changed
	}
	sum, err := digest(doc, p)
	if err != nil || !ed25519.Verify(key, sum, sig) {
		return Changed
	}
	return Genuine
}

// oldest is how old a list may be to say that a credential was not taken back.
const oldest = 31 * 24 * time.Hour

// taken reads whether a list says that the credential was taken back; told is
// false where it says nothing: it is another one, or not the issuer's.
func (r Result) taken(list []byte, keys Document, now time.Time) (taken, told bool) {
	doc, err := parse(list)
	if err != nil || !known(doc, []any{contextV2}) || doc["id"] != r.StatusList || doc["issuer"] != r.Issuer || proven(doc, r.Issuer, keys) != Genuine {
		return false, false
	}
	subject, _ := doc["credentialSubject"].(map[string]any)
	packed, _ := subject["encodedList"].(string)
	if subject["statusPurpose"] != purpose {
		return false, false
	}
	if taken, err = bitAt(packed, r.StatusIndex); err != nil {
		return false, false
	}
	since, _ := doc["validFrom"].(string)
	at, err := time.Parse(time.RFC3339, since)
	return taken, taken || err == nil && now.Sub(at) <= oldest
}
