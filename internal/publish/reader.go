package publish

import (
	"context"
	"database/sql"
	"strings"
	"unicode/utf8"

	"xuedu/internal/account"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/publish/internal/gen"
)

// Readers lists who may read a release before it is public. Everybody who may
// see the release may see the list.
func (s *Service) Readers(ctx context.Context, id string) ([]Reader, error) {
	if _, err := s.Edition(ctx, id); err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).ReadersOf(ctx, id)
	out := make([]Reader, len(rows))
	for i, r := range rows {
		out[i] = Reader{AccountID: r.AccountID, Post: r.Post, Reason: r.Reason, At: r.CreatedAt}
	}
	return out, err
}

// AddReader lets an account read a release that is not public yet. The post and
// the reason are published with the list.
func (s *Service) AddReader(ctx context.Context, id string, r Reader) error {
	reason, err := s.mayList(ctx, id, r.Reason)
	if err != nil {
		return err
	}
	r.Post = strings.TrimSpace(r.Post)
	if n := utf8.RuneCountInString(r.Post); r.AccountID == "" || n < 2 || n > 100 {
		return errs.InvalidField("post", "publish.needs_post")
	}
	now := s.stamp()
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		err := gen.New(tx).InsertReader(ctx, gen.InsertReaderParams{ReleaseID: id, AccountID: r.AccountID, Post: r.Post, Reason: reason, Actor: account.From(ctx).ID, CreatedAt: now})
		if db.IsUnique(err) {
			return errs.New(errs.Conflict, "publish.reader_there")
		}
		if err != nil {
			return err
		}
		return s.event(ctx, tx, id, Event{Verb: "reader_add", Reason: reason, At: now}, map[string]any{"account": r.AccountID, "post": r.Post})
	})
}

// RemoveReader takes somebody off the list.
func (s *Service) RemoveReader(ctx context.Context, id, accountID, reason string) error {
	reason, err := s.mayList(ctx, id, reason)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		n, err := gen.New(tx).DeleteReader(ctx, gen.DeleteReaderParams{ReleaseID: id, AccountID: accountID})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "publish.no_reader")
		}
		return s.event(ctx, tx, id, Event{Verb: "reader_remove", Reason: reason, At: s.stamp()}, map[string]any{"account": accountID})
	})
}

// mayList fails unless the caller may change the list of a release that is not
// public yet.
func (s *Service) mayList(ctx context.Context, id, reason string) (string, error) {
	if !account.From(ctx).Can(PermApprove) {
		return "", errs.New(errs.Forbidden, "error.forbidden")
	}
	e, err := s.Edition(ctx, id)
	if err != nil {
		return "", err
	}
	if e.Public {
		return "", errs.New(errs.Conflict, "publish.public")
	}
	return because(reason)
}

// EarlyList is who reads a release, or read it, before it was public.
type EarlyList struct {
	Edition
	Readers []Reader
}

// EarlyReaders lists the releases that somebody may read before everybody, or
// might, by series, area and newest period: that is public, also while the
// release is not. Posts are named, nobody's name.
func (s *Service) EarlyReaders(ctx context.Context) ([]EarlyList, error) {
	rows, err := gen.New(s.DB.Read).Releases(ctx)
	if err != nil {
		return nil, err
	}
	var out []EarlyList
	for _, row := range rows {
		if row.State != Approved {
			continue
		}
		list, err := gen.New(s.DB.Read).ReadersOf(ctx, row.ID)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			continue
		}
		x := EarlyList{}
		if x.Edition, err = s.edition(gen.GetReleaseRow(row)); err != nil {
			return nil, err
		}
		for _, r := range list {
			x.Readers = append(x.Readers, Reader{Post: r.Post, Reason: r.Reason, At: r.CreatedAt})
		}
		out = append(out, x)
	}
	return out, nil
}
