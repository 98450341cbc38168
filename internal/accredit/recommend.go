package accredit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

const (
	verdictYes = "yes"
	verdictNo  = "no"
)

// RecommendationInput is what a district says of one application.
type RecommendationInput struct {
	Application string // id
	Place       int    // its order, 1 first; 0 = not recommended
	Score       string // exact decimal of its own, "" = none
	Reason      string // needed where it is not recommended; the applicant sees it
}

// RecommendLeft returns how many places of its quota a district still has in a
// call, drafts not counted; -1 where there is no quota.
func (s *Service) RecommendLeft(ctx context.Context, callID string, areaID int64) (int, error) {
	c, err := s.callFor(ctx, callID)
	if err != nil {
		return 0, err
	}
	if !s.covers(ctx, PermRecommend, areaID) && !s.covers(ctx, PermRead, areaID) {
		return 0, errs.New(errs.Forbidden, "accredit.not_your_desk")
	}
	quota := c.Rules.Programme.Recommend.Quota
	if quota == 0 {
		return -1, nil
	}
	used, _, err := quotaUsed(ctx, gen.New(s.DB.Read), callID, areaID)
	return quota - used, err
}

// quotaUsed counts the applications that a district has recommended and sent
// on, and returns their places. Who withdrew before the review frees the place.
func quotaUsed(ctx context.Context, q *gen.Queries, callID string, areaID int64) (used int, places map[int]string, err error) {
	rows, err := q.ListRecommendations(ctx, gen.ListRecommendationsParams{CallID: callID, AreaID: areaID})
	if err != nil {
		return 0, nil, fmt.Errorf("list recommendations: %w", err)
	}
	places = map[int]string{}
	for _, r := range rows {
		if r.Verdict == verdictYes && !slices.Contains([]string{stateRecommending, stateNotRecommended, stateWithdrawn, stateCancelled}, r.State) {
			used++
			places[int(r.Place)] = r.ApplicationID
		}
	}
	return used, places, nil
}

// Recommend drafts what a district says of the applications on its desk: their
// order within its quota, each with a score of its own if it gives any, and
// which it does not recommend and why (P1.7). It takes the place of the draft
// before. Nothing is seen by applicants until SendRecommendations. It fails with
// Invalid where a place is given twice, or the quota exceeded.
func (s *Service) Recommend(ctx context.Context, callID string, areaID int64, list []RecommendationInput) error {
	return s.recommending(ctx, callID, areaID, func(w *writing) error {
		if err := s.checkOrder(ctx, w, areaID, list); err != nil {
			return err
		}
		rows, err := w.q.ListRecommendations(ctx, gen.ListRecommendationsParams{CallID: callID, AreaID: areaID})
		if err != nil {
			return fmt.Errorf("list recommendations: %w", err)
		}
		for _, r := range rows {
			if r.State == stateRecommending {
				if err := w.q.DropRecommendation(ctx, r.ApplicationID); err != nil {
					return fmt.Errorf("drop recommendation: %w", err)
				}
			}
		}
		for _, in := range list {
			if err := s.draft(ctx, w, areaID, in); err != nil {
				return err
			}
		}
		return audit.Append(ctx, w.tx, s.stamp(), audit.Entry{Verb: "application:order", Object: "call:" + callID, AreaID: areaID,
			Detail: map[string]any{"applications": len(list)}})
	})
}

// recommending runs f for a district in a call that is locked.
func (s *Service) recommending(ctx context.Context, callID string, areaID int64, f func(*writing) error) error {
	if !s.covers(ctx, PermRecommend, areaID) {
		return errs.New(errs.Forbidden, "accredit.not_your_desk")
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		w := &writing{tx: tx, q: gen.New(tx)}
		err := lockCall(ctx, w.q, callID)
		if err == nil {
			w.call, err = s.callIn(ctx, tx, callID)
		}
		if err == nil {
			w.flow, err = flow(w.call)
		}
		if err != nil {
			return err
		}
		return f(w)
	})
}

// checkOrder checks a district's order as a whole.
func (s *Service) checkOrder(ctx context.Context, w *writing, areaID int64, list []RecommendationInput) error {
	used, places, err := quotaUsed(ctx, w.q, w.call.ID, areaID)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, in := range list {
		if seen[in.Application] {
			return errs.InvalidField("application", "accredit.twice")
		}
		seen[in.Application] = true
		if in.Place == 0 {
			continue
		}
		if in.Place < 0 || places[in.Place] != "" {
			return errs.InvalidField("place", "accredit.place_twice", "Place", in.Place)
		}
		places[in.Place] = in.Application
		used++
	}
	if quota := w.call.Rules.Programme.Recommend.Quota; quota > 0 && used > quota {
		return errs.InvalidField("place", "accredit.over_quota", "N", quota)
	}
	for n := range used { // 1, 2, 3 …: no place is left out
		if places[n+1] == "" {
			return errs.InvalidField("place", "accredit.place_missing", "Place", n+1)
		}
	}
	return nil
}

