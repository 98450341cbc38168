package app

import (
	"context"
	"strconv"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/form"
	"xuedu/internal/statistic/rule"
)

// demoReturns shows the life of statistical returns in a demo city: the forms
// get a legal head that is clearly invented; a quarter was collected, published
// and revised in one street; the next is under way in its district, and returns
// stand in every state there. A pack without forms or workflows has no returns.
type demoReturns struct {
	*App
	s      *statistic.Service
	now    time.Time
	actors map[string]account.Actor
	last   period.Period // the quarter under way
	before period.Period // the quarter published
	n      int64
}

func (a *App) makeDemoReturns(ctx context.Context, today time.Time) (int64, error) {
	p := a.Packs.Pack()
	if _, ok := p.Workflow("return"); !ok || p.Form("base2") == nil {
		return 0, nil
	}
	if err := a.StartFigures(ctx); err != nil {
		return 0, err
	}
	if err := a.Rosters.CatchUp(ctx); err != nil {
		return 0, err
	}
	d := &demoReturns{App: a, now: today}
	deps := a.Returns.Deps
	deps.Now = func() time.Time { return d.now }
	d.s = statistic.New(deps)
	if err := d.cast(ctx); err != nil || len(d.actors) == 0 {
		return 0, err
	}
	q, err := period.Parse(today.Format("2006") + "-Q" + strconv.Itoa((int(today.Month())+2)/3))
	if err != nil {
		return 0, err
	}
	d.last, _ = q.Add(-1)
	d.before, _ = q.Add(-2)
	for _, step := range []func(context.Context) error{d.register, d.published, d.underWay} {
		if err := step(ctx); err != nil {
			return d.n, err
		}
	}
	return d.n, nil
}

// cast finds the accounts that play the parts.
func (d *demoReturns) cast(ctx context.Context) error {
	d.actors = map[string]account.Actor{}
	for _, login := range []string{"community", "street", "district", "city"} {
		t, err := d.Accounts.FindByLogin(ctx, login)
		if errs.KindOf(err) == errs.NotFound {
			d.actors = nil
			return nil
		}
		if err != nil {
			return err
		}
		d.actors[login] = account.Actor{ID: t.ID, Login: t.Login, Name: t.Name, Grants: t.Grants}
	}
	return nil
}

func (d *demoReturns) as(ctx context.Context, login string) context.Context {
	x := d.actors[login]
	return audit.With(account.With(ctx, x), audit.Who{Actor: x.ID})
}

// where is the area of an account.
func (d *demoReturns) where(login string) int64 {
	for _, g := range d.actors[login].Grants {
		if g.AreaID != 0 {
			return g.AreaID
		}
	}
	return d.Areas.Tree().At(0).ID
}

// register gives the forms heads that nobody can take for real ones.
func (d *demoReturns) register(ctx context.Context) error {
	list, err := d.Forms.List(ctx)
	if err != nil {
		return err
	}
	for i, f := range list {
		if f.State != form.Draft {
			continue
		}
		owner, _, err := d.formBody(ctx, f.Owner)
		if err != nil {
			return err
		}
		organ := pack.Text{}
		for lang, name := range owner.Name {
			organ[lang] = name
		}
		h := pack.Head{Number: "示例" + strconv.Itoa(i+1) + "表", Organ: organ, Basis: "approval",
			Approver: pack.Text{"zh-CN": "示例统计局（虚构）", "en": "Sample bureau of statistics (invented)"},
			Document: "示例统制〔" + d.now.AddDate(-2, 0, 0).Format("2006") + "〕1号（虚构）",
			From:     d.now.AddDate(-2, 0, 0).Format("2006") + "-01-01", Until: d.now.AddDate(1, 0, 0).Format("2006") + "-12-31"}
		if _, err := d.Forms.Register(d.as(ctx, "city"), f.ID, h, "演示数据 / demo data"); err != nil {
			if errs.KindOf(err) == errs.Invalid {
				continue // the register says what stands against it
			}
			return err
		}
	}
	return nil
}

// send sends a form out for a part of the city; false if it may not be sent.
func (d *demoReturns) send(ctx context.Context, code string, p period.Period, areaID int64) (statistic.Collection, bool, error) {
	f, err := d.Forms.Current(ctx, code)
	if err != nil {
		return statistic.Collection{}, false, err
	}
	if f.State != form.Registered {
		return statistic.Collection{}, false, nil
	}
	c, err := d.s.SendOrder(d.as(ctx, "city"), statistic.Order{FormID: f.ID, Period: p, AreaID: areaID}, nil)
	return c, err == nil, err
}

