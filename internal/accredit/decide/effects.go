package decide

import (
	"context"
	"database/sql"
	"slices"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/score"
	"xuedu/internal/errs"
)

// register answers for the names that the workflow of calls uses (workflows of
// the pack: award-call.yaml).
func (s *Service) register() {
	for name, g := range map[string]accredit.Guard{
		"meeting_closed":    s.meetingClosed,
		"ties_broken":       s.tiesBroken,
		"grey_read":         s.greyRead,
		"within_places":     s.withinPlaces,
		"notice_over":       s.noticeOver,
		"approval_recorded": s.recorded(Approval, "decide.no_approval"),
		"quota_kept":        s.recorded(Document, "decide.no_document"),
	} {
		s.Calls.OnGuard(name, g)
	}
	for name, e := range map[string]accredit.Effect{
		"shortlist":           s.shortlist,
		"begin_deliberation":  s.beginDeliberation,
		"propose":             s.propose,
		"seal":                s.seal,
		"notice":              s.notice,
		"end_notice":          s.advance("end_notice", "public_notice"),
		"approve":             s.advance("approve", "approving"),
		"reopen_deliberation": s.reopen,
		"award":               s.award,
	} {
		s.Calls.OnEffect(name, e)
	}
}

func (s *Service) meetingClosed(ctx context.Context, c accredit.Call, _ string) (string, error) {
	list, err := s.Meetings(ctx, c.ID)
	if slices.ContainsFunc(list, func(m Meeting) bool { return m.Kind == Deliberation && m.State == MeetingClosed }) {
		return "", err
	}
	return "decide.meeting_missing", err
}

func (s *Service) tiesBroken(ctx context.Context, c accredit.Call, _ string) (string, error) {
	if ties, err := s.Ties(ctx, c); err != nil || len(ties) > 0 {
		return "decide.tie_open", err
	}
	return "", nil
}

func (s *Service) greyRead(ctx context.Context, c accredit.Call, _ string) (string, error) {
	list, err := s.outcomes(ctx, c.ID)
	if err != nil {
		return "", err
	}
	apps, err := s.deliberated(ctx, c)
	for _, o := range list {
		among := slices.ContainsFunc(apps, func(a accredit.Application) bool { return a.ID == o.ApplicationID })
		if among && o.Grey && o.Second == "" {
			return "decide.grey_open", err
		}
	}
	return "", err
}

func (s *Service) withinPlaces(ctx context.Context, c accredit.Call, _ string) (string, error) {
	r, _, err := s.Record(ctx, c)
	if err != nil {
		return "", err
	}
	in := 0
	for _, st := range r.Result {
		if st.In {
			in++
		}
	}
	if c.Places > 0 && in > c.Places {
		return "decide.over_places", nil
	}
	return "", nil
}

func (s *Service) noticeOver(ctx context.Context, c accredit.Call, _ string) (string, error) {
	n, err := s.NoticeOf(ctx, c.ID)
	if err != nil {
		return "", err
	}
	if s.today() <= n.To {
		return "decide.notice_runs", nil
	}
	return "", nil
}

// recorded asks for a meeting of a kind.
func (s *Service) recorded(kind, why string) accredit.Guard {
	return func(ctx context.Context, c accredit.Call, _ string) (string, error) {
		list, err := s.Meetings(ctx, c.ID)
		if slices.ContainsFunc(list, func(m Meeting) bool { return m.Kind == kind && m.State == MeetingClosed }) {
			return "", err
		}
		return why, err
	}
}

// in lists the ids of a call's applications that are in a state.
func (s *Service) in(ctx context.Context, callID string, states ...string) ([]string, error) {
	apps, err := s.Calls.OfCall(ctx, callID)
	var ids []string
	for _, a := range apps {
		if slices.Contains(states, a.State) {
			ids = append(ids, a.ID)
		}
	}
	return ids, err
}

// advance makes one move for all applications in some states.
func (s *Service) advance(move string, states ...string) accredit.Effect {
	return func(ctx context.Context, tx *sql.Tx, c accredit.Call, _ string) error {
		ids, err := s.in(ctx, c.ID, states...)
		if err != nil || len(ids) == 0 {
			return err
		}
		return s.Calls.Advance(ctx, tx, c.ID, ids, move, "")
	}
}

