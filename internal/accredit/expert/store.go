package expert

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"xuedu/internal/accredit/expert/internal/gen"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

func fromRow(r gen.Expert) (Expert, error) {
	e := Expert{ID: r.ID, Code: r.Code, AccountID: r.AccountID, Name: r.Name, Title: r.Title, OrgID: r.OrgID, OrgName: r.OrgName,
		WorkArea: r.WorkArea, HomeArea: r.HomeArea, State: r.State, Load: int(r.Load), TermsAt: r.TermsAt.Time.UTC(), Version: r.Version}
	if !r.TermsAt.Valid {
		e.TermsAt = e.TermsAt.UTC()
	}
	if err := errors.Join(json.Unmarshal([]byte(r.Categories), &e.Categories), json.Unmarshal([]byte(r.Fields), &e.Fields)); err != nil {
		return e, fmt.Errorf("read expert %s: %w", r.ID, err)
	}
	return e, nil
}

func allExperts(ctx context.Context, q db.Querier) ([]Expert, error) {
	rows, err := gen.New(q).Experts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read experts: %w", err)
	}
	out := make([]Expert, len(rows))
	for i, r := range rows {
		if out[i], err = fromRow(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// few is up to how many are read one by one rather than all at once.
const few = 8

func someExperts(ctx context.Context, q db.Querier, ids []string) ([]Expert, error) {
	if len(ids) > few {
		want := set(ids)
		list, err := allExperts(ctx, q)
		out := list[:0]
		for _, e := range list {
			if want[e.ID] {
				out = append(out, e)
			}
		}
		return out, err
	}
	var out []Expert
	for id := range set(ids) {
		e, err := find(ctx, q, id)
		if errs.KindOf(err) == errs.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func set(ids []string) map[string]bool {
	m := make(map[string]bool, len(ids))
	for _, id := range ids {
		m[id] = true
	}
	return m
}

func find(ctx context.Context, q db.Querier, id string) (Expert, error) {
	r, err := gen.New(q).Expert(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Expert{}, errs.New(errs.NotFound, "expert.none")
	}
	if err != nil {
		return Expert{}, fmt.Errorf("read expert: %w", err)
	}
	return fromRow(r)
}

func listText(words []string) string {
	if words == nil {
		words = []string{}
	}
	b, err := json.Marshal(words)
	if err != nil {
		panic(err) // strings always are JSON
	}
	return string(b)
}

func (s *Service) insert(ctx context.Context, tx *sql.Tx, e Expert) error {
	err := gen.New(tx).InsertExpert(ctx, gen.InsertExpertParams{ID: e.ID, Code: e.Code, AccountID: e.AccountID, Name: e.Name, Title: e.Title,
		Categories: listText(e.Categories), Fields: listText(e.Fields), OrgID: e.OrgID, OrgName: e.OrgName, WorkArea: e.WorkArea, HomeArea: e.HomeArea,
		State: e.State, Load: int64(e.Load), TermsAt: sql.NullTime{Time: e.TermsAt, Valid: !e.TermsAt.IsZero()}, CreatedAt: s.stamp()})
	if db.IsUnique(err) {
		return errs.InvalidField("code", "expert.code_taken", "Code", e.Code)
	}
	return err
}

// update writes an expert as read at its version; Conflict if changed since.
func update(ctx context.Context, tx *sql.Tx, e Expert) error {
	n, err := gen.New(tx).UpdateExpert(ctx, gen.UpdateExpertParams{ID: e.ID, AccountID: e.AccountID, Name: e.Name, Title: e.Title,
		Categories: listText(e.Categories), Fields: listText(e.Fields), OrgID: e.OrgID, OrgName: e.OrgName, WorkArea: e.WorkArea, HomeArea: e.HomeArea,
		State: e.State, Load: int64(e.Load), TermsAt: sql.NullTime{Time: e.TermsAt, Valid: !e.TermsAt.IsZero()}, Version: e.Version})
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "expert.changed_meanwhile")
	}
	return err
}

func edgeOf(r gen.Conflict) Edge {
	return Edge{ID: r.ID, ExpertID: r.ExpertID, Kind: r.Kind, Subject: r.Subject, SubjectID: r.SubjectID, Source: r.Source, From: r.FromDay,
		To: r.ToDay, State: r.State, Pinned: r.Pinned != 0, Reason: r.Reason, Author: r.Author, At: r.At.UTC()}
}

func edgesOf(rows []gen.Conflict) []Edge {
	out := make([]Edge, len(rows))
	for i, r := range rows {
		out[i] = edgeOf(r)
	}
	return out
}

// someEdges returns the edges kept of experts, by expert.
func someEdges(ctx context.Context, q db.Querier, ids []string) (map[string][]Edge, error) {
	out := map[string][]Edge{}
	if len(ids) > few {
		rows, err := gen.New(q).Edges(ctx)
		for _, r := range rows {
			out[r.ExpertID] = append(out[r.ExpertID], edgeOf(r))
		}
		return out, err
	}
	for id := range set(ids) {
		rows, err := gen.New(q).EdgesOf(ctx, id)
		if err != nil {
			return nil, err
		}
		out[id] = edgesOf(rows)
	}
	return out, nil
}

func (s *Service) insertEdge(ctx context.Context, tx *sql.Tx, e Edge) error {
	return gen.New(tx).InsertEdge(ctx, gen.InsertEdgeParams{ID: e.ID, ExpertID: e.ExpertID, Kind: e.Kind, Subject: e.Subject, SubjectID: e.SubjectID,
		Source: e.Source, FromDay: e.From, ToDay: e.To, State: e.State, Pinned: bit(e.Pinned), Reason: e.Reason, Author: e.Author, At: e.At})
}

func updateEdge(ctx context.Context, tx *sql.Tx, e Edge) error {
	return gen.New(tx).UpdateEdge(ctx, gen.UpdateEdgeParams{ID: e.ID, FromDay: e.From, ToDay: e.To, State: e.State, Pinned: bit(e.Pinned),
		Reason: e.Reason, Author: e.Author, At: e.At})
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// made returns the edge of the same tie and source, ID "" if there is none.
func made(ctx context.Context, tx *sql.Tx, e Edge) (Edge, error) {
	r, err := gen.New(tx).EdgeMade(ctx, gen.EdgeMadeParams{ExpertID: e.ExpertID, Kind: e.Kind, Subject: e.Subject, SubjectID: e.SubjectID, Source: e.Source})
	if errors.Is(err, sql.ErrNoRows) {
		return Edge{}, nil
	}
	return edgeOf(r), err
}

// noRows makes nothing of "no rows".
func noRows(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
