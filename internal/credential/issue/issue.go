// Package issue gives out verifiable credentials and says which were taken back.
// Each is made once and kept as it was signed; its place in the status lists is
// its own for good (P1.7).
package issue

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/credential"
	"xuedu/internal/credential/issue/internal/gen"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/release/proof"
)

// counter hands out the numbers of credentials.
const counter = "credential"

// Paths below the address of the site; permanent.
const (
	DocumentPath = "/.well-known/did.json"
	listPath     = "/credentials/status/"
)

// Given names a credential that was given out.
type Given struct {
	Kind, About string
	Until       string // first day on which it no longer holds, "" = open
}

// Deps are what a Service works with.
type Deps struct {
	DB   *db.DB
	Site func() string // public address, https://example.org; "" = no credentials are given out
	Name func() string // of the issuer
	Keys func(context.Context) ([]proof.PublicKey, error)
	Sign func(context.Context) (name string, key credential.Key, err error) // the key in force; its ID is filled in here
	// Taken tells which of the given were taken back before their end.
	Taken func(ctx context.Context, given []Given) (map[Given]bool, error)
	Now   func() time.Time
}

// Service gives credentials out. It is safe for concurrent use.
type Service struct{ Deps }

// New returns a Service.
func New(d Deps) *Service { return &Service{d} }

// Ready reports whether credentials are given out: the city says at which
// address it is found.
func (s *Service) Ready() bool { _, err := s.issuer(); return err == nil }

// issuer fails with NotFound where the city has no address.
func (s *Service) issuer() (credential.Issuer, error) {
	did, err := credential.DIDOf(s.Site())
	if err != nil {
		return credential.Issuer{}, errs.New(errs.NotFound, "credential.no_site")
	}
	return credential.Issuer{DID: did, Name: s.Name()}, nil
}

// At is the address of a path of this site.
func (s *Service) At(path string) string { return strings.TrimSuffix(s.Site(), "/") + path }

// Give returns the credential of something: the one that was given out before,
// or a new one, for which make says what it tells. One that proves nothing any
// more, since its key was revoked or the city has another address, is signed
// anew in its place. It fails with NotFound where the city gives none out, and
// with Conflict where it has no key.
func (s *Service) Give(ctx context.Context, g Given, make func() credential.Credential) ([]byte, error) {
	keys, err := s.Document(ctx)
	if err != nil {
		return nil, err
	}
	had, err := s.kept(ctx, g)
	if err != nil || had.Nr > 0 && credential.Check(had.Body, keys, nil, s.Now()).Proven() {
		return had.Body, err
	}
	issuer, err := s.issuer()
	if err != nil {
		return nil, err
	}
	c := make()
	c.Issuer = issuer
	body, err := s.write(ctx, g, c, had)
	if db.IsUnique(err) || errors.Is(err, errOther) { // somebody else asked at the same time
		had, err = s.kept(ctx, g)
		return had.Body, err
	}
	return body, err
}

var errOther = errors.New("it was signed meanwhile")

// kept has the number 0 where none was given out.
func (s *Service) kept(ctx context.Context, g Given) (gen.GetRow, error) {
	row, err := gen.New(s.DB.Read).Get(ctx, gen.GetParams{Kind: g.Kind, About: g.About, UntilDay: g.Until})
	if errors.Is(err, sql.ErrNoRows) {
		return gen.GetRow{}, nil
	}
	return row, err
}

func (s *Service) write(ctx context.Context, g Given, c credential.Credential, had gen.GetRow) (body []byte, err error) {
	now := s.Now().UTC().Truncate(time.Millisecond)
	key, err := s.key(ctx, c.Issuer)
	if err != nil {
		return nil, err
	}
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		nr, verb := had.Nr, "credential:renew"
		if nr == 0 {
			if nr, err = db.Next(ctx, tx, counter, 1); err != nil {
				return err
			}
			verb = "credential:issue"
		}
		c.Status = s.status(nr)
		if body, err = c.Sign(key, now); err != nil {
			return err
		}
		if err := put(ctx, tx, had, gen.InsertParams{Nr: nr, Kind: g.Kind, About: g.About, UntilDay: g.Until, Body: body, IssuedAt: now}); err != nil {
			return err
		}
		return audit.Append(ctx, tx, now, audit.Entry{Verb: verb, Object: g.Kind + ":" + g.About, Detail: map[string]any{"nr": nr, "until": g.Until}})
	})
	return body, err
}

