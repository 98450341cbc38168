package award

import (
	"context"
	"math/big"
	"time"

	"xuedu/internal/errs"
)

// guard answers for the conditions that the workflow of awards names.
func (t *turn) guard(ctx context.Context, name string) (string, error) {
	holds, err := t.holdsNow(ctx, name)
	if holds || err != nil {
		return "", err
	}
	return "award.why." + name, nil
}

func (t *turn) holdsNow(ctx context.Context, name string) (bool, error) {
	switch name {
	case "reevaluation_due":
		return !t.a.Exempt && t.dueAgain(), nil
	case "exempt_due":
		return t.a.Exempt && t.dueAgain(), nil
	case "score_keeps", "score_defers":
		return t.scored(name == "score_keeps"), nil
	case "first_failure":
		return t.a.Failed == 0, nil
	case "expired":
		return t.a.To != "" && t.a.To <= t.day, nil
	case "red_many":
		return t.manyRed(ctx)
	case "heard", "appealed", "appeal_over":
		return t.procedure(ctx, name)
	}
	return false, errs.New(errs.Unavailable, "award.bad_workflow", "Name", name)
}

// dueAgain reports whether the months before the term have begun; an earlier
// award, and one that failed once, may be looked at again at any time.
func (t *turn) dueAgain() bool {
	return t.a.Earlier || t.a.Failed > 0 || (t.a.Term != "" && t.day >= reevaluateFrom(t.a.Term, t.r.Programme.Life.Reevaluate))
}

// reevaluateFrom is the first day of the months before a term.
func reevaluateFrom(term string, months int) string {
	return date(term).AddDate(0, -months, 0).Format(time.DateOnly)
}

// scored reports whether there is a score that keeps the award, or one so low
// that it is deferred.
func (t *turn) scored(keeps bool) bool {
	life := t.r.Programme.Life
	if keeps {
		return reaches(t.a.Score, life.Keep)
	}
	return t.a.Score != "" && !reaches(t.a.Score, life.Defer)
}

// reaches compares two exact decimals; nothing reaches a bound that is not there.
func reaches(score, bound string) bool {
	a, ok := new(big.Rat).SetString(score)
	b, there := new(big.Rat).SetString(bound)
	return ok && there && a.Cmp(b) >= 0
}

// manyRed reports whether the check of this state found as many red core
// indicators as warn by themselves.
func (t *turn) manyRed(ctx context.Context) (bool, error) {
	list, err := t.checks(ctx, t.q, t.a.ID)
	most := t.r.Programme.Life.Red
	for _, c := range list {
		if most > 0 && c.At.After(t.a.Since) && c.Reds() >= most {
			return true, err
		}
	}
	return false, err
}

// procedure answers for hearing and appeal: the holder has all the days there
// are, and what was asked for must have been done.
func (t *turn) procedure(ctx context.Context, name string) (bool, error) {
	list, err := t.records(ctx, t.q, t.a.ID)
	if err != nil {
		return false, err
	}
	n := map[string]int{}
	for _, r := range list {
		if !r.At.Before(t.a.Since) {
			n[r.Kind]++
		}
	}
	over, open := t.a.Due != "" && t.day > t.a.Due, n[RecordAppeal] > n[RecordAppealRefused]
	switch name {
	case "heard":
		return (over || n[RecordWaiver] > 0) && (n[RecordHearingAsked] == 0 || n[RecordHearing] > 0), nil
	case "appealed":
		return open, nil
	}
	return over && !open, nil
}
