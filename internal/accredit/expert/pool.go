package expert

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Input is what the office enters of an expert.
type Input struct {
	Code               string // "" = the next number
	Name, Title        string
	Categories, Fields []string
	OrgID, OrgName     string
	WorkArea, HomeArea int64
	Load               int
	Agreed             bool // new: has agreed to the terms on paper, needs no invitation
	Version            int64
}

// Limits of what is entered, in characters.
const (
	maxName   = 60
	maxText   = 100
	maxFields = 20
	maxLoad   = 10_000
)

// Categories lists the categories of the panels of all programmes of the pack,
// each once.
func (s *Service) Categories() []pack.Category {
	var out []pack.Category
	for _, p := range s.Pack().Awards {
		for _, c := range p.Panel.Categories {
			if !slices.ContainsFunc(out, func(had pack.Category) bool { return had.Code == c.Code }) {
				out = append(out, c)
			}
		}
	}
	return out
}

// Add takes an expert into the pool: invited, or active where the terms are
// agreed to. It needs expert:manage. Invalid on a broken rule.
func (s *Service) Add(ctx context.Context, in Input) (Expert, error) {
	if err := s.may(ctx, PermManage); err != nil {
		return Expert{}, err
	}
	kin, err := s.kin(ctx)
	if err != nil {
		return Expert{}, err
	}
	if err := s.clean(&in, kin); err != nil {
		return Expert{}, err
	}
	var e Expert
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if e, err = s.add(ctx, tx, in); err != nil {
			return err
		}
		if err := s.suggest(ctx, tx, e, kin); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "expert:add", Object: object(e.ID)})
	})
	return e, err
}

func object(id string) string { return "expert:" + id }

// add inserts an expert of checked input.
func (s *Service) add(ctx context.Context, tx *sql.Tx, in Input) (Expert, error) {
	nr, err := db.Next(ctx, tx, "expert", 1)
	if err != nil {
		return Expert{}, err
	}
	e := Expert{ID: newID(), State: Invited, Version: 1}
	e.fill(in)
	if e.Code == "" {
		e.Code = fmt.Sprintf("P%04d", nr)
	}
	if in.Agreed {
		e.State, e.TermsAt = Active, s.stamp()
	}
	return e, s.insert(ctx, tx, e)
}

func (e *Expert) fill(in Input) {
	if in.Code != "" {
		e.Code = in.Code
	}
	e.Name, e.Title, e.Categories, e.Fields, e.Load = in.Name, in.Title, in.Categories, in.Fields, in.Load
	e.OrgID, e.OrgName, e.WorkArea, e.HomeArea = in.OrgID, in.OrgName, in.WorkArea, in.HomeArea
}

// clean trims the input and reports the first rule it breaks.
func (s *Service) clean(in *Input, kin kinship) error {
	for _, p := range []*string{&in.Code, &in.Name, &in.Title, &in.OrgName} {
		*p = strings.Join(strings.Fields(*p), " ")
	}
	in.Categories, in.Fields = words(in.Categories), words(in.Fields)
	if o, ok := kin[in.OrgID]; ok && in.OrgName == "" {
		in.OrgName = o.Name
	} else if in.OrgID != "" && !ok {
		return errs.InvalidField("org", "expert.no_org", "Code", in.OrgID)
	}
	switch {
	case in.Name == "":
		return errs.InvalidField("name", "expert.name_missing")
	case utf8.RuneCountInString(in.Name) > maxName:
		return errs.InvalidField("name", "expert.too_long", "N", maxName)
	case utf8.RuneCountInString(in.Title) > maxText:
		return errs.InvalidField("title", "expert.too_long", "N", maxText)
	case utf8.RuneCountInString(in.OrgName) > maxText:
		return errs.InvalidField("org_name", "expert.too_long", "N", maxText)
	case utf8.RuneCountInString(in.Code) > 40 || strings.ContainsFunc(in.Code, unicode.IsControl):
		return errs.InvalidField("code", "expert.too_long", "N", 40)
	case in.Load < 0 || in.Load > maxLoad:
		return errs.InvalidField("load", "expert.bad_load", "N", maxLoad)
	}
	return s.cleanLists(in)
}

func (s *Service) cleanLists(in *Input) error {
	known := s.Categories()
	for _, c := range in.Categories {
		if !slices.ContainsFunc(known, func(k pack.Category) bool { return k.Code == c }) {
			return errs.InvalidField("categories", "expert.no_category", "Code", c)
		}
	}
	if len(in.Fields) > maxFields {
		return errs.InvalidField("fields", "expert.many_fields", "N", maxFields)
	}
	for _, f := range in.Fields {
		if utf8.RuneCountInString(f) > maxText {
			return errs.InvalidField("fields", "expert.too_long", "N", maxText)
		}
	}
	for field, id := range map[string]int64{"work_area": in.WorkArea, "home_area": in.HomeArea} {
		if _, ok := s.Tree().ByID(id); id != 0 && !ok {
			return errs.InvalidField(field, "expert.no_area")
		}
	}
	return nil
}

