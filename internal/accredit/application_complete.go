package accredit

import (
	"context"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/pack"
)

// Completeness says how far an application is.
type Completeness struct {
	Done, All int
	Missing   []Missing // in the order in which they are written
}

// Missing is one thing that is still to be written or added.
type Missing struct {
	Kind string // MissingText, MissingClaim, MissingEvidence
	Code string // of the field, leaf or slot
	Leaf string // of a slot
	Name pack.Text
}

// Kinds of what is missing.
const (
	MissingText     = "text"
	MissingClaim    = "claim"
	MissingEvidence = "evidence"
)

// Completeness says what an application that the caller may read still lacks:
// texts and proofs that are required, and a level with its reason of every leaf.
// What our figures give never lacks.
func (s *Service) Completeness(ctx context.Context, id string) (Completeness, error) {
	a, err := s.Application(ctx, id)
	if err != nil {
		return Completeness{}, err
	}
	c, err := s.callFor(ctx, a.CallID)
	if err != nil {
		return Completeness{}, err
	}
	return s.completeness(ctx, gen.New(s.DB.Read), c, a)
}

func (s *Service) completeness(ctx context.Context, q *gen.Queries, c Call, a Application) (Completeness, error) {
	content, claims, err := latest(ctx, q, a.ID)
	if err != nil {
		return Completeness{}, err
	}
	list, err := evidenceOf(ctx, q, c, a.ID)
	if err != nil {
		return Completeness{}, err
	}
	there := map[[2]string]bool{}
	for _, e := range list {
		there[[2]string{e.Leaf, e.Slot}] = true
	}
	var n Completeness
	for _, f := range c.Rules.Programme.Content {
		if f.Required {
			n.count(content[f.Code] != "", Missing{Kind: MissingText, Code: f.Code, Name: f.Name})
		}
	}
	for _, l := range judged(c) {
		x := claims[l.Code]
		n.count(x.Level != "" && x.Reason != "", Missing{Kind: MissingClaim, Code: l.Code, Leaf: l.Code, Name: l.Name})
		for _, e := range l.Evidence {
			if e.Required && (e.Kind == EvidenceFile || e.Kind == EvidenceLink) {
				n.count(there[[2]string{l.Code, e.Code}], Missing{Kind: MissingEvidence, Code: e.Code, Leaf: l.Code, Name: e.Name})
			}
		}
	}
	return n, nil
}

func (n *Completeness) count(done bool, m Missing) {
	n.All++
	if done {
		n.Done++
		return
	}
	n.Missing = append(n.Missing, m)
}
