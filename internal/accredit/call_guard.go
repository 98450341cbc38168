package accredit

import (
	"context"

	"xuedu/internal/pack"
	"xuedu/internal/workflow"
)

// callGuards answers for the conditions of a call's moves: those of this
// package, then those that another registered. A guard that nobody answers for
// does not hold.
func (s *Service) callGuards(c Call) workflow.Guards {
	own := map[string]func(context.Context, Call) (string, error){
		"authorised":            s.authorised,
		"rubric_whole":          s.rubricWhole,
		"quota_left":            s.quotaLeft,
		"timeline":              s.timelineWhole,
		"application_days_over": s.applicationDaysOver,
		"all_checked":           s.allChecked,
	}
	return func(ctx context.Context, name string) (string, error) {
		check, mine := own[name]
		if mine {
			if why, err := check(ctx, c); why != "" || err != nil {
				return why, err
			}
		}
		if g := s.guards[name]; g != nil {
			return g(ctx, c, "")
		}
		if !mine {
			return "accredit.why.nobody_answers", nil
		}
		return "", nil
	}
}

// authorised: nothing may be awarded without leave of a competent organ, nor
// under a name above its level; criteria found elsewhere are no leave (P1.3).
func (s *Service) authorised(_ context.Context, c Call) (string, error) {
	p := c.Rules.Programme
	if p.Example {
		return "accredit.why.example", nil
	}
	return AuthorisedOn(p.Authorisation, s.today()), nil
}

// AuthorisedOn says why an authorisation does not carry a call on a day, as an
// i18n key; "" if it does.
func AuthorisedOn(a pack.Authorisation, day string) string {
	switch {
	case !a.Known():
		return "accredit.why.no_authorisation"
	case !a.Complete():
		return "accredit.why.authorisation_incomplete"
	case !a.LevelCarries():
		return "accredit.why.above_level"
	case a.From > day || (a.To != "" && a.To < day):
		return "accredit.why.not_in_force"
	}
	return ""
}

// rubricWhole: the weights sum to 100, every leaf has its evidence and what
// each level looks like, and all workflows are there.
func (s *Service) rubricWhole(_ context.Context, c Call) (string, error) {
	p, sum := c.Rules.Programme, 0
	for _, l := range p.Leaves() {
		sum += l.Weight
		if len(l.Evidence) == 0 || len(l.Levels) < len(p.Levels) {
			return "accredit.why.rubric", nil
		}
	}
	if sum != 100 {
		return "accredit.why.rubric", nil
	}
	for _, what := range []string{flowCall, flowApplication, flowObjection, flowAward} {
		if _, err := c.Machine(what); err != nil {
			return "accredit.why.workflow", nil
		}
	}
	return "", nil
}

// quotaLeft: places of a call, awards in force and places of calls under way
// are together no more than the plan gives (P1.3).
func (s *Service) quotaLeft(ctx context.Context, c Call) (string, error) {
	p := c.Rules.Programme
	switch {
	case c.Kind == KindReevaluation || p.Quota == 0 && p.RoundQuota == 0:
		return "", nil
	case c.Places <= 0:
		return "accredit.why.no_places", nil
	case p.RoundQuota > 0 && c.Places > p.RoundQuota:
		return "accredit.why.round_quota", nil
	case p.Quota == 0:
		return "", nil
	}
	left, err := s.QuotaLeft(ctx, c)
	if err == nil && c.Places > left {
		return "accredit.why.quota", nil
	}
	return "", err
}

// timelineWhole: every stage has days, in the order of the application's life,
// and the day it is to open has come.
func (s *Service) timelineWhole(_ context.Context, c Call) (string, error) {
	if c.Opens > s.today() {
		return "accredit.why.not_yet", nil
	}
	if _, ok := c.Stage(stageApplying); !ok {
		return "accredit.why.timeline", nil
	}
	for _, st := range c.Timeline {
		if st.Days <= 0 {
			return "accredit.why.timeline", nil
		}
	}
	return "", nil
}

// Stages of a timeline that this package knows.
const stageApplying = "applying"

func (s *Service) applicationDaysOver(_ context.Context, c Call) (string, error) {
	if st, ok := c.Stage(stageApplying); ok && s.today() <= st.To {
		return "accredit.why.still_open", nil
	}
	return "", nil
}

// allChecked: nothing waits for verification, recommendation or formal check.
func (s *Service) allChecked(ctx context.Context, c Call) (string, error) {
	counts, err := s.countByState(ctx, c.ID)
	if err != nil {
		return "", err
	}
	for _, state := range []string{"applying", "self_assessed", "verifying", "recommending", "formal_check", "supplement"} {
		if counts[state] > 0 {
			return "accredit.why.unchecked", nil
		}
	}
	if counts["ready"] == 0 {
		return "accredit.why.none_ready", nil
	}
	return "", nil
}
