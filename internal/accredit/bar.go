package accredit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// Bar keeps an institution, or an area itself, from applying for a time: for
// figures or applications that were made up.
type Bar struct {
	ID        string
	OrgID     string // "" = the area itself
	AreaID    int64  // 0 = the institution
	From, To  string // days, both included; To "" = until it is lifted
	Source    string // what it follows from: a case, a decision
	Reason    string
	Author    string
	At        time.Time
	Lifted    time.Time // zero = in force
	LiftedBy  string
	LiftedWhy string
}

// Bars lists all bars, the newest first. It needs accredit:check or
// accredit:manage.
func (s *Service) Bars(ctx context.Context) ([]Bar, error) {
	if !s.office(ctx) {
		return nil, errs.New(errs.Forbidden, "accredit.not_your_desk")
	}
	rows, err := gen.New(s.DB.Read).ListBars(ctx)
	if err != nil {
		return nil, fmt.Errorf("list bars: %w", err)
	}
	list := make([]Bar, len(rows))
	for i, r := range rows {
		list[i] = newBar(gen.Bar(r))
	}
	return list, nil
}

func newBar(r gen.Bar) Bar {
	b := Bar{ID: r.ID, OrgID: r.OrgID, AreaID: r.AreaID, From: r.FromDay, To: r.ToDay, Source: r.Source, Reason: r.Reason, Author: r.Author,
		At: r.At.UTC(), LiftedBy: r.LiftedBy, LiftedWhy: r.LiftedWhy}
	if r.LiftedAt.Valid {
		b.Lifted = r.LiftedAt.Time.UTC()
	}
	return b
}

// office reports whether the caller looks after all applications of the city.
func (s *Service) office(ctx context.Context) bool {
	root := s.Tree().At(0).ID
	return s.covers(ctx, PermManage, root) || s.covers(ctx, PermCheck, root)
}

// openBars lists the bars in force today against an institution or an area.
func (s *Service) openBars(ctx context.Context, q db.Querier, orgID string, areaID int64) ([]Bar, error) {
	rows, err := gen.New(q).OpenBars(ctx, gen.OpenBarsParams{Day: s.today(), OrgID: orgID, AreaID: areaID})
	if err != nil {
		return nil, fmt.Errorf("list bars: %w", err)
	}
	list := make([]Bar, len(rows))
	for i, r := range rows {
		list[i] = newBar(gen.Bar(r))
	}
	return list, nil
}

// Bar keeps somebody from applying. It needs accredit:check or accredit:manage,
// a source and a reason.
func (s *Service) Bar(ctx context.Context, b Bar) (Bar, error) {
	if !s.office(ctx) {
		return b, errs.New(errs.Forbidden, "accredit.not_your_desk")
	}
	var bar Bar
	err := s.DB.InTx(ctx, func(tx *sql.Tx) (err error) {
		bar, err = s.BarIn(ctx, tx, b)
		return err
	})
	return bar, err
}

// BarIn is Bar in the transaction of a decision that bars: the caller has
// checked that it may.
func (s *Service) BarIn(ctx context.Context, tx *sql.Tx, b Bar) (Bar, error) {
	b.Source, b.Reason = strings.TrimSpace(b.Source), strings.TrimSpace(b.Reason)
	if b.From == "" {
		b.From = s.today()
	}
	switch {
	case (b.OrgID == "") == (b.AreaID == 0):
		return b, errs.InvalidField("org", "accredit.bar_whom")
	case !isDay(b.From) || b.To != "" && (!isDay(b.To) || b.To < b.From):
		return b, errs.InvalidField("to", "accredit.no_day")
	case b.Source == "":
		return b, errs.InvalidField("source", "accredit.bar_source")
	case b.Reason == "":
		return b, errs.InvalidField("reason", "accredit.reason_needed")
	}
	b.ID, b.Author, b.At = newID(), actor(ctx), s.stamp()
	err := gen.New(tx).InsertBar(ctx, gen.InsertBarParams{ID: b.ID, OrgID: b.OrgID, AreaID: b.AreaID, FromDay: b.From, ToDay: b.To,
		Source: b.Source, Reason: b.Reason, Author: b.Author, At: b.At})
	if err != nil {
		return b, fmt.Errorf("write bar: %w", err)
	}
	return b, audit.Append(ctx, tx, b.At, audit.Entry{Verb: "accredit:bar", Object: "bar:" + b.ID, AreaID: b.AreaID, Reason: b.Reason,
		Detail: map[string]any{"org": b.OrgID, "to": b.To}})
}

// LiftBar ends a bar before its time, with a reason.
func (s *Service) LiftBar(ctx context.Context, id, reason string) error {
	reason = strings.TrimSpace(reason)
	switch {
	case !s.office(ctx):
		return errs.New(errs.Forbidden, "accredit.not_your_desk")
	case reason == "":
		return errs.InvalidField("reason", "accredit.reason_needed")
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		q, now := gen.New(tx), s.stamp()
		b, err := q.GetBar(ctx, id)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return errs.New(errs.NotFound, "accredit.no_bar")
		case err != nil:
			return fmt.Errorf("read bar: %w", err)
		case b.LiftedAt.Valid:
			return errs.New(errs.Conflict, "accredit.bar_lifted")
		}
		if err := q.LiftBar(ctx, gen.LiftBarParams{ID: id, LiftedAt: nullTime(now), LiftedBy: actor(ctx), LiftedWhy: reason}); err != nil {
			return fmt.Errorf("lift bar: %w", err)
		}
		return audit.Append(ctx, tx, now, audit.Entry{Verb: "accredit:lift", Object: "bar:" + id, AreaID: b.AreaID, Reason: reason})
	})
}

// LiftBarsIn lifts all bars of a source, in the transaction of a decision that
// takes back what they followed from: the caller has checked that it may, and
// notes it in the trail.
func (s *Service) LiftBarsIn(ctx context.Context, tx *sql.Tx, source, reason string) error {
	err := gen.New(tx).LiftBarsOf(ctx, gen.LiftBarsOfParams{Source: source, LiftedAt: nullTime(s.stamp()), LiftedBy: actor(ctx), LiftedWhy: reason})
	if err != nil {
		return fmt.Errorf("lift bars: %w", err)
	}
	return nil
}
