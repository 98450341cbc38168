package accredit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/db"
)

// applicationColumns are read by scan; r is the recommendation, if any.
const applicationColumns = `a.id, a.call_id, a.code, a.object, a.org_id, a.area_id, a.district, a.title, a.channel, a.award_id, a.state, a.desk,
 a.since, a.due, a.supplements, a.version, a.created_by, a.submitted_at, r.verdict, r.place, r.score, r.reason, r.at`

const applicationTables = ` FROM application a LEFT JOIN recommendation r ON r.application_id = a.id`

type row interface{ Scan(...any) error }

// scan reads an application as a row has it; the recommendation is there even
// while the district still drafts it.
func (s *Service) scan(r row, more ...any) (Application, error) {
	var a Application
	var submitted, at sql.NullTime
	var verdict, score, reason sql.NullString
	var place, supplements sql.NullInt64
	err := r.Scan(append([]any{&a.ID, &a.CallID, &a.Code, &a.Object, &a.OrgID, &a.AreaID, &a.District, &a.Title, &a.Channel, &a.AwardID, &a.State,
		&a.Desk, &a.Since, &a.Due, &supplements, &a.Version, &a.CreatedBy, &submitted, &verdict, &place, &score, &reason, &at}, more...)...)
	if err != nil {
		return Application{}, err
	}
	a.Since, a.Submitted, a.Supplements = a.Since.UTC(), submitted.Time.UTC(), int(supplements.Int64)
	if !submitted.Valid {
		a.Submitted = time.Time{}
	}
	a.Overdue = over(s.today(), a.Due)
	if verdict.Valid {
		a.Recommendation = &Recommendation{Yes: verdict.String == verdictYes, Place: int(place.Int64), Score: score.String, Reason: reason.String, At: at.Time.UTC()}
	}
	return a, nil
}

func (s *Service) application(ctx context.Context, q db.Querier, id string) (Application, error) {
	a, err := s.scan(q.QueryRowContext(ctx, `SELECT `+applicationColumns+applicationTables+` WHERE a.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Application{}, noApplication()
	}
	if err != nil {
		return Application{}, fmt.Errorf("read application: %w", err)
	}
	return a, nil
}

// readable reads an application and checks that the caller may see it.
func (s *Service) readable(ctx context.Context, q db.Querier, id string) (Application, error) {
	a, err := s.application(ctx, q, id)
	if err != nil {
		return Application{}, err
	}
	if !s.mayRead(ctx, a) {
		return Application{}, noApplication()
	}
	return s.shown(ctx, a), nil
}

// shown leaves out what the caller is not to see yet: what a district drafts,
// while it drafts it.
func (s *Service) shown(ctx context.Context, a Application) Application {
	if a.State == stateRecommending && !s.covers(ctx, PermRecommend, a.AreaID) {
		a.Recommendation = nil
	}
	return a
}

// Application returns one that the caller may read; for anybody else it does
// not exist: NotFound.
func (s *Service) Application(ctx context.Context, id string) (Application, error) {
	return s.readable(ctx, s.DB.Read, id)
}

// Dossier returns an application with all that is judged, to those who may
// read it. That an officer read it is noted.
func (s *Service) Dossier(ctx context.Context, id string) (Dossier, error) {
	a, err := s.readable(ctx, s.DB.Read, id)
	if err != nil {
		return Dossier{}, err
	}
	if err := s.note(ctx, a, "application:read"); err != nil {
		return Dossier{}, err
	}
	return s.dossier(ctx, a)
}

// DossierFor is Dossier without a question: for packages that have checked an
// assignment or a duty themselves.
func (s *Service) DossierFor(ctx context.Context, id string) (Dossier, error) {
	a, err := s.application(ctx, s.DB.Read, id)
	if err != nil {
		return Dossier{}, err
	}
	return s.dossier(ctx, a)
}

// note adds to the trail that somebody else than the applicant reads what may
// name persons.
func (s *Service) note(ctx context.Context, a Application, verb string) error {
	if operator(ctx) || s.mayApply(ctx, a.OrgID, a.AreaID) {
		return nil
	}
	return audit.Read(ctx, s.DB, s.stamp(), audit.Entry{Verb: verb, Object: "application:" + a.ID, AreaID: a.AreaID})
}

func (s *Service) dossier(ctx context.Context, a Application) (Dossier, error) {
	d := Dossier{Application: a}
	c, err := s.callFor(ctx, a.CallID)
	if err != nil {
		return d, err
	}
	d.Rules = c.Rules
	q := gen.New(s.DB.Read)
	if d.Content, d.Claims, err = latest(ctx, q, a.ID); err != nil {
		return d, err
	}
	if d.Evidence, err = evidenceOf(ctx, q, c, a.ID); err != nil {
		return d, err
	}
	d.Gates, err = s.gatesAsFound(ctx, s.DB.Read, a.ID)
	return d, err
}

// gatesAsFound reads how the gates were found.
func (s *Service) gatesAsFound(ctx context.Context, q db.Querier, id string) (gates []GateResult, err error) {
	var text string
	if err := q.QueryRowContext(ctx, `SELECT gates FROM application WHERE id = $1`, id).Scan(&text); err != nil {
		return nil, fmt.Errorf("read gates: %w", err)
	}
	if err := json.Unmarshal([]byte(text), &gates); err != nil {
		return nil, fmt.Errorf("read gates: %w", err)
	}
	return gates, nil
}

// OfCall lists the applications of a call by their numbers, without a
// question: for packages that have checked a duty themselves.
func (s *Service) OfCall(ctx context.Context, callID string) ([]Application, error) {
	return s.query(ctx, `SELECT `+applicationColumns+applicationTables+` WHERE a.call_id = $1 ORDER BY a.code, a.id`, callID)
}

func (s *Service) query(ctx context.Context, text string, args ...any) (list []Application, err error) {
	rows, err := s.DB.Read.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("list applications: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		a, err := s.scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list applications: %w", err)
		}
		list = append(list, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list applications: %w", err)
	}
	return list, nil
}

// ApplicationEvents returns the moves of an application that the caller may
// read, oldest first.
func (s *Service) ApplicationEvents(ctx context.Context, id string) ([]Event, error) {
	if _, err := s.Application(ctx, id); err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).ListApplicationEvents(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("list moves: %w", err)
	}
	list := make([]Event, len(rows))
	for i, r := range rows {
		list[i] = Event{Move: r.Move, From: r.FromState, To: r.ToState, Reason: r.Reason, Actor: r.Actor, At: r.At.UTC()}
	}
	return list, nil
}

// escaped is a text to look for with LIKE … ESCAPE '\'.
func escaped(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(text)) + "%"
}