// draft keeps what a district says of one application.
func (s *Service) draft(ctx context.Context, w *writing, areaID int64, in RecommendationInput) error {
	in.Reason, in.Score = strings.TrimSpace(in.Reason), strings.TrimSpace(in.Score)
	switch {
	case in.Place == 0 && in.Reason == "":
		return errs.InvalidField("reason", "accredit.reason_needed")
	case utf8.RuneCountInString(in.Reason) > mostReason:
		return errs.InvalidField("reason", "accredit.too_long", "Most", mostReason)
	case in.Score != "" && !decimal(in.Score):
		return errs.InvalidField("score", "accredit.no_number")
	}
	if err := lockApplication(ctx, w.q, in.Application); err != nil {
		return err
	}
	a, err := s.application(ctx, w.tx, in.Application)
	switch {
	case err != nil:
		return err
	case a.CallID != w.call.ID || a.District != areaID:
		return noApplication()
	case !w.flow.Allows(a.State, actRecommend):
		return errs.New(errs.Conflict, "accredit.not_now")
	}
	r := Recommendation{Yes: in.Place > 0, Place: in.Place, Score: in.Score, Reason: in.Reason, At: s.stamp()}
	return keepRecommendation(ctx, w.q, a, r, actor(ctx))
}

// keepRecommendation puts what a district says in the place of what it said.
func keepRecommendation(ctx context.Context, q *gen.Queries, a Application, r Recommendation, author string) error {
	verdict := verdictNo
	if r.Yes {
		verdict = verdictYes
	}
	err := q.DropRecommendation(ctx, a.ID)
	if err == nil {
		err = q.InsertRecommendation(ctx, gen.InsertRecommendationParams{ApplicationID: a.ID, CallID: a.CallID, AreaID: a.District, Verdict: verdict,
			Place: int64(r.Place), Score: r.Score, Reason: r.Reason, Author: author, At: r.At})
	}
	if err != nil {
		return fmt.Errorf("write recommendation: %w", err)
	}
	return nil
}

// SendRecommendations makes a district's draft good, all at once: what it
// recommends goes to the formal check, what it does not ends with the reason.
// Applications that it has said nothing of stay on its desk.
func (s *Service) SendRecommendations(ctx context.Context, callID string, areaID int64) error {
	return s.recommending(ctx, callID, areaID, func(w *writing) error {
		rows, err := w.q.ListRecommendations(ctx, gen.ListRecommendationsParams{CallID: callID, AreaID: areaID})
		if err != nil {
			return fmt.Errorf("list recommendations: %w", err)
		}
		rows = slices.DeleteFunc(rows, func(r gen.ListRecommendationsRow) bool { return r.State != stateRecommending })
		if len(rows) == 0 {
			return errs.New(errs.Conflict, "accredit.nothing_drafted")
		}
		for _, r := range rows {
			move := moveDecline
			if r.Verdict == verdictYes {
				move = moveRecommend
			}
			if err := s.send(ctx, w, r.ApplicationID, move, r.Reason); err != nil {
				return err
			}
		}
		return audit.Append(ctx, w.tx, s.stamp(), audit.Entry{Verb: "application:recommend", Object: "call:" + callID, AreaID: areaID,
			Detail: map[string]any{"applications": len(rows)}})
	})
}

func (s *Service) send(ctx context.Context, w *writing, id, move, reason string) error {
	x, err := s.lock(ctx, w.tx, id)
	if err != nil {
		return err
	}
	st, err := x.flow.Step(ctx, x.app.State, move, reason, s.hand(ctx, x.app), s.guardsOf(x, w.tx))
	if err != nil {
		return err
	}
	return s.step(ctx, x, st, nil)
}

// recommended reports whether the district has put an application in its order,
// and everything before it has gone on or is on its desk still.
func (s *Service) recommended(ctx context.Context, w *writing) (bool, error) {
	r, err := w.q.GetRecommendation(ctx, w.app.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil && r.Verdict == verdictYes && r.Place > 0, err
}

// withinQuota reports whether a district may still send one application on.
func (s *Service) withinQuota(ctx context.Context, w *writing) (bool, error) {
	quota := w.call.Rules.Programme.Recommend.Quota
	if quota == 0 {
		return true, nil
	}
	used, _, err := quotaUsed(ctx, w.q, w.call.ID, w.app.District)
	return used < quota, err
}
