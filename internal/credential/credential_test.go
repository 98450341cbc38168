package credential_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xuedu/internal/credential"
)

const site = "https://learn.example.org"

var (
	secret = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, 32))
	made   = time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
)

func issuer(t testing.TB) (credential.Key, credential.Document) {
	t.Helper()
	did, err := credential.DIDOf(site)
	if err != nil || did != "did:web:learn.example.org" {
		t.Fatal(did, err)
	}
	return credential.Key{ID: did + "#k1", Secret: secret}, credential.NewDocument(did, []credential.PublicKey{{Name: "k1", Key: secret.Public().(ed25519.PublicKey)}})
}

func sample() credential.Credential {
	return credential.Credential{ID: site + "/awards/SF2026-001/credential.json", Issuer: credential.Issuer{DID: "did:web:learn.example.org", Name: "示例市"}, From: made, Until: made.AddDate(3, 0, 0),
		Lang: "zh-CN", Name: "示范性学习型组织", Subject: credential.Subject{ID: site + "/orgs/1", Name: "青河社区学校"},
		Achievement: credential.Achievement{ID: site + "/calls/x", Name: "示范性学习型组织", Description: "示例", Criteria: "按标准评审", Number: "SF2026-001"},
		Status:      credential.Status{List: site + "/credentials/status/1", Index: 42}}
}