// words trims a list and takes out what is empty or there already.
func words(in []string) []string {
	out := []string{}
	for _, w := range in {
		if w = strings.Join(strings.Fields(w), " "); w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// Change changes an expert as read at in.Version; the number stays. What the
// expert worked for and where they lived until today goes on excluding for the
// years of the rule. It needs expert:manage.
func (s *Service) Change(ctx context.Context, id string, in Input) (Expert, error) {
	kin, err := s.kin(ctx)
	if err != nil {
		return Expert{}, err
	}
	if err := s.clean(&in, kin); err != nil {
		return Expert{}, err
	}
	return s.alter(ctx, id, "expert:change", "", func(tx *sql.Tx, e *Expert) error {
		if in.Version != 0 && in.Version != e.Version {
			return errs.New(errs.Conflict, "expert.changed_meanwhile")
		}
		old := *e
		in.Code = ""
		e.fill(in)
		if err := s.former(ctx, tx, old, *e); err != nil {
			return err
		}
		return s.suggest(ctx, tx, *e, kin)
	})
}

// former keeps the ties that a change ends.
func (s *Service) former(ctx context.Context, tx *sql.Tx, old, now Expert) error {
	var ends []Edge
	if old.OrgID != "" && old.OrgID != now.OrgID {
		ends = append(ends, Edge{Kind: KindEmployer, Subject: SubjectOrg, SubjectID: old.OrgID})
	}
	if old.WorkArea != 0 && old.WorkArea != now.WorkArea {
		ends = append(ends, Edge{Kind: KindWorkArea, Subject: SubjectArea, SubjectID: areaText(old.WorkArea)})
	}
	if old.HomeArea != 0 && old.HomeArea != now.HomeArea {
		ends = append(ends, Edge{Kind: KindHomeArea, Subject: SubjectArea, SubjectID: areaText(old.HomeArea)})
	}
	for _, e := range ends {
		e.ExpertID, e.Source, e.State, e.To = old.ID, SourceFormer, Ended, s.Today()
		if _, err := s.keepEdge(ctx, tx, e, eventFound); err != nil {
			return err
		}
	}
	return nil
}

// alter runs one change of an expert in a transaction and tells it.
func (s *Service) alter(ctx context.Context, id, verb, reason string, f func(*sql.Tx, *Expert) error) (Expert, error) {
	if err := s.may(ctx, PermManage); err != nil {
		return Expert{}, err
	}
	var e Expert
	err := s.DB.InTx(ctx, func(tx *sql.Tx) (err error) {
		if e, err = find(ctx, tx, id); err != nil {
			return err
		}
		if err := f(tx, &e); err != nil {
			return err
		}
		if err := update(ctx, tx, e); err != nil {
			return err
		}
		e.Version++
		if err := s.tell(ctx, tx, e.ID); err != nil {
			return err
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: verb, Object: object(e.ID), Reason: reason})
	})
	return e, err
}

// Rest takes an expert out of the pool for a while, Activate brings them back,
// Leave ends the membership; each needs expert:manage and a reason.
func (s *Service) Rest(ctx context.Context, id, reason string) error {
	return s.setState(ctx, id, reason, Resting, Active)
}

// Activate: see Rest. Who never agreed to the terms is invited instead.
func (s *Service) Activate(ctx context.Context, id, reason string) error {
	return s.setState(ctx, id, reason, Active, Resting)
}

// Leave: see Rest.
func (s *Service) Leave(ctx context.Context, id, reason string) error {
	return s.setState(ctx, id, reason, Left, Invited, Active, Resting)
}

func (s *Service) setState(ctx context.Context, id, reason, to string, from ...string) error {
	reason, err := needReason(reason)
	if err != nil {
		return err
	}
	_, err = s.alter(ctx, id, "expert:"+to, reason, func(_ *sql.Tx, e *Expert) error {
		if !slices.Contains(from, e.State) {
			return errs.New(errs.Conflict, "expert.not_in_state")
		}
		e.State = to
		return nil
	})
	return err
}

// Attach links the account with which an expert signs in; it must hold the role
// expert and belong to nobody else in the pool. "" unlinks it. Ties the account
// has from before are kept. It needs expert:manage.
func (s *Service) Attach(ctx context.Context, id, login string) (Expert, error) {
	if err := s.may(ctx, PermManage); err != nil {
		return Expert{}, err
	}
	accountID, ties, err := s.linked(ctx, id, login)
	if err != nil {
		return Expert{}, err
	}
	return s.alter(ctx, id, "expert:attach", "", func(tx *sql.Tx, e *Expert) error {
		e.AccountID = accountID
		for _, t := range ties {
			t.ExpertID = e.ID
			if _, err := s.keepEdge(ctx, tx, t, eventFound); err != nil {
				return err
			}
		}
		return nil
	})
}

// linked finds the account to link and what ties it.
func (s *Service) linked(ctx context.Context, id, login string) (accountID string, ties []Edge, err error) {
	if login = strings.TrimSpace(login); login == "" {
		return "", nil, nil
	}
	if accountID, err = s.Accounts.Expert(ctx, login); err != nil {
		return "", nil, err
	}
	if other, ok, err := s.Of(ctx, accountID); err != nil || ok && other.ID != id {
		return "", nil, firstErr(err, errs.InvalidField("login", "expert.account_taken"))
	}
	for _, f := range s.attached {
		more, err := f(ctx, accountID)
		if err != nil {
			return "", nil, err
		}
		ties = append(ties, more...)
	}
	return accountID, ties, nil
}

func firstErr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
