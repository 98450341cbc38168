package ballot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/ballot/internal/gen"
	"xuedu/internal/accredit/score"
)

// stateReview is the state of an application that is being judged.
const stateReview = "desk_review"

// BallotsIn is the guard "ballots_in" of a call's move: every application that
// is judged has its ballots, at least as many as a score needs.
func (s *Service) BallotsIn(ctx context.Context, c accredit.Call, _ string) (string, error) {
	list, err := s.Panel.OfCall(ctx, c.ID)
	if err != nil {
		return "", err
	}
	in := map[string]int{}
	for _, a := range list {
		switch {
		case a.State == Submitted:
			in[a.ApplicationID]++
		case a.live():
			return "ballot.why.missing", nil
		}
	}
	apps, err := s.Calls.OfCall(ctx, c.ID)
	if err != nil {
		return "", err
	}
	for _, a := range apps {
		if a.State == stateReview && in[a.ID] < c.Rules.Programme.Scoring.Least {
			return "ballot.why.few", nil
		}
	}
	return "", nil
}

// DiscussionsClosed is the guard "discussions_closed": no discussion is open,
// and none is missing where ballots lie too far apart.
func (s *Service) DiscussionsClosed(ctx context.Context, c accredit.Call, _ string) (string, error) {
	list, err := s.discussions(ctx, c.ID)
	if err != nil {
		return "", err
	}
	held := map[string]bool{}
	for _, d := range list {
		if d.State == DiscussionOpen {
			return "ballot.why.discussion", nil
		}
		held[d.ApplicationID] = true
	}
	far, err := s.far(ctx, c)
	if err != nil {
		return "", err
	}
	for _, id := range far {
		if !held[id] {
			return "ballot.why.undiscussed", nil
		}
	}
	return "", nil
}

// ToDiscuss lists the applications whose ballots are all in and lie too far
// apart, and that nobody has discussed yet. For the office.
func (s *Service) ToDiscuss(ctx context.Context, callID string) ([]string, error) {
	held, err := s.Discussions(ctx, callID)
	if err != nil {
		return nil, err
	}
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return nil, err
	}
	far, err := s.far(ctx, c)
	return slices.DeleteFunc(far, func(id string) bool {
		return slices.ContainsFunc(held, func(d Discussion) bool { return d.ApplicationID == id })
	}), err
}

// far lists the applications whose ballots are all in and lie too far apart.
func (s *Service) far(ctx context.Context, c accredit.Call) ([]string, error) {
	list, err := s.Panel.OfCall(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	ballots, err := s.Ballots(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	by := map[string][]score.Ballot{}
	for _, b := range ballots {
		by[b.Application] = append(by[b.Application], b)
	}
	open, seen := map[string]bool{}, map[string]bool{}
	for _, a := range list {
		open[a.ApplicationID] = open[a.ApplicationID] || a.live() && a.State != Submitted
	}
	var out []string
	for _, a := range list {
		if seen[a.ApplicationID] || open[a.ApplicationID] {
			continue
		}
		seen[a.ApplicationID] = true
		far, _, err := score.TooFar(c.Rules.Programme, by[a.Application])
		if err != nil {
			return nil, err
		}
		if far {
			out = append(out, a.ApplicationID)
		}
	}
	return out, nil
}

// States of a call from which on applicants read what experts said.
var decided = []string{"decided", "closed"}

// Comments returns what the experts wrote of an application, by leaf, to
// whoever may read it; nothing before the decision. Their order says nothing
// of who wrote what.
func (s *Service) Comments(ctx context.Context, applicationID string) (map[string][]string, error) {
	app, err := s.Calls.Application(ctx, applicationID)
	if err != nil {
		return nil, err
	}
	c, err := s.Calls.Call(ctx, app.CallID)
	if err != nil || !slices.Contains(decided, c.State) {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).MarksOfApplication(ctx, applicationID)
	if err != nil {
		return nil, fmt.Errorf("read marks: %w", err)
	}
	last := map[[2]string]string{}
	for _, r := range rows { // round 1 before round 2
		last[[2]string{r.Leaf, r.AssignmentID}] = r.Comment
	}
	said := map[string][]string{}
	for k, text := range last {
		if text != "" {
			said[k[0]] = append(said[k[0]], text)
		}
	}
	for _, list := range said {
		slices.SortFunc(list, strings.Compare)
	}
	return said, nil
}
