package monitor

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/monitor/internal/gen"
	"xuedu/internal/pack"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/workflow"
)

// Tick is a point of the list of the pack that somebody ticked.
type Tick struct {
	Code, By string
	At       time.Time
}

// Ticks lists what was ticked since the last change of a text.
func (s *Service) Ticks(ctx context.Context, d Draft) ([]Tick, error) {
	rows, err := gen.New(s.DB.Read).TicksOf(ctx, d.ID)
	out := make([]Tick, len(rows))
	for i, r := range rows {
		out[i] = Tick{r.Code, r.TickedBy, r.TickedAt}
	}
	return out, err
}

// SetTick ticks a point of the list, or takes the tick away.
func (s *Service) SetTick(ctx context.Context, d Draft, code string, on bool) error {
	rep, err := s.prepares(ctx, d)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(rep.Checklist, func(c pack.Coded) bool { return c.Code == code }) {
		return notFound()
	}
	now := s.stamp()
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		_, err := gen.New(tx).DeleteTick(ctx, gen.DeleteTickParams{DraftID: d.ID, Code: code})
		if err == nil && on {
			err = gen.New(tx).InsertTick(ctx, gen.InsertTickParams{DraftID: d.ID, Code: code, TickedBy: account.From(ctx).ID, TickedAt: now})
		}
		if err != nil {
			return err
		}
		return s.event(ctx, tx, d, "tick", "", now)
	})
}

// prepares fails unless the caller may prepare an open draft.
func (s *Service) prepares(ctx context.Context, d Draft) (pack.Report, error) {
	rep, err := s.report(d)
	if err != nil {
		return rep, err
	}
	if !account.From(ctx).Can(publish.PermPrepare) {
		return rep, errs.New(errs.Forbidden, "error.forbidden")
	}
	if !s.open(d) || d.ReleaseID != "" {
		return rep, errs.New(errs.Conflict, "monitor.frozen")
	}
	return rep, nil
}

// SetHead says what a draft will be released as, and the public reason of a
// revision.
func (s *Service) SetHead(ctx context.Context, d Draft, stage string, reason pack.Text) error {
	if _, err := s.prepares(ctx, d); err != nil {
		return err
	}
	if stage != release.Provisional && stage != release.Final {
		return errs.InvalidField("stage", "publish.stage")
	}
	for lang, t := range reason {
		reason[lang] = strings.TrimSpace(t)
	}
	b, err := json.Marshal(reason)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := gen.New(tx).SetDraftHead(ctx, gen.SetDraftHeadParams{ID: d.ID, Stage: stage, Reason: string(b)}); err != nil {
			return err
		}
		return s.event(ctx, tx, d, "head", "", s.stamp())
	})
}

// Moves lists the moves of a draft that are the caller's, with what is missing.
func (s *Service) Moves(ctx context.Context, d Draft) ([]workflow.Open, error) {
	rep, err := s.report(d)
	if err != nil {
		return nil, err
	}
	m, err := s.machine(rep)
	if err != nil {
		return nil, err
	}
	return m.Open(ctx, d.State, hand(ctx), s.guards(d, rep))
}

// hand is the caller as the workflow sees it: the permission decides.
func hand(ctx context.Context) workflow.Hand {
	return workflow.Hand{May: func(_, perm string) bool { return account.From(ctx).Can(perm) }}
}

// guards are what a move may ask for.
func (s *Service) guards(d Draft, rep pack.Report) workflow.Guards {
	return func(ctx context.Context, name string) (string, error) {
		switch name {
		case "checked":
			return s.checked(ctx, d, rep)
		case "answered":
			notes, err := s.Notes(ctx, d)
			if slices.ContainsFunc(notes, func(n Note) bool { return n.Kind == Contest && n.Waits() }) {
				return "monitor.guard.answered", err
			}
			return "", err
		}
		return "", errs.New(errs.Internal, "monitor.guard."+name)
	}
}

// checked wants every point of the list ticked, and no problem in any text.
func (s *Service) checked(ctx context.Context, d Draft, rep pack.Report) (string, error) {
	ticks, err := s.Ticks(ctx, d)
	if err != nil {
		return "", err
	}
	for _, c := range rep.Checklist {
		if !slices.ContainsFunc(ticks, func(t Tick) bool { return t.Code == c.Code }) {
			return "monitor.guard.ticks", nil
		}
	}
	_, bad, err := s.Compose(ctx, d)
	if err == nil && len(bad) > 0 {
		return "monitor.guard.texts", nil
	}
	return "", err
}

// Move makes a move of the workflow. A move that freezes computes the figures
// once more, and keeps them as the release that waits for approval.
func (s *Service) Move(ctx context.Context, d Draft, move, reason string) error {
	rep, err := s.report(d)
	if err != nil {
		return err
	}
	m, err := s.machine(rep)
	if err != nil {
		return err
	}
	st, err := m.Step(ctx, d.State, move, reason, hand(ctx), s.guards(d, rep))
	if err != nil {
		return err
	}
	var frozen *prepared
	if slices.Contains(st.Does, "freeze") {
		if frozen, err = s.prepare(ctx, d); err != nil {
			return err
		}
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error { return s.move(ctx, tx, d, st, frozen) })
}

// prepared is what a move freezes.
type prepared struct {
	publish.Prepared
	archive archive
}

func (s *Service) prepare(ctx context.Context, d Draft) (*prepared, error) {
	a, figures, err := s.record(ctx, d)
	if err != nil {
		return nil, err
	}
	recorded := *s
	recorded.Figures = figures
	r, bad, err := recorded.Compose(ctx, d)
	if err != nil {
		return nil, err
	}
	if len(bad) > 0 {
		return nil, errs.New(errs.Conflict, "monitor.guard.texts")
	}
	out := &prepared{archive: a}
	if err := out.archive.close(r); err != nil {
		return nil, err
	}
	out.Prepared, err = s.Publish.Prepare(ctx, r)
	return out, err
}

func (s *Service) move(ctx context.Context, tx *sql.Tx, d Draft, st workflow.Step, frozen *prepared) error {
	now, id := s.stamp(), d.ReleaseID
	if frozen != nil {
		id = frozen.ID
	}
	n, err := gen.New(tx).SetDraftState(ctx, gen.SetDraftStateParams{ID: d.ID, Was: d.State, State: st.To.Code, Since: now, ReleaseID: id})
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.Conflict, "monitor.moved")
	}
	if frozen != nil {
		if err := frozen.archive.insert(ctx, tx); err != nil {
			return err
		}
		if err := s.Publish.FreezeTx(ctx, tx, frozen.Prepared); err != nil {
			return err
		}
	}
	return s.event(ctx, tx, d, st.Move.Code, st.Reason, now)
}
