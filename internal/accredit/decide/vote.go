package decide

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"
	"slices"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide/internal/gen"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/errs"
)

// Vote enters the votes of one member on applications in deliberation, by the
// member or, as cast on paper, by the office; a member with a conflict is
// recused by the program. It fails with Conflict when the meeting is closed.
func (s *Service) Vote(ctx context.Context, meetingID, accountID string, choices map[string]string) error {
	m, err := s.Meeting(ctx, meetingID)
	if err != nil {
		return err
	}
	if accountID != actor(ctx) && s.need(ctx, permManage) != nil {
		return errs.New(errs.Forbidden, "decide.not_yours")
	}
	at := slices.IndexFunc(m.Members, func(x Member) bool { return x.AccountID == accountID })
	switch {
	case at < 0:
		return errs.New(errs.NotFound, "decide.no_member")
	case m.State != MeetingOpen || m.Kind != Deliberation:
		return errs.New(errs.Conflict, "decide.meeting_closed")
	case !m.Members[at].Present:
		return errs.New(errs.Conflict, "decide.absent")
	}
	out, err := s.recuse(ctx, m, m.Members[at], choices)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		for app, choice := range out {
			err := gen.New(tx).PutVote(ctx, gen.PutVoteParams{MeetingID: m.ID, ApplicationID: app, AccountID: accountID, Choice: choice, EnteredBy: actor(ctx), At: s.stamp()})
			if err != nil {
				return fmt.Errorf("store vote: %w", err)
			}
		}
		return s.log(ctx, tx, "decide:vote", "meeting:"+m.ID, "")
	})
}

// recuse checks choices and puts Recused where a conflict holds.
func (s *Service) recuse(ctx context.Context, m Meeting, x Member, choices map[string]string) (map[string]string, error) {
	c, err := s.Calls.Call(ctx, m.CallID)
	if err != nil {
		return nil, err
	}
	apps, err := s.Calls.OfCall(ctx, m.CallID)
	if err != nil {
		return nil, err
	}
	tied, err := s.tied(ctx, c, x, apps)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for app, choice := range choices {
		known := slices.ContainsFunc(apps, func(a accredit.Application) bool { return a.ID == app && a.State == "deliberation" })
		if !known || !slices.Contains([]string{Yes, No, Abstain, Recused}, choice) {
			return nil, errs.InvalidField("vote", "decide.bad_vote")
		}
		if out[app] = choice; tied(app) {
			out[app] = Recused
		}
	}
	return out, nil
}

// tied returns whether a member may not judge an application.
func (s *Service) tied(ctx context.Context, c accredit.Call, x Member, apps []accredit.Application) (func(string) bool, error) {
	if s.Checker == nil || x.ExpertID == "" {
		return func(string) bool { return false }, nil
	}
	var subjects []expert.Subject
	for _, a := range apps {
		if a.State != "deliberation" {
			continue
		}
		sub, err := s.Calls.Subject(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, sub)
	}
	rule := c.Rules.Programme.Conflict
	m, err := s.Checker.Matrix(ctx, expert.Rule{LookBack: rule.LookBack, Kinds: rule.Kinds, Level: rule.Level, Day: s.today()}, []string{x.ExpertID}, subjects)
	return func(app string) bool { return m.Conflicted(x.ExpertID, app) }, err
}

// day is now in the city's zone.
func (s *Service) day() time.Time { return s.Now().In(s.Zone()) }

func (s *Service) today() string { return s.day().Format(time.DateOnly) }

// Attend says who is present. It fails with Conflict when the meeting is closed.
func (s *Service) Attend(ctx context.Context, meetingID string, present map[string]bool) error {
	m, err := s.Meeting(ctx, meetingID)
	if err != nil {
		return err
	}
	if _, err := s.managed(ctx, m.CallID, "deliberating"); err != nil {
		return err
	}
	if m.State != MeetingOpen {
		return errs.New(errs.Conflict, "decide.meeting_closed")
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		for _, x := range m.Members {
			err := gen.New(tx).PutMember(ctx, gen.PutMemberParams{MeetingID: m.ID, AccountID: x.AccountID, ExpertID: x.ExpertID, Name: x.Name, Present: bit(present[x.AccountID])})
			if err != nil {
				return fmt.Errorf("store member: %w", err)
			}
		}
		return s.log(ctx, tx, "decide:attend", "meeting:"+m.ID, "")
	})
}

// passes reports whether yes is at least the fraction rule of all.
func passes(rule string, yes, all int) bool {
	r, ok := new(big.Rat).SetString(rule)
	if !ok || all == 0 {
		return false
	}
	return new(big.Rat).SetInt64(int64(yes)).Cmp(r.Mul(r, new(big.Rat).SetInt64(int64(all)))) >= 0
}

// Passed reports whether an application has the majority that d asks for of
// those present who are not recused.
func (m Meeting) Passed(d Rules, applicationID string) bool {
	t := m.Tally(applicationID)
	return passes(d.Pass, t.Yes, m.Present()-t.Recused)
}

// Rules are the majorities of a meeting, as fractions.
type Rules struct{ Quorum, Pass string }

// RulesOf returns the majorities of a call.
func RulesOf(c accredit.Call) Rules {
	d := c.Rules.Programme.Deliberation
	return Rules{d.Quorum, d.Pass}
}

// yes returns the yes votes of the deliberation that counts, by application.
func (s *Service) yes(ctx context.Context, callID string) (map[string]int, error) {
	list, err := s.Meetings(ctx, callID)
	out := map[string]int{}
	for _, m := range list {
		if m.Kind == Deliberation && m.State != MeetingVoid {
			for app := range m.Votes {
				out[app] = m.Tally(app).Yes
			}
		}
	}
	return out, err
}
