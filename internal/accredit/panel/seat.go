package panel

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/panel/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/draw"
	"xuedu/internal/draw/register"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Candidate is an expert of the pool, with a look at a call.
type Candidate struct {
	expert.Expert
	Tied    int  // applications that a conflict excludes
	Foreign bool // has none of the categories that the programme asks for
	Out     bool // not drawn: foreign, or tied to every application
}

// Pool is who could be drawn for a call.
type Pool struct {
	Candidates   []Candidate
	Applications int            // that are judged or may yet be
	By           map[string]int // drawable experts of each category
	Drawable     int
}

// Pool looks at the active experts and their conflicts with the applications
// of a call: who is tied to all of them is not drawn. Forbidden to all but the
// office and the technical body.
func (s *Service) Pool(ctx context.Context, callID string) (Pool, error) {
	if err := office(ctx); err != nil {
		return Pool{}, err
	}
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return Pool{}, err
	}
	return s.pool(ctx, c)
}

// serves reports whether an expert has a category that the programme asks for;
// where it asks for none, everybody does.
func serves(c accredit.Call, e expert.Expert) bool {
	asked := c.Rules.Programme.Panel.Categories
	return len(asked) == 0 || slices.ContainsFunc(asked, func(k pack.Category) bool { return slices.Contains(e.Categories, k.Code) })
}

func (s *Service) pool(ctx context.Context, c accredit.Call) (Pool, error) {
	p := Pool{By: map[string]int{}}
	apps, err := s.running(ctx, c)
	if err != nil {
		return p, err
	}
	all, err := s.Experts.Pool(ctx)
	if err != nil {
		return p, err
	}
	m, err := s.matrix(ctx, s.DB.Read, c, ids(all, func(e expert.Expert) string { return e.ID }),
		ids(apps, func(a accredit.Application) string { return a.ID }))
	if err != nil {
		return p, err
	}
	p.Applications = len(apps)
	for _, e := range all {
		x := Candidate{Expert: e}
		for _, a := range apps {
			if m.Conflicted(e.ID, a.ID) {
				x.Tied++
			}
		}
		x.Foreign = !serves(c, e)
		x.Out = x.Foreign || len(apps) > 0 && x.Tied == len(apps)
		p.Candidates = append(p.Candidates, x)
		if x.Out {
			continue
		}
		p.Drawable++
		for _, k := range e.Categories {
			p.By[k]++
		}
	}
	return p, nil
}

// running lists the applications of a call that are judged or may yet be, by
// their number.
func (s *Service) running(ctx context.Context, c accredit.Call) ([]accredit.Application, error) {
	list, err := s.Calls.OfCall(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	final := map[string]bool{}
	for _, st := range c.Rules.Workflows["application"].States {
		final[st.Code] = st.Final
	}
	list = slices.DeleteFunc(slices.Clone(list), func(a accredit.Application) bool { return final[a.State] })
	slices.SortFunc(list, func(a, b accredit.Application) int { return compareCodes(a.Code, b.Code) })
	return list, nil
}

func compareCodes(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func ids[T any](list []T, id func(T) string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = id(x)
	}
	return out
}

// Freeze fixes the pool of a call's draw before the public value exists that
// will decide it; rule says which value that is, in words. It fails with
// Conflict where seats are there already or the pool is too small, and as
// draw.Freeze does where the categories cannot be met.
func (s *Service) Freeze(ctx context.Context, callID, rule string) error {
	if err := office(ctx); err != nil {
		return err
	}
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return err
	}
	p, err := s.pool(ctx, c)
	if err != nil {
		return err
	}
	if want := c.Rules.Programme.Panel.Seats; p.Drawable < want {
		return errs.New(errs.Conflict, "panel.pool_small", "Have", p.Drawable, "Need", want)
	}
	return s.change(ctx, func(tx *sql.Tx) error { return s.freeze(ctx, tx, c, p, rule) })
}

func (s *Service) freeze(ctx context.Context, tx *sql.Tx, c accredit.Call, p Pool, rule string) error {
	held, err := seats(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if len(held) > 0 {
		return errs.New(errs.Conflict, "panel.frozen_already")
	}
	n := register.NewDraw{Purpose: register.PurposeExperts, Subject: c.ID, Seats: c.Rules.Programme.Panel.Seats, Rule: rule, Title: drawTitle(c)}
	for _, k := range c.Rules.Programme.Panel.Categories {
		n.Groups = append(n.Groups, draw.Group{Code: k.Code, Least: k.Least, Most: k.Most})
	}
	for _, x := range p.Candidates {
		if !x.Out {
			n.Entries = append(n.Entries, register.Ticket{Thing: x.ID, Groups: x.Categories})
		}
	}
	id, err := s.Draws.FreezeTx(ctx, tx, n)
	if err != nil {
		return err
	}
	for _, x := range p.Candidates {
		st := Seat{CallID: c.ID, ExpertID: x.ID, State: Pooled, DrawID: id}
		if x.Out {
			st.State = Excluded
		}
		if err := s.addSeat(ctx, tx, st); err != nil {
			return err
		}
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "panel:freeze", Object: "call:" + c.ID,
		Detail: map[string]any{"draw": id, "pool": p.Drawable, "excluded": len(p.Candidates) - p.Drawable}})
}

