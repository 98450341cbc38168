package plan

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/pack"
)

// Adopt brings in the targets of the pack, with their reason: new ones,
// changed ones, and the end of those it has no more. What the city has set
// itself stays. The same pack again changes nothing. It returns how many
// targets changed. It needs the areas, but nothing that counts.
func (s *Service) Adopt(ctx context.Context, reason string) (changed int, err error) {
	reason, err = cleanReason(reason)
	if err != nil {
		return 0, err
	}
	top, _ := s.split()
	if top < 0 {
		return 0, nil
	}
	given, err := s.given(s.Tree().At(top).ID)
	if err != nil {
		return 0, err
	}
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		have, err := newest(ctx, tx)
		if err != nil {
			return err
		}
		if changed = len(adopted(given, have)); changed == 0 {
			return nil
		}
		if _, err := db.Next(ctx, tx, "target", 1); err != nil { // one at a time
			return err
		}
		if have, err = newest(ctx, tx); err != nil {
			return err
		}
		return s.adopt(ctx, tx, adopted(given, have), reason)
	})
	return changed, err
}

func (s *Service) adopt(ctx context.Context, tx db.Querier, todo []Target, reason string) error {
	var codes []string
	for _, t := range todo {
		t.Origin, t.Reason = FromPack, reason
		if err := s.write(ctx, tx, &t); err != nil {
			return err
		}
		codes = append(codes, t.Code)
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "target:adopt", Object: "target:*", Reason: reason, Detail: map[string]any{"codes": codes}})
}

// adopted compares what the pack says with what is there; the versions to
// write carry the number of the version they follow.
func adopted(given, have []Target) []Target {
	var todo []Target
	byCode := map[string]Target{}
	for _, h := range have {
		byCode[h.Code] = h
	}
	for _, g := range given {
		h, ok := byCode[g.Code]
		delete(byCode, g.Code)
		if ok && h.Origin == FromCity {
			continue
		}
		g.Version = h.Version
		if !ok || !g.same(h) {
			todo = append(todo, g)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		if h := byCode[code]; h.Origin == FromPack && h.State == InForce {
			h.State = Dropped
			todo = append(todo, h)
		}
	}
	return todo
}

// given returns the targets of the pack in force.
func (s *Service) given(top int64) ([]Target, error) {
	var out []Target
	for _, p := range s.Plans() {
		for _, pt := range p.Targets {
			t, err := fromPack(p, pt, top)
			if err == nil {
				err = t.check()
			}
			if err != nil {
				return nil, fmt.Errorf("target %s of the pack: %w", pt.Code, err)
			}
			out = append(out, t)
		}
	}
	return out, nil
}

func fromPack(p pack.Plan, pt pack.Target, top int64) (Target, error) {
	t := Target{Code: pt.Code, Plan: p.Code, Clause: pt.Clause, Name: pt.Name, Unit: pt.Unit, Measure: pt.MeasureCode(),
		Direction: Direction(cmp.Or(pt.Direction, string(Up))), Responsible: pt.Responsible, Supporting: pt.Supporting, About: pt.About,
		Due: pt.By, SetBy: cmp.Or(pt.SetBy, p.Number, p.Title.In("zh-CN")), State: InForce}
	var err error
	number := func(text string) *big.Rat {
		v, e := ParseNumber(text)
		err = errors.Join(err, e)
		return v
	}
	t.Tolerance = number(cmp.Or(pt.Tolerance, "0"))
	take := func(k Kind, m map[string]string) {
		for _, y := range slices.Sorted(maps.Keys(m)) {
			year, e := strconv.Atoi(y)
			err = errors.Join(err, e)
			t.Numbers = append(t.Numbers, Number{Area: top, Year: year, Kind: k, Value: number(m[y])})
		}
	}
	take(Baseline, pt.Baseline)
	take(Path, pt.Path)
	t.Numbers = append(t.Numbers, Number{Area: top, Year: t.DueYear(), Kind: Path, Value: number(pt.Value)})
	sortNumbers(t.Numbers)
	return t, err
}
