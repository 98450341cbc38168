package accredit

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// NewApplication is what an application is begun with.
type NewApplication struct {
	CallID  string
	OrgID   string // institution that applies, "" = the area itself
	AreaID  int64  // of the area itself; that of an institution is in the register
	Title   string // of a project; others bear the name of what applies
	Channel string // ChannelSelf or ChannelRecommended; "" = self
	AwardID string // of a re-evaluation: the award that is about to expire
}

// Who had the idea to apply.
const (
	ChannelSelf        = "self"
	ChannelRecommended = "recommended"
)

const (
	mostTitle  = 100 // characters
	mostReason = 5000
	mostNote   = 500
)

// candidate is what wants to apply.
type candidate struct {
	org      Org // zero = the area itself
	areaID   int64
	district int64
	name     string
}

// Begin opens an application in the state the workflow starts with, with the
// figures that are ours already in their slots (P1.7). It fails with Forbidden
// where the caller does not write for the applicant, Invalid where the object
// is not one of the programme, and Conflict where the call is not open, a gate
// fails or there is an application already.
func (s *Service) Begin(ctx context.Context, n NewApplication) (Application, error) {
	c, err := s.Call(ctx, n.CallID)
	if err != nil {
		return Application{}, err
	}
	who, err := s.candidate(ctx, c, n)
	if err != nil {
		return Application{}, err
	}
	if err := s.mayBegin(c); err != nil {
		return Application{}, err
	}
	a := who.application(c, n)
	gates, err := s.gatesOf(ctx, c, who, nil)
	if err != nil {
		return Application{}, err
	}
	if g, failing := failed(gates); failing {
		return Application{}, errs.New(errs.Conflict, "accredit.gate_fails", "Gate", gateName(c, g.Code), "Value", g.Value)
	}
	figures, err := s.figuresOf(ctx, c, a)
	if err != nil {
		return Application{}, err
	}
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error { return s.begin(ctx, tx, c, &a, gates, figures) })
	if err != nil {
		return Application{}, err
	}
	return s.Application(ctx, a.ID)
}

// application is what the candidate's case begins as. Only a project has a
// title of its own.
func (who candidate) application(c Call, n NewApplication) Application {
	a := Application{ID: newID(), CallID: c.ID, Object: c.Rules.Programme.Object, OrgID: who.org.ID, AreaID: who.areaID,
		District: who.district, Title: strings.TrimSpace(n.Title), Channel: n.Channel, AwardID: n.AwardID}
	if a.Object != ObjectProject || a.Title == "" {
		a.Title = who.name
	}
	if a.Channel == "" {
		a.Channel = ChannelSelf
	}
	return a
}

func (s *Service) begin(ctx context.Context, tx *sql.Tx, c Call, a *Application, gates []GateResult, figures []Evidence) error {
	q := gen.New(tx)
	if err := lockCall(ctx, q, c.ID); err != nil {
		return err
	}
	n, err := q.SameApplication(ctx, gen.SameApplicationParams{CallID: c.ID, OrgID: a.OrgID, AreaID: a.AreaID, Title: a.Title})
	if err != nil {
		return fmt.Errorf("find applications: %w", err)
	}
	if n > 0 {
		return errs.New(errs.Conflict, "accredit.begun_already")
	}
	m, err := flow(c)
	if err != nil {
		return err
	}
	start, _ := m.State(m.Definition().Start)
	if a.Code, err = s.number(ctx, tx, c); err != nil {
		return err
	}
	text, err := json.Marshal(gates)
	if err != nil {
		return fmt.Errorf("write gates: %w", err)
	}
	now := s.stamp()
	err = q.InsertApplication(ctx, gen.InsertApplicationParams{ID: a.ID, CallID: a.CallID, Code: a.Code, Object: a.Object, OrgID: a.OrgID,
		AreaID: a.AreaID, District: a.District, Title: a.Title, Channel: a.Channel, AwardID: a.AwardID, Gates: string(text),
		State: start.Code, Desk: start.Desk, Since: now, Due: s.dueIn(c, *a, start, start), CreatedBy: actor(ctx), CreatedAt: now})
	if err == nil {
		err = s.insertFigures(ctx, q, a.ID, figures)
	}
	if err == nil {
		err = s.event(ctx, q, a.ID, "begin", "", start.Code, "")
	}
	if err != nil {
		return fmt.Errorf("begin application: %w", err)
	}
	return audit.Append(ctx, tx, now, audit.Entry{Verb: "application:begin", Object: "application:" + a.ID, AreaID: a.AreaID,
		Detail: map[string]any{"call": c.Code, "code": a.Code}})
}

