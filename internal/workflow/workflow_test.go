package workflow_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xuedu/internal/calendar"
	"xuedu/internal/errs"
	"xuedu/internal/workflow"
)

func complaint() workflow.Definition {
	return workflow.Definition{Code: "complaint", Start: "open",
		States: []workflow.State{
			{Code: "open", Desk: "office", Days: 5, Remind: 2, Then: "close", Allow: []string{"note"}},
			{Code: "answered", Desk: "citizen", Days: 10, Then: workflow.Escalate},
			{Code: "closed", Final: true},
		},
		Moves: []workflow.Move{
			{Code: "answer", From: []string{"open"}, To: "answered", Who: "office", Perm: "complaint:answer", Guards: []string{"letter"}},
			{Code: "object", From: []string{"answered"}, To: "open", Who: "citizen", Perm: "complaint:own", Reason: true},
			{Code: "close", From: []string{"open", "answered"}, To: "closed", Does: []string{"archive"}},
		},
		Together: [][]string{{"writer", "checker"}, {"checker", "head"}},
	}
}

func TestCheckFindsEveryFault(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*workflow.Definition)
		want   string
	}{
		{"good", func(*workflow.Definition) {}, ""},
		{"start", func(d *workflow.Definition) { d.Start = "x" }, "/start no_state"},
		{"state twice", func(d *workflow.Definition) { d.States[1].Code = "open" }, "/states/1/code twice"},
		{"move twice", func(d *workflow.Definition) { d.Moves[1].Code = "answer" }, "/moves/1/code twice"},
		{"from", func(d *workflow.Definition) { d.Moves[0].From = []string{"open", "x"} }, "/moves/0/from/1 no_state"},
		{"no from", func(d *workflow.Definition) { d.Moves[1].From = nil }, "/moves/1 no_from"},
		{"to", func(d *workflow.Definition) { d.Moves[0].To = "x" }, "/moves/0/to no_state"},
		{"limit of nobody", func(d *workflow.Definition) { d.States[2].Days = 3 }, "/states/2 no_desk"},
		{"act of nobody", func(d *workflow.Definition) { d.States[2].Allow = []string{"note"} }, "/states/2 no_desk"},
		{"reminder too early", func(d *workflow.Definition) { d.States[0].Remind = 5 }, "/states/0/remind remind"},
		{"then unknown", func(d *workflow.Definition) { d.States[0].Then = "x" }, "/states/0/then then"},
		{"then elsewhere", func(d *workflow.Definition) { d.States[0].Then = "object" }, "/states/0/then then"},
		{"perm of nobody", func(d *workflow.Definition) { d.Moves[2].Perm = "x:y" }, "/moves/2 no_who"},
		{"reason of nobody", func(d *workflow.Definition) { d.Moves[2].Reason = true }, "/moves/2 no_who"},
		{"no perm", func(d *workflow.Definition) { d.Moves[0].Perm = "" }, "/moves/0 no_perm"},
		{"desk", func(d *workflow.Definition) { d.Moves[0].Who = "nobody" }, "/moves/0/who no_such_desk"},
		{"unreachable", func(d *workflow.Definition) {
			d.States = append(d.States, workflow.State{Code: "island", Final: true})
		}, "/states/3 unreachable"},
		{"trap", func(d *workflow.Definition) {
			d.States = append(d.States, workflow.State{Code: "hole"})
			d.Moves = append(d.Moves, workflow.Move{Code: "fall", From: []string{"open"}, To: "hole"})
		}, "/states/3 trap"},
	} {
		d := complaint()
		tt.change(&d)
		var got []string
		for _, p := range d.Check() {
			got = append(got, p.Path+" "+strings.TrimPrefix(p.Key, "workflow.problem."))
		}
		if s := strings.Join(got, ", "); !strings.HasPrefix(s, tt.want) || (s == "") != (tt.want == "") {
			t.Errorf("%s: %q, want %q", tt.name, s, tt.want)
		}
		if _, err := workflow.Compile(d); (err == nil) != (tt.want == "") {
			t.Errorf("%s: Compile = %v", tt.name, err)
		}
	}
}

