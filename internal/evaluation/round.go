package evaluation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/evaluation/internal/gen"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Begin begins the evaluation of a period and collects its figures. It fails
// with Invalid for a period that is not over, and with Conflict where one of
// that period is under way or published.
func (s *Service) Begin(ctx context.Context, periodName string) (Round, error) {
	if !account.From(ctx).Can(PermPrepare) {
		return Round{}, forbidden()
	}
	e, err := s.current()
	if err != nil {
		return Round{}, err
	}
	at, err := s.parsePeriod(e, periodName)
	if err != nil {
		return Round{}, err
	}
	r := Round{Area: s.Pack().RootArea, Period: at.Name, Edition: 1}
	if err := s.free(ctx, r); err != nil {
		return r, err
	}
	return s.start(ctx, e, at, r)
}

// start collects the figures of a round by a method and keeps it.
func (s *Service) start(ctx context.Context, e pack.Evaluation, at period.Period, r Round) (Round, error) {
	m, err := s.machine(e)
	if err != nil {
		return r, err
	}
	r.ID, r.Method, r.Version, r.State = newID(), e.Code, e.Version, m.Definition().Start
	r.CreatedAt, r.CreatedBy = s.stamp(), account.From(ctx).ID
	if r.Figures, err = s.collect(ctx, e, r.Area, at); err != nil {
		return r, err
	}
	if err := s.DB.InTx(ctx, func(tx *sql.Tx) error { return s.begin(ctx, tx, e, r) }); err != nil {
		return r, err
	}
	return s.Round(ctx, r.ID)
}

func (s *Service) begin(ctx context.Context, tx *sql.Tx, e pack.Evaluation, r Round) error {
	body, err := json.Marshal(r.Figures)
	if err != nil {
		return err
	}
	why, err := json.Marshal(r.Why)
	if err != nil {
		return err
	}
	if err := s.keep(ctx, tx, e, r.CreatedAt); err != nil {
		return err
	}
	err = gen.New(tx).InsertRound(ctx, gen.InsertRoundParams{ID: r.ID, Method: r.Method, Version: r.Version, Area: r.Area, Period: r.Period,
		Edition: int64(r.Edition), Why: string(why), State: r.State, Since: r.CreatedAt, Figures: string(body), CreatedBy: r.CreatedBy})
	if err != nil {
		return err
	}
	return s.event(ctx, tx, r, "begin", r.Why.In(s.Pack().Languages[0]), r.CreatedAt)
}

// free fails with Conflict where the period has a round that is worked at, or
// was published and is not what this one revises.
func (s *Service) free(ctx context.Context, r Round) error {
	all, err := s.all(ctx)
	for _, x := range all {
		if x.Area == r.Area && x.Period == r.Period && (x.Public() && x.Edition >= r.Edition || s.open(ctx, x)) {
			return errs.New(errs.Conflict, "evaluation.begun")
		}
	}
	return err
}

// open reports whether a round is still worked at.
func (s *Service) open(ctx context.Context, r Round) bool {
	m, err := s.MethodOf(ctx, r)
	if err != nil {
		return false
	}
	w, err := s.machine(m.Evaluation)
	if err != nil {
		return false
	}
	st, ok := w.State(r.State)
	return ok && !st.Final
}

// Recollect reads the figures of a round again, while it is the office's: from a
// release that was published since, or corrected registers. Each collection is
// in the trail.
func (s *Service) Recollect(ctx context.Context, r Round) error {
	if !account.From(ctx).Can(PermPrepare) {
		return forbidden()
	}
	m, err := s.MethodOf(ctx, r)
	if err != nil {
		return err
	}
	w, err := s.machine(m.Evaluation)
	if err != nil {
		return err
	}
	if !w.Allows(r.State, "collect") {
		return errs.New(errs.Conflict, "evaluation.fixed")
	}
	at, err := s.parsePeriod(m.Evaluation, r.Period)
	if err != nil {
		return err
	}
	f, err := s.collect(ctx, m.Evaluation, r.Area, at)
	if err != nil {
		return err
	}
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	now := s.stamp()
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		n, err := gen.New(tx).SetRoundFigures(ctx, gen.SetRoundFiguresParams{ID: r.ID, State: r.State, Figures: string(body), FiguresAt: now})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "evaluation.moved")
		}
		return s.event(ctx, tx, r, "collect", "", now)
	})
}

