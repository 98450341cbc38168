package decide

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/score"
	"xuedu/internal/accredit/score/advice"
)

// Advice is what statistics say beside a result. It changes nothing official
// and names experts by seat only.
type Advice struct {
	advice.Advice
	Of     map[string]Estimate // by application id
	Listed []Estimate          // by place
	Cut    string              // score of the cut line, "" = none
	Across []Estimate          // whose interval lies on the other side of the line than their result
}

// Estimate is the advice on one application.
type Estimate struct {
	advice.Estimate
	ApplicationID string
	Outcome       Outcome
	Rank          int  // by the estimate, 1 = best; 0 = no estimate
	Near          bool // its interval holds the cut line
}

// Low and High bound the 95 % interval; NaN where there is none.
func (e Estimate) Low() float64 { return e.Fair - e.Half }

// High is the upper bound.
func (e Estimate) High() float64 { return e.Fair + e.Half }

// advised is advice with what it was computed from.
type advised struct {
	key    string
	advice Advice
}

// Advise computes the advice on a call's result as it was last computed; there
// is none before there is a result. It is kept until the result, or what the
// meeting made of it, changes. Forbidden as Outcomes.
func (s *Service) Advise(ctx context.Context, c accredit.Call) (Advice, error) {
	list, err := s.Outcomes(ctx, c.ID)
	if err != nil || len(list) == 0 {
		return Advice{}, err
	}
	key := c.Digest + keyOf(list)
	if kept, ok := s.advised.Load(c.ID); ok && kept.(advised).key == key {
		return kept.(advised).advice, nil
	}
	r, ids, err := s.Record(ctx, c)
	if err != nil {
		return Advice{}, err
	}
	a, err := adviceOf(r, ids, list)
	if err == nil {
		s.advised.Store(c.ID, advised{key, a})
	}
	return a, err
}

// keyOf tells one result from another.
func keyOf(list []Outcome) string {
	h := sha256.New()
	for _, o := range list {
		fmt.Fprintf(h, "%q\n", []string{o.ApplicationID, o.Score, o.Final, o.Spread, strconv.Itoa(o.Place), o.Decision, strconv.FormatBool(o.In)})
	}
	return hex.EncodeToString(h.Sum(nil))
}

func adviceOf(r score.Record, ids map[string]string, list []Outcome) (Advice, error) {
	var cells []advice.Cell
	for _, b := range r.Ballots {
		points, err := score.Points(r.Programme, b)
		if err != nil {
			return Advice{}, err
		}
		x, _ := strconv.ParseFloat(points, 64) // advisory only
		cells = append(cells, advice.Cell{Application: b.Application, Expert: b.Expert, Points: x})
	}
	out := Advice{Advice: advice.Of(cells, r.Programme.Panel.Mode == "grouped"), Of: map[string]Estimate{}}
	var err error
	if out.Cut, err = score.CutLine(r); err != nil {
		return Advice{}, err
	}
	by := make(map[string]Outcome, len(list))
	for _, o := range list {
		by[o.ApplicationID] = o
	}
	for _, e := range out.Estimates {
		id := ids[e.Application]
		if o, ok := by[id]; ok {
			e.Fair, e.Half = visited(e.Fair, e.Half, o.Visit, r.Programme.Scoring.Visit)
			out.Listed = append(out.Listed, Estimate{Estimate: e, ApplicationID: id, Outcome: o})
		}
	}
	out.rank()
	return out, nil
}

// visited puts an estimate on the scale of finals, on which the cut line lies:
// what was found on site counts its share per cent.
func visited(fair, half float64, visit string, share int) (float64, float64) {
	found, err := strconv.ParseFloat(visit, 64)
	if err != nil || share == 0 {
		return fair, half
	}
	part := float64(share) / 100
	return fair*(1-part) + found*part, half * (1 - part)
}

// rank orders by the estimates, says what lies near the line, and lists
// everything by place.
func (a *Advice) rank() {
	list := a.Listed
	slices.SortStableFunc(list, func(x, y Estimate) int { return cmp.Compare(y.Fair, x.Fair) }) // NaN last
	cut, err := strconv.ParseFloat(a.Cut, 64)
	for i := range list {
		e := &list[i]
		if math.IsNaN(e.Fair) {
			continue
		}
		e.Rank = i + 1
		e.Near = err == nil && !math.IsNaN(e.Half) && e.Low() <= cut && cut <= e.High()
	}
	slices.SortStableFunc(list, func(x, y Estimate) int {
		return cmp.Or(cmp.Compare(x.Outcome.Place, y.Outcome.Place), strings.Compare(x.Application, y.Application))
	})
	for _, e := range list {
		a.Of[e.ApplicationID] = e
		if err == nil && !e.Near && !math.IsNaN(e.Half) && e.Outcome.In != (e.Fair >= cut) {
			a.Across = append(a.Across, e)
		}
	}
}
