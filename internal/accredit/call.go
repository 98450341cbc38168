package accredit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// States of a call that this package knows.
const (
	callDraft     = "draft"
	callOpen      = "open"
	callChecking  = "checking"
	callCancelled = "cancelled"
)

// NewCall is what a call is drafted with.
type NewCall struct {
	Programme     string             // code in the pack
	Title         pack.Text          // empty = the programme's name
	Kind          string             // "" = KindFirst
	Places        int                // awards at most; 0 = as the programme says
	Period        string             // of the figures that are evidence; "" = the year before the opening day
	Opens         string             // day it is to open; "" = today
	Authorisation pack.Authorisation // as the office records it; without Document = that of the programme
}

// Draft makes a draft of a call; nothing is public yet. It fails with Forbidden
// without accredit:manage, and Invalid where a programme is unknown or a field
// is not what it must be.
func (s *Service) Draft(ctx context.Context, n NewCall) (Call, error) {
	if err := s.requireCity(ctx, PermManage); err != nil {
		return Call{}, err
	}
	p, ok := s.Pack().AwardProgramme(n.Programme)
	if !ok {
		return Call{}, errs.InvalidField("programme", "accredit.no_programme", "Code", n.Programme)
	}
	s.complete(&n, p)
	if err := n.check(p); err != nil {
		return Call{}, err
	}
	m, err := s.packMachine(p, flowCall)
	if err != nil {
		return Call{}, err
	}
	c := Call{ID: newID(), Programme: p.Code, State: m.Definition().Start}
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error { return s.insertCall(ctx, tx, &c, n, p) })
	if err != nil {
		return Call{}, err
	}
	return s.Call(ctx, c.ID)
}

// complete fills in what the programme and the day say.
func (s *Service) complete(n *NewCall, p pack.AwardProgramme) {
	if n.Kind == "" {
		n.Kind = KindFirst
	}
	if n.Opens == "" {
		n.Opens = s.today()
	}
	if strings.TrimSpace(n.Title.In("zh-CN")) == "" {
		n.Title = p.Name
	}
	if n.Places == 0 && n.Kind == KindFirst {
		n.Places = p.RoundQuota
		if n.Places == 0 {
			n.Places = p.Quota
		}
	}
	if t, err := time.Parse(time.DateOnly, n.Opens); n.Period == "" && err == nil {
		n.Period = fmt.Sprint(t.Year() - 1)
	}
}

const mostCallTitle = 100 // characters

func (n NewCall) check(p pack.AwardProgramme) error {
	switch {
	case n.Kind != KindFirst && n.Kind != KindReevaluation:
		return errs.InvalidField("kind", "accredit.no_kind")
	case n.Kind == KindReevaluation && p.Object == ObjectEvaluation:
		return errs.InvalidField("kind", "accredit.nothing_awarded")
	case utf8.RuneCountInString(n.Title.In("zh-CN")) > mostCallTitle:
		return errs.InvalidField("title", "accredit.too_long", "Most", mostCallTitle)
	case n.Places < 0:
		return errs.InvalidField("places", "accredit.bad_places")
	}
	return n.checkDays()
}

func (n NewCall) checkDays() error {
	if _, err := time.Parse(time.DateOnly, n.Opens); err != nil {
		return errs.InvalidField("opens", "accredit.bad_day")
	}
	if _, err := period.Parse(n.Period); err != nil {
		return errs.InvalidField("period", "accredit.bad_period")
	}
	return checkAuthorisation(n.Authorisation)
}

func (s *Service) insertCall(ctx context.Context, tx *sql.Tx, c *Call, n NewCall, p pack.AwardProgramme) error {
	title, err := json.Marshal(n.Title)
	if err != nil {
		return fmt.Errorf("write title: %w", err)
	}
	authorisation, err := storeAuthorisation(n.Authorisation)
	if err != nil {
		return err
	}
	head := n.Opens[:4] + "-" + p.Prefix
	nr, err := db.Next(ctx, tx, "call:"+head, 1)
	if err != nil {
		return err
	}
	c.Code = fmt.Sprintf("%s-%d", head, nr)
	now := s.stamp()
	err = gen.New(tx).InsertCall(ctx, gen.InsertCallParams{ID: c.ID, Code: c.Code, Programme: p.Code, Title: string(title), Kind: n.Kind,
		State: c.State, Since: now, Due: "", Places: int64(n.Places), Period: n.Period, Opens: n.Opens, Authorisation: authorisation,
		CreatedBy: actor(ctx), CreatedAt: now})
	if err != nil {
		return fmt.Errorf("draft call: %w", err)
	}
	return audit.Append(ctx, tx, now, audit.Entry{Verb: "call:draft", Object: "call:" + c.ID, AreaID: s.cityID(),
		Detail: map[string]any{"code": c.Code, "programme": p.Code, "kind": n.Kind, "document": n.Authorisation.Document.In("zh-CN")}})
}

// Call returns a call. A draft is there for the office and the technical body
// only; to others it is NotFound.
func (s *Service) Call(ctx context.Context, id string) (Call, error) {
	row, err := gen.New(s.DB.Read).Call(ctx, id)
	return s.seen(ctx, gen.AwardCall(row), err)
}

// CallByCode is Call by its public code.
func (s *Service) CallByCode(ctx context.Context, code string) (Call, error) {
	row, err := gen.New(s.DB.Read).CallByCode(ctx, code)
	return s.seen(ctx, gen.AwardCall(row), err)
}

func (s *Service) seen(ctx context.Context, row gen.AwardCall, err error) (Call, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return Call{}, noCall()
	}
	if err != nil {
		return Call{}, fmt.Errorf("read call: %w", err)
	}
	c, err := s.readCall(row)
	if err == nil && c.Digest == "" && !s.seesDrafts(ctx) {
		return Call{}, noCall()
	}
	return c, err
}

// Calls lists the calls, newest first: drafts for the office and the technical
// body only.
func (s *Service) Calls(ctx context.Context) ([]Call, error) {
	rows, err := gen.New(s.DB.Read).Calls(ctx)
	if err != nil {
		return nil, fmt.Errorf("list calls: %w", err)
	}
	drafts := s.seesDrafts(ctx)
	var list []Call
	for _, r := range rows {
		if r.Digest == "" && !drafts {
			continue
		}
		c, err := s.readCall(gen.AwardCall(r))
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// seesDrafts reports whether the caller is shown calls that nobody knows of yet.
func (s *Service) seesDrafts(ctx context.Context) bool {
	return s.covers(ctx, PermManage, s.cityID()) || s.covers(ctx, PermCheck, s.cityID())
}

// requireCity fails with Forbidden where the caller has not perm for the whole city.
func (s *Service) requireCity(ctx context.Context, perm string) error {
	if s.covers(ctx, perm, s.cityID()) {
		return nil
	}
	return errs.New(errs.Forbidden, "accredit.not_yours")
}

// cityID is the area of the whole city, 0 = the register is empty.
func (s *Service) cityID() int64 {
	t := s.Tree()
	for n := range t.Len() {
		if t.At(n).Level == area.City {
			return t.At(n).ID
		}
	}
	return 0
}

func noCall() error { return errs.New(errs.NotFound, "accredit.no_call") }

// Stage returns a stage of the timeline by its code; false if there is none.
func (c Call) Stage(code string) (Stage, bool) {
	for _, st := range c.Timeline {
		if st.Code == code {
			return st, true
		}
	}
	return Stage{}, false
}

// Public reports whether the call was ever published.
func (c Call) Public() bool { return c.Digest != "" }