func list(t testing.TB, revoked ...int) []byte {
	t.Helper()
	k, _ := issuer(t)
	b, err := credential.StatusList{ID: site + "/credentials/status/1", Issuer: sample().Issuer, Revoked: revoked}.Sign(k, made)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func signed(t testing.TB, c credential.Credential) []byte {
	t.Helper()
	k, _ := issuer(t)
	b, err := c.Sign(k, made)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCheck(t *testing.T) {
	t.Parallel()
	_, keys := issuer(t)
	body, later := signed(t, sample()), made.AddDate(0, 1, 0)
	other := keys
	other.ID = "did:web:elsewhere.example.org"
	gone := credential.NewDocument(keys.ID, []credential.PublicKey{{Name: "k1", Key: secret.Public().(ed25519.PublicKey), Revoked: "2026-04-01T00:00:00Z"}})
	change := func(old, to string) []byte {
		if !bytes.Contains(body, []byte(old)) {
			t.Fatalf("%s is not there", old)
		}
		return bytes.Replace(body, []byte(old), []byte(to), 1)
	}
	for name, tt := range map[string]struct {
		body []byte
		keys credential.Document
		list []byte
		now  time.Time
		want string
	}{
		"genuine":            {body, keys, list(t, 41, 43), later, credential.Genuine},
		"revoked":            {body, keys, list(t, 42), later, credential.Revoked},
		"expired":            {body, keys, list(t), made.AddDate(3, 0, 0), credential.Expired},
		"not yet":            {body, keys, list(t), made.Add(-time.Hour), credential.Early},
		"an old list":        {body, keys, list(t), later.AddDate(0, 0, 1), credential.NoStatus},
		"an old list, taken": {body, keys, list(t, 42), later.AddDate(0, 0, 1), credential.Revoked},
		"no list":            {body, keys, nil, later, credential.NoStatus},
		"a list of nobody":   {body, keys, bytes.Replace(list(t, 42), []byte("revocation"), []byte("suspension"), 1), later, credential.NoStatus},
		"another issuer":     {body, other, list(t), later, credential.Stranger},
		"a revoked key":      {body, gone, list(t), later, credential.OtherKey},
		"an unknown key":     {body, credential.NewDocument(keys.ID, nil), list(t), later, credential.OtherKey},
		"another holder":     {change("青河社区学校", "青湖社区学校"), keys, list(t), later, credential.Changed},
		"a longer time":      {change("2029-03-01", "2039-03-01"), keys, list(t), later, credential.Changed},
		"another place":      {change(`"statusListIndex": "42"`, `"statusListIndex": "41"`), keys, list(t, 42), later, credential.Changed},
		"a word more":        {change(`"lang":`, `"grade": "excellent", "lang":`), keys, list(t), later, credential.Changed},
		"words exchanged":    {change("https://schema.org/legalName", "https://schema.org/alternateName"), keys, list(t), later, credential.Changed},
		"a later signature":  {change("2026-03-01T02:00:00Z\",\n  \"cryptosuite", "2026-03-02T02:00:00Z\",\n  \"cryptosuite"), keys, list(t), later, credential.Changed},
		"no credential":      {[]byte("hello"), keys, nil, later, credential.NoneOf},
		"something else":     {[]byte(`{"name":"x"}`), keys, nil, later, credential.NoneOf},
		"without its proof":  {change(`"proof"`, `"prof"`), keys, list(t), later, credential.Changed},
		"too long to be one": {append(body, bytes.Repeat([]byte(" "), 1<<20)...), keys, nil, later, credential.NoneOf},
	} {
		if got := credential.Check(tt.body, tt.keys, tt.list, tt.now); got.Outcome != tt.want {
			t.Errorf("%s: %s, want %s", name, got.Outcome, tt.want)
		}
	}
	r := credential.Check(body, keys, list(t), later)
	if r.Holder != "青河社区学校" || r.Number != "SF2026-001" || r.StatusIndex != 42 || !r.Until.Equal(made.AddDate(3, 0, 0)) {
		t.Errorf("%+v", r)
	}
}

// Two words that were exchanged in the context and in the document say the same
// triples; a reader would see another holder.
func TestWordsMeanWhatTheyMean(t *testing.T) {
	t.Parallel()
	_, keys := issuer(t)
	s := string(signed(t, sample()))
	s = strings.NewReplacer(`"holderName"`, `"certificateNumber"`, `"certificateNumber"`, `"holderName"`).Replace(s)
	if got := credential.Check([]byte(s), keys, list(t), made); got.Outcome != credential.Changed {
		t.Errorf("%+v", got)
	}
}

// Whatever value is changed, the credential is not what was signed.
func TestEveryValueIsSigned(t *testing.T) {
	t.Parallel()
	_, keys := issuer(t)
	body, none := signed(t, sample()), list(t)
	rapid.Check(t, func(t *rapid.T) {
		var doc map[string]any
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(err)
		}
		path := alter(t, doc)
		b, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if got := credential.Check(b, keys, none, made.AddDate(0, 1, 0)); got.Outcome == credential.Genuine || got.Outcome == credential.NoStatus {
			t.Fatalf("%s changed: %s", path, got.Outcome)
		}
	})
}

// alter changes one text somewhere in a document and tells where.
func alter(t *rapid.T, doc map[string]any) string {
	names := make([]string, 0, len(doc))
	for k := range doc {
		names = append(names, k)
	}
	slices.Sort(names)
	k := rapid.SampledFrom(names).Draw(t, "name")
	switch v := doc[k].(type) {
	case map[string]any:
		return k + "." + alter(t, v)
	case []any:
		i := rapid.IntRange(0, len(v)-1).Draw(t, "i")
		if m, ok := v[i].(map[string]any); ok {
			return k + "." + alter(t, m)
		}
		v[i] = v[i].(string) + "x"
	case string:
		doc[k] = v + "x"
	}
	return k
}

// A list says of every place what was put into it.
func TestStatusListAgainstASet(t *testing.T) {
	t.Parallel()
	_, keys := issuer(t)
	rapid.Check(t, func(t *rapid.T) {
		set := rapid.SliceOfDistinct(rapid.IntRange(0, credential.PerList-1), func(i int) int { return i }).Draw(t, "set")
		c := sample()
		c.Status.Index = rapid.IntRange(0, credential.PerList-1).Draw(t, "index")
		if len(set) > 0 && rapid.Bool().Draw(t, "of the set") {
			c.Status.Index = rapid.SampledFrom(set).Draw(t, "taken")
		}
		k := credential.Key{ID: keys.ID + "#k1", Secret: secret}
		b, err := c.Sign(k, made)
		if err != nil {
			t.Fatal(err)
		}
		l, err := credential.StatusList{ID: c.Status.List, Issuer: c.Issuer, Revoked: set}.Sign(k, made)
		if err != nil {
			t.Fatal(err)
		}
		want := credential.Genuine
		if slices.Contains(set, c.Status.Index) {
			want = credential.Revoked
		}
		if got := credential.Check(b, keys, l, made); got.Outcome != want {
			t.Fatalf("%d in %v: %s", c.Status.Index, set, got.Outcome)
		}
	})
	k := credential.Key{ID: keys.ID + "#k1", Secret: secret}
	if _, err := (credential.StatusList{ID: "https://x.example/1", Revoked: []int{credential.PerList}}).Sign(k, made); err == nil {
		t.Error("a place that is not there")
	}
}

func TestDIDOf(t *testing.T) {
	t.Parallel()
	for site, want := range map[string]string{"https://a.example.org": "did:web:a.example.org", "https://a.example.org/": "did:web:a.example.org", "http://127.0.0.1:8080": "did:web:127.0.0.1%3A8080",
		"a.example.org": "", "https://a.example.org/x": "", "ftp://a.example.org": "", "": ""} {
		if got, err := credential.DIDOf(site); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", site, got, err)
		}
	}
}

