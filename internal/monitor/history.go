package monitor

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/monitor/internal/gen"
	"xuedu/internal/pack"
)

// clash is what two versions of one number mean.
func clash(err error) error {
	if db.IsUnique(err) {
		return errs.New(errs.Conflict, "monitor.both_wrote")
	}
	return err
}

// Version is a section as somebody saved it.
type Version struct {
	Version int64
	Body    pack.Text
	Author  string // "" = as the pack has it
	At      time.Time
}

// History lists the versions of a section, the oldest first.
func (s *Service) History(ctx context.Context, d Draft, code, areaCode string) ([]Version, error) {
	rows, err := gen.New(s.DB.Read).HistoryOf(ctx, gen.HistoryOfParams{DraftID: d.ID, Code: code, Area: areaCode})
	if err != nil {
		return nil, err
	}
	out := make([]Version, len(rows))
	for i, r := range rows {
		out[i] = Version{Version: r.Version, Author: r.Author, At: r.SavedAt}
		if err := json.Unmarshal([]byte(r.Body), &out[i].Body); err != nil {
			return nil, fmt.Errorf("version %d of %s: %w", r.Version, code, err)
		}
	}
	return out, nil
}

// Event is something that was done with a draft.
type Event struct {
	Verb, Reason, Actor string
	At                  time.Time
}

// Events lists what was done with a draft, the oldest first.
func (s *Service) Events(ctx context.Context, d Draft) ([]Event, error) {
	rows, err := gen.New(s.DB.Read).ReportEventsOf(ctx, d.ID)
	out := make([]Event, len(rows))
	for i, r := range rows {
		out[i] = Event{r.Verb, r.Reason, r.Actor, r.CreatedAt}
	}
	return out, err
}