// published runs a quarter of one street from the sending to a revision.
func (d *demoReturns) published(ctx context.Context) error {
	today := d.now
	defer func() { d.now = today }()
	d.now = d.before.To.Time().AddDate(0, 0, 8).Add(2 * time.Hour)
	c, ok, err := d.send(ctx, "base2", d.before, d.where("street"))
	if err != nil || !ok {
		return err
	}
	d.now = d.now.AddDate(0, 0, 3)
	list, err := d.s.Returns(ctx, statistic.ReturnQuery{Collection: c.ID})
	if err != nil {
		return err
	}
	for _, r := range list {
		if err := d.handIn(ctx, r, true); err != nil {
			return err
		}
	}
	if err := d.sumUp(ctx, c.ID, "publish", ""); err != nil || len(list) == 0 {
		return err
	}
	d.now = d.now.AddDate(0, 0, 20)
	return d.revise(ctx, c, list[0])
}

// revise corrects one cell that somebody typed, up to the new publication.
func (d *demoReturns) revise(ctx context.Context, c statistic.Collection, r statistic.Return) error {
	sh, err := d.s.Sheet(ctx, r.ID, "zh-CN")
	if err != nil {
		return err
	}
	k, ok := typed(sh)
	if !ok {
		return nil
	}
	why := "漏计了一次未在系统签到的讲座，经核对补报。"
	err = d.s.Correct(d.as(ctx, "street"), r.ID, statistic.Correction{Keys: []rule.Key{k}, Reason: why, AskedBy: "本街道社区学校",
		Until: d.now.AddDate(0, 0, 7).Format(time.DateOnly)})
	if err != nil {
		return err
	}
	entry := statistic.Entry{Key: k, Text: strconv.FormatInt(sh.Cells[k].Num+40, 10)}
	if err := d.s.EnterAll(ctx, []statistic.Batch{{ID: r.ID, Entries: []statistic.Entry{entry}}}); err != nil {
		return err
	}
	if ok, err := d.explain(ctx, r); err != nil || !ok {
		return err
	}
	if err := d.confirm(ctx, r, "recheck"); err != nil {
		return err
	}
	return d.sumUp(ctx, c.ID, "revise", why)
}

// typed is the first number that somebody typed.
func typed(sh statistic.Sheet) (rule.Key, bool) {
	for _, r := range sh.Rows {
		for _, f := range sh.Collection.Form.Fields {
			k := rule.Key{Row: r.Code, Field: f.Code}
			if c, ok := sh.Cells[k]; ok && c.Origin == statistic.OriginTyped && c.State == formula.Value && f.Numeric() {
				return k, true
			}
		}
	}
	return rule.Key{}, false
}

// shown is how many returns of a collection under way are worked on: each
// state a few times.
const shown = 18

