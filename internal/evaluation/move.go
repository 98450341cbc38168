package evaluation

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/evaluation/internal/gen"
	"xuedu/internal/pack"
	"xuedu/internal/workflow"
)

// Moves lists the moves of a round that are the caller's, with what is missing.
func (s *Service) Moves(ctx context.Context, r Round) ([]workflow.Open, error) {
	m, err := s.MethodOf(ctx, r)
	if err != nil {
		return nil, err
	}
	w, err := s.machine(m.Evaluation)
	if err != nil {
		return nil, err
	}
	return w.Open(ctx, r.State, hand(ctx), s.guards(r))
}

// hand is the caller as the workflow sees it: the permission decides.
func hand(ctx context.Context) workflow.Hand {
	return workflow.Hand{May: func(_, perm string) bool { return account.From(ctx).Can(perm) }}
}

// guards are what a move may ask for.
func (s *Service) guards(r Round) workflow.Guards {
	return func(ctx context.Context, name string) (string, error) {
		list, err := s.notes(ctx, r)
		if err != nil {
			return "", err
		}
		switch name {
		case "heard": // the term is over, or nobody has anything more to say
			if s.Today() <= r.Until && !agreed(r, list) {
				return "evaluation.guard.heard", nil
			}
		case "answered":
			if slices.ContainsFunc(list, Note.Waits) {
				return "evaluation.guard.answered", nil
			}
		case "settled": // what was to be corrected was collected again
			if slices.ContainsFunc(list, func(n Note) bool { return n.Outcome == Corrected && !r.FiguresAt.After(n.AnsweredAt) }) {
				return "evaluation.guard.settled", nil
			}
		case "four_eyes":
			if r.FinishedBy == account.From(ctx).ID {
				return "evaluation.guard.four_eyes", nil
			}
		default:
			return "", errs.New(errs.Internal, "evaluation.guard."+name)
		}
		return "", nil
	}
}

// agreed reports whether every area said that it agrees after whatever else it
// said.
func agreed(r Round, list []Note) bool {
	last := map[string]string{}
	for _, n := range list {
		last[n.Area] = n.Kind
	}
	for _, a := range r.Figures.Areas {
		if last[a.Code] != Agree {
			return false
		}
	}
	return true
}

// Move makes a move of the workflow. Showing it to the districts begins their
// term; publishing makes a task of every red cell.
func (s *Service) Move(ctx context.Context, r Round, move, reason string) error {
	m, err := s.MethodOf(ctx, r)
	if err != nil {
		return err
	}
	w, err := s.machine(m.Evaluation)
	if err != nil {
		return err
	}
	st, err := w.Step(ctx, r.State, move, reason, hand(ctx), s.guards(r))
	if err != nil {
		return err
	}
	var t tasks
	if slices.Contains(st.Does, "publish") {
		if t, err = s.tasks(ctx, r); err != nil {
			return err
		}
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		now := s.stamp()
		if err := s.set(ctx, tx, r, m.Evaluation, st, now); err != nil {
			return err
		}
		if err := s.carry(ctx, tx, r, t, s.in(m.Act), now); err != nil {
			return err
		}
		return s.event(ctx, tx, r, st.Move.Code, st.Reason, now)
	})
}

// set writes where a round is now.
func (s *Service) set(ctx context.Context, tx *sql.Tx, r Round, e pack.Evaluation, st workflow.Step, now time.Time) error {
	p := gen.SetRoundStateParams{ID: r.ID, Was: r.State, State: st.To.Code, Since: now, Until: r.Until, FinishedBy: r.FinishedBy, ApprovedBy: r.ApprovedBy}
	who := account.From(ctx).ID
	if slices.Contains(st.Does, "term") {
		p.Until = s.in(e.Comment)
	}
	if slices.Contains(st.Does, "finish") {
		p.FinishedBy = who
	}
	if slices.Contains(st.Does, "publish") {
		p.ApprovedBy, p.PublishedAt = who, sql.NullTime{Time: now, Valid: true}
	}
	n, err := gen.New(tx).SetRoundState(ctx, p)
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "evaluation.moved")
	}
	return err
}

// SetLeague makes the ranking of a published round public, or takes it away.
// Either needs a reason in every language of the pack, which stands beside it;
// it fails with Conflict where it is so already, or the method has no index.
func (s *Service) SetLeague(ctx context.Context, r Round, on bool, reason pack.Text) error {
	if !account.From(ctx).Can(PermApprove) {
		return forbidden()
	}
	m, err := s.MethodOf(ctx, r)
	if err != nil {
		return err
	}
	if m.Composite == nil || !r.Public() {
		return errs.New(errs.Conflict, "evaluation.no_league")
	}
	clean, err := s.spoken(reason)
	if err != nil {
		return err
	}
	body, err := json.Marshal(clean)
	if err != nil {
		return err
	}
	verb := "league_off"
	if on {
		verb = "league_on"
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		n, err := gen.New(tx).SetLeague(ctx, gen.SetLeagueParams{ID: r.ID, Was: bit(r.League), League: bit(on), LeagueReason: string(body)})
		if err != nil {
			return err
		}
		if n == 0 || on == r.League {
			return errs.New(errs.Conflict, "evaluation.moved")
		}
		return s.event(ctx, tx, r, verb, clean[s.Pack().Languages[0]], s.stamp())
	})
}

// spoken is a reason for the public in every language of the pack.
func (s *Service) spoken(reason pack.Text) (pack.Text, error) {
	clean := pack.Text{}
	for _, lang := range s.Pack().Languages {
		clean[lang] = strings.TrimSpace(reason[lang])
		if len(clean[lang]) < 2 || len(clean[lang]) > maxText {
			return nil, errs.InvalidField("reason_"+lang, "evaluation.needs_reason", "N", maxText)
		}
	}
	return clean, nil
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
