package statistic

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
	"xuedu/internal/workflow"
)

// Moves that the program knows by code.
const (
	moveBegin    = "begin"     // of its own: the first entry
	moveSum      = "sum"       // of its own: the last return below was accepted
	moveMoved    = "move"      // of its own: figures below moved
	moveSendBack = "send_back" // needs cells
	moveCorrect  = "correct"   // needs cells
)

// Move makes a move of the workflow that the return follows. It fails as
// workflow.Machine.Step does; moves that need cells are SendBack and Correct.
func (s *Service) Move(ctx context.Context, id, move, reason string) error {
	return s.withPage(ctx, id, permRead, audit.Entry{Verb: "return:" + move, Reason: reason},
		func(p *page) error { return p.move(ctx, move, reason, p.guard) })
}

func (p *page) move(ctx context.Context, move, reason string, g workflow.Guards) error {
	m, err := p.machine(flowOf(p.Return.Collection))
	if err != nil {
		return err
	}
	if m.Allows(p.State, actEnter) { // totals of what was carried or derived: nobody has typed anything yet
		if err := p.totals(reasonBelow); err != nil {
			return err
		}
		if err := p.flush(ctx, reasonBelow); err != nil {
			return err
		}
	}
	st, err := m.Step(ctx, p.State, move, reason, p.mover(ctx, p.Return), g)
	if err != nil {
		return err
	}
	return p.step(ctx, st)
}

// step makes a move that was found lawful, with its effects.
func (p *page) step(ctx context.Context, st workflow.Step) error {
	p.State, p.Desk, p.Since = st.To.Code, st.To.Desk, p.now
	p.Due = p.dueIn(st.To)
	err := p.q.MoveReturn(ctx, gen.MoveReturnParams{ID: p.ID, State: p.State, Desk: p.Desk, Since: p.Since, Due: p.Due})
	if err == nil {
		err = p.event(ctx, st.Code, st.From.Code, st.To.Code, st.Reason)
	}
	if err == nil {
		err = p.touch(ctx)
	}
	if err != nil {
		return fmt.Errorf("move return: %w", err)
	}
	if err := p.keepFlags(ctx, st); err != nil {
		return err
	}
	for _, effect := range st.Does {
		if err := p.effect(ctx, effect); err != nil {
			return err
		}
	}
	return nil
}

// dueIn is the last day of a state: its own limit, or the collection's day
// while the unit has not handed in.
func (p *page) dueIn(s workflow.State) string {
	if d := s.Due(p.date(), p.Days()); d != "" || s.Desk == "" {
		return d
	}
	return p.Return.Collection.Due
}

func (p *page) event(ctx context.Context, move, from, to, reason string) error {
	return p.q.InsertEvent(ctx, gen.InsertEventParams{ID: newID(), ReturnID: p.ID, Move: move, FromState: from, ToState: to,
		Reason: reason, Actor: p.actor, CreatedAt: p.now})
}

func nullTime(t time.Time) sql.NullTime { return sql.NullTime{Time: t, Valid: !t.IsZero()} }

// effect does what a move of the workflow says it does, by name.
func (p *page) effect(ctx context.Context, name string) error {
	switch name {
	case "void":
		return p.void(ctx)
	case "submit":
		return p.q.SetSubmitted(ctx, gen.SetSubmittedParams{ID: p.ID, SubmittedAt: nullTime(p.now)})
	case "approve":
		return p.approve(ctx)
	}
	return errs.New(errs.Unavailable, "statistic.bad_workflow", "Name", name)
}

// void makes the signatures void: what was signed is no longer what is there.
func (p *page) void(ctx context.Context) error {
	for i := range p.signed {
		p.signed[i].Void = true
	}
	return p.q.VoidSignatures(ctx, gen.VoidSignaturesParams{ReturnID: p.ID, VoidedAt: nullTime(p.now)})
}