// underWay sends the quarter before today's out in the district, and leaves its
// returns in every state.
func (d *demoReturns) underWay(ctx context.Context) error {
	today := d.now
	defer func() { d.now = today }()
	for _, code := range []string{"base2", "base5"} {
		d.now = today.AddDate(0, 0, -11)
		if code == "base5" {
			d.now = today.AddDate(0, 0, -2)
		}
		c, ok, err := d.send(ctx, code, d.last, d.where("district"))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		list, err := d.s.Returns(ctx, statistic.ReturnQuery{Collection: c.ID, AreaID: d.where("street")})
		if err != nil {
			return err
		}
		d.now = today.AddDate(0, 0, -1)
		for i, r := range list[:min(shown, len(list))] {
			if err := d.oneOf(ctx, r, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// oneOf brings a return into one of the states; that of the demo account's own
// community is left to be filled in.
func (d *demoReturns) oneOf(ctx context.Context, r statistic.Return, i int) error {
	if r.AreaID == d.where("community") {
		return nil
	}
	switch i % 6 {
	case 0, 1:
		return d.handIn(ctx, r, true)
	case 2:
		return d.handIn(ctx, r, false)
	case 3:
		return d.fill(ctx, r)
	case 4:
		if err := d.handIn(ctx, r, false); err != nil {
			return err
		}
		sh, err := d.s.Sheet(ctx, r.ID, "zh-CN")
		if err != nil {
			return err
		}
		if k, ok := typed(sh); ok && sh.State == "review" {
			return d.s.SendBack(d.as(ctx, "street"), r.ID, map[rule.Key]string{k: "与上季度相差较大，请与签到表核对后改正或说明。"})
		}
	}
	return nil
}

// unit is a worker of an area that has no account here: the trail names the
// program.
func unit(ctx context.Context) context.Context {
	return account.With(ctx, account.Actor{Name: "示例填报人"})
}

// fill types the cells that nobody else can fill in: always the same small
// number, so that no rule of a form stands against it.
func (d *demoReturns) fill(ctx context.Context, r statistic.Return) error {
	sh, err := d.s.Sheet(ctx, r.ID, "zh-CN")
	if err != nil {
		return err
	}
	var entries []statistic.Entry
	for _, row := range sh.Rows {
		for _, f := range sh.Collection.Form.Fields {
			k := rule.Key{Row: row.Code, Field: f.Code}
			c, asked := sh.Cells[k]
			if !asked || c.Locked || c.State != formula.NotReported {
				continue
			}
			entries = append(entries, statistic.Entry{Key: k, Text: demoText(f, 20+r.AreaID%7)})
		}
	}
	d.n += int64(len(sh.Cells))
	return d.s.EnterAll(ctx, []statistic.Batch{{ID: r.ID, Entries: entries}})
}

func demoText(f pack.Field, n int64) string {
	switch {
	case f.Numeric():
		return strconv.FormatInt(n, 10)
	case f.Type == "choice" && len(f.Choices) > 0:
		return f.Choices[0].Code
	case f.Type == "yesno":
		return "是"
	}
	return "示例"
}

// handIn brings a return up to the desk above, or through it.
func (d *demoReturns) handIn(ctx context.Context, r statistic.Return, accept bool) error {
	if err := d.fill(ctx, r); err != nil {
		return err
	}
	if ok, err := d.explain(ctx, r); err != nil || !ok {
		return err // with a hard finding it stays with the unit, which sees what is wrong
	}
	if accept {
		return d.confirm(ctx, r, "check")
	}
	return d.submit(unit(ctx), r, "check")
}

// explain explains what the program asks about; false if something has to be
// mended instead.
func (d *demoReturns) explain(ctx context.Context, r statistic.Return) (bool, error) {
	sh, err := d.s.Sheet(ctx, r.ID, "zh-CN")
	if err != nil {
		return false, err
	}
	for _, f := range sh.Findings {
		if f.Hard {
			return false, nil
		}
		n := statistic.Note{Key: f.Key, Kind: statistic.NoteExplanation, Rule: f.Rule, Text: "已与签到表核对，属实。"}
		if err := d.s.Say(unit(ctx), r.ID, n); err != nil {
			return false, err
		}
	}
	return true, nil
}

// confirm hands a return in and accepts it.
func (d *demoReturns) confirm(ctx context.Context, r statistic.Return, first string) error {
	if err := d.submit(unit(ctx), r, first); err != nil {
		return err
	}
	return d.s.Move(d.as(ctx, "street"), r.ID, "accept", "")
}

// submit makes the first move, signs every part, and hands in.
func (d *demoReturns) submit(ctx context.Context, r statistic.Return, first string) error {
	if first != "" {
		if err := d.s.Move(ctx, r.ID, first, ""); err != nil {
			return err
		}
	}
	for _, part := range r.Collection.Form.Signatures {
		if err := d.s.Sign(ctx, r.ID, part); err != nil {
			return err
		}
	}
	last := "submit"
	if d.Areas.Tree().At(0).ID == r.AreaID {
		last = "settle"
	}
	return d.s.Move(ctx, r.ID, last, "")
}

// sumUp signs the summaries from the street to the city, and publishes.
func (d *demoReturns) sumUp(ctx context.Context, base, move, reason string) error {
	all, err := d.s.Returns(ctx, statistic.ReturnQuery{})
	if err != nil {
		return err
	}
	for _, level := range []struct{ who, above string }{{"street", "district"}, {"district", "city"}, {"city", ""}} {
		for _, r := range all {
			if r.Collection.BaseID != base || r.AreaID != d.where(level.who) {
				continue
			}
			if err := d.submit(d.as(ctx, level.who), r, ""); err != nil {
				return err
			}
			if level.above == "" {
				continue
			}
			if err := d.s.Move(d.as(ctx, level.above), r.ID, "accept", ""); err != nil {
				return err
			}
		}
	}
	if move == "publish" {
		if err := d.s.MoveCollection(d.as(ctx, "city"), base, "finish", ""); err != nil {
			return err
		}
	}
	return d.s.MoveCollection(d.as(ctx, "city"), base, move, reason)
}