// number hands out the anonymous number of an application: JY-2025-0087.
func (s *Service) number(ctx context.Context, tx *sql.Tx, c Call) (string, error) {
	head := c.Rules.Programme.Prefix + "-" + s.today()[:4]
	n, err := db.Next(ctx, tx, "application:"+head, 1)
	return fmt.Sprintf("%s-%04d", head, n), err
}

// mayBegin reports why nobody may begin an application in a call now.
func (s *Service) mayBegin(c Call) error {
	if c.State != callOpen || over(s.today(), stageEnd(c, stageApplying)) {
		return errs.New(errs.Conflict, "accredit.call_not_open")
	}
	return nil
}

// candidate checks who applies and for what.
func (s *Service) candidate(ctx context.Context, c Call, n NewApplication) (candidate, error) {
	who := candidate{areaID: n.AreaID}
	if n.OrgID != "" {
		o, err := s.Orgs.Org(ctx, n.OrgID)
		if err != nil {
			return who, err
		}
		who.org, who.areaID, who.name = o, o.AreaID, o.Name
	}
	nr, ok := s.Tree().ByID(who.areaID)
	if !ok {
		return who, errs.InvalidField("area", "accredit.no_area")
	}
	if !s.mayApply(ctx, n.OrgID, who.areaID) {
		return who, errs.New(errs.Forbidden, "accredit.not_your_applicant")
	}
	if who.org.ID == "" {
		who.name = s.Tree().At(nr).Name
	}
	who.district = s.districtOf(who.areaID)
	return who, s.suits(c, n, who, s.Tree().At(nr).Level)
}

// suits checks that what applies is an object of the programme.
func (s *Service) suits(c Call, n NewApplication, who candidate, level area.Level) error {
	p := c.Rules.Programme
	byArea := p.Object == ObjectDistrict || p.Object == ObjectEvaluation
	title := strings.TrimSpace(n.Title)
	switch {
	case byArea && (who.org.ID != "" || level != area.District):
		return errs.InvalidField("area", "accredit.needs_district")
	case (p.Object == ObjectOrganisation || p.Object == ObjectBase) && who.org.ID == "":
		return errs.InvalidField("org", "accredit.needs_org")
	case who.org.ID != "" && len(p.OrgTypes) > 0 && !slices.Contains(p.OrgTypes, who.org.Type):
		return errs.InvalidField("org", "accredit.wrong_type")
	case p.Object == ObjectProject && title == "":
		return errs.InvalidField("title", "accredit.needs_title")
	case utf8.RuneCountInString(title) > mostTitle:
		return errs.InvalidField("title", "accredit.too_long", "Most", mostTitle)
	case n.Channel != "" && n.Channel != ChannelSelf && n.Channel != ChannelRecommended:
		return errs.InvalidField("channel", "accredit.no_channel")
	case c.Kind == KindReevaluation && n.AwardID == "":
		return errs.InvalidField("award", "accredit.needs_award")
	}
	return nil
}

// stageEnd is the last day of a stage of a call, "" where it has none.
func stageEnd(c Call, code string) string {
	for _, st := range c.Timeline {
		if st.Code == code {
			return st.To
		}
	}
	return ""
}

func over(today, last string) bool { return last != "" && today > last }

func (s *Service) event(ctx context.Context, q *gen.Queries, id, move, from, to, reason string) error {
	return q.InsertApplicationEvent(ctx, gen.InsertApplicationEventParams{ApplicationID: id, Move: move, FromState: from, ToState: to,
		Reason: reason, Actor: actor(ctx), At: s.stamp()})
}

func lockCall(ctx context.Context, q *gen.Queries, id string) error {
	if n, err := q.LockCall(ctx, id); err != nil || n == 0 {
		return orNotFound(err)
	}
	return nil
}

func lockApplication(ctx context.Context, q *gen.Queries, id string) error {
	if n, err := q.LockApplication(ctx, id); err != nil || n == 0 {
		return orNotFound(err)
	}
	return nil
}

func orNotFound(err error) error {
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	return noApplication()
}

func nullTime(t time.Time) sql.NullTime { return sql.NullTime{Time: t, Valid: !t.IsZero()} }
