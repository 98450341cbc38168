package evaluation

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/evaluation/internal/gen"
)

// Kinds of notes.
const (
	Remark  = "remark"
	Contest = "contest" // of a cell, with evidence; it is answered before anything is finished
	Agree   = "agree"   // the district has nothing more to say
)

// Outcomes of a contested cell.
const (
	Corrected = "corrected" // the figures are collected again before anything is finished
	Explained = "explained"
	Kept      = "kept"
)

// Outcomes lists them in the order they are offered.
var Outcomes = []string{Corrected, Explained, Kept}

// Note is what a district said to its draft.
type Note struct {
	ID, Area       string
	Kind, Code     string // Code: the contested indicator
	Text, Evidence string
	Author         string
	At             time.Time
	Answer         string // "" = waits
	Outcome        string
	AnsweredBy     string
	AnsweredAt     time.Time
}

// Waits reports whether it is to be answered and was not yet.
func (n Note) Waits() bool { return n.Kind == Contest && n.Answer == "" }

// NewNote is what a district says.
type NewNote struct{ Area, Kind, Code, Text, Evidence string }

const maxText = 2000

// Say keeps what a district says to its draft while it is shown, up to the last
// day of its term. A contest names a cell and brings evidence. It fails with
// NotFound for an area that is not the caller's, with Conflict when the term is
// over, and with Invalid.
func (s *Service) Say(ctx context.Context, r Round, n NewNote) error {
	if err := s.maySay(ctx, r, &n); err != nil {
		return err
	}
	now := s.stamp()
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		err := gen.New(tx).InsertNote(ctx, gen.InsertNoteParams{ID: newID(), RoundID: r.ID, Area: n.Area, Kind: n.Kind, Code: n.Code, Text: n.Text,
			Evidence: n.Evidence, Author: account.From(ctx).ID, CreatedAt: now})
		if err != nil {
			return err
		}
		return s.event(ctx, tx, r, n.Kind, "", now)
	})
}

func (s *Service) maySay(ctx context.Context, r Round, n *NewNote) error {
	if _, ok := r.Figures.Area(n.Area); !ok || !s.covers(ctx, n.Area) {
		return notFound()
	}
	m, err := s.MethodOf(ctx, r)
	if err != nil {
		return err
	}
	w, err := s.machine(m.Evaluation)
	if err != nil {
		return err
	}
	if !w.Allows(r.State, "comment") || s.Today() > r.Until {
		return errs.New(errs.Conflict, "evaluation.term_over")
	}
	return n.check(r)
}

// check completes a note and wants what its kind needs.
func (n *NewNote) check(r Round) error {
	n.Text, n.Evidence = strings.TrimSpace(n.Text), strings.TrimSpace(n.Evidence)
	if n.Kind == Agree {
		n.Code, n.Text, n.Evidence = "", "", ""
		return nil
	}
	if n.Kind != Remark && n.Kind != Contest {
		return errs.InvalidField("kind", "evaluation.needs_kind")
	}
	if err := text("text", n.Text, maxText); err != nil {
		return err
	}
	if n.Kind == Remark {
		n.Code, n.Evidence = "", ""
		return nil
	}
	if _, ok := r.Figures.Indicator(n.Code); !ok {
		return errs.InvalidField("code", "evaluation.needs_cell")
	}
	return text("evidence", n.Evidence, maxText)
}

// text wants between 2 and most characters.
func text(field, s string, most int) error {
	if c := utf8.RuneCountInString(s); c < 2 || c > most {
		return errs.InvalidField(field, "evaluation.needs."+field, "N", most)
	}
	return nil
}

// Answer answers a contest or a remark: what came of it, and why. The answer is
// kept beside what was said and never changed.
func (s *Service) Answer(ctx context.Context, r Round, id, outcome, answer string) error {
	if !account.From(ctx).Can(PermPrepare) {
		return forbidden()
	}
	if r.Public() || !s.open(ctx, r) {
		return errs.New(errs.Conflict, "evaluation.fixed")
	}
	answer = strings.TrimSpace(answer)
	if err := text("answer", answer, maxText); err != nil {
		return err
	}
	if !slices.Contains(Outcomes, outcome) {
		return errs.InvalidField("outcome", "evaluation.needs_outcome")
	}
	now := s.stamp()
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		n, err := gen.New(tx).AnswerNote(ctx, gen.AnswerNoteParams{ID: id, RoundID: r.ID, Answer: answer, Outcome: outcome, AnsweredBy: account.From(ctx).ID,
			AnsweredAt: sql.NullTime{Time: now, Valid: true}})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "evaluation.answered")
		}
		return s.event(ctx, tx, r, "note", "", now)
	})
}

// Notes lists what was said in the areas that the caller may see, the oldest
// first. What is public of it are contests with their answers.
func (s *Service) Notes(ctx context.Context, r Round) ([]Note, error) {
	all, err := s.notes(ctx, r)
	return slices.DeleteFunc(all, func(n Note) bool {
		if office(ctx) || s.covers(ctx, n.Area) {
			return false
		}
		return !r.Public() || n.Kind != Contest
	}), err
}

func (s *Service) notes(ctx context.Context, r Round) ([]Note, error) {
	rows, err := gen.New(s.DB.Read).NotesOf(ctx, r.ID)
	out := make([]Note, len(rows))
	for i, x := range rows {
		out[i] = Note{ID: x.ID, Area: x.Area, Kind: x.Kind, Code: x.Code, Text: x.Text, Evidence: x.Evidence, Author: x.Author, At: x.CreatedAt,
			Answer: x.Answer, Outcome: x.Outcome, AnsweredBy: x.AnsweredBy, AnsweredAt: x.AnsweredAt.Time}
	}
	return out, err
}

// MaySay reports whether the caller may comment on an area's draft now.
func (s *Service) MaySay(ctx context.Context, r Round, m Method, area string) bool {
	w, err := s.machine(m.Evaluation)
	return err == nil && s.covers(ctx, area) && w.Allows(r.State, "comment") && s.Today() <= r.Until
}
