package statistic

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
	"xuedu/internal/workflow"
)

// Release is a published version of a collection.
type Release struct {
	Collection Collection
	Version    int64
	Reason     string // why it was revised, in public; "" for the first
	By         string
	At         time.Time
	Expected   int            // units that owed a return
	Reported   int            // of them accepted
	Area       string         // code of the whole: the city; "" where nothing is summed up
	Cells      []ReleasedCell // of the whole
	Areas      []ReleasedArea // the parts directly below it: its districts, in the order of the tree
}

// ReleasedArea is what was published of a part of the whole. A figure that the
// whole has and it lacks was not reported when the release was made.
type ReleasedArea struct {
	Area     string         `json:"area"` // its code
	Expected int            `json:"expected"`
	Reported int            `json:"reported"`
	Cells    []ReleasedCell `json:"cells"`
}

// ReleasedCell is one figure as it was published. State is a name of
// formula.State, Value the number as ParseEntry reads it.
type ReleasedCell struct {
	Row   string `json:"row"`
	Field string `json:"field"`
	State string `json:"state"`
	Value string `json:"value,omitempty"`
}

// snapshot is what collection_release.cells holds.
type snapshot struct {
	Area     string         `json:"area,omitempty"`
	Expected int            `json:"expected"`
	Reported int            `json:"reported"`
	Cells    []ReleasedCell `json:"cells"`
	Areas    []ReleasedArea `json:"areas,omitempty"`
}

// CollectionMoves lists the moves of a collection (finish, publish, revise …)
// that the caller may make, with what is missing.
func (s *Service) CollectionMoves(ctx context.Context, id string) ([]Move, error) {
	c, err := s.Collection(ctx, id)
	if err != nil {
		return nil, err
	}
	m, err := s.machine(collectionFlow)
	if err != nil {
		return nil, err
	}
	var list []Move
	w := &page{work: &work{Service: s}}
	err = w.reading(ctx, func() error {
		open, err := m.Open(ctx, c.State, s.hand(ctx, c.AreaID), w.collectionGuard(c))
		for _, o := range open {
			list = append(list, Move{Code: o.Code, Name: o.Name, Reason: o.Reason, Why: o.Why})
		}
		return err
	})
	return list, err
}

// MoveCollection makes a move of a collection, and of its summary with it: it
// is finished, published, and revised with a reason that everybody can read.
func (s *Service) MoveCollection(ctx context.Context, id, move, reason string) error {
	m, err := s.machine(collectionFlow)
	if err != nil {
		return err
	}
	return s.change(ctx, audit.Entry{Verb: "collection:" + move, Object: "collection:" + id, Reason: reason}, func(w *work) error {
		if err := w.lock(ctx); err != nil {
			return err
		}
		c, err := w.collection(ctx, w.tx, id)
		if err != nil {
			return err
		}
		st, err := m.Step(ctx, c.State, move, reason, w.hand(ctx, c.AreaID), w.collectionGuard(c))
		if err != nil {
			return err
		}
		both, err := w.pair(ctx, c)
		if err != nil {
			return err
		}
		for _, x := range both {
			if err := w.moveCollection(ctx, x, st); err != nil {
				return err
			}
		}
		return nil
	})
}

// pair returns a collection and its summary, whichever was named.
func (w *work) pair(ctx context.Context, c Collection) ([]Collection, error) {
	if c.BaseID != "" {
		base, err := w.collection(ctx, w.tx, c.BaseID)
		return []Collection{base, c}, err
	}
	id, err := w.q.SummaryOf(ctx, c.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return []Collection{c}, nil
	} else if err != nil {
		return nil, fmt.Errorf("find summary: %w", err)
	}
	sum, err := w.collection(ctx, w.tx, id)
	return []Collection{c, sum}, err
}

func (w *work) moveCollection(ctx context.Context, c Collection, st workflow.Step) error {
	for _, effect := range st.Does {
		if effect != "release" {
			return errs.New(errs.Unavailable, "statistic.bad_workflow", "Name", effect)
		}
		snap, err := w.snap(ctx, c)
		if err != nil {
			return err
		}
		text, err := json.Marshal(snap)
		if err != nil {
			return err
		}
		c.Version++
		err = w.q.InsertRelease(ctx, gen.InsertReleaseParams{CollectionID: c.ID, Version: c.Version, Reason: st.Reason, Actor: w.actor,
			PublishedAt: w.now, Cells: string(text)})
		if err != nil {
			return fmt.Errorf("publish: %w", err)
		}
	}
	return w.q.SetCollection(ctx, gen.SetCollectionParams{ID: c.ID, State: st.To.Code, Version: c.Version})
}

// collectionGuard answers for the conditions of the workflow "collection".
func (w *work) collectionGuard(c Collection) workflow.Guards {
	return func(ctx context.Context, name string) (string, error) {
		both, err := w.pair(ctx, c)
		if err != nil {
			return "", err
		}
		holds := true
		switch name {
		case "summed":
			holds, err = w.summed(ctx, both)
		case "moved":
			holds, err = w.movedSince(ctx, both)
		default:
			return "", errs.New(errs.Unavailable, "statistic.bad_workflow", "Name", name)
		}
		if holds || err != nil {
			return "", err
		}
		return "statistic.why." + name, nil
	}
}

// summed reports whether the top of a collection is accepted and nothing has
// moved since: the summary of the whole, or every return where there is none.
func (w *work) summed(ctx context.Context, both []Collection) (bool, error) {
	last := both[len(both)-1]
	list, err := w.tops(ctx, last)
	if err != nil {
		return false, err
	}
	for _, r := range list {
		if r.Approved.IsZero() || r.Stale || !w.final(last.BaseID != "", r.State) {
			return false, nil
		}
	}
	return len(list) > 0, nil
}