// event keeps what was done with a round and writes it into the trail: call it
// last.
func (s *Service) event(ctx context.Context, tx *sql.Tx, r Round, verb, reason string, at time.Time) error {
	err := gen.New(tx).InsertEvent(ctx, gen.InsertEventParams{ID: newID(), RoundID: r.ID, Verb: verb, Reason: reason, Actor: account.From(ctx).ID, CreatedAt: at})
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, at, audit.Entry{Verb: "evaluation:" + verb, Object: "evaluation:" + r.ID, Reason: reason,
		Detail: map[string]any{"period": r.Period, "method": r.Method + " " + r.Version}})
}

// Rounds lists the rounds that the caller may see, the newest period first: the
// public ones, and for who works at them those that are not public yet.
func (s *Service) Rounds(ctx context.Context) ([]Round, error) {
	all, err := s.all(ctx)
	return slices.DeleteFunc(all, func(r Round) bool { return !s.visible(ctx, r) }), err
}

func (s *Service) all(ctx context.Context) ([]Round, error) {
	rows, err := gen.New(s.DB.Read).AllRounds(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Round, len(rows))
	for i, row := range rows {
		if out[i], err = round(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Round returns one. It fails with NotFound where there is none, or none for
// the caller.
func (s *Service) Round(ctx context.Context, id string) (Round, error) {
	row, err := gen.New(s.DB.Read).GetRound(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Round{}, notFound()
	}
	if err != nil {
		return Round{}, err
	}
	r, err := round(row)
	if err == nil && !s.visible(ctx, r) {
		return Round{}, notFound()
	}
	return r, err
}

// Find returns a published edition of a period, 0 = the newest. It fails with
// NotFound.
func (s *Service) Find(ctx context.Context, periodName string, edition int) (Round, error) {
	all, err := s.Editions(ctx, periodName)
	for _, r := range all {
		if edition == 0 || r.Edition == edition {
			return r, nil
		}
	}
	return Round{}, errors.Join(err, notFound())
}

// Editions are the published rounds of a period, the newest first.
func (s *Service) Editions(ctx context.Context, periodName string) ([]Round, error) {
	all, err := s.all(ctx)
	all = slices.DeleteFunc(all, func(r Round) bool { return r.Period != periodName || !r.Public() })
	slices.SortFunc(all, func(a, b Round) int { return b.Edition - a.Edition })
	return all, err
}

// Events lists what was done with a round, the oldest first, for who may see it.
func (s *Service) Events(ctx context.Context, r Round) ([]Event, error) {
	rows, err := gen.New(s.DB.Read).EventsOf(ctx, r.ID)
	out := make([]Event, len(rows))
	for i, x := range rows {
		out[i] = Event{x.Verb, x.Reason, x.Actor, x.CreatedAt}
	}
	return out, err
}

func round(row gen.EvaluationRound) (Round, error) {
	r := Round{ID: row.ID, Method: row.Method, Version: row.Version, Area: row.Area, Period: row.Period, Edition: int(row.Edition), State: row.State, Since: row.Since, Until: row.Until,
		FiguresAt: row.FiguresAt, League: row.League == 1, FinishedBy: row.FinishedBy, ApprovedBy: row.ApprovedBy, PublishedAt: row.PublishedAt.Time,
		CreatedAt: row.CreatedAt, CreatedBy: row.CreatedBy}
	if err := json.Unmarshal([]byte(row.Figures), &r.Figures); err != nil {
		return r, fmt.Errorf("evaluation %s: %w", row.ID, err)
	}
	if err := json.Unmarshal([]byte(row.Why), &r.Why); err != nil {
		return r, fmt.Errorf("evaluation %s: %w", row.ID, err)
	}
	if err := json.Unmarshal([]byte(row.LeagueReason), &r.LeagueReason); err != nil {
		return r, fmt.Errorf("evaluation %s: %w", row.ID, err)
	}
	return r, nil
}
