package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/demo"
	"xuedu/internal/errs"
	"xuedu/internal/org"
	"xuedu/internal/pack"
)

// demoAwards shows the life of awards in a demo city: a call that was decided,
// one on public notice, one before the experts, one open for applications, by
// authority that is clearly invented. Everything is done by the services, as
// people would, with a clock of its own.
type demoAwards struct {
	*App
	now    time.Time
	today  time.Time
	orgs   []org.Org
	actors map[string]account.Actor
	n      int64
}

// makeDemoAwards makes them; a pack without programmes has none.
func (a *App) makeDemoAwards(ctx context.Context, today time.Time, progress demo.Progress) (int64, error) {
	if _, ok := a.Packs.Pack().AwardProgramme("community-project"); !ok {
		return 0, nil
	}
	own := *a
	d := &demoAwards{App: &own, now: today, today: today, actors: map[string]account.Actor{}}
	own.now = func() time.Time { return d.now }
	own.wireAccreditation()
	for _, login := range []string{"city", "technical", "leading", "handler", "expert"} {
		t, err := d.Accounts.FindByLogin(ctx, login)
		if errs.KindOf(err) == errs.NotFound {
			return 0, nil // a city without a desk
		}
		if err != nil {
			return 0, err
		}
		d.actors[login] = account.Actor{ID: t.ID, Login: t.Login, Name: t.Name, Grants: t.Grants}
	}
	var err error
	if d.orgs, err = d.Orgs.All(ctx); err != nil {
		return 0, err
	}
	return d.n, d.make(ctx, today, progress)
}

// make runs the calls, the oldest first.
func (d *demoAwards) make(ctx context.Context, today time.Time, progress demo.Progress) error {
	d.now = today.AddDate(0, -11, 0)
	if err := d.pool(ctx); err != nil {
		return fmt.Errorf("experts: %w", err)
	}
	rounds := []demoRound{
		{programme: "community-project", opens: today.AddDate(0, -9, 0), applicants: 8, places: 4, until: "closed"},
		{programme: "learning-organisation", opens: today.AddDate(0, 0, -130), applicants: 8, places: 4, until: "noticed"},
		{programme: "district-project", opens: today.AddDate(0, 0, -75), applicants: 6, places: 3, until: "reviewing"},
		{programme: "demonstration-district", opens: today.AddDate(0, 0, -12), applicants: 2, places: 4, until: "open"},
	}
	for i := range rounds {
		progress("demo.step.awards", int64(i), int64(len(rounds)))
		if err := d.round(ctx, &rounds[i]); err != nil {
			return fmt.Errorf("%s: %w", rounds[i].programme, err)
		}
	}
	return nil
}

func (d *demoAwards) act(ctx context.Context, x account.Actor) context.Context {
	return audit.With(account.With(ctx, x), audit.Who{Actor: x.ID})
}

func (d *demoAwards) as(ctx context.Context, login string) context.Context {
	return d.act(ctx, d.actors[login])
}

// officer is somebody who holds a role in an area, for places without an account.
func (d *demoAwards) officer(ctx context.Context, role string, areaID int64) context.Context {
	return d.act(ctx, account.Actor{ID: fmt.Sprintf("demo-%s-%d", role, areaID), Grants: []account.Grant{{Role: role, AreaID: areaID}}})
}

func (d *demoAwards) staff(ctx context.Context, orgID string) context.Context {
	return d.act(ctx, account.Actor{ID: "demo-staff-" + orgID, Grants: []account.Grant{{Role: account.RoleOrgStaff, OrgID: orgID}}})
}

// poolSize is how many experts the pool has, of every category of the pack's
// programmes in turn.
const poolSize = 48

func (d *demoAwards) pool(ctx context.Context) error {
	ctx = d.as(ctx, "technical")
	categories := d.Experts.Categories()
	districts := d.level(area.District)
	for i := range poolSize {
		in := expert.Input{Name: demo.ExpertName(i), Title: "教授", Categories: []string{categories[i%len(categories)].Code}, Fields: []string{"终身教育"},
			OrgName: "示例大学", Agreed: true}
		if i%8 == 0 { // most come from outside: two of one category must not both be tied to one district
			in.WorkArea, in.HomeArea = districts[i%len(districts)].ID, districts[(i/2)%len(districts)].ID
		}
		if next := categories[(i+1)%len(categories)].Code; i%3 == 0 && next != in.Categories[0] {
			in.Categories = append(in.Categories, next)
		}
		x, err := d.Experts.Add(ctx, in)
		if err != nil {
			return err
		}
		if i > 0 && i < demo.ExpertLogins { // the first is given to somebody who was drawn
			if _, err := d.Experts.Attach(ctx, x.ID, demo.ExpertLogin(i)); err != nil {
				return err
			}
		}
		d.n++
	}
	return nil
}

func (d *demoAwards) level(l area.Level) (out []area.Area) {
	t := d.Areas.Tree()
	for i := range t.Len() {
		if a := t.At(i); a.Level == l {
			out = append(out, *a)
		}
	}
	return out
}

// demoAuthority is an authority that nobody can take for a real one.
func demoAuthority() pack.Authorisation {
	text := func(zh, en string) pack.Text { return pack.Text{"zh-CN": zh, "en": en} }
	return pack.Authorisation{
		Organ:    text("示例市评比达标表彰工作协调小组（虚构）", "Sample commission (invented)"),
		Document: text("关于同意保留示例项目的通知（虚构）", "Sample notice (invented)"),
		Number:   "示例函〔2020〕1号", Item: text("示例评选认定项目（虚构）", "Sample item (invented)"),
		Level: "province", Name: "province", From: "2020-01-01",
	}
}

// applicants are institutions that may apply, from different districts first.
func (d *demoAwards) applicants(c accredit.Call) []accredit.NewApplication {
	p := c.Rules.Programme
	if p.Object == accredit.ObjectDistrict {
		var out []accredit.NewApplication
		for _, a := range d.level(area.District) {
			out = append(out, accredit.NewApplication{CallID: c.ID, AreaID: a.ID})
		}
		return out
	}
	seen := map[int64]int{}
	var fit []org.Org
	for _, o := range d.orgs {
		if slices.Contains(p.OrgTypes, o.Type) {
			fit = append(fit, o)
		}
	}
	rank := map[string]int{}
	for _, o := range fit {
		k := d.districtOf(o.AreaID)
		rank[o.ID] = seen[k]
		seen[k]++
	}
	slices.SortStableFunc(fit, func(a, b org.Org) int { return rank[a.ID] - rank[b.ID] })
	var out []accredit.NewApplication
	for i, o := range fit {
		n := accredit.NewApplication{CallID: c.ID, OrgID: o.ID, AreaID: o.AreaID}
		if p.Object == accredit.ObjectProject {
			n.Title = demo.ProjectTitle(i, o.Name)
		}
		out = append(out, n)
	}
	return out
}

func (d *demoAwards) districtOf(areaID int64) int64 {
	t := d.Areas.Tree()
	n, ok := t.ByID(areaID)
	for ok && t.At(n).Level != area.District {
		if t.At(n).ParentID == 0 {
			return 0
		}
		n, ok = t.ByID(t.At(n).ParentID)
	}
	return t.At(n).ID
}
