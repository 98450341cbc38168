package statistic

import (
	"context"
	"slices"
	"strings"
	"time"

	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/statistic/internal/gen"
	"xuedu/internal/workflow"
)

// Debt is what lies at one desk: an area that owes returns, or has to review
// them.
type Debt struct {
	Holder   int64  // area
	Desk     string // unit: it has to fill in; parent: it has to review
	Returns  int
	Late     int       // of them after the desk's day
	Since    time.Time // the oldest has lain there since
	Due      string    // the earliest day, "" = none
	Reminded time.Time // newest reminder
	Code     string    // of the form, "" where several
}

// Debts says who owes what, since when, at whose desk, in the order of the
// tree: of one collection and its summary, or of all ("" ), in the subtree of an
// area (0 = all that the caller may see).
func (s *Service) Debts(ctx context.Context, collection string, areaID int64) ([]Debt, error) {
	list, err := s.owed(ctx, collection, ReturnQuery{AreaID: areaID, Owed: true})
	if err != nil {
		return nil, err
	}
	type key struct {
		holder int64
		desk   string
	}
	at := map[key]int{}
	var out []Debt
	for _, r := range list {
		k := key{r.Holder, r.Desk}
		i, ok := at[k]
		if !ok {
			i, at[k] = len(out), len(out)
			out = append(out, Debt{Holder: r.Holder, Desk: r.Desk, Since: r.Since, Due: r.Due, Code: r.Collection.Form.Code})
		}
		out[i].add(r)
	}
	t := s.Tree()
	slices.SortStableFunc(out, func(a, b Debt) int {
		x, _ := t.ByID(a.Holder)
		y, _ := t.ByID(b.Holder)
		if x != y {
			return x - y
		}
		return strings.Compare(a.Desk, b.Desk)
	})
	return out, nil
}

func (d *Debt) add(r Return) {
	d.Returns++
	if r.Overdue {
		d.Late++
	}
	if r.Since.Before(d.Since) {
		d.Since = r.Since
	}
	if r.Due != "" && (d.Due == "" || r.Due < d.Due) {
		d.Due = r.Due
	}
	if r.Reminded.After(d.Reminded) {
		d.Reminded = r.Reminded
	}
	if d.Code != r.Collection.Form.Code {
		d.Code = ""
	}
}

