package monitor

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/errs"
	"xuedu/internal/monitor/internal/gen"
	"xuedu/internal/publish"
)

// Kinds of notes.
const (
	Remark  = "remark"
	Contest = "contest" // of a figure, with evidence; it is answered before anything is frozen
)

// Outcomes of a contested figure.
var Outcomes = []string{"accepted", "explained", "kept"} // corrected at its source; text added; stays, with the reason

// Note is what somebody said to a section.
type Note struct {
	ID, Section, Area      string
	Kind, Cell             string
	Text, Evidence, Author string
	At                     time.Time
	Answer, Outcome        string // "" = waits
	AnsweredBy             string
	AnsweredAt             time.Time
}

// Waits reports whether nobody answered yet.
func (n Note) Waits() bool { return n.Answer == "" }

// NewNote is what somebody says.
type NewNote struct {
	Section, Area, Kind, Cell, Text, Evidence string
}

const maxNote = 2000

// Say keeps a note. A contest needs the right and evidence, and comes from whom
// the area is; everybody who sees the draft may remark.
func (s *Service) Say(ctx context.Context, d Draft, n NewNote) error {
	if err := s.maySay(ctx, d, &n); err != nil {
		return err
	}
	now := s.stamp()
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		err := gen.New(tx).InsertNote(ctx, gen.InsertNoteParams{ID: uuid.Must(uuid.NewV7()).String(), DraftID: d.ID, Section: n.Section, Area: n.Area, Kind: n.Kind,
			Cell: n.Cell, Text: n.Text, Evidence: n.Evidence, Author: account.From(ctx).ID, CreatedAt: now})
		if err != nil {
			return err
		}
		return s.event(ctx, tx, d, n.Kind, "", now)
	})
}

func (s *Service) maySay(ctx context.Context, d Draft, n *NewNote) error {
	if err := s.mayRead(ctx); err != nil {
		return err
	}
	if !s.open(d) || d.ReleaseID != "" {
		return errs.New(errs.Conflict, "monitor.frozen")
	}
	if _, err := s.Section(ctx, d, n.Section, n.Area); err != nil {
		return err
	}
	n.Text, n.Evidence = strings.TrimSpace(n.Text), strings.TrimSpace(n.Evidence)
	if c := utf8.RuneCountInString(n.Text); c < 2 || c > maxNote {
		return errs.InvalidField("text", "monitor.needs_text", "N", maxNote)
	}
	if n.Kind == Remark {
		return nil
	}
	if n.Kind != Contest || n.Area == "" || !s.covers(ctx, PermContest, n.Area) {
		return errs.New(errs.Forbidden, "monitor.not_yours")
	}
	if n.Evidence == "" {
		return errs.InvalidField("evidence", "monitor.needs_evidence")
	}
	return nil
}

// covers reports whether the caller holds a right in the area of a code.
func (s *Service) covers(ctx context.Context, perm, code string) bool {
	n, ok := s.Tree().ByCode(code)
	return ok && account.From(ctx).CoversArea(perm, s.Tree(), s.Tree().At(n).ID)
}

// Answer answers a note: what came of it, and why.
func (s *Service) Answer(ctx context.Context, d Draft, id, outcome, answer string) error {
	if !account.From(ctx).Can(publish.PermPrepare) {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	answer = strings.TrimSpace(answer)
	if c := utf8.RuneCountInString(answer); c < 2 || c > maxNote {
		return errs.InvalidField("answer", "monitor.needs_text", "N", maxNote)
	}
	if !slices.Contains(Outcomes, outcome) {
		return errs.InvalidField("outcome", "monitor.needs_outcome")
	}
	now := s.stamp()
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		n, err := gen.New(tx).AnswerNote(ctx, gen.AnswerNoteParams{ID: id, DraftID: d.ID, Answer: answer, Outcome: outcome, AnsweredBy: account.From(ctx).ID,
			AnsweredAt: sql.NullTime{Time: now, Valid: true}})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "monitor.answered")
		}
		return s.event(ctx, tx, d, "answer", "", now)
	})
}

// Notes lists what was said to a draft, the oldest first.
func (s *Service) Notes(ctx context.Context, d Draft) ([]Note, error) {
	rows, err := gen.New(s.DB.Read).NotesOf(ctx, d.ID)
	out := make([]Note, len(rows))
	for i, r := range rows {
		out[i] = Note{ID: r.ID, Section: r.Section, Area: r.Area, Kind: r.Kind, Cell: r.Cell, Text: r.Text, Evidence: r.Evidence, Author: r.Author, At: r.CreatedAt,
			Answer: r.Answer, Outcome: r.Outcome, AnsweredBy: r.AnsweredBy, AnsweredAt: r.AnsweredAt.Time}
	}
	return out, err
}
