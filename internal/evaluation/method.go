package evaluation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"xuedu/internal/errs"
	"xuedu/internal/evaluation/internal/gen"
	"xuedu/internal/evaluation/score"
	"xuedu/internal/pack"
	"xuedu/internal/workflow"
)

// Method is a version of how districts are judged, as it was first used.
type Method struct {
	pack.Evaluation
	At time.Time // zero: of the pack, no round has used it yet
}

// scoring makes the rules of a method. The seed is made of what a round is, so
// that nobody can choose it.
func scoring(e pack.Evaluation, r Round) (score.Method, error) {
	m := score.Method{Red: e.Red, Amber: e.Amber}
	for _, d := range e.Dimensions {
		m.Dimensions = append(m.Dimensions, score.Dimension{Code: d.Code, Codes: d.Codes, Weight: d.Weight})
	}
	if e.Composite == nil {
		return m, nil
	}
	c := e.Composite
	m.Composite = &score.Composite{Goalposts: map[string]score.Goalpost{}, Missing: c.Missing, Places: c.Places, Shake: c.Shake, Runs: c.Runs, Seed: r.Seed()}
	for code, g := range c.Goalposts {
		worst, err := number(g.Worst)
		if err != nil {
			return m, err
		}
		best, err := number(g.Best)
		if err != nil {
			return m, err
		}
		m.Composite.Goalposts[code] = score.Goalpost{Worst: worst, Best: best}
	}
	return m, nil
}

// Seed is what the runs of a round's ranks begin with; it is public.
func (r Round) Seed() string { return r.Method + "/" + r.Version + "/" + r.Area + "/" + r.Period }

// current is the method of the pack. It fails with NotFound where the pack has
// none: that city does not evaluate its districts here.
func (s *Service) current() (pack.Evaluation, error) {
	if e := s.Pack().Evaluation; e != nil {
		return *e, nil
	}
	return pack.Evaluation{}, errs.New(errs.NotFound, "evaluation.no_method")
}

// keep stores a method when a round first uses it. It fails with Conflict where
// that version was used with other rules: what was published would change its
// meaning.
func (s *Service) keep(ctx context.Context, tx *sql.Tx, e pack.Evaluation, at time.Time) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	q := gen.New(tx)
	row, err := q.GetMethod(ctx, gen.GetMethodParams{Code: e.Code, Version: e.Version})
	if errors.Is(err, sql.ErrNoRows) {
		return q.InsertMethod(ctx, gen.InsertMethodParams{Code: e.Code, Version: e.Version, Body: string(body), CreatedAt: at})
	}
	if err == nil && row.Body != string(body) {
		return errs.New(errs.Conflict, "evaluation.method_changed", "Version", e.Version)
	}
	return err
}

// MethodOf returns the method of a round.
func (s *Service) MethodOf(ctx context.Context, r Round) (Method, error) {
	row, err := gen.New(s.DB.Read).GetMethod(ctx, gen.GetMethodParams{Code: r.Method, Version: r.Version})
	if err != nil {
		return Method{}, err
	}
	return method(row)
}

func method(row gen.EvaluationMethod) (Method, error) {
	m := Method{At: row.CreatedAt}
	if err := json.Unmarshal([]byte(row.Body), &m.Evaluation); err != nil {
		return m, fmt.Errorf("method %s %s: %w", row.Code, row.Version, err)
	}
	return m, nil
}

// Methods lists all versions, the newest first; that of the pack is the first
// of them. It is public.
func (s *Service) Methods(ctx context.Context) ([]Method, error) {
	rows, err := gen.New(s.DB.Read).Methods(ctx)
	if err != nil {
		return nil, err
	}
	var out []Method
	cur := s.Pack().Evaluation
	if cur != nil {
		out = append(out, Method{Evaluation: *cur})
	}
	for _, row := range rows {
		m, err := method(row)
		if err != nil {
			return nil, err
		}
		if cur != nil && m.Code == cur.Code && m.Version == cur.Version {
			out[0].At = m.At
			continue
		}
		out = append(out, m)
	}
	return out, nil
}

// machine is the workflow of a method.
func (s *Service) machine(e pack.Evaluation) (*workflow.Machine, error) {
	w, ok := s.Pack().Workflow(e.Workflow)
	if !ok {
		return nil, errs.New(errs.Unavailable, "evaluation.no_workflow", "Code", e.Workflow)
	}
	return workflow.Compile(w)
}
