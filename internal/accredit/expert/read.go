package expert

import (
	"context"

	"xuedu/internal/accredit/expert/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// History is what an expert did, as far as others know it.
type History struct {
	Calls, Applications int // served in; scored
	Late                int // ballots handed in after their day
	Last                string
}

// Me returns the expert who asks; Forbidden where the caller is none.
func (s *Service) Me(ctx context.Context) (Expert, error) {
	who := s.Caller(ctx)
	if !who.Can(PermReview) {
		return Expert{}, errs.New(errs.Forbidden, "error.forbidden")
	}
	e, ok, err := s.Of(ctx, who.ID)
	if err == nil && !ok {
		err = errs.New(errs.Forbidden, "expert.not_in_pool")
	}
	return e, err
}

// Experts lists everybody who is or was in the pool, by number, and notes that
// personal data were read. It needs expert:read.
func (s *Service) Experts(ctx context.Context) ([]Expert, error) {
	if err := s.may(ctx, PermRead); err != nil {
		return nil, err
	}
	list, err := allExperts(ctx, s.DB.Read)
	if err != nil || trusted(ctx) {
		return list, err
	}
	return list, audit.Read(ctx, s.DB, s.stamp(), audit.Entry{Verb: "expert:read", Object: "expert:*", Detail: map[string]any{"rows": len(list)}})
}

// Get returns one expert and notes that personal data were read; NotFound.
func (s *Service) Get(ctx context.Context, id string) (Expert, error) {
	if err := s.may(ctx, PermRead); err != nil {
		return Expert{}, err
	}
	e, err := find(ctx, s.DB.Read, id)
	if err != nil || trusted(ctx) {
		return e, err
	}
	return e, audit.Read(ctx, s.DB, s.stamp(), audit.Entry{Verb: "expert:read", Object: object(id)})
}

// EdgesOf lists the edges kept of an expert: for the office, or the expert's
// own. The expert is not told what the office suspects and has not decided.
func (s *Service) EdgesOf(ctx context.Context, id string) ([]Edge, error) {
	own := false
	if err := s.may(ctx, PermRead); err != nil {
		me, meErr := s.Me(ctx)
		if meErr != nil || me.ID != id {
			return nil, err
		}
		own = true
	}
	rows, err := gen.New(s.DB.Read).EdgesOf(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []Edge
	for _, e := range edgesOf(rows) {
		if !own || e.Source == SourceDeclaration {
			out = append(out, e)
		}
	}
	return out, nil
}

// Suggestions lists ties by likeness of names that wait for the office, oldest first.
func (s *Service) Suggestions(ctx context.Context) ([]Edge, error) {
	if err := s.may(ctx, PermRead); err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).EdgesInState(ctx, Suggested)
	return edgesOf(rows), err
}

// Events lists the log of an expert, or the last lines of all where id is "".
func (s *Service) Events(ctx context.Context, id string) ([]Event, error) {
	if err := s.may(ctx, PermRead); err != nil {
		return nil, err
	}
	q := gen.New(s.DB.Read)
	rows, err := q.LastEvents(ctx, 200)
	if id != "" {
		rows, err = q.EventsOf(ctx, id)
	}
	out := make([]Event, len(rows))
	for i, r := range rows {
		out[i] = Event{ID: r.ID, ExpertID: r.ExpertID, EdgeID: r.EdgeID, What: r.What, Kind: r.Kind, Subject: r.Subject, SubjectID: r.SubjectID,
			Reason: r.Reason, Author: r.Author, At: r.At.UTC()}
	}
	return out, err
}

// Histories returns what experts did, by id; empty where nobody knows.
func (s *Service) Histories(ctx context.Context) (map[string]History, error) {
	if err := s.may(ctx, PermRead); err != nil || s.history == nil {
		return nil, err
	}
	return s.history(ctx)
}
