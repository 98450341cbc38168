package panel

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"xuedu/internal/accredit/panel/internal/gen"
	"xuedu/internal/db"
)

func seats(ctx context.Context, q db.Querier, callID string) ([]Seat, error) {
	rows, err := gen.New(q).Seats(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("read seats: %w", err)
	}
	out := make([]Seat, len(rows))
	for i, r := range rows {
		out[i] = seatOf(r)
	}
	return out, nil
}

func seatOf(r gen.Seat) Seat {
	return Seat{CallID: r.CallID, ExpertID: r.ExpertID, Place: int(r.Place), Panel: int(r.Panel), State: r.State,
		DrawID: r.DrawID, Reason: r.Reason, At: r.At.UTC()}
}

func assignments(ctx context.Context, q db.Querier, callID string) ([]Assignment, error) {
	rows, err := gen.New(q).Assignments(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("read assignments: %w", err)
	}
	out := make([]Assignment, len(rows))
	for i, r := range rows {
		out[i] = assignmentOf(gen.AssignmentRow(r))
	}
	return out, nil
}

// assignment finds one; NotFound.
func assignment(ctx context.Context, q db.Querier, id string) (Assignment, error) {
	r, err := gen.New(q).Assignment(ctx, id)
	if err != nil {
		return Assignment{}, notFound(err, "assignment")
	}
	return assignmentOf(r), nil
}

func assignmentOf(r gen.AssignmentRow) Assignment {
	return Assignment{ID: r.ID, CallID: r.CallID, ApplicationID: r.ApplicationID, ApplicationCode: r.Code, ExpertID: r.ExpertID,
		Seat: seatCode(int(r.Place)), Panel: int(r.Panel), State: r.State, Anchor: r.Anchor == 1, Pinned: r.Pinned == 1,
		Kind: r.Kind, Reason: r.Reason, Author: r.Author, CreatedAt: r.CreatedAt.UTC(),
		SubmittedAt: timeOf(r.SubmittedAt), EndedAt: timeOf(r.EndedAt)}
}

func timeOf(t sql.NullTime) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return t.Time.UTC()
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
