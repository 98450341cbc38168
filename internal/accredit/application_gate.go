package accredit

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// How a gate was found.
const (
	GateHolds    = "holds"
	GateFails    = "fails"
	GateUnknown  = "unknown"  // nothing is known: the formal check decides
	GateDeclared = "declared" // the applicant states it: the formal check confirms
)

// Kinds of gate.
const (
	gateFormula  = "formula"
	gateDeclared = "declared"
	gateHeld     = "held"
	gateAge      = "age"
	gateRunning  = "running"
	gateNoCase   = "no_case"
)

// Eligibility says before anybody writes how the gates of a call stand for an
// institution, or for an area where orgID is "". It fails with Forbidden where
// the caller does not write for it.
func (s *Service) Eligibility(ctx context.Context, callID, orgID string, areaID int64) ([]GateResult, error) {
	c, err := s.Call(ctx, callID)
	if err != nil {
		return nil, err
	}
	n := NewApplication{CallID: callID, OrgID: orgID, AreaID: areaID, Title: "-", AwardID: "-"}
	who, err := s.candidate(ctx, c, n)
	if err != nil {
		return nil, err
	}
	return s.gatesOf(ctx, c, who, nil)
}

// gatesOf finds how the gates of a call stand. What the formal check has
// decided stays, in old.
func (s *Service) gatesOf(ctx context.Context, c Call, who candidate, old []GateResult) ([]GateResult, error) {
	list := make([]GateResult, len(c.Rules.Programme.Gates))
	for i, g := range c.Rules.Programme.Gates {
		if j := slices.IndexFunc(old, func(r GateResult) bool { return r.Code == g.Code && r.By != "" }); j >= 0 {
			list[i] = old[j]
			continue
		}
		r, err := s.gate(ctx, c, g, who)
		if err != nil {
			return nil, err
		}
		r.Code = g.Code
		list[i] = r
	}
	return list, nil
}

func (s *Service) gate(ctx context.Context, c Call, g pack.Gate, who candidate) (GateResult, error) {
	switch g.Kind {
	case gateFormula:
		holds, value, st, err := s.Figures.Holds(ctx, g.Test, figureArea(who.district, who.areaID), c.Period)
		if err != nil {
			return GateResult{}, err
		}
		if !st.Known() {
			return GateResult{State: GateUnknown, Value: st.String()}, nil
		}
		return verdictOf(holds, value), nil
	case gateHeld:
		holds, err := s.Awards.Held(ctx, g.Held, who.org.ID, who.areaID, s.today())
		return verdictOf(holds, ""), err
	case gateAge:
		return s.age(g, who), nil
	case gateNoCase:
		bars, err := s.openBars(ctx, s.DB.Read, who.org.ID, who.areaID)
		if err != nil || len(bars) == 0 {
			return GateResult{State: GateHolds}, err
		}
		return GateResult{State: GateFails, Value: bars[0].Source}, nil
	}
	return GateResult{State: GateDeclared}, nil // declared, running: nobody has recorded it
}

func verdictOf(holds bool, value string) GateResult {
	if holds {
		return GateResult{State: GateHolds, Value: value}
	}
	return GateResult{State: GateFails, Value: value}
}

// age finds whether an institution has existed for so many years.
func (s *Service) age(g pack.Gate, who candidate) GateResult {
	since, err := time.Parse(time.DateOnly, who.org.Since)
	years, bad := strconv.Atoi(g.Least)
	if err != nil || bad != nil {
		return GateResult{State: GateUnknown, Value: who.org.Since}
	}
	return verdictOf(since.AddDate(years, 0, 0).Format(time.DateOnly) <= s.today(), who.org.Since)
}

// failed returns the first gate that fails.
func failed(gates []GateResult) (GateResult, bool) {
	i := slices.IndexFunc(gates, func(g GateResult) bool { return g.State == GateFails })
	if i < 0 {
		return GateResult{}, false
	}
	return gates[i], true
}

// gateName is what a gate is called, in the language of the place.
func gateName(c Call, code string) string {
	for _, g := range c.Rules.Programme.Gates {
		if g.Code == code {
			return g.Name.In("")
		}
	}
	return code
}

// ConfirmGate decides a gate in the formal check: what was declared or could
// not be found holds or fails; note says what was seen. A gate that a figure
// decided stays as it is: Conflict.
func (s *Service) ConfirmGate(ctx context.Context, id, gate string, holds bool, note string) error {
	note = strings.TrimSpace(note)
	if note == "" || utf8.RuneCountInString(note) > mostNote {
		return errs.InvalidField("note", "accredit.note_needed", "Most", mostNote)
	}
	return s.change(ctx, id, actCheck, func(w *writing) error {
		gates, err := s.gatesAsFound(ctx, w.tx, id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(gates, func(g GateResult) bool { return g.Code == gate })
		switch {
		case i < 0:
			return errs.New(errs.NotFound, "accredit.no_gate")
		case gates[i].By == "" && (gates[i].State == GateHolds || gates[i].State == GateFails):
			return errs.New(errs.Conflict, "accredit.gate_found")
		}
		state := verdictOf(holds, "").State
		gates[i] = GateResult{Code: gate, State: state, Value: note, By: actor(ctx)}
		w.entry = audit.Entry{Verb: "application:gate", Detail: map[string]any{"gate": gate, "state": state}}
		return setGates(ctx, w, gates)
	})
}