func drawTitle(c accredit.Call) pack.Text {
	t := pack.Text{}
	for lang, name := range c.Title {
		t[lang] = name + " " + c.Code
	}
	return t
}

func (s *Service) addSeat(ctx context.Context, tx *sql.Tx, st Seat) error {
	err := gen.New(tx).InsertSeat(ctx, gen.InsertSeatParams{CallID: st.CallID, ExpertID: st.ExpertID, Place: int64(st.Place),
		Panel: int64(st.Panel), State: st.State, DrawID: st.DrawID, Reason: st.Reason, At: s.stamp()})
	if err != nil {
		return fmt.Errorf("add seat: %w", err)
	}
	return nil
}

func (s *Service) setSeat(ctx context.Context, tx *sql.Tx, st Seat) error {
	err := gen.New(tx).SetSeat(ctx, gen.SetSeatParams{CallID: st.CallID, ExpertID: st.ExpertID, Place: int64(st.Place),
		Panel: int64(st.Panel), State: st.State, Reason: st.Reason, At: s.stamp()})
	if err != nil {
		return fmt.Errorf("change seat: %w", err)
	}
	return nil
}

// Draw gives the frozen draw its public value: the order is computed, the
// first are asked, the rest are substitutes. Only the technical body may; a
// draw is never repeated (Conflict).
func (s *Service) Draw(ctx context.Context, callID, value string) error {
	if !trusted(ctx) && !account.From(ctx).Can(accredit.PermCheck) {
		return errs.New(errs.Forbidden, "panel.technical_only")
	}
	list, err := seats(ctx, s.DB.Read, callID)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errs.New(errs.Conflict, "panel.not_frozen")
	}
	rec, err := s.Draws.Get(ctx, list[0].DrawID)
	if err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error { return s.draw(ctx, tx, callID, rec, value) })
}

func (s *Service) draw(ctx context.Context, tx *sql.Tx, callID string, rec register.Record, value string) error {
	m, err := s.Draws.DrawTx(ctx, tx, rec.ID, value)
	if err != nil {
		return err
	}
	var asked []string
	for i, token := range m.Order {
		st := Seat{CallID: callID, ExpertID: rec.Thing(token), Place: i + 1, State: Substitute}
		if slices.Contains(m.Taken, token) {
			st.State = Asked
			asked = append(asked, st.ExpertID)
		}
		if err := s.setSeat(ctx, tx, st); err != nil {
			return err
		}
	}
	if err := s.invite(ctx, tx, callID, asked); err != nil {
		return err
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "panel:draw", Object: "call:" + callID,
		Detail: map[string]any{"draw": rec.ID, "seats": len(asked)}})
}

func (s *Service) invite(ctx context.Context, tx *sql.Tx, callID string, experts []string) error {
	if s.Invite == nil || len(experts) == 0 {
		return nil
	}
	return s.Invite(ctx, tx, callID, experts)
}

// Void gives a draw up, with a public reason, as long as nothing is assigned.
func (s *Service) Void(ctx context.Context, callID, reason string) error {
	if err := manage(ctx); err != nil {
		return err
	}
	reason, err := needReason(reason)
	if err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		list, err := seats(ctx, tx, callID)
		if err != nil {
			return err
		}
		given, err := assignments(ctx, tx, callID)
		if err != nil {
			return err
		}
		if len(list) == 0 || len(given) > 0 {
			return errs.New(errs.Conflict, "panel.no_void")
		}
		if err := s.Draws.VoidTx(ctx, tx, list[0].DrawID, reason); err != nil {
			return err
		}
		if err := gen.New(tx).ClearSeats(ctx, callID); err != nil {
			return fmt.Errorf("clear seats: %w", err)
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "panel:void", Object: "call:" + callID, Reason: reason})
	})
}

func seatsIn(list []Seat, states ...string) []Seat {
	return slices.DeleteFunc(slices.Clone(list), func(s Seat) bool { return !slices.Contains(states, s.State) })
}

// seat finds an expert's seat in a call; NotFound.
func seat(ctx context.Context, q db.Querier, callID, expertID string) (Seat, []Seat, error) {
	list, err := seats(ctx, q, callID)
	if err != nil {
		return Seat{}, nil, err
	}
	for _, st := range list {
		if st.ExpertID == expertID {
			return st, list, nil
		}
	}
	return Seat{}, nil, errs.New(errs.NotFound, "panel.not_found")
}
