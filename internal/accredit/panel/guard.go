package panel

import (
	"context"
	"database/sql"

	"xuedu/internal/accredit"
	"xuedu/internal/db"
)

// Hooks is where a panel registers what calls and applications ask of it.
type Hooks interface {
	OnGuard(name string, g accredit.Guard)
	OnEffect(name string, e accredit.Effect)
}

// Register answers for the guards panel_seated and all_assigned and does
// begin_review and release.
func (s *Service) Register(h Hooks) {
	h.OnGuard("panel_seated", func(ctx context.Context, c accredit.Call, _ string) (string, error) { return s.seated(ctx, c) })
	h.OnGuard("all_assigned", func(ctx context.Context, c accredit.Call, _ string) (string, error) { return s.assigned(ctx, c) })
	h.OnEffect("begin_review", s.begin)
	h.OnEffect("release", s.Release)
}

func (s *Service) lock(ctx context.Context, tx *sql.Tx) error {
	_, err := db.Next(ctx, tx, counter, 1)
	return err
}

// seated says why the panel is not complete: "" where it is.
func (s *Service) seated(ctx context.Context, c accredit.Call) (string, error) {
	list, err := seats(ctx, s.DB.Read, c.ID)
	switch {
	case err != nil:
		return "", err
	case len(list) == 0:
		return "panel.not_frozen", nil
	case len(seatsIn(list, Pooled)) > 0:
		return "panel.not_drawn", nil
	case len(seatsIn(list, Asked)) > 0:
		return "panel.unanswered", nil
	case len(seatsIn(list, Seated)) < c.Rules.Programme.Panel.Seats:
		return "panel.too_few", nil
	}
	return "", nil
}

// assigned says why not all is assigned: "" where it is.
func (s *Service) assigned(ctx context.Context, c accredit.Call) (string, error) {
	b, err := s.board(ctx, s.DB.Read, c)
	if err != nil {
		return "", err
	}
	if len(b.Applications) == 0 {
		return "panel.nothing_to_judge", nil
	}
	for _, a := range b.Given {
		if a.Live() && b.Ties.Conflicted(a.ExpertID, a.ApplicationID) {
			return "panel.has_conflict", nil
		}
	}
	if len(b.Short()) > 0 {
		return "panel.not_assigned", nil
	}
	return "", nil
}

// Short is an application with fewer experts than it needs.
type Short struct {
	Application accredit.Application
	Have, Need  int
}

// Short lists the applications that lack experts. Where a call goes on with
// some, it is because nobody of the pool is left who may judge them.
func (b Board) Short() (out []Short) {
	have := map[string]int{}
	for _, a := range b.Given {
		if a.Live() {
			have[a.ApplicationID]++
		}
	}
	for _, a := range b.Applications {
		if n := have[a.ID]; n < b.Call.Rules.Programme.Panel.Each {
			out = append(out, Short{a, n, b.Call.Rules.Programme.Panel.Each})
		}
	}
	return out
}