// tops are the returns that stand for a collection as a whole: the highest of a
// summary, all of an ordinary form.
func (w *work) tops(ctx context.Context, c Collection) ([]Return, error) {
	if c.BaseID == "" {
		return w.list(ctx, w.tx, "r.collection_id = $1", c.ID)
	}
	top, _, err := w.layers(ctx, c)
	return top, err
}

// layers are the highest return of a summary, and those directly below it in
// the order of the tree.
func (w *work) layers(ctx context.Context, c Collection) (top, below []Return, err error) {
	t := w.Tree()
	areas, err := w.areasOf(ctx, c.ID)
	if err != nil || len(areas) == 0 {
		return nil, nil, err
	}
	ids := []any{c.ID}
	for i, end := 0, 0; i < len(areas); i++ {
		if n := areas[i]; i == 0 || n >= end {
			ids = append(ids, t.At(n).ID)
			if i > 0 {
				end = t.Last(n)
			}
		}
	}
	list, err := w.list(ctx, w.tx, "r.collection_id = $1 AND r.area_id IN ("+marks(2, len(ids)-1)+")", ids...)
	slices.SortFunc(list, func(a, b Return) int {
		x, _ := t.ByID(a.AreaID)
		y, _ := t.ByID(b.AreaID)
		return x - y
	})
	n := min(1, len(list))
	return list[:n], list[n:], err
}

// areasOf lists the preorder numbers of the areas that owe a collection.
func (w *work) areasOf(ctx context.Context, id string) ([]int, error) {
	ids, err := w.q.CollectionAreas(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read areas of a collection: %w", err)
	}
	var out []int
	for _, id := range ids {
		if n, ok := w.Tree().ByID(id); ok {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out, nil
}

// movedSince reports whether what would be published differs from what was.
func (w *work) movedSince(ctx context.Context, both []Collection) (bool, error) {
	c := both[len(both)-1]
	rel, err := w.q.Releases(ctx, c.ID)
	if err != nil || len(rel) == 0 {
		return true, err
	}
	snap, err := w.snap(ctx, c)
	if err != nil {
		return false, err
	}
	text, err := json.Marshal(snap)
	return string(text) != rel[0].Cells, err
}

// snap is what is published of a collection: the accepted cells of the top of
// its summary and of the parts directly below; of an ordinary form, how many
// reported.
func (w *work) snap(ctx context.Context, c Collection) (snapshot, error) {
	out := snapshot{Cells: []ReleasedCell{}}
	if c.BaseID == "" {
		n, err := w.q.Coverage(ctx, c.ID)
		out.Expected, out.Reported = int(n.Expected), int(n.Reported)
		return out, err
	}
	tops, below, err := w.layers(ctx, c)
	if err != nil || len(tops) == 0 {
		return out, err
	}
	out.Area, out.Expected, out.Reported = w.codeOf(tops[0].AreaID), tops[0].Expected, tops[0].Reported
	if out.Cells, err = w.snapCells(ctx, tops[0].ID); err != nil {
		return out, err
	}
	for _, r := range below {
		a := ReleasedArea{Area: w.codeOf(r.AreaID), Expected: r.Expected, Reported: r.Reported}
		if a.Cells, err = w.snapCells(ctx, r.ID); err != nil {
			return out, err
		}
		out.Areas = append(out.Areas, a)
	}
	return out, nil
}

func (s *Service) codeOf(areaID int64) string {
	n, ok := s.Tree().ByID(areaID)
	if !ok {
		return ""
	}
	return s.Tree().At(n).Code
}

// snapCells are the accepted cells of a summary, with their states.
func (w *work) snapCells(ctx context.Context, id string) ([]ReleasedCell, error) {
	b, err := w.load(ctx, w.tx, id)
	if err != nil {
		return nil, err
	}
	out := []ReleasedCell{}
	b.asked(func(r pack.Row, fd pack.Field, _ string) {
		x := b.cell(rule.Key{Row: r.Code, Field: fd.Code})
		if x.Approved == nil {
			return
		}
		out = append(out, ReleasedCell{Row: r.Code, Field: fd.Code, State: x.ApprovedState.String(),
			Value: value{x.ApprovedState, *x.Approved, x.Text}.show(fd)})
	})
	return out, nil
}

// Releases returns what was published of a collection, the newest first.
// Everybody may read it.
func (s *Service) Releases(ctx context.Context, id string) ([]Release, error) {
	c, err := s.collection(ctx, s.DB.Read, id)
	if err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).Releases(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read releases: %w", err)
	}
	var out []Release
	for _, r := range rows {
		var snap snapshot
		if err := json.Unmarshal([]byte(r.Cells), &snap); err != nil {
			return nil, fmt.Errorf("read release %d of %s: %w", r.Version, id, err)
		}
		out = append(out, Release{Collection: c, Version: r.Version, Reason: r.Reason, By: r.Actor, At: r.PublishedAt,
			Expected: snap.Expected, Reported: snap.Reported, Area: snap.Area, Cells: snap.Cells, Areas: snap.Areas})
	}
	return out, nil
}

// Published lists the collections of which something is published, the newest
// first. Everybody may read it.
func (s *Service) Published(ctx context.Context) ([]Collection, error) {
	list, err := s.collections(ctx)
	return slices.DeleteFunc(list, func(c Collection) bool { return c.Version == 0 }), err
}
