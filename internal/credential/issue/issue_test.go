package issue_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"xuedu/internal/credential"
	"xuedu/internal/credential/issue"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/release/proof"
)

// office gives credentials out; the test says which were taken back.
type office struct {
	*issue.Service
	site  string
	taken map[issue.Given]bool
	keys  []proof.PublicKey
	now   time.Time
}

func newOffice(d *db.DB) *office {
	secret := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{5}, 32))
	o := &office{site: "https://learn.example.org/", taken: map[issue.Given]bool{}, now: time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC),
		keys: []proof.PublicKey{{ID: "k1", Key: secret.Public().(ed25519.PublicKey)}}}
	o.Service = issue.New(issue.Deps{DB: d, Site: func() string { return o.site }, Name: func() string { return "示例市" },
		Keys: func(context.Context) ([]proof.PublicKey, error) { return o.keys, nil },
		Sign: func(context.Context) (string, credential.Key, error) {
			return "k1", credential.Key{Secret: secret}, nil
		},
		Taken: func(context.Context, []issue.Given) (map[issue.Given]bool, error) { return o.taken, nil },
		Now:   func() time.Time { return o.now }})
	return o
}

// next makes the key that signs from now on.
func (o *office) next(name string) proof.PublicKey {
	secret := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{6}, 32))
	o.Deps.Sign = func(context.Context) (string, credential.Key, error) {
		return name, credential.Key{Secret: secret}, nil
	}
	return proof.PublicKey{ID: name, Key: secret.Public().(ed25519.PublicKey)}
}

func (o *office) give(t testing.TB, g issue.Given, holder string) []byte {
	t.Helper()
	b, err := o.Give(t.Context(), g, func() credential.Credential {
		return credential.Credential{ID: o.At("/awards/1/credential.json"), From: o.now, Lang: "zh-CN", Name: "示范性学习型组织", Subject: credential.Subject{Name: holder},
			Achievement: credential.Achievement{ID: o.At("/awards/1"), Name: "示范性学习型组织", Criteria: "评审", Number: "SF2026-001"}}
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (o *office) outcome(t testing.TB, body []byte) string {
	t.Helper()
	r, err := o.Check(t.Context(), body)
	if err != nil {
		t.Fatal(err)
	}
	return r.Outcome
}

// P1.7: a credential is made once, checked by what the city publishes, and taken
// back when the award is.
func TestGive(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(d)
		one, two := issue.Given{Kind: "award", About: "a", Until: "2029-03-01"}, issue.Given{Kind: "award", About: "b"}
		a, b := o.give(t, one, "甲校"), o.give(t, two, "乙校")
		if again := o.give(t, one, "改名的学校"); !bytes.Equal(a, again) {
			t.Error("a credential changed after it was given out")
		}
		if bytes.Equal(a, b) || o.outcome(t, a) != credential.Genuine || o.outcome(t, b) != credential.Genuine {
			t.Errorf("%s, %s", o.outcome(t, a), o.outcome(t, b))
		}
		o.taken[one] = true
		if got, other := o.outcome(t, a), o.outcome(t, b); got != credential.Revoked || other != credential.Genuine {
			t.Errorf("taken back: %s, the other: %s", got, other)
		}
		renewed := o.give(t, issue.Given{Kind: "award", About: "a", Until: "2032-03-01"}, "甲校")
		if o.outcome(t, renewed) != credential.Genuine {
			t.Errorf("renewed: %s", o.outcome(t, renewed))
		}
		o.keys[0].Revoked = "2026-04-01T00:00:00Z"
		if got := o.outcome(t, b); got != credential.OtherKey {
			t.Errorf("by a revoked key: %s", got)
		}
		o.keys = append(o.keys, o.next("k2"))
		if again := o.give(t, two, "乙校"); bytes.Equal(again, b) || o.outcome(t, again) != credential.Genuine {
			t.Errorf("signed with the next key: %s", o.outcome(t, again))
		}
		for _, n := range []int64{0, -1, 2} {
			if _, err := o.List(t.Context(), n); errs.KindOf(err) != errs.NotFound {
				t.Errorf("list %d: %v", n, err)
			}
		}
	})
}

// Many who ask at once get one credential.
func TestGiveAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(d)
		var wg sync.WaitGroup
		got := make([][]byte, 6)
		for i := range got {
			wg.Go(func() { got[i] = o.give(t, issue.Given{Kind: "award", About: "a"}, "甲校") })
		}
		wg.Wait()
		for _, b := range got {
			if !bytes.Equal(b, got[0]) {
				t.Fatal("two credentials of one award")
			}
		}
	})
}

// A city that nobody can find gives nothing out; a key that is missing stops it.
func TestNotReady(t *testing.T) {
	t.Parallel()
	o := newOffice(dbtest.SQLite(t))
	o.Deps.Sign = func(context.Context) (string, credential.Key, error) {
		return "", credential.Key{}, errors.New("no key")
	}
	if _, err := o.Give(t.Context(), issue.Given{Kind: "award", About: "a"}, func() credential.Credential { return credential.Credential{} }); err == nil || !strings.Contains(err.Error(), "no key") {
		t.Errorf("without a key: %v", err)
	}
	o.site = ""
	if o.Ready() {
		t.Error("ready without an address")
	}
	if _, err := o.Document(t.Context()); errs.KindOf(err) != errs.NotFound {
		t.Errorf("document: %v", err)
	}
	if _, err := o.Check(t.Context(), nil); errs.KindOf(err) != errs.NotFound {
		t.Errorf("check: %v", err)
	}
}
