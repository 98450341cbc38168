package app

import (
	"context"
	"math/big"
	"strconv"

	"xuedu/internal/activity"
	"xuedu/internal/formula"
	"xuedu/internal/period"
)

// work is what an institution taught in a period.
type work struct{ classes, meetings, minutes, attendances, participants int64 }

// orgFigure is a figure of an institution: its unit in the pack and what is
// counted.
type orgFigure struct {
	unit string
	of   func(work) string
}

func whole(of func(work) int64) func(work) string {
	return func(w work) string { return strconv.FormatInt(of(w), 10) }
}

// orgFigures are the figures of institutions that evidence may name, besides the
// facts of the register.
var orgFigures = map[string]orgFigure{
	"classes":      {"class", whole(func(w work) int64 { return w.classes })},
	"sessions":     {"meeting", whole(func(w work) int64 { return w.meetings })},
	"attendances":  {"attendance", whole(func(w work) int64 { return w.attendances })},
	"participants": {"person", whole(func(w work) int64 { return w.participants })},
	"hours":        {"hour", func(w work) string { return big.NewRat(w.minutes, 60).FloatString(1) }},
}

// taught counts what an institution taught: from the meetings that were held
// and from the rows of the ledger that stand for them. Who came often is one
// participant. Where nobody in the city recorded anything it is not reported.
func (e evidence) taught(ctx context.Context, f orgFigure, orgID string, at period.Period) (state, value string, err error) {
	w, recorded, err := e.work(ctx, orgID, at)
	switch {
	case err != nil:
		return "", "", err
	case !recorded:
		return formula.NotReported.String(), "", nil
	}
	st := formula.Value
	if value = f.of(w); value == "0" || value == "0.0" {
		st = formula.Nil
	}
	return st.String(), value, nil
}

func (e evidence) work(ctx context.Context, orgID string, at period.Period) (w work, recorded bool, err error) {
	source := activity.NewMeasures(e.DB, e.Packs.Pack, e.Bundle.T)
	if recorded, err = source.Planned(ctx, at); err != nil || !recorded {
		return w, recorded, err
	}
	list, err := source.TaughtBy(ctx, orgID, at)
	if err != nil {
		return w, recorded, err
	}
	w.classes = int64(len(list))
	came := map[int64]bool{}
	for _, c := range list {
		w.meetings += int64(len(c.Meetings))
		w.minutes += c.Minutes
		pairs, err := e.Ledger.Standing(ctx, c.Meetings, c.Persons)
		if err != nil {
			return w, recorded, err
		}
		heads, err := e.Ledger.Heads(ctx, c.Meetings)
		if err != nil {
			return w, recorded, err
		}
		w.attendances += int64(len(pairs)) + heads
		for _, p := range pairs {
			came[p.PersonID] = true
		}
	}
	w.participants = int64(len(came))
	return w, recorded, nil
}
