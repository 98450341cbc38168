package ballot

import (
	"context"
	"fmt"
	"unicode/utf8"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/ballot/internal/gen"
	"xuedu/internal/accredit/score"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// stageReview is the stage of a call's timeline in which ballots are cast.
const stageReview = stateReview

// Sheet returns an application as the signed-in expert judges it; NotFound to
// everybody whose assignment it is not, and as soon as there is a conflict.
// Of others' marks it holds nothing until all are submitted and a joint
// discussion has been opened. That it was read is noted.
func (s *Service) Sheet(ctx context.Context, assignmentID string) (Sheet, error) {
	a, err := s.Panel.Assignment(ctx, assignmentID)
	if err != nil {
		return Sheet{}, err
	}
	sh, err := s.sheet(ctx, a)
	if err != nil {
		return Sheet{}, err
	}
	return sh, audit.Read(ctx, s.DB, s.stamp(), audit.Entry{Verb: "review:read", Object: "assignment:" + a.ID})
}

func (s *Service) sheet(ctx context.Context, a Assignment) (Sheet, error) {
	c, err := s.Calls.Call(ctx, a.CallID)
	if err != nil {
		return Sheet{}, err
	}
	d, err := s.Calls.DossierFor(ctx, a.ApplicationID)
	if err != nil {
		return Sheet{}, err
	}
	marks, err := s.marks(ctx, s.DB.Read, a.ID)
	if err != nil {
		return Sheet{}, err
	}
	sh := Sheet{Assignment: a, Call: c, Dossier: unnamed(d), Due: dueOf(c)}
	sh.Marks, sh.First = latest(marks)
	sh.Missing = missing(sh)
	if sh.Done() == len(c.Rules.Programme.Leaves()) {
		sh.Points, _ = score.Points(c.Rules.Programme, scored(a, marks))
	}
	sh.Discussion, err = s.discussionFor(ctx, a, c)
	return sh, err
}

// unnamed takes out of a dossier what says who wrote it or where the applicant
// lies: an expert judges what is shown, by the anonymous number.
func unnamed(d accredit.Dossier) accredit.Dossier {
	d.OrgID, d.AreaID, d.District, d.CreatedBy, d.Recommendation = "", 0, 0, "", nil
	claims := make(map[string]accredit.Claim, len(d.Claims))
	for leaf, c := range d.Claims {
		c.Author = ""
		claims[leaf] = c
	}
	d.Claims = claims
	evidence := make([]accredit.Evidence, len(d.Evidence))
	for i, e := range d.Evidence {
		e.Author = ""
		evidence[i] = e
	}
	d.Evidence = evidence
	return d
}

func dueOf(c accredit.Call) string {
	st, _ := c.Stage(stageReview)
	return st.To
}

// missing lists what stands against submitting, in the order of the rubric.
func missing(sh Sheet) []Missing {
	p := sh.Call.Rules.Programme
	var out []Missing
	for _, l := range p.Leaves() {
		m := sh.Marks[l.Code]
		if m.Level == "" {
			out = append(out, Missing{Leaf: l.Code, Key: "ballot.missing.level"})
		}
		if utf8.RuneCountInString(m.Comment) < p.Scoring.Comment {
			out = append(out, Missing{Leaf: l.Code, Key: "ballot.missing.comment", N: p.Scoring.Comment})
		}
	}
	return out
}

// Duty is an assignment as a list of duties shows it.
type Duty struct {
	Assignment
	Call       accredit.Call
	Title      string // of the application
	Done, Of   int
	Due        string
	Discussion string // state of the joint discussion, "" = none for this caller
}

// Mine lists what the signed-in expert has to judge, or has judged, of calls
// that go on.
func (s *Service) Mine(ctx context.Context) ([]Duty, error) {
	list, err := s.Panel.Mine(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Duty, len(list))
	for i, a := range list {
		if out[i], err = s.duty(ctx, a); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) duty(ctx context.Context, a Assignment) (Duty, error) {
	sh, err := s.sheet(ctx, a)
	if err != nil {
		return Duty{}, err
	}
	d := Duty{Assignment: a, Call: sh.Call, Title: sh.Dossier.Title, Done: sh.Done(), Of: len(sh.Call.Rules.Programme.Leaves()), Due: sh.Due}
	if sh.Discussion != nil {
		d.Discussion = sh.Discussion.State
	}
	return d, nil
}

// File returns a file of an application that is assigned to the signed-in
// expert; NotFound otherwise. That it was read is noted.
func (s *Service) File(ctx context.Context, assignmentID, digest string) (content []byte, media, name string, err error) {
	a, err := s.Panel.Assignment(ctx, assignmentID)
	if err != nil {
		return nil, "", "", err
	}
	if content, media, name, err = s.Calls.FileFor(ctx, a.ApplicationID, digest); err != nil {
		return nil, "", "", err
	}
	return content, media, name, audit.Read(ctx, s.DB, s.stamp(), audit.Entry{Verb: "review:file", Object: "assignment:" + a.ID,
		Detail: map[string]any{"digest": digest}})
}

// Progress lists how far the assignments of a call are, without what they
// say. Forbidden to all but the office and the technical body.
func (s *Service) Progress(ctx context.Context, callID string) ([]Progress, error) {
	if err := office(ctx); err != nil {
		return nil, err
	}
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).CountMarks(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("count marks: %w", err)
	}
	done := map[string]int{}
	for _, r := range rows {
		done[r.AssignmentID] = int(r.N)
	}
	list, err := s.Panel.OfCall(ctx, callID)
	if err != nil {
		return nil, err
	}
	var out []Progress
	for _, a := range list {
		if a.live() {
			out = append(out, Progress{Assignment: a, Done: done[a.ID], Of: len(c.Rules.Programme.Leaves())})
		}
	}
	return out, nil
}

// Ballots returns the submitted ballots of a call, of seats, without a
// question: for packages that have checked a duty themselves, such as making
// the result. What is sealed is not among them.
func (s *Service) Ballots(ctx context.Context, callID string) ([]score.Ballot, error) {
	list, err := s.Panel.OfCall(ctx, callID)
	if err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).MarksOfCall(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("read marks: %w", err)
	}
	by := map[string][]Mark{}
	for _, r := range rows {
		by[r.AssignmentID] = append(by[r.AssignmentID], marksOf([]gen.MarksRow{gen.MarksRow(r)})...)
	}
	out := make([]score.Ballot, 0, len(list))
	for _, a := range list {
		if a.State == Submitted {
			out = append(out, scored(a, by[a.ID]))
		}
	}
	return out, nil
}

// errOpen is what one gets who changes what is submitted, or not open.
func errOpen() error { return errs.New(errs.Conflict, "ballot.not_open") }
