package statistic

import (
	"context"
	"fmt"
	"strings"
)

// Stage says how far a return is, for a picture of many.
type Stage int

// The stages, in the order they are drawn. Late beats everything but accepted.
const (
	StageAccepted Stage = iota
	StageReview
	StageWorking
	StageBack
	StageLate
	StageUntouched
	Stages // how many there are
)

// Stage returns how far a return is.
func (r Return) Stage() Stage {
	switch {
	case r.Desk == "" && !r.Approved.IsZero() && !r.Stale:
		return StageAccepted
	case r.Overdue:
		return StageLate
	case r.Open > 0 || r.Stale:
		return StageBack
	case r.Desk == deskParent:
		return StageReview
	case r.Desk == deskUnit && r.Done > r.Computed || !r.Submitted.IsZero():
		return StageWorking
	}
	return StageUntouched
}

// stageSQL is Return.Stage over r. Only what was handed in can have come back.
func stageSQL(today string) string {
	return fmt.Sprintf(`CASE WHEN r.desk = '' AND r.approved_at IS NOT NULL AND r.stale = 0 THEN %d
		WHEN r.desk <> '' AND r.due <> '' AND r.due < %s THEN %d
		WHEN r.stale = 1 OR r.submitted_at IS NOT NULL
			AND EXISTS (SELECT 1 FROM cell_note n WHERE n.return_id = r.id AND n.kind = 'return' AND n.done_at IS NULL) THEN %d
		WHEN r.desk = 'parent' THEN %d
		WHEN r.desk = 'unit' AND r.done > r.computed OR r.submitted_at IS NOT NULL THEN %d
		ELSE %d END`, StageAccepted, today, StageLate, StageBack, StageReview, StageWorking, StageUntouched)
}

// Tally counts returns by stage.
type Tally [Stages]int

// Tallies counts the returns of every collection that the caller may see.
func (s *Service) Tallies(ctx context.Context) (map[string]Tally, error) {
	w := s.where(ctx, ReturnQuery{})
	rows, err := s.DB.Read.QueryContext(ctx, `SELECT collection_id, stage, count(*) FROM (SELECT r.collection_id, `+stageSQL(w.arg(s.today()))+` AS stage
		FROM form_return r WHERE `+w.String()+`) x GROUP BY collection_id, stage ORDER BY collection_id, stage`, w.args...)
	if err != nil {
		return nil, fmt.Errorf("count returns: %w", err)
	}
	defer rows.Close()
	out := map[string]Tally{}
	for rows.Next() {
		var id string
		var stage, n int
		if err := rows.Scan(&id, &stage, &n); err != nil {
			return nil, fmt.Errorf("count returns: %w", err)
		}
		t := out[id]
		t[stage] = n
		out[id] = t
	}
	return out, rows.Err()
}

// Stand is how far the return of an area is.
type Stand struct {
	AreaID int64
	Stage  Stage
}

// Stands says how far each return of a collection is that the caller may see, in
// the subtree of an area (0 = all).
func (s *Service) Stands(ctx context.Context, collection string, areaID int64) ([]Stand, error) {
	w := s.where(ctx, ReturnQuery{Collection: collection, AreaID: areaID})
	rows, err := s.DB.Read.QueryContext(ctx, "SELECT r.area_id, "+stageSQL(w.arg(s.today()))+" AS stage FROM form_return r WHERE "+w.String()+
		" ORDER BY r.area_id, r.id", w.args...)
	if err != nil {
		return nil, fmt.Errorf("read how far returns are: %w", err)
	}
	defer rows.Close()
	var out []Stand
	for rows.Next() {
		var x Stand
		if err := rows.Scan(&x.AreaID, &x.Stage); err != nil {
			return nil, fmt.Errorf("read how far returns are: %w", err)
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// Heap is how many returns of a collection are in a state and due on a day.
type Heap struct {
	Collection Collection
	State      string
	Due        string // of the desk it lies on, "" = nobody's turn or no day
	N          int
}

// Heaps counts the returns that q picks and the caller may see. Late and Most
// say nothing here.
func (s *Service) Heaps(ctx context.Context, q ReturnQuery) ([]Heap, error) {
	q.Late = false
	w := s.where(ctx, q)
	rows, err := s.DB.Read.QueryContext(ctx, `SELECT collection_id, state, last_one, count(*) FROM (SELECT r.collection_id, r.state, 'd' || `+lastDay+` AS last_one
		FROM form_return r JOIN collection c ON c.id = r.collection_id WHERE `+w.String()+`) x
		GROUP BY collection_id, state, last_one ORDER BY collection_id DESC, state, last_one`, w.args...)
	if err != nil {
		return nil, fmt.Errorf("count returns: %w", err)
	}
	defer rows.Close()
	var out []Heap
	for rows.Next() {
		var h Heap
		if err := rows.Scan(&h.Collection.ID, &h.State, &h.Due, &h.N); err != nil {
			return nil, fmt.Errorf("count returns: %w", err)
		}
		h.Due = strings.TrimPrefix(h.Due, "d") // SQLite's driver would make a time of a bare day
		out = append(out, h)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count returns: %w", err)
	}
	known := map[string]Collection{}
	for i := range out {
		c, ok := known[out[i].Collection.ID]
		if !ok {
			if c, err = s.collection(ctx, s.DB.Read, out[i].Collection.ID); err != nil {
				return nil, err
			}
			known[c.ID] = c
		}
		out[i].Collection = c
	}
	return out, nil
}

// lastDay is the day that a return's desk has to be done by, ” = none.
const lastDay = "CASE WHEN r.desk = '' THEN '' ELSE r.due END"