// approve keeps every cell as accepted, lets the return count, and tells the
// summaries above.
func (p *page) approve(ctx context.Context) error {
	first := p.Return.Approved.IsZero()
	seq, err := db.Next(ctx, p.tx, counter, 1)
	if err != nil {
		return err
	}
	if err := p.q.ApproveCells(ctx, p.ID); err != nil {
		return err
	}
	for k, c := range p.cells {
		num := c.Num
		c.Approved, c.ApprovedState = &num, c.State
		p.cells[k] = c
	}
	p.Return.Approved, p.Stale = p.now, false
	if err := p.q.SetApproved(ctx, gen.SetApprovedParams{ID: p.ID, ApprovedAt: nullTime(p.now)}); err != nil {
		return err
	}
	if p.form.SummaryOf == "" {
		if err := p.q.SetCoverage(ctx, gen.SetCoverageParams{ID: p.ID, Expected: 1, Reported: 1}); err != nil {
			return err
		}
		p.Reported = 1
	}
	if err := p.q.EndExceptions(ctx, gen.EndExceptionsParams{ReturnID: p.ID, EndedAt: nullTime(p.now)}); err != nil {
		return err
	}
	if err := p.q.TouchCollection(ctx, gen.TouchCollectionParams{ID: p.Return.Collection.ID, Changed: seq}); err != nil {
		return err
	}
	var keys []rule.Key
	if first && p.form.SummaryOf == "" {
		p.asked(func(r pack.Row, fd pack.Field, _ string) { keys = append(keys, rule.Key{Row: r.Code, Field: fd.Code}) })
	}
	return p.cascade(ctx, p.book, keys, "")
}

// guard answers for the conditions that the workflows of returns name.
func (p *page) guard(ctx context.Context, name string) (string, error) {
	holds := true
	var err error
	switch name {
	case "complete":
		holds = p.complete()
	case "valid", "explained":
		return p.judged(ctx, name)
	case "mended":
		holds = p.Open == 0 || p.mended()
	case "signed":
		holds = p.fullySigned()
	case "never_approved":
		holds = p.Return.Approved.IsZero()
	case "never_returned":
		holds = len(p.returns()) == 0
	case "four_eyes":
		holds = p.fourEyes(ctx)
	case "cells_named":
		holds = false // SendBack and Correct name them
	case "top":
		holds = p.holder(deskParent, p.AreaID) == p.AreaID
	case "not_top":
		holds = p.holder(deskParent, p.AreaID) != p.AreaID
	case "some_below":
		holds = p.Reported > 0
	case "all_below", "settled":
		holds, err = p.below(ctx, name == "all_below")
	default:
		return "", errs.New(errs.Unavailable, "statistic.bad_workflow", "Name", name)
	}
	if holds || err != nil {
		return "", err
	}
	return "statistic.why." + name, nil
}

// complete reports whether every cell that may not stay empty has a state.
func (b *book) complete() bool {
	whole := true
	b.asked(func(r pack.Row, fd pack.Field, origin string) {
		if fd.Required && origin == pack.CellTyped && b.cell(rule.Key{Row: r.Code, Field: fd.Code}).State == formula.NotReported {
			whole = false
		}
	})
	return whole
}

func (b *book) mended() bool {
	for _, n := range b.returns() {
		if !n.Done {
			return false
		}
	}
	return true
}

func (b *book) returns() (list []Note) {
	for _, n := range b.notes {
		if n.Kind == NoteReturn {
			list = append(list, n)
		}
	}
	return list
}

func (b *book) fullySigned() bool {
	d := b.digest()
	for _, part := range b.form.Signatures {
		if b.valid(part, d) == nil {
			return false
		}
	}
	return true
}

// fourEyes reports whether the caller has neither signed nor typed what is to
// be accepted.
func (p *page) fourEyes(ctx context.Context) bool {
	me := account.From(ctx).ID
	if me == "" {
		me = p.actor
	}
	for _, g := range p.signed {
		if !g.Void && g.Account == me {
			return false
		}
	}
	for _, c := range p.cells {
		if c.Origin == OriginTyped && c.By == me {
			return false
		}
	}
	return true
}
