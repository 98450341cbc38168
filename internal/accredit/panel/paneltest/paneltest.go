// Package paneltest makes a small city around a panel: a call that is being
// checked, applications, experts, and conflicts that a test sets.
package paneltest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/draw/register"
	"xuedu/internal/pack"
	"xuedu/internal/workflow"
)

// City is what is around a panel: a call, applications, experts, conflicts.
type City struct {
	*panel.Service
	Round   accredit.Call
	Apps    []accredit.Application
	People  []expert.Expert
	Ties    map[[2]string]bool
	Sealed  map[string]bool
	Guards  map[string]accredit.Guard
	Effects map[string]accredit.Effect
}

// Who acts.
var (
	Office    = acting(account.RoleCity, "office")
	Technical = acting(account.RoleTechnical, "technical")
)

func acting(role, id string) context.Context {
	ctx := account.With(context.Background(), account.Actor{ID: id, Grants: []account.Grant{{Role: role}}})
	return audit.With(ctx, audit.Who{Actor: id})
}

// As acts as an expert.
func As(e expert.Expert) context.Context { return acting(account.RoleExpert, e.AccountID) }

// New returns a city with experts, applications that wait for review, and rules.
func New(d *db.DB, experts, apps int, rules pack.Panel) *City {
	c := &City{Guards: map[string]accredit.Guard{}, Effects: map[string]accredit.Effect{}, Ties: map[[2]string]bool{}, Sealed: map[string]bool{}}
	c.Round = accredit.Call{ID: "call", Code: "2025-JY-1", Title: pack.Text{"zh-CN": "示例批次"}, State: "checking", Digest: "x",
		Rules: accredit.Rules{Programme: pack.AwardProgramme{Panel: rules}, Workflows: map[string]workflow.Definition{
			"call":        {States: []workflow.State{{Code: "checking"}, {Code: "reviewing"}, {Code: "closed", Final: true}}},
			"application": {States: []workflow.State{{Code: "ready"}, {Code: "desk_review"}, {Code: "withdrawn", Final: true}}},
		}}}
	for i := range apps {
		c.Apps = append(c.Apps, accredit.Application{ID: fmt.Sprintf("app%02d", i), CallID: "call", Code: fmt.Sprintf("JY-%03d", i), State: "ready"})
	}
	for i := range experts {
		id := fmt.Sprintf("expert%02d", i)
		c.People = append(c.People, expert.Expert{ID: id, AccountID: "account-" + id, Name: id, Categories: []string{[]string{"practice", "research"}[i%2]}})
	}
	now := func() time.Time { return time.Date(2025, 9, 1, 8, 0, 0, 0, time.UTC) }
	c.Service = panel.New(panel.Deps{DB: d, Calls: c, Experts: c, Draws: register.New(register.Deps{DB: d, Now: now}),
		Pack: func() *pack.Pack { return &pack.Pack{TimeZone: "Asia/Shanghai"} }, Now: now})
	c.OnRecuse(func(_ context.Context, _ *sql.Tx, id string) error { c.Sealed[id] = true; return nil })
	c.Register(c)
	return c
}

func (c *City) Call(context.Context, string) (accredit.Call, error) { return c.Round, nil }
func (c *City) OfCall(context.Context, string) ([]accredit.Application, error) {
	return slices.Clone(c.Apps), nil
}
func (c *City) Subject(_ context.Context, id string) (expert.Subject, error) {
	return expert.Subject{ApplicationID: id}, nil
}
func (c *City) Advance(_ context.Context, _ *sql.Tx, _ string, ids []string, _, _ string) error {
	for i := range c.Apps {
		if slices.Contains(ids, c.Apps[i].ID) {
			c.Apps[i].State = "desk_review"
		}
	}
	return nil
}

func (c *City) Matrix(_ context.Context, _ expert.Rule, experts []string, subjects []expert.Subject) (expert.Matrix, error) {
	m := expert.Matrix{}
	for _, e := range experts {
		m[e] = map[string][]expert.Edge{}
		for _, s := range subjects {
			if c.Ties[[2]string{e, s.ApplicationID}] {
				m[e][s.ApplicationID] = []expert.Edge{{Kind: "declared", Reason: "found late"}}
			}
		}
	}
	return m, nil
}
func (c *City) Pool(context.Context) ([]expert.Expert, error) { return slices.Clone(c.People), nil }
func (c *City) Of(_ context.Context, account string) (expert.Expert, bool, error) {
	for _, e := range c.People {
		if e.AccountID == account {
			return e, true, nil
		}
	}
	return expert.Expert{}, false, nil
}

func (c *City) OnGuard(name string, g accredit.Guard)   { c.Guards[name] = g }
func (c *City) OnEffect(name string, e accredit.Effect) { c.Effects[name] = e }

// Expert finds an expert by id; the zero one if there is none.
func (c *City) Expert(id string) expert.Expert {
	for _, e := range c.People {
		if e.ID == id {
			return e
		}
	}
	return expert.Expert{}
}
