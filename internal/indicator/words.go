package indicator

import (
	"context"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// Explain says in words what a definition computes. A formula that cannot be
// read stays as it was written.
func (s *Service) Explain(ctx context.Context, d pack.Indicator, lang string) (string, error) {
	text, ok := formula.Format(d.Formula)
	if !ok {
		return d.Formula, nil
	}
	return text, nil
}
