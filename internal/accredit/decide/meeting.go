package decide

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// Kinds of meetings.
const (
	Deliberation = "deliberation" // votes on the applications
	Approval     = "approval"     // record of the leading group
	Document     = "document"     // the decision as issued
)

// States of a meeting.
const (
	MeetingOpen   = "open"
	MeetingClosed = "closed"
	MeetingVoid   = "void" // the leading group sent the result back
)

// Choices of a vote.
const (
	Yes     = "yes"
	No      = "no"
	Abstain = "abstain"
	Recused = "recused" // by a conflict: neither present nor counted for this application
)

// Meeting is a meeting with its members and votes.
type Meeting struct {
	ID, CallID, Kind, Day, Number, State, Note string
	Members                                    []Member
	Votes                                      map[string]map[string]string // application to account to choice
}

// Member sits in a meeting.
type Member struct {
	AccountID, ExpertID, Name string
	Present                   bool
}

// Tally counts the votes on one application.
type Tally struct{ Yes, No, Abstain, Recused int }

// Tally counts the votes on one application.
func (m Meeting) Tally(applicationID string) (t Tally) {
	for _, choice := range m.Votes[applicationID] {
		switch choice {
		case Yes:
			t.Yes++
		case No:
			t.No++
		case Abstain:
			t.Abstain++
		case Recused:
			t.Recused++
		}
	}
	return t
}

// Present counts who is there.
func (m Meeting) Present() (n int) {
	for _, x := range m.Members {
		if x.Present {
			n++
		}
	}
	return n
}

// NewMeeting is a deliberation to be held.
type NewMeeting struct {
	CallID, Day string
	Members     []Member
}

// Convene opens the deliberation of a call that is being deliberated. It fails
// with Invalid with fewer members than the rules ask for, and with Conflict
// while another is open.
func (s *Service) Convene(ctx context.Context, n NewMeeting) (string, error) {
	c, err := s.managed(ctx, n.CallID, "deliberating")
	if err != nil {
		return "", err
	}
	if _, err := time.Parse(time.DateOnly, n.Day); err != nil {
		return "", errs.InvalidField("day", "decide.bad_day")
	}
	if least := c.Rules.Programme.Deliberation.Members; len(n.Members) < least {
		return "", errs.InvalidField("members", "decide.too_few_members", "Members", least)
	}
	list, err := s.Meetings(ctx, n.CallID)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(list, func(m Meeting) bool { return m.Kind == Deliberation && m.State != MeetingVoid }) {
		return "", errs.New(errs.Conflict, "decide.meeting_there")
	}
	id := uuid.Must(uuid.NewV7()).String()
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		q := gen.New(tx)
		if err := q.InsertMeeting(ctx, s.row(ctx, Meeting{ID: id, CallID: c.ID, Kind: Deliberation, Day: n.Day, State: MeetingOpen})); err != nil {
			return fmt.Errorf("insert meeting: %w", err)
		}
		for _, m := range n.Members {
			if err := q.PutMember(ctx, gen.PutMemberParams{MeetingID: id, AccountID: m.AccountID, ExpertID: m.ExpertID, Name: m.Name, Present: bit(m.Present)}); err != nil {
				return fmt.Errorf("insert member: %w", err)
			}
		}
		return s.log(ctx, tx, "decide:convene", "meeting:"+id, "")
	})
	return id, err
}

func (s *Service) row(ctx context.Context, m Meeting) gen.InsertMeetingParams {
	return gen.InsertMeetingParams{ID: m.ID, CallID: m.CallID, Kind: m.Kind, Day: m.Day, Number: m.Number, State: m.State, Note: m.Note,
		CreatedBy: actor(ctx), CreatedAt: s.stamp()}
}

func (s *Service) log(ctx context.Context, tx *sql.Tx, verb, object, reason string) error {
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: verb, Object: object, Reason: reason})
}

// managed returns a call in one of some states, for the office.
func (s *Service) managed(ctx context.Context, callID string, states ...string) (accredit.Call, error) {
	if err := s.need(ctx, permManage); err != nil {
		return accredit.Call{}, err
	}
	c, err := s.Calls.Call(ctx, callID)
	if err == nil && !slices.Contains(states, c.State) {
		err = errs.New(errs.Conflict, "decide.not_now")
	}
	return c, err
}

// Meetings lists the meetings of a call with members and votes, oldest first.
func (s *Service) Meetings(ctx context.Context, callID string) ([]Meeting, error) {
	rows, err := gen.New(s.DB.Read).Meetings(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("meetings: %w", err)
	}
	list := make([]Meeting, len(rows))
	for i, r := range rows {
		if list[i], err = s.filled(ctx, r); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Mine lists the open meetings that the caller sits in, oldest first.
func (s *Service) Mine(ctx context.Context) ([]Meeting, error) {
	rows, err := gen.New(s.DB.Read).OpenMeetingsOf(ctx, actor(ctx))
	if err != nil {
		return nil, fmt.Errorf("my meetings: %w", err)
	}
	list := make([]Meeting, len(rows))
	for i, r := range rows {
		if list[i], err = s.filled(ctx, r); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Meeting returns one meeting. It fails with NotFound if there is none, and
// with Forbidden for who neither sits in it nor may read results.
func (s *Service) Meeting(ctx context.Context, id string) (Meeting, error) {
	r, err := gen.New(s.DB.Read).Meeting(ctx, id)
	if err != nil {
		return Meeting{}, orNone(err, "decide.no_meeting")
	}
	m, err := s.filled(ctx, r)
	if err != nil || s.mayRead(ctx) == nil {
		return m, err
	}
	if slices.ContainsFunc(m.Members, func(x Member) bool { return x.AccountID == actor(ctx) }) {
		return m, nil
	}
	return Meeting{}, errs.New(errs.NotFound, "decide.no_meeting")
}

func (s *Service) filled(ctx context.Context, r gen.PanelMeeting) (Meeting, error) {
	m := Meeting{ID: r.ID, CallID: r.CallID, Kind: r.Kind, Day: r.Day, Number: r.Number, State: r.State, Note: r.Note, Votes: map[string]map[string]string{}}
	q := gen.New(s.DB.Read)
	members, err := q.Members(ctx, r.ID)
	if err != nil {
		return m, fmt.Errorf("members: %w", err)
	}
	for _, x := range members {
		m.Members = append(m.Members, Member{AccountID: x.AccountID, ExpertID: x.ExpertID, Name: x.Name, Present: x.Present == 1})
	}
	votes, err := q.Votes(ctx, r.ID)
	if err != nil {
		return m, fmt.Errorf("votes: %w", err)
	}
	for _, v := range votes {
		if m.Votes[v.ApplicationID] == nil {
			m.Votes[v.ApplicationID] = map[string]string{}
		}
		m.Votes[v.ApplicationID][v.AccountID] = v.Choice
	}
	return m, nil
}
