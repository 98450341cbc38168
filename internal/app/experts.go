package app

import (
	"context"
	"slices"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/expert/experthttp"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/org"
	"xuedu/internal/web"
)

// wireExperts makes the pool of experts and their ties (P1.7). It asks for calls
// only when a page does, so calls may be made after it.
func (a *App) wireExperts() {
	a.Experts = expert.New(expert.Deps{DB: a.DB, Pack: a.Packs.Pack, Tree: a.Areas.Tree, Days: a.Calendar, Orgs: kinOrgs{a.Orgs},
		Accounts: expertAccounts{a.Accounts}, Calls: callSubjects{a}, Now: a.now,
		Caller: func(ctx context.Context) expert.Caller {
			who := account.From(ctx)
			return expert.Caller{ID: who.ID, Can: who.Can}
		},
		Terms: func(key string) string { return a.Bundle.T(i18n.ZH, key) + "\n" + a.Bundle.T(i18n.EN, key) }})
}

func (a *App) expertRoutes() []web.Route {
	return experthttp.Routes(experthttp.Deps{Experts: a.Experts, Calls: a.Calls, Tree: a.Areas.Tree, Orgs: a.Orgs, Names: a.Accounts.Names})
}

// kinOrgs is the register as ties are found in it.
type kinOrgs struct{ orgs *org.Service }

// Orgs implements expert.Orgs.
func (k kinOrgs) Orgs(ctx context.Context) ([]expert.Org, error) {
	all, err := k.orgs.All(ctx)
	out := make([]expert.Org, len(all))
	for i, o := range all {
		out[i] = expert.Org{ID: o.ID, Code: o.Code, Name: o.Name, ParentID: o.ParentID, AreaID: o.AreaID}
	}
	return out, err
}

// expertAccounts finds accounts that may be linked to experts.
type expertAccounts struct{ accounts *account.Service }

// Expert implements expert.Accounts.
func (e expertAccounts) Expert(ctx context.Context, login string) (string, error) {
	x, err := e.accounts.FindByLogin(ctx, login)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return "", err
	}
	fit := slices.ContainsFunc(x.Grants, func(g account.Grant) bool { return g.Role == account.RoleExpert })
	if err != nil || x.State != account.Active || !fit {
		return "", errs.InvalidField("login", "expert.no_account")
	}
	return x.ID, nil
}

// callSubjects says what experts of a call may be tied to.
type callSubjects struct{ app *App }

// Subjects implements expert.Calls.
func (c callSubjects) Subjects(ctx context.Context, callID string) (expert.Rule, []expert.Subject, error) {
	call, err := c.app.Calls.Call(ctx, callID)
	if err != nil {
		return expert.Rule{}, nil, err
	}
	list, err := c.app.Calls.OfCall(ctx, callID)
	if err != nil {
		return expert.Rule{}, nil, err
	}
	var subjects []expert.Subject
	for _, x := range list {
		if x.Submitted.IsZero() {
			continue
		}
		s, err := c.app.Calls.Subject(ctx, x.ID)
		if err != nil {
			return expert.Rule{}, nil, err
		}
		subjects = append(subjects, s)
	}
	return ruleOf(call), subjects, nil
}

func ruleOf(c accredit.Call) expert.Rule {
	r := c.Rules.Programme.Conflict
	return expert.Rule{LookBack: r.LookBack, Kinds: r.Kinds, Level: r.Level}
}
