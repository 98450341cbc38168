package decide

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/workflow"
)

// Channels by which an objection comes.
const (
	ChannelWeb    = "web"
	ChannelLetter = "letter"
	ChannelPhone  = "phone"
)

// NewObjection is an objection (异议) to a proposal. With a name it is looked
// into as it is; without one it needs evidence.
type NewObjection struct {
	NoticeID, ApplicationID string
	Channel                 string
	Name, Contact           string // kept sealed, seen by the handler alone
	Grounds                 string
	File                    []byte
	Media                   string
}

// Objection is an objection with its state.
type Objection struct {
	ID, Code, NoticeID, CallID, ApplicationID string
	Channel                                   string
	Named                                     bool
	Name, Contact, Grounds                    string // for the handler; "" for all others
	Digest                                    string
	State                                     string
	Since                                     time.Time
	Due                                       string
	Overdue                                   bool
	Handler                                   string
	Finding, Answer                           string // public once final
	At                                        time.Time
}

// leastGrounds is how many characters the grounds of an objection have.
const leastGrounds = 10

// Object takes an objection while the notice is up, and returns the number
// under which its state can be asked for. Letters and telephone calls are
// entered by handlers. It fails with Invalid for what is missing and with
// Conflict when the notice is over or the application is not on it.
func (s *Service) Object(ctx context.Context, n NewObjection) (code string, err error) {
	notice, err := s.Notice(ctx, n.NoticeID)
	if err != nil {
		return "", err
	}
	if err := s.checkObjection(ctx, &n, notice); err != nil {
		return "", err
	}
	c, err := s.Calls.Call(account.With(ctx, account.Actor{}), notice.CallID)
	if err != nil {
		return "", err
	}
	m, err := machine(c, "objection")
	if err != nil {
		return "", err
	}
	return s.insert(ctx, n, c, m)
}

func (s *Service) checkObjection(ctx context.Context, n *NewObjection, notice Notice) error {
	n.Name, n.Contact, n.Grounds = strings.TrimSpace(n.Name), strings.TrimSpace(n.Contact), strings.TrimSpace(n.Grounds)
	if n.Channel != ChannelWeb && s.need(ctx, permHandle) != nil {
		return errs.New(errs.Forbidden, "decide.not_yours")
	}
	switch {
	case !s.Open(notice):
		return errs.New(errs.Conflict, "decide.notice_over")
	case !slices.ContainsFunc(notice.Lines, func(l Line) bool { return l.ApplicationID == n.ApplicationID }):
		return errs.InvalidField("application", "decide.not_on_notice")
	case len([]rune(n.Grounds)) < leastGrounds:
		return errs.InvalidField("grounds", "decide.grounds_short", "Least", leastGrounds)
	case n.Name != "" && n.Contact == "":
		return errs.InvalidField("contact", "decide.contact_required")
	case n.Name == "" && len(n.File) == 0:
		return errs.InvalidField("file", "decide.evidence_required")
	}
	return nil
}

func (s *Service) insert(ctx context.Context, n NewObjection, c accredit.Call, m *workflow.Machine) (string, error) {
	id, code := uuid.Must(uuid.NewV7()).String(), "YY-"+rand.Text()[:10]
	name, err := s.hide(id, n.Name)
	if err != nil {
		return "", err
	}
	contact, err := s.hide(id, n.Contact)
	if err != nil {
		return "", err
	}
	start, _ := m.State(m.Definition().Start)
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		digest := ""
		if len(n.File) > 0 {
			if digest, err = s.Keep(ctx, tx, n.Media, n.File); err != nil {
				return err
			}
		}
		err := gen.New(tx).InsertObjection(ctx, gen.InsertObjectionParams{ID: id, Code: code, NoticeID: n.NoticeID, CallID: c.ID,
			ApplicationID: n.ApplicationID, Channel: n.Channel, Named: bit(n.Name != ""), Name: name, Contact: contact, Grounds: n.Grounds,
			Digest: digest, State: start.Code, Since: s.stamp(), Due: start.Due(s.day(), s.Days()), At: s.stamp()})
		if err != nil {
			return fmt.Errorf("insert objection: %w", err)
		}
		return s.log(ctx, tx, "objection:file", "objection:"+id, "")
	})
	return code, err
}

func machine(c accredit.Call, what string) (*workflow.Machine, error) {
	return workflow.Compile(c.Rules.Workflows[what])
}

// Status returns what the public may know of an objection by its number.
func (s *Service) Status(ctx context.Context, code string) (Objection, error) {
	r, err := gen.New(s.DB.Read).ObjectionByCode(ctx, strings.ToUpper(strings.TrimSpace(code)))
	if err != nil {
		return Objection{}, orNone(err, "decide.no_objection")
	}
	o := s.objection(r)
	o.Grounds, o.Digest, o.Handler = "", "", ""
	return o, nil
}

// Objections lists all objections for those who handle them, newest first.
func (s *Service) Objections(ctx context.Context) ([]Objection, error) {
	if err := s.need(ctx, permHandle); err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).Objections(ctx)
	list := make([]Objection, len(rows))
	for i, r := range rows {
		list[i] = s.objection(r)
	}
	return list, err
}

// Late lists the objections past their day, oldest first, for those above who
// handles them: without who objects and why. It needs accredit:decide.
func (s *Service) Late(ctx context.Context) ([]Objection, error) {
	if err := s.need(ctx, permDecide); err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).Objections(ctx)
	var list []Objection
	for _, r := range rows {
		if o := s.objection(r); o.Overdue {
			o.Grounds, o.Digest, o.Handler = "", "", ""
			list = append(list, o)
		}
	}
	slices.SortStableFunc(list, func(a, b Objection) int { return strings.Compare(a.Due, b.Due) })
	return list, err
}

// Objection returns one objection with who objects, for those who handle it;
// the reading is logged.
func (s *Service) Objection(ctx context.Context, id string) (o Objection, err error) {
	if err := s.need(ctx, permHandle); err != nil {
		return o, err
	}
	r, err := gen.New(s.DB.Read).Objection(ctx, id)
	if err != nil {
		return o, orNone(err, "decide.no_objection")
	}
	o = s.objection(r)
	if o.Name, err = s.show(id, r.Name); err != nil {
		return o, err
	}
	if o.Contact, err = s.show(id, r.Contact); err != nil {
		return o, err
	}
	return o, s.DB.InTx(ctx, func(tx *sql.Tx) error {
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "objection:read", Object: "objection:" + id})
	})
}

func (s *Service) objection(r gen.Objection) Objection {
	return Objection{ID: r.ID, Code: r.Code, NoticeID: r.NoticeID, CallID: r.CallID, ApplicationID: r.ApplicationID, Channel: r.Channel,
		Named: r.Named == 1, Grounds: r.Grounds, Digest: r.Digest, State: r.State, Since: r.Since, Due: r.Due, Overdue: r.Due != "" && r.Finding == "" && s.today() > r.Due,
		Handler: r.Handler, Finding: r.Finding, Answer: r.Answer, At: r.At}
}
