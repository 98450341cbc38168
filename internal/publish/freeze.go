package publish

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/publish/internal/gen"
	"xuedu/internal/release"
)

// Freeze keeps a release as it is, for another person to approve. It sets the
// version, the time, what it supersedes and the stage of a revision; the rest is
// the caller's. It fails with
//
//   - Forbidden without PermPrepare,
//   - Conflict where one of the same report and period waits for approval, or
//     nothing changed since the last one,
//   - Invalid where a version before is public and no public reason is given in
//     every language of the release.
func (s *Service) Freeze(ctx context.Context, r *release.Release) (Edition, error) {
	p, err := s.Prepare(ctx, r)
	if err != nil {
		return Edition{}, err
	}
	if err := s.DB.InTx(ctx, func(tx *sql.Tx) error { return s.FreezeTx(ctx, tx, p) }); err != nil {
		return Edition{}, err
	}
	return s.Edition(ctx, p.ID)
}

// Prepared is a release that is ready to be frozen.
type Prepared struct {
	ID         string
	Release    *release.Release
	supersedes string
	bytes      []byte
	at         time.Time
}

// Prepare does all of Freeze that needs no transaction, and fails as it does.
func (s *Service) Prepare(ctx context.Context, r *release.Release) (Prepared, error) {
	if !account.From(ctx).Can(PermPrepare) {
		return Prepared{}, errs.New(errs.Forbidden, "error.forbidden")
	}
	before, err := s.before(ctx, r)
	if err != nil {
		return Prepared{}, err
	}
	now := s.stamp()
	r.Format, r.Frozen, r.Signoffs = release.Format, now.Truncate(time.Second).Format(time.RFC3339), []release.Signoff{s.signoff(ctx, "prepared", now)}
	if err := s.succeed(ctx, r, before); err != nil {
		return Prepared{}, err
	}
	r.Sort()
	b, err := r.Canonical()
	return Prepared{ID: uuid.Must(uuid.NewV7()).String(), Release: r, supersedes: before.ID, bytes: b, at: now}, err
}

// FreezeTx keeps what was prepared, in the caller's transaction. It appends to
// the trail. It fails with Conflict where another was frozen meanwhile.
func (s *Service) FreezeTx(ctx context.Context, tx *sql.Tx, p Prepared) error {
	err := s.insert(ctx, tx, p)
	if db.IsUnique(err) {
		return errs.New(errs.Conflict, "publish.waits")
	}
	return err
}

// before finds the last version of the same report and period; its ID is ""
// where there is none.
func (s *Service) before(ctx context.Context, r *release.Release) (Edition, error) {
	rows, err := gen.New(s.DB.Read).Releases(ctx)
	if err != nil {
		return Edition{}, err
	}
	for _, row := range rows {
		if row.Series != r.Series || row.Area != r.Area || row.Period != r.Period {
			continue
		}
		if row.State == Frozen {
			return Edition{}, errs.New(errs.Conflict, "publish.waits")
		}
		return s.edition(gen.GetReleaseRow(row))
	}
	return Edition{}, nil
}

// succeed gives r its place after the version before.
func (s *Service) succeed(ctx context.Context, r *release.Release, before Edition) error {
	if r.Stage != release.Provisional && r.Stage != release.Final && r.Stage != release.Revised {
		return errs.InvalidField("stage", "publish.stage")
	}
	if before.ID == "" {
		r.Version, r.Supersedes, r.Reason = release.Next(nil, r), "", nil
		if r.Stage == release.Revised {
			r.Stage = release.Final
		}
		return nil
	}
	old, _, err := s.load(ctx, before)
	if err != nil {
		return err
	}
	for _, lang := range r.Languages {
		if n := utf8.RuneCountInString(strings.TrimSpace(r.Reason[lang])); n < 2 || n > maxReason {
			return errs.InvalidField("reason_"+lang, "publish.needs_reason", "N", maxReason)
		}
	}
	if len(release.Compare(old, r)) == 0 && sameTexts(old, r) {
		return errs.New(errs.Conflict, "publish.same")
	}
	r.Version, r.Supersedes = release.Next(old, r), before.Digest
	if before.Stage != release.Provisional {
		r.Stage = release.Revised
	}
	return nil
}

// maxReason bounds reasons, in characters.
const maxReason = 500

func sameTexts(a, b *release.Release) bool {
	x, errA := json.Marshal(a.Sections)
	y, errB := json.Marshal(b.Sections)
	return errors.Join(errA, errB) == nil && string(x) == string(y)
}

func (s *Service) insert(ctx context.Context, tx *sql.Tx, p Prepared) error {
	r, digest := p.Release, release.Digest(p.bytes)
	title, err := json.Marshal(r.Title)
	if err != nil {
		return err
	}
	reason, err := json.Marshal(r.Reason)
	if err != nil {
		return err
	}
	err = gen.New(tx).InsertRelease(ctx, gen.InsertReleaseParams{ID: p.ID, Series: r.Series, Area: r.Area, Period: r.Period, Version: r.Version, Stage: r.Stage,
		Title: string(title), Reason: string(reason), Supersedes: p.supersedes, Frozen: p.bytes, Digest: digest, FrozenAt: p.at, FrozenBy: account.From(ctx).ID})
	if err != nil {
		return err
	}
	return s.event(ctx, tx, p.ID, Event{Verb: "freeze", At: p.at}, map[string]any{"series": r.Series, "period": r.Period, "version": r.Version, "digest": digest})
}

// event keeps what was done, and writes it into the trail: call it last.
func (s *Service) event(ctx context.Context, tx *sql.Tx, id string, e Event, detail map[string]any) error {
	err := gen.New(tx).InsertEvent(ctx, gen.InsertEventParams{ID: uuid.Must(uuid.NewV7()).String(), ReleaseID: id, Verb: e.Verb, Reason: e.Reason,
		PublicAt: sql.NullTime{Time: e.PublicAt, Valid: !e.PublicAt.IsZero()}, Actor: account.From(ctx).ID, CreatedAt: e.At})
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, e.At, audit.Entry{Verb: "release:" + e.Verb, Object: "release:" + id, Reason: e.Reason, Detail: detail})
}

// signoff is what the caller signs with.
func (s *Service) signoff(ctx context.Context, role string, at time.Time) release.Signoff {
	return release.Signoff{Role: role, Post: release.Text(s.Post(account.From(ctx))), At: at.Truncate(time.Second).Format(time.RFC3339)}
}
