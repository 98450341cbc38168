package statistic

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"

	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/statistic/rule"
)

// Sheet returns a return with everything that its page shows. lang is that of
// the names of rows. It fails with NotFound, and with Forbidden for a return
// outside the caller's areas.
func (s *Service) Sheet(ctx context.Context, id, lang string) (Sheet, error) {
	b, err := s.load(ctx, s.DB.Read, id)
	if err != nil {
		return Sheet{}, err
	}
	if err := s.require(ctx, permRead, b.AreaID); err != nil {
		return Sheet{}, err
	}
	sh := Sheet{Return: b.Return, Cells: map[rule.Key]Cell{}, Notes: b.notes, Exceptions: b.exceptions, Explained: map[Explained]bool{}}
	for _, r := range b.rows {
		sh.Rows = append(sh.Rows, Row{Code: r.Code, Name: r.Name.In(lang), Total: r.Total, Own: b.form.Rows.Kind == "repeating" && b.form.Rows.From == ""})
	}
	if sh.Findings, err = s.findings(ctx, s.DB.Read, b); err != nil {
		return Sheet{}, err
	}
	for _, f := range sh.Findings {
		if !f.Hard && b.explained(f) {
			sh.Explained[Explained{f.Key, f.Rule}] = true
		}
	}
	last, err := s.last(ctx, s.DB.Read, b)
	if err != nil {
		return Sheet{}, err
	}
	page := &page{work: &work{Service: s}, book: b}
	if err := page.show(ctx, &sh, last); err != nil {
		return Sheet{}, err
	}
	sh.Events, err = s.events(ctx, id)
	return sh, err
}

// show adds the cells with their locks, the signatures and the moves.
func (p *page) show(ctx context.Context, sh *Sheet, last map[rule.Key]rule.Cell) error {
	m, err := p.machine(flowOf(p.Return.Collection))
	if err != nil {
		return err
	}
	h := p.hand(ctx, p.AreaID)
	sh.Enters = h.May(deskUnit, permFill) && (m.Allows(p.State, actEnter) || m.Allows(p.State, actReturned) || m.Allows(p.State, actOpened))
	sh.Reviews = h.May(deskParent, permReview)
	p.asked(func(r pack.Row, fd pack.Field, origin string) {
		k := rule.Key{Row: r.Code, Field: fd.Code}
		c := p.cell(k)
		if c.Origin == "" {
			c.Origin = origin
		}
		c.Locked = !p.unlocked(m, k, origin)
		for _, n := range p.notes {
			if n.Key == k {
				c.Notes = append(c.Notes, n)
			}
		}
		if l, ok := last[k]; ok && l.State != formula.NotReported {
			text := value{l.State, l.Num, l.Text}.show(fd)
			c.Last = &text
		}
		sh.Cells[k] = c
	})
	d, me := p.digest(), audit.From(ctx).Actor
	for _, part := range p.form.Signatures {
		x := Part{Part: part, By: p.valid(part, d)}
		if x.By == nil {
			x.Why = p.whyNotSign(m, part, me, d)
			if x.Mine = x.Why == "" && h.May(deskUnit, permFill); x.Mine {
				sh.Signs = true
			}
		}
		sh.Parts = append(sh.Parts, x)
	}
	for _, g := range p.signed {
		g.Void = g.Void || g.digest != d
		sh.Signed = append(sh.Signed, g.Signature)
	}
	sh.Difference = p.difference()
	return p.moves(ctx, sh)
}

func (p *page) moves(ctx context.Context, sh *Sheet) error {
	m, err := p.machine(flowOf(p.Return.Collection))
	if err != nil {
		return err
	}
	return p.reading(ctx, func() error {
		open, err := m.Open(ctx, p.State, p.mover(ctx, p.Return), p.guardNamed)
		for _, o := range open {
			sh.Moves = append(sh.Moves, Move{Code: o.Code, Name: o.Name, Reason: o.Reason, Why: o.Why})
		}
		return err
	})
}

// reading runs f with a transaction for guards that read; nothing is written.
func (p *page) reading(ctx context.Context, f func() error) error {
	tx, err := p.DB.Read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin reading: %w", err)
	}
	p.tx, p.q = tx, gen.New(tx)
	return errors.Join(f(), tx.Rollback())
}

func (s *Service) events(ctx context.Context, id string) ([]Event, error) {
	rows, err := gen.New(s.DB.Read).Events(ctx, id)
	var out []Event
	for _, r := range rows {
		out = append(out, Event{Move: r.Move, From: r.FromState, To: r.ToState, Reason: r.Reason, By: r.Actor, At: r.CreatedAt})
	}
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", id, err)
	}
	return out, nil
}

// History returns every change of a cell, the oldest first.
func (s *Service) History(ctx context.Context, id string, k rule.Key) ([]Change, error) {
	list, err := s.list(ctx, s.DB.Read, "r.id = $1", id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errs.New(errs.NotFound, "statistic.not_found")
	}
	if err := s.require(ctx, permRead, list[0].AreaID); err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).Changes(ctx, gen.ChangesParams{ReturnID: id, RowCode: k.Row, Field: k.Field})
	var out []Change
	for _, r := range rows {
		out = append(out, Change{Before: r.Before, After: r.After, Reason: r.Reason, By: r.Actor, At: r.CreatedAt})
	}
	if err != nil {
		return nil, fmt.Errorf("read history of a cell: %w", err)
	}
	return out, nil
}

// difference is how far the cells are from what was accepted.
func (b *book) difference() Difference {
	var d Difference
	var most *big.Rat
	b.asked(func(r pack.Row, fd pack.Field, _ string) {
		c := b.cell(rule.Key{Row: r.Code, Field: fd.Code})
		if !c.Moved() {
			return
		}
		d.Cells = append(d.Cells, c.Key)
		if *c.Approved == 0 || !c.ApprovedState.Known() || !c.State.Known() {
			return
		}
		share := new(big.Rat).Abs(big.NewRat(c.Num-*c.Approved, *c.Approved))
		if most == nil || share.Cmp(most) > 0 {
			most = share
		}
	})
	if most != nil {
		n, _ := scaled(most.Mul(most, big.NewRat(100, 1)), 1)
		d.Share = Print(pack.Field{Type: "decimal", Decimals: 1}, n)
	}
	return d
}
