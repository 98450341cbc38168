package accredit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// Findings are what the formal check has to look at.
type Findings struct {
	Completeness
	Alike []Alike
	Bars  []Bar
	Gates []GateResult // that are not found to hold yet
}

// Alike is another application that may be the same case.
type Alike struct {
	Application        // read only, whatever the caller may read else: they check both
	Same        bool   // the same institution or area applies
	Cleared     bool   // it was found to be a different case …
	Reason      string // … because
	By          string
}

// FormalCheck returns what the technical body has to look at (P1.7): what is
// missing, applications that look alike in this and other calls under way, bars,
// and gates to be confirmed. It needs accredit:check.
func (s *Service) FormalCheck(ctx context.Context, id string) (Findings, error) {
	a, err := s.Application(ctx, id)
	if err != nil {
		return Findings{}, err
	}
	if !s.covers(ctx, PermCheck, a.AreaID) && !s.covers(ctx, PermManage, a.AreaID) {
		return Findings{}, errs.New(errs.Forbidden, "accredit.not_your_desk")
	}
	c, err := s.callFor(ctx, a.CallID)
	if err != nil {
		return Findings{}, err
	}
	var f Findings
	var errWhole, errAlike, errBars, errGates error
	f.Completeness, errWhole = s.completeness(ctx, gen.New(s.DB.Read), c, a)
	f.Alike, errAlike = s.alike(ctx, s.DB.Read, c, a)
	f.Bars, errBars = s.openBars(ctx, s.DB.Read, a.OrgID, a.AreaID)
	f.Gates, errGates = s.gatesAsFound(ctx, s.DB.Read, id)
	f.Gates = slices.DeleteFunc(f.Gates, func(g GateResult) bool { return g.State == GateHolds && g.By == "" })
	return f, errors.Join(errWhole, errAlike, errBars, errGates)
}

// alike finds applications of the same institution or area, and those with a
// similar title in the same area, in calls of this programme and others that are
// under way. What has ended is left out.
func (s *Service) alike(ctx context.Context, q db.Querier, c Call, a Application) ([]Alike, error) {
	m, err := flow(c)
	if err != nil {
		return nil, err
	}
	var ended []any
	for _, st := range m.Definition().States {
		if st.Final {
			ended = append(ended, st.Code)
		}
	}
	w := &where{}
	w.add("a.id <> %s", a.ID)
	w.add("a.state NOT IN (%s"+strings.Repeat(", %s", len(ended)-1)+")", ended...)
	w.add("((a.org_id <> '' AND a.org_id = %s) OR a.area_id = %s)", a.OrgID, a.AreaID)
	rows, err := q.QueryContext(ctx, `SELECT `+applicationColumns+applicationTables+w.String()+` ORDER BY a.code, a.id`, w.args...)
	if err != nil {
		return nil, fmt.Errorf("find alike: %w", err)
	}
	defer rows.Close()
	var list []Alike
	for rows.Next() {
		o, err := s.scan(rows)
		if err != nil {
			return nil, fmt.Errorf("find alike: %w", err)
		}
		same := a.OrgID != "" && o.OrgID == a.OrgID
		if near := similar(a.Title, o.Title); near && (same || o.OrgID == a.OrgID || o.Object == ObjectProject) {
			o.Recommendation = nil
			list = append(list, Alike{Application: o, Same: same})
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("find alike: %w", err)
	}
	return s.cleared(ctx, q, a.ID, list)
}

// cleared marks what was found to be a different case.
func (s *Service) cleared(ctx context.Context, q db.Querier, id string, list []Alike) ([]Alike, error) {
	rows, err := gen.New(q).ListDuplicates(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("list duplicates: %w", err)
	}
	for _, r := range rows {
		for i := range list {
			if list[i].ID == r.OtherID {
				list[i].Cleared, list[i].Reason, list[i].By = true, r.Reason, r.Author
			}
		}
	}
	return list, nil
}

func allCleared(list []Alike) bool {
	return !slices.ContainsFunc(list, func(a Alike) bool { return !a.Cleared })
}

// similar reports whether two titles share most of their pairs of letters
// (Dice's coefficient of at least 6/10). Blanks and case do not count.
func similar(a, b string) bool {
	x, y := pairs(a), pairs(b)
	if len(x) == 0 || len(y) == 0 {
		return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
	}
	n, both := 0, 0
	for p, k := range x {
		both += min(k, y[p])
		n += k
	}
	for _, k := range y {
		n += k
	}
	return 2*both*10 >= 6*n
}

func pairs(s string) map[[2]rune]int {
	letters := []rune(strings.ToLower(strings.Join(strings.Fields(s), "")))
	out := map[[2]rune]int{}
	for i := 1; i < len(letters); i++ {
		out[[2]rune{letters[i-1], letters[i]}]++
	}
	return out
}

// ClearAlike says in the formal check that another application is a different
// case, and why.
func (s *Service) ClearAlike(ctx context.Context, id, otherID, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || utf8.RuneCountInString(reason) > mostNote {
		return errs.InvalidField("reason", "accredit.note_needed", "Most", mostNote)
	}
	return s.change(ctx, id, actCheck, func(w *writing) error {
		list, err := s.alike(ctx, w.tx, w.call, w.app)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(a Alike) bool { return a.ID == otherID })
		switch {
		case i < 0:
			return noApplication()
		case list[i].Cleared:
			return errs.New(errs.Conflict, "accredit.cleared_already")
		}
		err = w.q.InsertDuplicate(ctx, gen.InsertDuplicateParams{ApplicationID: id, OtherID: otherID, Reason: reason, Author: actor(ctx), At: s.stamp()})
		if err != nil {
			return fmt.Errorf("clear duplicate: %w", err)
		}
		w.entry = audit.Entry{Verb: "application:clear", Reason: reason, Detail: map[string]any{"other": otherID}}
		return nil
	})
}
