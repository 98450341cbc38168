package evaluation

import (
	"context"
	"database/sql"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/evaluation/internal/gen"
	"xuedu/internal/evaluation/score"
	"xuedu/internal/pack"
)

// Revise begins the next edition of a published evaluation, by the method that
// is in force now. The reason, in every language of the pack, is published with
// it; what was published before stays readable. It fails with Invalid without a
// reason, and with Conflict where the round is not the newest edition, or its
// revision is under way.
func (s *Service) Revise(ctx context.Context, r Round, reason pack.Text) (Round, error) {
	if !account.From(ctx).Can(PermPrepare) {
		return Round{}, forbidden()
	}
	if !r.Public() {
		return Round{}, errs.New(errs.Conflict, "evaluation.not_public")
	}
	why, err := s.spoken(reason)
	if err != nil {
		return Round{}, err
	}
	e, err := s.current()
	if err != nil {
		return Round{}, err
	}
	at, err := s.parsePeriod(e, r.Period)
	if err != nil {
		return Round{}, err
	}
	next := Round{Area: r.Area, Period: r.Period, Edition: r.Edition + 1, Why: why}
	if err := s.free(ctx, next); err != nil {
		return Round{}, err
	}
	return s.start(ctx, e, at, next)
}

// tasks are what publishing a round makes of its red cells.
type tasks struct {
	red    map[score.Key]bool
	order  []score.Key
	before []Action // of the editions before, where somebody may be at work
}

func (s *Service) tasks(ctx context.Context, r Round) (tasks, error) {
	t := tasks{red: map[score.Key]bool{}}
	m, d, err := s.rules(ctx, r)
	if err != nil {
		return t, err
	}
	for _, a := range r.Figures.Areas {
		for _, c := range m.Of(d, a.Code).Warnings {
			if k := (score.Key{Area: a.Code, Code: c.Code}); c.Verdict == score.Red {
				t.red[k], t.order = true, append(t.order, k)
			}
		}
	}
	last, err := s.Find(ctx, r.Period, 0)
	if errs.KindOf(err) == errs.NotFound {
		return t, nil
	}
	if err != nil {
		return t, err
	}
	rows, err := gen.New(s.DB.Read).AllActions(ctx)
	for _, x := range rows {
		if x.RoundID == last.ID {
			t.before = append(t.before, action(x))
		}
	}
	return t, err
}

// carry makes a task of every red cell. A task of the edition before goes on
// where the cell is still red, and is dropped, with a note, where it is not and
// the task was not done.
func (s *Service) carry(ctx context.Context, tx *sql.Tx, r Round, t tasks, due string, now time.Time) error {
	q, held := gen.New(tx), map[score.Key]bool{}
	for _, a := range t.before {
		k := score.Key{Area: a.Area, Code: a.Code}
		if held[k] = true; !t.red[k] && !a.Over() {
			a.State = ActDropped
			err := q.InsertProgress(ctx, gen.InsertProgressParams{ID: newID(), ActionID: a.ID, State: a.State, Text: r.Why.In(s.Pack().Languages[0]), Actor: account.From(ctx).ID, CreatedAt: now})
			if err != nil {
				return err
			}
		}
		if err := q.TakeAction(ctx, gen.TakeActionParams{ID: a.ID, RoundID: r.ID, State: a.State}); err != nil {
			return err
		}
	}
	for _, k := range t.order {
		if held[k] {
			continue
		}
		if err := q.InsertAction(ctx, gen.InsertActionParams{ID: newID(), RoundID: r.ID, Area: k.Area, Code: k.Code, Due: due, CreatedAt: now}); err != nil {
			return err
		}
	}
	return nil
}