// put keeps a credential, in the place of the one there was.
func put(ctx context.Context, tx *sql.Tx, had gen.GetRow, p gen.InsertParams) error {
	if had.Nr == 0 {
		return gen.New(tx).Insert(ctx, p)
	}
	n, err := gen.New(tx).Replace(ctx, gen.ReplaceParams{Nr: p.Nr, Body: p.Body, IssuedAt: p.IssuedAt, Was: had.IssuedAt})
	if err == nil && n == 0 {
		err = errOther
	}
	return err
}

func (s *Service) key(ctx context.Context, who credential.Issuer) (credential.Key, error) {
	name, key, err := s.Sign(ctx)
	key.ID = who.DID + "#" + name
	return key, err
}

// status is the place of a credential: numbers begin at 1, as do lists.
func (s *Service) status(nr int64) credential.Status {
	return credential.Status{List: s.list((nr-1)/credential.PerList + 1), Index: int((nr - 1) % credential.PerList)}
}

func (s *Service) list(n int64) string { return s.At(listPath + strconv.FormatInt(n, 10)) }

// List is the status list of a number, signed now. It fails with NotFound for a
// list that was not begun; the first always is.
func (s *Service) List(ctx context.Context, n int64) ([]byte, error) {
	issuer, err := s.issuer()
	if err != nil {
		return nil, err
	}
	first := (n-1)*credential.PerList + 1
	rows, err := gen.New(s.DB.Read).Of(ctx, gen.OfParams{First: first, Past: first + credential.PerList})
	if err != nil {
		return nil, err
	}
	if n < 1 || n > 1 && len(rows) == 0 {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	given := make([]Given, len(rows))
	for i, r := range rows {
		given[i] = Given{r.Kind, r.About, r.UntilDay}
	}
	taken, err := s.Taken(ctx, given)
	if err != nil {
		return nil, err
	}
	l := credential.StatusList{ID: s.list(n), Issuer: issuer}
	for i, r := range rows {
		if taken[given[i]] {
			l.Revoked = append(l.Revoked, int(r.Nr-first))
		}
	}
	key, err := s.key(ctx, issuer)
	if err != nil {
		return nil, err
	}
	return l.Sign(key, s.Now())
}

// Document is the DID document of the city: the keys by which its credentials
// are checked. It fails with NotFound where the city gives none out.
func (s *Service) Document(ctx context.Context) (credential.Document, error) {
	issuer, err := s.issuer()
	if err != nil {
		return credential.Document{}, err
	}
	keys, err := s.Keys(ctx)
	list := make([]credential.PublicKey, len(keys))
	for i, k := range keys {
		list[i] = credential.PublicKey{Name: k.ID, Key: k.Key, Revoked: k.Revoked}
	}
	return credential.NewDocument(issuer.DID, list), err
}

// Check checks a file that somebody brings, by the keys and lists of today.
func (s *Service) Check(ctx context.Context, body []byte) (credential.Result, error) {
	keys, err := s.Document(ctx)
	if err != nil {
		return credential.Result{}, err
	}
	r := credential.Check(body, keys, nil, s.Now())
	n, ok := strings.CutPrefix(r.StatusList, s.At(listPath))
	nr, bad := strconv.ParseInt(n, 10, 64)
	if !ok || bad != nil {
		return r, nil
	}
	list, err := s.List(ctx, nr)
	if errs.KindOf(err) == errs.NotFound {
		return r, nil
	}
	return credential.Check(body, keys, list, s.Now()), err
}