func machine(t testing.TB) *workflow.Machine {
	t.Helper()
	m, err := workflow.Compile(complaint())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func at(desk string) workflow.Hand {
	return workflow.Hand{May: func(d, perm string) bool { return d == desk && perm != "complaint:none" }}
}

func hold(context.Context, string) (string, error)   { return "", nil }
func refuse(context.Context, string) (string, error) { return "complaint.no_letter", nil }

func TestStep(t *testing.T) {
	t.Parallel()
	m := machine(t)
	for _, tt := range []struct {
		state, move, reason string
		hand                workflow.Hand
		guards              workflow.Guards
		kind                errs.Kind
		want                string
	}{
		{"open", "answer", "", at("office"), hold, 0, "answered"},
		{"open", "answer", "", at("office"), refuse, errs.Conflict, ""},
		{"open", "answer", "", at("citizen"), hold, errs.Forbidden, ""},
		{"open", "close", "", at("office"), hold, errs.Forbidden, ""},
		{"open", "close", "", workflow.Hand{}, hold, 0, "closed"},
		{"open", "answer", "", workflow.Hand{}, hold, errs.Forbidden, ""},
		{"open", "object", "x", at("citizen"), hold, errs.Conflict, ""},
		{"answered", "object", " ", at("citizen"), hold, errs.Invalid, ""},
		{"answered", "object", "new facts", at("citizen"), hold, 0, "open"},
		{"open", "fly", "", at("office"), hold, errs.NotFound, ""},
	} {
		s, err := m.Step(t.Context(), tt.state, tt.move, tt.reason, tt.hand, tt.guards)
		if tt.want == "" {
			if errs.KindOf(err) != tt.kind {
				t.Errorf("%s from %s: %v, want kind %v", tt.move, tt.state, err, tt.kind)
			}
			continue
		}
		if err != nil || s.To.Code != tt.want || s.From.Code != tt.state {
			t.Errorf("%s from %s = %s, %v; want %s", tt.move, tt.state, s.To.Code, err, tt.want)
		}
	}
}

func TestOpenSaysWhyNot(t *testing.T) {
	t.Parallel()
	list, err := machine(t).Open(t.Context(), "open", at("office"), refuse)
	if err != nil || len(list) != 1 || list[0].Code != "answer" || list[0].Why != "complaint.no_letter" {
		t.Errorf("Open = %v, %v", list, err)
	}
}

func TestCombine(t *testing.T) {
	t.Parallel()
	m := machine(t)
	if !m.MayCombine("writer", "checker") || !m.MayCombine("head", "checker") || m.MayCombine("writer", "head") || !m.MayCombine("x", "x") {
		t.Error("who may combine is not what the definition says")
	}
	if !m.Allows("open", "note") || m.Allows("closed", "note") || m.Allows("nowhere", "note") {
		t.Error("acts are not what the definition says")
	}
}

// Limits are working days: National Day lies between.
func TestDueAndStage(t *testing.T) {
	t.Parallel()
	var off []calendar.Day
	for d := 1; d <= 8; d++ {
		off = append(off, calendar.Day{Date: fmt.Sprintf("2026-10-%02d", d), Off: true})
	}
	cal := calendar.New([]time.Weekday{time.Saturday, time.Sunday}, off, []int{2026})
	s, _ := machine(t).State("open")
	due := s.Due(time.Date(2026, 9, 29, 9, 0, 0, 0, time.UTC), cal)
	if due != "2026-10-14" { // 30 September, 9, 12, 13, 14 October
		t.Errorf("due %s", due)
	}
	for day, want := range map[string]workflow.Stage{"2026-10-11": workflow.InTime, "2026-10-12": workflow.Soon, "2026-10-14": workflow.Soon, "2026-10-15": workflow.Over} {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Stage(due, d, cal); got != want {
			t.Errorf("%s: stage %d, want %d", day, got, want)
		}
	}
	if s.Stage("", time.Now(), cal) != workflow.InTime {
		t.Error("what has no last day is in time")
	}
}

// A thing moved at random never leaves the definition: every state it is in is
// one of the definition's, and it got there by a move from where it was.
func TestRandomWalk(t *testing.T) {
	t.Parallel()
	m := machine(t)
	rapid.Check(t, func(t *rapid.T) {
		state := m.Definition().Start
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			hand := rapid.SampledFrom([]workflow.Hand{{}, at("office"), at("citizen")}).Draw(t, "hand")
			move := rapid.SampledFrom([]string{"answer", "object", "close", "fly"}).Draw(t, "move")
			open, err := m.Open(t.Context(), state, hand, hold)
			if err != nil {
				t.Fatal(err)
			}
			listed := slices.ContainsFunc(open, func(o workflow.Open) bool { return o.Code == move })
			s, err := m.Step(t.Context(), state, move, "reason", hand, hold)
			if listed != (err == nil) {
				t.Fatalf("%s in %s: listed %v, but %v", move, state, listed, err)
			}
			if err != nil {
				continue
			}
			if _, ok := m.State(s.To.Code); !ok || s.From.Code != state {
				t.Fatalf("%s went from %s to %s", move, s.From.Code, s.To.Code)
			}
			state = s.To.Code
		}
	})
}
