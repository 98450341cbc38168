package statistic

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
)

// Say adds a comment to a cell, or to the whole return (zero key), or the
// explanation of a soft finding (Kind and Rule). Everybody who may read the
// return may comment; who fills it in explains.
func (s *Service) Say(ctx context.Context, id string, n Note) error {
	perm := permRead
	if n.Kind == "" {
		n.Kind = NoteComment
	}
	switch {
	case n.Kind == NoteExplanation && n.Rule != "":
		perm = permFill
	case n.Kind != NoteComment:
		return errs.New(errs.Invalid, "statistic.bad_note")
	}
	return s.withPage(ctx, id, perm, audit.Entry{Verb: "return:say", Detail: map[string]any{"kind": n.Kind}}, func(p *page) error {
		return p.say(ctx, n)
	})
}

func (p *page) say(ctx context.Context, n Note) error {
	n.Text = strings.TrimSpace(n.Text)
	switch {
	case n.Text == "":
		return errs.InvalidField("text", "statistic.note_empty")
	case utf8.RuneCountInString(n.Text) > maxReason:
		return errs.InvalidField("text", "statistic.reason_long", "N", maxReason)
	}
	if _, _, _, ok := p.find(n.Key); !ok && n.Key != (rule.Key{}) && n.Kind != NoteExplanation {
		return errs.New(errs.Invalid, "statistic.no_cell")
	}
	return p.q.InsertNote(ctx, gen.InsertNoteParams{ID: newID(), ReturnID: p.ID, RowCode: n.Key.Row, Field: n.Key.Field, Kind: n.Kind,
		Rule: n.Rule, Text: n.Text, Author: p.actor, CreatedAt: p.now})
}

// SendBack returns cells with what is wrong with each; only these can be
// entered until the return is handed in again, the others stay as they are.
func (s *Service) SendBack(ctx context.Context, id string, why map[rule.Key]string) error {
	if len(why) == 0 {
		return errs.New(errs.Invalid, "statistic.why.cells_named")
	}
	e := audit.Entry{Verb: "return:" + moveSendBack, Detail: map[string]any{"cells": len(why)}}
	return s.withPage(ctx, id, permRead, e, func(p *page) error {
		for _, k := range sortedKeys(why) {
			if err := p.openable(k); err != nil {
				return err
			}
			if err := p.say(ctx, Note{Key: k, Kind: NoteReturn, Text: why[k]}); err != nil {
				return err
			}
		}
		return p.move(ctx, moveSendBack, "", p.guardNamed)
	})
}

// guardNamed is guard for a move whose cells are named.
func (p *page) guardNamed(ctx context.Context, name string) (string, error) {
	if name == "cells_named" {
		return "", nil
	}
	return p.guard(ctx, name)
}

// openable fails with Invalid for a cell that nobody can correct: one that is
// not there, or a sum.
func (p *page) openable(k rule.Key) error {
	_, _, origin, ok := p.find(k)
	switch {
	case !ok:
		return errs.New(errs.Invalid, "statistic.no_cell")
	case origin == pack.CellSummed:
		return errs.New(errs.Invalid, "statistic.locked_sum")
	}
	return nil
}

func sortedKeys[V any](m map[rule.Key]V) []rule.Key {
	return slices.SortedFunc(maps.Keys(m), func(a, b rule.Key) int { return strings.Compare(a.Row+"\x00"+a.Field, b.Row+"\x00"+b.Field) })
}

// Correction opens cells of an accepted return.
type Correction struct {
	Keys    []rule.Key
	Reason  string
	AskedBy string // who asked for it: a name or an office
	Until   string // last day on which the cells are open
}

// Correct opens cells of an accepted return to be corrected, for a reason,
// because somebody asked, until a day. The summaries above show what moves as
// soon as a cell is changed, and have to be confirmed again.
func (s *Service) Correct(ctx context.Context, id string, c Correction) error {
	c.AskedBy = strings.TrimSpace(c.AskedBy)
	switch {
	case len(c.Keys) == 0:
		return errs.New(errs.Invalid, "statistic.why.cells_named")
	case c.AskedBy == "" || utf8.RuneCountInString(c.AskedBy) > 100:
		return errs.InvalidField("asked_by", "statistic.asked_by_required")
	}
	e := audit.Entry{Verb: "return:" + moveCorrect, Reason: c.Reason, Detail: map[string]any{"cells": len(c.Keys), "asked_by": c.AskedBy}}
	return s.withPage(ctx, id, permRead, e, func(p *page) error {
		if err := p.except(ctx, c); err != nil {
			return err
		}
		return p.move(ctx, moveCorrect, c.Reason, p.guardNamed)
	})
}

// Unlock opens derived cells of a return that is being filled in, where the
// registers are known to be wrong: what the registers say stays beside what is
// reported (review permission; a reason, an asker and an end).
func (s *Service) Unlock(ctx context.Context, id string, c Correction) error {
	if c.AskedBy = strings.TrimSpace(c.AskedBy); c.AskedBy == "" {
		return errs.InvalidField("asked_by", "statistic.asked_by_required")
	}
	if len(c.Keys) == 0 {
		return errs.New(errs.Invalid, "statistic.why.cells_named")
	}
	e := audit.Entry{Verb: "return:unlock", Reason: c.Reason, Detail: map[string]any{"cells": len(c.Keys), "asked_by": c.AskedBy}}
	return s.withPage(ctx, id, permRead, e, func(p *page) error {
		if !p.hand(ctx, p.AreaID).May(deskParent, permReview) {
			return errs.New(errs.Forbidden, "workflow.not_yours")
		}
		m, err := p.machine(flowOf(p.Return.Collection))
		if err != nil {
			return err
		}
		if !m.Allows(p.State, actEnter) {
			return errs.New(errs.Conflict, "workflow.not_now")
		}
		return p.except(ctx, c)
	})
}

// except opens locks.
func (p *page) except(ctx context.Context, c Correction) error {
	c.Reason = strings.TrimSpace(c.Reason)
	if c.Reason == "" || utf8.RuneCountInString(c.Reason) > maxReason {
		return errs.InvalidField("reason", "workflow.reason_required")
	}
	if _, err := parseDay(c.Until); err != nil || c.Until < p.today() {
		return errs.InvalidField("until", "statistic.until_required")
	}
	for _, k := range c.Keys {
		if err := p.openable(k); err != nil {
			return err
		}
		err := p.q.InsertException(ctx, gen.InsertExceptionParams{ID: newID(), ReturnID: p.ID, RowCode: k.Row, Field: k.Field, Reason: c.Reason,
			AskedBy: c.AskedBy, GrantedBy: p.actor, Until: c.Until, CreatedAt: p.now})
		if err != nil {
			return err
		}
	}
	return nil
}
