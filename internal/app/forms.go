package app

import (
	"context"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic/form"
	"xuedu/internal/statistic/formhttp"
	"xuedu/internal/statistic/rule"
	"xuedu/internal/web"
)

// adoptForms brings in the forms of a pack as drafts. It needs neither measures
// nor registers.
func adoptForms(ctx context.Context, d *db.DB, p *pack.Pack, now func() time.Time) error {
	s := form.New(d, func() *pack.Pack { return p }, nil, now)
	_, err := s.Adopt(ctx, p.Name+" "+p.Version)
	return err
}

// connectForms tells the register of forms what is known already: the measures
// that sources really offer, and the bodies of the city's register.
func (a *App) connectForms() {
	a.Forms.Connect(form.Outside{Offered: a.offeredMeasures, Rules: badRules, Body: a.formBody})
}

func badRules(f pack.Form) []form.BadRule {
	var out []form.BadRule
	for _, b := range rule.CheckForm(f) {
		out = append(out, form.BadRule{Rule: b.Rule, Problem: b.Problem})
	}
	return out
}

func (a *App) offeredMeasures(ctx context.Context) ([]form.Offer, error) {
	c, err := a.Engine.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	var out []form.Offer
	for _, d := range c.List() {
		if !d.Absent {
			out = append(out, form.Offer{Code: d.Code, Name: d.Name, Unit: d.Unit})
		}
	}
	return out, nil
}

func (a *App) formBody(ctx context.Context, code string) (form.Body, bool, error) {
	o, err := a.Orgs.Get(ctx, code)
	if errs.KindOf(err) == errs.NotFound {
		return form.Body{}, false, nil
	}
	if err != nil {
		return form.Body{}, false, err
	}
	name := pack.Text{"zh-CN": o.Name}
	if o.NameEN != "" {
		name["en"] = o.NameEN
	}
	return form.Body{Code: o.Code, Type: o.Type, Name: name}, true, nil
}

// formRoutes are the pages of the register of forms.
func (a *App) formRoutes() []web.Route {
	return formhttp.Routes(formhttp.Deps{Forms: a.Forms, Pack: a.Packs.Pack, Tree: a.Areas.Tree,
		Asked: func(ctx context.Context, code string, at period.Period) (formula.Loaded, error) {
			return a.Engine.Column(ctx, formula.Ref{Code: code}, at)
		},
		Names: a.Accounts.Names,
		Can:   func(ctx context.Context, p web.Perm) bool { return account.From(ctx).Can(string(p)) },
		Zone:  a.Zone(), Now: a.now})
}