func (s *Service) shortlist(ctx context.Context, tx *sql.Tx, c accredit.Call, _ string) error {
	r, ids, err := s.compute(ctx, tx, c)
	if err != nil {
		return err
	}
	short, err := score.Shortlist(r)
	if err != nil {
		return err
	}
	return s.part(ctx, tx, c, ids, "desk_review", func(code string) bool { return slices.Contains(short, code) }, [2]string{"shortlist", "drop"})
}

// part moves the applications in a state one way or another.
func (s *Service) part(ctx context.Context, tx *sql.Tx, c accredit.Call, ids map[string]string, state string, yes func(code string) bool, moves [2]string) error {
	there, err := s.in(ctx, c.ID, state)
	if err != nil {
		return err
	}
	var way [2][]string
	for code, id := range ids {
		if !slices.Contains(there, id) {
			continue
		}
		if yes(code) {
			way[0] = append(way[0], id)
		} else {
			way[1] = append(way[1], id)
		}
	}
	for i, list := range way {
		slices.Sort(list)
		if len(list) == 0 {
			continue
		}
		if err := s.Calls.Advance(ctx, tx, c.ID, list, moves[i], ""); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) beginDeliberation(ctx context.Context, tx *sql.Tx, c accredit.Call, _ string) error {
	if _, _, err := s.compute(ctx, tx, c); err != nil {
		return err
	}
	return s.advance("begin_deliberation", "shortlisted", "on_site")(ctx, tx, c, "")
}

func (s *Service) propose(ctx context.Context, tx *sql.Tx, c accredit.Call, _ string) error {
	r, ids, err := s.compute(ctx, tx, c)
	if err != nil {
		return err
	}
	in := map[string]bool{}
	for _, st := range r.Result {
		in[st.Application] = st.In
	}
	return s.part(ctx, tx, c, ids, "deliberation", func(code string) bool { return in[code] }, [2]string{"propose", "not_propose"})
}

// award hands what was approved to the register of awards, and of a
// re-evaluation every score; an evaluation of districts awards nothing.
func (s *Service) award(ctx context.Context, tx *sql.Tx, c accredit.Call, _ string) error {
	apps, err := s.Calls.OfCall(ctx, c.ID)
	if err != nil {
		return err
	}
	again := c.Kind == accredit.KindReevaluation // there every result counts, the poor ones too
	apps = slices.DeleteFunc(apps, func(a accredit.Application) bool {
		return a.State != "approved" && (!again || !slices.Contains(reviewed, a.State))
	})
	if err := s.enter(ctx, tx, c, apps); err != nil {
		return err
	}
	return s.advance("award", "approved")(ctx, tx, c, "")
}

// enter gives awards to applications.
func (s *Service) enter(ctx context.Context, tx *sql.Tx, c accredit.Call, apps []accredit.Application) error {
	list, err := s.awarded(ctx, c, apps)
	if err != nil || len(list) == 0 {
		return err
	}
	switch {
	case c.Rules.Programme.Object == accredit.ObjectEvaluation:
		return nil
	case s.Grant == nil:
		return errs.New(errs.Unavailable, "decide.no_register")
	}
	return s.Grant(ctx, tx, list)
}

func (s *Service) awarded(ctx context.Context, c accredit.Call, apps []accredit.Application) ([]Awarded, error) {
	doc, err := s.paper(ctx, c.ID, Document)
	if err != nil {
		return nil, err
	}
	outcomes, err := s.outcomes(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	by := map[string]Outcome{}
	for _, o := range outcomes {
		by[o.ApplicationID] = o
	}
	var list []Awarded
	for _, a := range apps {
		list = append(list, Awarded{CallID: c.ID, ApplicationID: a.ID, AwardID: a.AwardID, Programme: c.Programme, OrgID: a.OrgID, AreaID: a.AreaID,
			Holder: a.Title, Document: doc.Number, Day: doc.Day, Sentence: by[a.ID].Sentence, Score: by[a.ID].Final})
	}
	return list, nil
}
