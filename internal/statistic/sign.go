package statistic

import (
	"context"
	"slices"

	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/workflow"
)

// Sign signs a part of a return: preparer, reviewer, head. The signature stands
// for the content of every cell; a later change makes it void. It fails with
// Conflict where the return is not ready or the part is signed, and with
// Forbidden where the caller may not sign, or has signed a part that another
// person has to sign.
func (s *Service) Sign(ctx context.Context, id, part string) error {
	return s.withPage(ctx, id, permFill, audit.Entry{Verb: "return:sign", Detail: map[string]any{"part": part}}, func(p *page) error {
		m, err := p.machine(flowOf(p.Return.Collection))
		if err != nil {
			return err
		}
		if !slices.Contains(p.form.Signatures, part) {
			return errs.New(errs.Invalid, "statistic.no_part")
		}
		d := p.digest()
		if why := p.whyNotSign(m, part, p.actor, d); why != "" {
			return errs.New(errs.Conflict, why)
		}
		return p.q.InsertSignature(ctx, gen.InsertSignatureParams{ID: newID(), ReturnID: p.ID, Part: part, Account: p.actor,
			Name: name(ctx), Digest: d, SignedAt: p.now})
	})
}

// whyNotSign is the i18n key of what stands against a signature, "" = nothing.
func (b *book) whyNotSign(m *workflow.Machine, part, who, digest string) string {
	if !m.Allows(b.State, actSign) {
		return "statistic.why.sign_state"
	}
	if b.valid(part, digest) != nil {
		return "statistic.why.sign_done"
	}
	for _, other := range b.form.Signatures {
		if g := b.valid(other, digest); g != nil && g.Account == who && !m.MayCombine(other, part) {
			return "statistic.why.sign_other"
		}
		if other == part {
			break
		}
		if b.valid(other, digest) == nil {
			return "statistic.why.sign_order"
		}
	}
	return ""
}
