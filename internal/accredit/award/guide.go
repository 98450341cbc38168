package award

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/account"
	"xuedu/internal/accredit/award/internal/gen"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// Case is an expert who guides an institution, or an area, for years (P1.6):
// before it applies, while it does, and after it was awarded.
type Case struct {
	ID, ExpertID string
	OrgID        string // "" = the area itself
	AreaID       int64
	Programme    string // whose criteria it works towards
	From, To     string // days, To "" = still
	Reason       string // of the end
	Author       string
	At           time.Time
}

// Contact is one time at which guidance was given.
type Contact struct {
	ID, CaseID, ExpertID string
	Day, Kind, Text      string
	Answer               string // of who is guided
	Author               string
	At                   time.Time
}

// ContactKinds lists the kinds of contact in the order they are offered.
var ContactKinds = []string{"visit", "meeting", "call", "written"}

// Sources of conflicts: every contact makes one by itself.
const (
	coachKind   = "coach"
	sourceStart = "guidance:"
)

// NewCase is what a case is opened with.
type NewCase struct {
	ExpertID, OrgID string
	AreaID          int64 // of the institution, or the area itself
	Programme       string
}

// mayGuide reports whether the caller looks after guidance in an area.
func (s *Service) mayGuide(ctx context.Context, areaID int64) bool {
	return s.covers(ctx, PermGuide, areaID)
}

// OpenCase gives an institution or an area somebody to guide it; from that day
// on the expert does not judge it. It fails with Forbidden where the caller
// does not look after guidance there, with Invalid for an unknown programme or
// area, and with Conflict where the expert guides it already.
func (s *Service) OpenCase(ctx context.Context, n NewCase) (Case, error) {
	if _, ok := s.Tree().ByID(n.AreaID); !ok {
		return Case{}, errs.InvalidField("area", "award.no_area")
	}
	if !s.mayGuide(ctx, n.AreaID) {
		return Case{}, errs.New(errs.Forbidden, "award.not_yours")
	}
	if _, ok := s.Pack().AwardProgramme(n.Programme); !ok {
		return Case{}, errs.InvalidField("programme", "award.no_programme", "Code", n.Programme)
	}
	if n.ExpertID == "" {
		return Case{}, errs.InvalidField("expert", "award.no_expert")
	}
	c := Case{ID: newID(), ExpertID: n.ExpertID, OrgID: n.OrgID, AreaID: n.AreaID, Programme: n.Programme, From: s.Today(), Author: actor(ctx), At: s.stamp()}
	err := s.DB.InTx(ctx, func(tx *sql.Tx) error {
		q := gen.New(tx)
		all, err := s.cases(ctx, q)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(o Case) bool {
			return o.To == "" && o.ExpertID == c.ExpertID && o.OrgID == c.OrgID && o.AreaID == c.AreaID && o.Programme == c.Programme
		}) {
			return errs.New(errs.Conflict, "award.guided_already")
		}
		err = q.InsertCoach(ctx, gen.InsertCoachParams{ID: c.ID, ExpertID: c.ExpertID, OrgID: c.OrgID, AreaID: c.AreaID, Programme: c.Programme,
			FromDay: c.From, Author: c.Author, At: c.At})
		if err != nil {
			return fmt.Errorf("open case: %w", err)
		}
		if err := s.tie(ctx, tx, c, c.ID, c.From); err != nil {
			return err
		}
		return s.guided(ctx, tx, c, "guidance:open", "")
	})
	return c, err
}

// tie makes the conflict between an expert and whom they guide.
func (s *Service) tie(ctx context.Context, tx *sql.Tx, c Case, source, day string) error {
	if s.Ties == nil {
		return nil
	}
	e := expert.Edge{ExpertID: c.ExpertID, Kind: coachKind, Subject: "org", SubjectID: c.OrgID, Source: sourceStart + source, From: day, To: day,
		State: "holds", Author: actor(ctx)}
	if c.OrgID == "" {
		e.Subject, e.SubjectID = "area", strconv.FormatInt(c.AreaID, 10)
	}
	return s.Ties.AddEdge(ctx, tx, e)
}

func (s *Service) guided(ctx context.Context, tx *sql.Tx, c Case, verb, reason string) error {
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: verb, Object: "coach:" + c.ID, AreaID: c.AreaID, Reason: reason})
}

// CloseCase ends guidance. What was done stays, and so do its conflicts for the
// years of the call's rule. It needs a reason.
func (s *Service) CloseCase(ctx context.Context, id, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" {
		return errs.InvalidField("reason", "workflow.reason_required")
	}
	return s.onCase(ctx, id, "guidance:close", func(tx *sql.Tx, c Case) error {
		if !s.mayGuide(ctx, c.AreaID) {
			return errs.New(errs.Forbidden, "award.not_yours")
		}
		return gen.New(tx).EndCoach(ctx, gen.EndCoachParams{ID: id, ToDay: s.Today(), Reason: reason})
	})
}

