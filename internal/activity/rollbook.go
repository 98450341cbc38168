package activity

import (
	"context"
	"slices"
	"time"

	"xuedu/internal/activity/internal/gen"
	"xuedu/internal/db"
)

// rollBook is a class with all its rosters, as far as admitted learners go.
type rollBook struct {
	class    string
	capacity int64
	state    State
	meetings []gen.CountedMeetingsRow // held, in order
	learners []gen.CountedLearnersRow
	leave    map[string][]int64
	came     map[string][]int64
}

func readBook(ctx context.Context, tx db.Querier, id string) (*rollBook, error) {
	q, b := gen.New(tx), &rollBook{class: id, leave: map[string][]int64{}}
	c, err := q.CountedClass(ctx, id)
	if err != nil {
		return b, err
	}
	b.capacity, b.state = c.Capacity, State(c.State)
	if b.meetings, err = q.CountedMeetings(ctx, id); err != nil {
		return b, err
	}
	if b.learners, err = q.CountedLearners(ctx, id); err != nil {
		return b, err
	}
	notes, err := q.CountedLeave(ctx, id)
	for _, n := range notes {
		b.leave[n.MeetingID] = append(b.leave[n.MeetingID], n.PersonID)
	}
	return b, err
}

func (b *rollBook) sessions() []string {
	out := make([]string, len(b.meetings))
	for i, m := range b.meetings {
		out[i] = m.ID
	}
	return out
}

func (b *rollBook) persons() []int64 {
	out := make([]int64, len(b.learners))
	for i, l := range b.learners {
		out[i] = l.PersonID
	}
	return out
}

// listed returns who was admitted and on the list when the roster of a meeting
// was completed, which is the last thing that happens to a meeting. Walk-ins
// are not on it.
func (b *rollBook) listed(m gen.CountedMeetingsRow) []int64 {
	var out []int64
	for _, l := range b.learners {
		stays := l.State == string(Enrolled) || l.LeftAt.Valid && l.LeftAt.Time.After(m.UpdatedAt)
		if stays && !l.AddedAt.After(m.UpdatedAt) {
			out = append(out, l.PersonID)
		}
	}
	return out
}

// settled is how long a class may take to find its learners.
const settled = 14

// settledAt is the first meeting after the second week; of a shorter class the
// last one.
func (b *rollBook) settledAt() gen.CountedMeetingsRow {
	first, _ := time.Parse(time.DateOnly, b.meetings[0].Day)
	from := first.AddDate(0, 0, settled).Format(time.DateOnly)
	for _, m := range b.meetings {
		if m.Day >= from {
			return m
		}
	}
	return b.meetings[len(b.meetings)-1]
}

func (b *rollBook) write(ctx context.Context, tx db.Querier) error {
	if err := b.drop(ctx, tx); err != nil || len(b.meetings) == 0 {
		return err
	}
	q := gen.New(tx)
	row := gen.InsertClassCountParams{ClassID: b.class, Held: int64(len(b.meetings))}
	if b.state == Finished {
		row.LastID = b.meetings[len(b.meetings)-1].ID
	}
	times := map[int64]int64{} // person to meetings attended
	for _, m := range b.meetings {
		c := gen.InsertRosterCountParams{MeetingID: m.ID}
		for _, p := range b.listed(m) {
			here := slices.Contains(b.came[m.ID], p)
			if here {
				c.Attended++
			}
			if here || !slices.Contains(b.leave[m.ID], p) {
				c.Due++
			}
		}
		if int64(len(b.listed(m))) >= b.capacity {
			row.IsFull = 1
		}
		for _, p := range b.came[m.ID] {
			times[p]++
		}
		if err := q.InsertRosterCount(ctx, c); err != nil {
			return err
		}
	}
	if err := q.InsertClassCount(ctx, row); err != nil {
		return err
	}
	return b.writeCompletion(ctx, q, times)
}

func (b *rollBook) writeCompletion(ctx context.Context, q *gen.Queries, times map[int64]int64) error {
	learners := make([]int64, len(b.meetings)+1) // by the number of meetings they came to
	for _, p := range b.listed(b.settledAt()) {
		learners[times[p]]++
	}
	for n, count := range learners {
		if count == 0 {
			continue
		}
		if err := q.InsertCompletion(ctx, gen.InsertCompletionParams{ClassID: b.class, Attended: int64(n), Learners: count}); err != nil {
			return err
		}
	}
	return nil
}

func (b *rollBook) drop(ctx context.Context, tx db.Querier) error {
	q := gen.New(tx)
	if err := q.DropRosterCounts(ctx, b.class); err != nil {
		return err
	}
	if err := q.DropClassCount(ctx, b.class); err != nil {
		return err
	}
	return q.DropCompletion(ctx, b.class)
}