func FuzzCheck(f *testing.F) {
	k, keys := issuer(f)
	body, err := sample().Sign(k, made)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body, list(f))
	f.Add([]byte(`{"@context":["https://www.w3.org/ns/credentials/v2"],"proof":{}}`), []byte(`{}`))
	f.Add([]byte(`{"@context":{"@vocab":"x:"},"issuer":{"id":"did:web:learn.example.org"},"name":"a"}`), []byte(`[]`))
	f.Fuzz(func(t *testing.T, body, list []byte) {
		if got := credential.Check(body, keys, list, made); got.Outcome == "" {
			t.Error("no outcome")
		}
	})
}

// A signature is over triples; what makes none is refused as well: a reader
// would see it, and programs that do not mind capitals would believe it.
func TestNothingIsSaidBesides(t *testing.T) {
	t.Parallel()
	_, keys := issuer(t)
	body := string(signed(t, sample()))
	for name, tt := range map[string][2]string{
		"validity in other capitals": {`"validUntil":`, `"validUNTIL": "2099-01-01T00:00:00Z", "validUntil":`},
		"validity after":             {"\n}\n", ",\n \"validuntil\": \"2099-01-01T00:00:00Z\"\n}\n"},
		"another place":              {`"statusPurpose"`, `"statuslistindex": "41", "statusPurpose"`},
		"place after":                {`"type": "BitstringStatusListEntry"`, `"type": "BitstringStatusListEntry", "statusListindex": "41"`},
		"another holder":             {`"holderName"`, `"holdername": "青湖社区学校", "holderName"`},
		"holder twice":               {`"holderName"`, `"holderName": "青湖社区学校", "holderName"`},
		"an address that is none":    {`"lang"`, `"evidence": "excellent", "lang"`},
		"a context within":           {`"holderName"`, `"@context": {"grade": "https://schema.org/name"}, "holderName"`},
		"nothing":                    {`"lang"`, `"grade": null, "lang"`},
		"more in the proof":          {`"proofValue"`, `"nonce": null, "proofValue"`},
	} {
		if !strings.Contains(body, tt[0]) {
			t.Fatalf("%s: %s is not there", name, tt[0])
		}
		i := strings.LastIndex(body, tt[0])
		b := body[:i] + tt[1] + body[i+len(tt[0]):]
		got := credential.Check([]byte(b), keys, list(t, 42), sample().Until.AddDate(1, 0, 0))
		if got.Outcome != credential.Changed {
			t.Errorf("%s: %s until %v at %d", name, got.Outcome, got.Until, got.StatusIndex)
		}
	}
}