// onCase changes something of a case that is open.
func (s *Service) onCase(ctx context.Context, id, verb string, f func(*sql.Tx, Case) error) error {
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		row, err := gen.New(tx).Coach(ctx, id)
		if err != nil {
			return notFound(err, "case")
		}
		c := caseOf(row)
		if !s.mayGuide(ctx, c.AreaID) && !s.holds(ctx, c.OrgID, c.AreaID) {
			return errs.New(errs.NotFound, "award.not_found")
		}
		if c.To != "" {
			return errs.New(errs.Conflict, "award.case_closed")
		}
		if err := f(tx, c); err != nil {
			return err
		}
		return s.guided(ctx, tx, c, verb, "")
	})
}

// AddContact records that guidance was given on a day. By itself it makes the
// conflict of the expert with whom they guided (P1.7).
func (s *Service) AddContact(ctx context.Context, caseID string, n Contact) error {
	n.Text = strings.TrimSpace(n.Text)
	switch {
	case !slices.Contains(ContactKinds, n.Kind):
		return errs.InvalidField("kind", "award.no_contact_kind")
	case !sound(n.Day) || n.Day > s.Today():
		return errs.InvalidField("day", "award.contact_day")
	case n.Text == "" || utf8.RuneCountInString(n.Text) > mostText:
		return errs.InvalidField("text", "award.text", "Most", mostText)
	}
	return s.onCase(ctx, caseID, "guidance:contact", func(tx *sql.Tx, c Case) error {
		if !s.mayGuide(ctx, c.AreaID) {
			return errs.New(errs.Forbidden, "award.not_yours")
		}
		id := newID()
		err := gen.New(tx).InsertGuidance(ctx, gen.InsertGuidanceParams{ID: id, CoachID: c.ID, ExpertID: c.ExpertID, OrgID: c.OrgID, AreaID: c.AreaID,
			Day: n.Day, Kind: n.Kind, Text: n.Text, Author: actor(ctx), At: s.stamp()})
		if err != nil {
			return fmt.Errorf("insert contact: %w", err)
		}
		return s.tie(ctx, tx, c, id, n.Day)
	})
}

// AnswerContact is the word of who is guided on a contact, once.
func (s *Service) AnswerContact(ctx context.Context, caseID, contactID, text string) error {
	if text = strings.TrimSpace(text); text == "" || utf8.RuneCountInString(text) > mostText {
		return errs.InvalidField("text", "award.text", "Most", mostText)
	}
	return s.onCase(ctx, caseID, "guidance:answer", func(tx *sql.Tx, c Case) error {
		if !s.guidedBy(ctx, c) {
			return errs.New(errs.Forbidden, "award.not_yours")
		}
		n, err := gen.New(tx).SetAnswer(ctx, gen.SetAnswerParams{ID: contactID, CoachID: c.ID, Answer: text})
		return changed(n, err)
	})
}

// changed fails with Conflict where an update found nothing to change.
func changed(n int64, err error) error {
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "award.not_now")
	}
	return err
}

// guidedBy reports whether the caller is who is guided: an institution's own
// staff, or those who apply for an area.
func (s *Service) guidedBy(ctx context.Context, c Case) bool { return s.holds(ctx, c.OrgID, c.AreaID) }

// Cases lists the cases that the caller looks after or is guided in; the open
// ones first, the newest before.
func (s *Service) Cases(ctx context.Context) ([]Case, error) {
	all, err := s.cases(ctx, gen.New(s.DB.Read))
	if err != nil {
		return nil, err
	}
	mine := slices.DeleteFunc(all, func(c Case) bool { return !s.mayGuide(ctx, c.AreaID) && !s.guidedBy(ctx, c) })
	slices.SortStableFunc(mine, func(a, b Case) int { return strings.Compare(flagOf(a), flagOf(b)) })
	return mine, nil
}

func flagOf(c Case) string {
	if c.To == "" {
		return "0"
	}
	return "1"
}

func (s *Service) cases(ctx context.Context, q *gen.Queries) ([]Case, error) {
	rows, err := q.Coaches(ctx)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	list := make([]Case, len(rows))
	for i, r := range rows {
		list[i] = caseOf(r)
	}
	return list, nil
}

func caseOf(r gen.Coach) Case {
	return Case{ID: r.ID, ExpertID: r.ExpertID, OrgID: r.OrgID, AreaID: r.AreaID, Programme: r.Programme, From: r.FromDay, To: r.ToDay,
		Reason: r.Reason, Author: r.Author, At: r.At}
}

// MayOpen reports whether the caller may give somebody guidance anywhere.
func (s *Service) MayOpen(ctx context.Context) bool {
	return operator(ctx) || account.From(ctx).Can(PermGuide)
}