// owed lists returns of a collection and its summary, or of all ("").
func (s *Service) owed(ctx context.Context, collection string, q ReturnQuery) ([]Return, error) {
	ids := []string{""}
	if collection != "" {
		ids = []string{collection}
		switch id, err := gen.New(s.DB.Read).SummaryOf(ctx, collection); {
		case err == nil:
			ids = append(ids, id)
		case errs.KindOf(notFound(err, "summary")) != errs.NotFound:
			return nil, err
		}
	}
	var all []Return
	for _, id := range ids {
		q.Collection = id
		list, err := s.Returns(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// Remind reminds every unit below an area (0 = all the caller may see) whose
// desk's day is past, of a collection or of all (""): each sees it on its desk.
// Who is reminded once a day is reminded enough. It returns how many returns
// that were.
func (s *Service) Remind(ctx context.Context, collection string, areaID int64) (n int, err error) {
	list, err := s.owed(ctx, collection, ReturnQuery{AreaID: areaID, Overdue: true})
	if err != nil {
		return 0, err
	}
	list = slices.DeleteFunc(list, func(r Return) bool {
		return s.dayOf(r.Reminded) == s.today() || !s.covers(ctx, permReview, r.Holder)
	})
	if len(list) == 0 {
		return 0, nil
	}
	e := audit.Entry{Verb: "return:remind", Object: "collection:" + collection, AreaID: areaID, Detail: map[string]any{"returns": len(list)}}
	return len(list), s.change(ctx, e, func(w *work) error {
		if err := w.lock(ctx); err != nil {
			return err
		}
		for _, r := range list {
			if err := w.remind(ctx, r, "remind"); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *work) remind(ctx context.Context, r Return, event string) error {
	if err := w.q.SetReminded(ctx, gen.SetRemindedParams{ID: r.ID, RemindedAt: nullTime(w.now)}); err != nil {
		return err
	}
	return w.q.InsertEvent(ctx, gen.InsertEventParams{ID: newID(), ReturnID: r.ID, Move: event, FromState: r.State, ToState: r.State,
		Actor: w.actor, CreatedAt: w.now})
}

// Notice is what the caller's desk says of returns.
type Notice struct {
	Open      int       // on the caller's desk
	Late      int       // of them after their day
	Soon      int       // of them with a reminder before the day
	Reminded  time.Time // the newest reminder among them
	Escalated int       // of areas directly below, after their day
}

// Notice returns what lies on the caller's own desks.
func (s *Service) Notice(ctx context.Context) (Notice, error) {
	desks := s.desksOf(ctx)
	if len(desks) == 0 {
		return Notice{}, nil
	}
	list, err := s.Returns(ctx, ReturnQuery{Mine: true})
	if err != nil {
		return Notice{}, err
	}
	var n Notice
	for _, r := range list {
		n.add(r)
	}
	n.Escalated, err = s.escalated(ctx, desks)
	return n, err
}

// Escalated counts the returns of areas directly below the caller's desks that
// are past their day.
func (s *Service) Escalated(ctx context.Context) (int, error) {
	desks := s.desksOf(ctx)
	if len(desks) == 0 {
		return 0, nil
	}
	return s.escalated(ctx, desks)
}

func (n *Notice) add(r Return) {
	n.Open++
	switch {
	case r.Overdue:
		n.Late++
	case !r.Reminded.IsZero():
		n.Soon++
	}
	if r.Reminded.After(n.Reminded) {
		n.Reminded = r.Reminded
	}
}

// Tick reminds desks before their day, and does what the workflow says where
// the day is past: it tells the desk above, or makes a move. The program calls
// it every hour; calling it twice does nothing more. It returns how many
// returns it did something about.
func (s *Service) Tick(ctx context.Context) (n int, err error) {
	list, err := s.list(ctx, s.DB.Read, "r.desk <> '' AND r.due <> '' AND r.due <= $1 AND (r.reminders = 0 OR r.escalated = 0)", s.horizon())
	if err != nil {
		return 0, err
	}
	for _, r := range list {
		did, err := s.tickOne(ctx, r)
		if err != nil {
			return n, err
		}
		if did {
			n++
		}
	}
	return n, nil
}

// horizon is the last day of which anybody is reminded today already.
func (s *Service) horizon() string {
	most := 0
	for _, w := range s.Pack().Workflows {
		for _, st := range w.States {
			most = max(most, st.Remind)
		}
	}
	return s.Days().Add(s.date(), most+1).Format(time.DateOnly)
}

func (s *Service) tickOne(ctx context.Context, r Return) (did bool, err error) {
	m, err := s.machine(flowOf(r.Collection))
	if err != nil {
		return false, err
	}
	st, ok := m.State(r.State)
	stage := st.Stage(r.Due, s.date(), s.Days())
	if !ok || stage == workflow.InTime || stage == workflow.Soon && r.Prompted || stage == workflow.Over && r.Escalated {
		return false, nil
	}
	e := audit.Entry{Verb: "return:prompt"}
	if stage == workflow.Over {
		e.Verb = "return:escalate"
	}
	return true, s.withPage(ctx, r.ID, permRead, e, func(p *page) error {
		if p.State != r.State {
			return nil // it moved meanwhile
		}
		if stage == workflow.Soon {
			if err := p.q.SetReminders(ctx, p.ID); err != nil {
				return err
			}
			return p.remind(ctx, p.Return, "prompt")
		}
		return p.over(ctx, m, st)
	})
}

// over does what a state says for the time after its last day.
func (p *page) over(ctx context.Context, m *workflow.Machine, st workflow.State) error {
	if st.Then != "" && st.Then != workflow.Escalate {
		step, err := m.Step(ctx, p.State, st.Then, "", workflow.Hand{}, p.guard)
		if err == nil {
			return p.step(ctx, step)
		}
		if errs.KindOf(err) != errs.Conflict {
			return err
		}
	}
	if err := p.q.SetEscalated(ctx, p.ID); err != nil {
		return err
	}
	event := "remind"
	if st.Then == workflow.Escalate {
		event = workflow.Escalate
	}
	return p.remind(ctx, p.Return, event)
}
