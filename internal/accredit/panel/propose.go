package panel

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/assign"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// Codes of the workflows of calls and applications that a panel acts on.
const (
	checking     = "checking"     // call
	decided      = "decided"      // call
	closed       = "closed"       // call
	reviewing    = "reviewing"    // call
	ready        = "ready"        // application
	deskReview   = "desk_review"  // application
	moveToReview = "begin_review" // application
)

// Board is who could judge what in a call, and who does.
type Board struct {
	Call         accredit.Call
	Seats        []Seat // who takes part, in drawn order
	Experts      map[string]expert.Expert
	Applications []accredit.Application // that are judged, by number
	Given        []Assignment           // all, ended ones too
	Problem      assign.Problem
	Ties         expert.Matrix
}

// Proposal is an assignment that nobody confirmed yet.
type Proposal struct {
	Board
	Seed   uint64
	Plan   assign.Plan
	Lack   *assign.Lack // why there is none
	Meter  assign.Meter
	Loads  []int  // of each seat
	Digest string // of the pairs: what is confirmed is what was shown
}

// Board reads a call's board. Forbidden to all but the office and the
// technical body.
func (s *Service) Board(ctx context.Context, callID string) (Board, error) {
	if err := office(ctx); err != nil {
		return Board{}, err
	}
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return Board{}, err
	}
	return s.board(ctx, s.DB.Read, c)
}

func (s *Service) board(ctx context.Context, q db.Querier, c accredit.Call) (Board, error) {
	b := Board{Call: c}
	all, err := seats(ctx, q, c.ID)
	if err != nil {
		return b, err
	}
	if b.Given, err = assignments(ctx, q, c.ID); err != nil {
		return b, err
	}
	if b.Experts, err = s.byID(ctx); err != nil {
		return b, err
	}
	if b.Applications, err = s.running(ctx, c); err != nil {
		return b, err
	}
	b.Applications = slices.DeleteFunc(b.Applications, func(a accredit.Application) bool { return a.State != ready && a.State != deskReview })
	for _, st := range seatsIn(all, Asked, Seated) {
		if _, ok := b.Experts[st.ExpertID]; ok {
			b.Seats = append(b.Seats, st)
		}
	}
	b.Ties, err = s.matrix(ctx, q, c, ids(all, func(x Seat) string { return x.ExpertID }),
		ids(b.Applications, func(a accredit.Application) string { return a.ID }))
	b.Problem = b.problem()
	return b, err
}

// problem is the board as a problem of assignment: nobody gets what a conflict
// forbids today, or what was taken from them before.
func (b Board) problem() assign.Problem {
	rules := b.Call.Rules.Programme.Panel
	p := assign.Problem{Each: rules.Each}
	for _, k := range rules.Categories {
		p.Categories = append(p.Categories, assign.Bound{Category: k.Code, Least: k.Each})
	}
	ended := map[[2]string]bool{}
	for _, a := range b.Given {
		if !a.Live() {
			ended[[2]string{a.ExpertID, a.ApplicationID}] = true
		}
	}
	for _, a := range b.Applications {
		p.Applications = append(p.Applications, assign.Application{ID: a.ID})
	}
	for _, st := range b.Seats {
		e := b.Experts[st.ExpertID]
		load := rules.Load
		if e.Load > 0 && (load == 0 || e.Load < load) {
			load = e.Load
		}
		if load == 0 {
			load = len(b.Applications)
		}
		p.Experts = append(p.Experts, assign.Expert{ID: e.ID, Categories: e.Categories, Load: load, Panel: st.Panel})
		no := make([]bool, len(b.Applications))
		for i, a := range b.Applications {
			no[i] = b.Ties.Conflicted(e.ID, a.ID) || ended[[2]string{e.ID, a.ID}]
		}
		p.Forbidden = append(p.Forbidden, no)
	}
	p.Apart = b.apart(rules.Apart)
	return p
}

// apart lists the pairs of seats that the pack keeps from one application.
func (b Board) apart(rules []string) (pairs [][2]int) {
	for i := range b.Seats {
		for j := range i {
			x, y := b.Experts[b.Seats[j].ExpertID], b.Experts[b.Seats[i].ExpertID]
			if slices.ContainsFunc(rules, func(rule string) bool { return together(rule, x, y) }) {
				pairs = append(pairs, [2]int{j, i})
			}
		}
	}
	return pairs
}

// together reports whether two experts have in common what a rule keeps apart.
func together(rule string, x, y expert.Expert) bool {
	switch rule {
	case "employer":
		return x.OrgID != "" && x.OrgID == y.OrgID || x.OrgName != "" && x.OrgName == y.OrgName
	case "work_area":
		return x.WorkArea != 0 && x.WorkArea == y.WorkArea
	}
	return false
}

// Seed is the seed of a call's assignment: it follows from the public manifest
// of the draw, so that nobody can choose it.
func (s *Service) Seed(ctx context.Context, callID string) (uint64, error) {
	list, err := seats(ctx, s.DB.Read, callID)
	if err != nil {
		return 0, err
	}
	if len(list) == 0 {
		return 0, errs.New(errs.Conflict, "panel.not_frozen")
	}
	rec, err := s.Draws.Get(ctx, list[0].DrawID)
	if err != nil {
		return 0, err
	}
	if !rec.Manifest.Drawn() {
		return 0, errs.New(errs.Conflict, "panel.not_drawn")
	}
	sum := sha256.Sum256([]byte(rec.Manifest.Sealed))
	return binary.BigEndian.Uint64(sum[:8]), nil
}

// Assign proposes who judges what, and stores nothing. Conflict where nobody
// is seated or nothing is to be judged.
func (s *Service) Assign(ctx context.Context, callID string, seed uint64) (Proposal, error) {
	b, err := s.Board(ctx, callID)
	if err != nil {
		return Proposal{}, err
	}
	switch {
	case len(b.Seats) == 0:
		return Proposal{}, errs.New(errs.Conflict, "panel.nobody_seated")
	case len(b.Applications) == 0:
		return Proposal{}, errs.New(errs.Conflict, "panel.nothing_to_judge")
	}
	return propose(b, seed), nil
}

func propose(b Board, seed uint64) Proposal {
	rules := b.Call.Rules.Programme.Panel
	b.Problem.Seed = seed
	if rules.Mode == "grouped" {
		assign.Group(&b.Problem, rules.Groups, rules.Anchors)
	}
	x := Proposal{Board: b, Seed: seed, Loads: make([]int, len(b.Seats))}
	if x.Plan, x.Lack = assign.Solve(b.Problem); x.Lack != nil {
		return x
	}
	x.Meter = assign.Comparable(b.Problem, x.Plan.Pairs)
	var lines []string
	for _, p := range x.Plan.Pairs {
		x.Loads[p[0]]++
		lines = append(lines, fmt.Sprintf("%s\t%s\n", b.Applications[p[1]].Code, b.Seats[p[0]].Code()))
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	x.Digest = hex.EncodeToString(sum[:])
	return x
}
