package decide

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide/internal/gen"
	"xuedu/internal/errs"
)

// Paper is the number and day of a record or a decision.
type Paper struct{ Number, Day, Note string }

// RecordApproval enters the record of the leading group, by one of it, while
// the call waits for approval.
func (s *Service) RecordApproval(ctx context.Context, callID string, p Paper) error {
	return s.enterPaper(ctx, callID, permDecide, Approval, p, "approving")
}

// RecordDocument enters the number of the decision under which awards are
// issued.
func (s *Service) RecordDocument(ctx context.Context, callID string, p Paper) error {
	return s.enterPaper(ctx, callID, permManage, Document, p, "decided")
}

func (s *Service) enterPaper(ctx context.Context, callID, perm, kind string, p Paper, state string) error {
	if err := s.need(ctx, perm); err != nil {
		return err
	}
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return err
	}
	if c.State != state {
		return errs.New(errs.Conflict, "decide.not_now")
	}
	if p.Number = strings.TrimSpace(p.Number); p.Number == "" {
		return errs.InvalidField("number", "decide.number_required")
	}
	if d, err := time.Parse(time.DateOnly, p.Day); err != nil || d.Format(time.DateOnly) > s.today() {
		return errs.InvalidField("day", "decide.bad_day")
	}
	id := uuid.Must(uuid.NewV7()).String()
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		row := s.row(ctx, Meeting{ID: id, CallID: callID, Kind: kind, Day: p.Day, Number: p.Number, State: MeetingClosed, Note: p.Note})
		if err := gen.New(tx).InsertMeeting(ctx, row); err != nil {
			return fmt.Errorf("insert %s: %w", kind, err)
		}
		return s.log(ctx, tx, "decide:"+kind, "call:"+callID, p.Number)
	})
}

// paper returns the newest record of a kind; zero if there is none.
func (s *Service) paper(ctx context.Context, callID, kind string) (p Paper, err error) {
	list, err := s.Meetings(ctx, callID)
	for _, m := range list {
		if m.Kind == kind && m.State == MeetingClosed {
			p = Paper{m.Number, m.Day, m.Note}
		}
	}
	return p, err
}

// Paper returns the newest record of a kind; zero if there is none.
func (s *Service) Paper(ctx context.Context, callID, kind string) (Paper, error) {
	return s.paper(ctx, callID, kind)
}

// reopen sends a call's applications back to the panel: what was decided is
// void, the next meeting decides anew.
func (s *Service) reopen(ctx context.Context, tx *sql.Tx, c accredit.Call, _ string) error {
	list, err := s.Meetings(ctx, c.ID)
	if err != nil {
		return err
	}
	q := gen.New(tx)
	for _, m := range list {
		if err := q.SetMeetingState(ctx, gen.SetMeetingStateParams{ID: m.ID, State: MeetingVoid}); err != nil {
			return fmt.Errorf("void meeting: %w", err)
		}
	}
	return s.advance("reopen", "approving", "not_proposed")(ctx, tx, c, "")
}

// ApproveLate approves and awards an application whose objection was refused
// after its call had gone on: only the affected award waited. number is that of
// the record. It fails with Conflict if the application does not wait.
func (s *Service) ApproveLate(ctx context.Context, callID, applicationID, number string) error {
	if err := s.need(ctx, permDecide); err != nil {
		return err
	}
	if strings.TrimSpace(number) == "" {
		return errs.InvalidField("number", "decide.number_required")
	}
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return err
	}
	apps, err := s.Calls.OfCall(ctx, callID)
	if err != nil {
		return err
	}
	apps = slices.DeleteFunc(apps, func(a accredit.Application) bool { return a.ID != applicationID || a.State != "approving" })
	if len(apps) == 0 || c.State != "decided" && c.State != "closed" {
		return errs.New(errs.Conflict, "decide.not_now")
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		ids := []string{applicationID}
		if err := s.Calls.Advance(ctx, tx, callID, ids, "approve", number); err != nil || c.State == "decided" {
			return err
		}
		if err := s.enter(ctx, tx, c, apps); err != nil {
			return err
		}
		return s.Calls.Advance(ctx, tx, callID, ids, "award", number)
	})
}
