package accredit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

func orNoEvidence(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errs.New(errs.NotFound, "accredit.no_evidence")
	}
	return fmt.Errorf("find file: %w", err)
}

// figuresOf computes the evidence that our own figures give, in the order of
// the rubric. A figure that is missing says its state; it is never 0.
func (s *Service) figuresOf(ctx context.Context, c Call, a Application) ([]Evidence, error) {
	var list []Evidence
	now := s.stamp()
	for _, l := range judged(c) {
		for _, slot := range l.Evidence {
			if slot.Kind != EvidenceFigure && slot.Kind != EvidenceOrg || slot.Kind == EvidenceOrg && a.OrgID == "" {
				continue
			}
			f, err := s.figure(ctx, slot.Kind, slot.Figure, a, c.Period)
			if err != nil {
				return nil, fmt.Errorf("figure %s: %w", slot.Figure, err)
			}
			f.FrozenAt = now
			list = append(list, Evidence{ID: newID(), Leaf: l.Code, Slot: slot.Code, Kind: slot.Kind, Label: slot.Figure, Figure: &f, Author: "system", At: now})
		}
	}
	return list, nil
}

func (s *Service) figure(ctx context.Context, kind, code string, a Application, period string) (Figure, error) {
	if kind == EvidenceOrg {
		return s.Figures.OfOrg(ctx, code, a.OrgID, period)
	}
	return s.Figures.OfArea(ctx, code, figureArea(a.District, a.AreaID), period)
}

// figureArea is the area whose figures are evidence and decide gates: the
// district in which something lies, its own area where it lies in none.
func figureArea(district, areaID int64) int64 {
	if district != 0 {
		return district
	}
	return areaID
}

func (s *Service) insertFigures(ctx context.Context, q *gen.Queries, id string, list []Evidence) error {
	for _, e := range list {
		if err := insertEvidence(ctx, q, id, e); err != nil {
			return err
		}
	}
	return nil
}

// RefreshFigures counts again what our figures give an application and how its
// gates stand, until it is submitted; from then on it fails with Conflict.
func (s *Service) RefreshFigures(ctx context.Context, id string) error {
	a, c, err := s.writable(ctx, id)
	if err != nil {
		return err
	}
	fresh, err := s.fresh(ctx, a, c)
	if err != nil {
		return err
	}
	return s.change(ctx, id, actWrite, func(w *writing) error {
		if !w.app.Submitted.IsZero() {
			return errs.New(errs.Conflict, "accredit.frozen")
		}
		w.entry = audit.Entry{Verb: "application:figures"}
		return s.renew(ctx, w, fresh)
	})
}

// found is what was counted for an application, outside of a transaction.
type found struct {
	figures []Evidence
	gates   []GateResult
}

func (s *Service) fresh(ctx context.Context, a Application, c Call) (f found, err error) {
	old, err := s.gatesAsFound(ctx, s.DB.Read, a.ID)
	if err != nil {
		return f, err
	}
	who := candidate{areaID: a.AreaID, district: a.District, name: a.Title}
	if a.OrgID != "" {
		if who.org, err = s.Orgs.Org(ctx, a.OrgID); err != nil {
			return f, err
		}
	}
	if f.gates, err = s.gatesOf(ctx, c, who, old); err != nil {
		return f, err
	}
	f.figures, err = s.figuresOf(ctx, c, a)
	return f, err
}

// renew puts what was counted in the place of what was counted before.
func (s *Service) renew(ctx context.Context, w *writing, f found) error {
	if err := w.q.DropFigures(ctx, w.app.ID); err != nil {
		return fmt.Errorf("drop figures: %w", err)
	}
	if err := s.insertFigures(ctx, w.q, w.app.ID, f.figures); err != nil {
		return err
	}
	return setGates(ctx, w, f.gates)
}

func setGates(ctx context.Context, w *writing, gates []GateResult) error {
	text, err := json.Marshal(gates)
	if err != nil {
		return fmt.Errorf("write gates: %w", err)
	}
	if err := w.q.SetGates(ctx, gen.SetGatesParams{ID: w.app.ID, Gates: string(text)}); err != nil {
		return fmt.Errorf("write gates: %w", err)
	}
	return nil
}
