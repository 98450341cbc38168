package statistic

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
	"xuedu/internal/workflow"
)

// Acts that a state of the workflow "return" may allow.
const (
	actEnter    = "enter"          // every cell that is not computed
	actReturned = "enter_returned" // the cells that were sent back
	actOpened   = "enter_opened"   // the cells that an exception opens
	actSign     = "sign"
)

// Entry is a new content of a cell as people write it: "1,234", "０", "nil", "n/a", "".
type Entry struct {
	rule.Key
	Text   string
	Reason string // needed once the cell was accepted, unless what opened it gives one
}

// EntryErrors says what is wrong with each cell, as errs.Error of kind Invalid.
type EntryErrors map[rule.Key]error

func (e EntryErrors) Error() string { return "statistic.entries" }

// anyVersion is for writers that have compared cell by cell themselves.
const anyVersion = int64(1) << 62

// Enter writes cells. version is the one the caller has read; Conflict if it
// is older than the last change of one of these cells. Nothing is written if
// one entry is bad: the error is EntryErrors. What is there already is no
// change, and changes nothing.
func (s *Service) Enter(ctx context.Context, id string, version int64, entries []Entry) (Sheet, error) {
	err := s.withPage(ctx, id, permFill, audit.Entry{Verb: "return:enter", Detail: map[string]any{"cells": len(entries)}},
		func(p *page) error { return p.enter(ctx, version, entries) })
	if err != nil {
		return Sheet{}, err
	}
	return s.Sheet(ctx, id, "")
}

// EnterAll writes cells of several returns, all or none. If entries are bad
// the error is BatchErrors.
func (s *Service) EnterAll(ctx context.Context, batches []Batch) error {
	bad, cells := BatchErrors{}, 0
	for _, b := range batches {
		cells += len(b.Entries)
	}
	return s.change(ctx, audit.Entry{Verb: "return:enter", Object: "returns", Detail: map[string]any{"returns": len(batches), "cells": cells}},
		func(w *work) error {
			for _, b := range batches {
				p, err := w.open(ctx, b.ID, permFill)
				if err == nil {
					err = p.enter(ctx, anyVersion, b.Entries)
				}
				if e, ok := errors.AsType[EntryErrors](err); ok {
					bad[b.ID] = e
				} else if err != nil {
					return err
				}
			}
			if len(bad) > 0 {
				return bad
			}
			return nil
		})
}

// enter writes into one return and begins it, unless nothing changes.
func (p *page) enter(ctx context.Context, version int64, entries []Entry) error {
	m, err := p.machine(flowOf(p.Return.Collection))
	if err != nil {
		return err
	}
	bad := EntryErrors{}
	for _, e := range entries {
		if err := p.enterOne(ctx, m, version, e); errs.KindOf(err) == errs.Conflict {
			return err
		} else if err != nil {
			bad[e.Key] = err
		}
	}
	if len(bad) > 0 {
		return bad
	}
	return p.entered(ctx, m)
}

func (p *page) enterOne(ctx context.Context, m *workflow.Machine, version int64, e Entry) error {
	_, fd, origin, ok := p.find(e.Key)
	if !ok {
		return errs.New(errs.Invalid, "statistic.no_cell")
	}
	c := p.cell(e.Key)
	v, err := parseValue(fd, e.Text)
	if err != nil {
		return err
	}
	if (value{c.State, c.Num, c.Text}) == v && c.Origin != OriginCarried {
		return nil
	}
	if !p.unlocked(m, e.Key, origin) {
		return errs.New(errs.Invalid, p.lockedWhy(m, origin))
	}
	if c.Version > version {
		return errs.New(errs.Conflict, "statistic.changed_meanwhile")
	}
	reason, err := p.reasonFor(e, c)
	if err == nil {
		_, err = p.put(e.Key, fd, v, OriginTyped, reason)
	}
	return err
}

// unlocked reports whether a cell may be entered by the unit now.
func (p *page) unlocked(m *workflow.Machine, k rule.Key, origin string) bool {
	switch {
	case p.form.SummaryOf != "":
		return false
	case m.Allows(p.State, actReturned):
		_, back := p.returned(k)
		return back && origin != pack.CellSummed
	case m.Allows(p.State, actOpened):
		_, open := p.opened(k, p.today())
		return open && origin != pack.CellSummed
	case m.Allows(p.State, actEnter):
		_, open := p.opened(k, p.today())
		return origin == pack.CellTyped || open && origin == pack.CellDerived
	}
	return false
}

// lockedWhy is the i18n key of why a cell is locked.
func (p *page) lockedWhy(m *workflow.Machine, origin string) string {
	switch {
	case origin == pack.CellSummed:
		return "statistic.locked_sum"
	case origin == pack.CellDerived && m.Allows(p.State, actEnter):
		return "statistic.locked_derived"
	case m.Allows(p.State, actReturned):
		return "statistic.locked_not_returned"
	case m.Allows(p.State, actOpened):
		return "statistic.locked_not_opened"
	}
	return "statistic.locked_state"
}

const maxReason = 500

// reasonFor gives the reason of a change: the entry's own, or why the cell was
// opened. There has to be one once the cell was accepted.
func (p *page) reasonFor(e Entry, c Cell) (string, error) {
	reason := strings.TrimSpace(e.Reason)
	if utf8.RuneCountInString(reason) > maxReason {
		return "", errs.New(errs.Invalid, "statistic.reason_long", "N", maxReason)
	}
	if reason != "" {
		return reason, nil
	}
	if x, ok := p.opened(e.Key, p.today()); ok {
		return x.Reason, nil
	}
	if n, ok := p.returned(e.Key); ok {
		return n.Text, nil
	}
	if c.Approved != nil {
		return "", errs.New(errs.Invalid, "statistic.reason_required")
	}
	return "", nil
}

// entered writes what was entered, closes the notes of corrected cells, and
// tells the summaries above if the return counts already.
func (p *page) entered(ctx context.Context, m *workflow.Machine) error {
	if len(p.dirty) == 0 {
		return nil
	}
	reason := p.changes[0].Reason
	if err := p.flush(ctx, reason); err != nil {
		return err
	}
	for i := range p.notes {
		n := &p.notes[i]
		if n.Kind != NoteReturn || n.Done || !p.changed(n.Key) {
			continue
		}
		n.Done = true
		err := p.q.FinishNotes(ctx, gen.FinishNotesParams{ReturnID: p.ID, RowCode: n.Key.Row, Field: n.Key.Field, DoneAt: nullTime(p.now)})
		if err != nil {
			return err
		}
	}
	if err := p.void(ctx); err != nil {
		return err
	}
	if s, err := m.Step(ctx, p.State, moveBegin, "", workflow.Hand{}, p.guard); err == nil {
		if err := p.step(ctx, s); err != nil {
			return err
		}
	}
	if p.Return.Approved.IsZero() {
		return nil
	}
	return p.cascade(ctx, p.book, p.dirty, reason)
}

func (p *page) changed(k rule.Key) bool {
	for _, d := range p.dirty {
		if d == k {
			return true
		}
	}
	return false
}
