package app

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/evaluation"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
)

// demoEvaluations shows the evaluation of the districts of a demo city (P1.9):
// by targets of their own, shown, contested by a district, answered, approved,
// with tasks in every state.
type demoEvaluations struct {
	*App
	now, today time.Time
	actors     map[string]account.Actor
	n          int64
}

// makeDemoEvaluations makes one of last year; a pack without a method has none.
func (a *App) makeDemoEvaluations(ctx context.Context, today time.Time) (int64, error) {
	if a.Packs.Pack().Evaluation == nil {
		return 0, nil
	}
	own := *a
	d := &demoEvaluations{App: &own, today: today, now: time.Date(today.Year(), 4, 7, 1, 0, 0, 0, time.UTC), actors: map[string]account.Actor{}}
	if d.now.AddDate(0, 0, 30).After(today) {
		d.now = today.AddDate(0, 0, -30)
	}
	own.now = func() time.Time { return d.now }
	own.wireMonitor()
	own.wireEvaluation()
	for _, login := range []string{"city", "leading", "analyst", "district"} {
		t, err := d.Accounts.FindByLogin(ctx, login)
		if errs.KindOf(err) == errs.NotFound {
			return 0, nil // a city without a desk
		}
		if err != nil {
			return 0, err
		}
		d.actors[login] = account.Actor{ID: t.ID, Login: t.Login, Name: t.Name, Grants: t.Grants}
	}
	err := d.make(ctx, today.Year()-1)
	return d.n, err
}

func (d *demoEvaluations) as(ctx context.Context, login string) context.Context {
	x := d.actors[login]
	return audit.With(account.With(ctx, x), audit.Who{Actor: x.ID})
}

func (d *demoEvaluations) make(ctx context.Context, year int) error {
	if err := d.targets(d.as(ctx, "city"), year); err != nil {
		return err
	}
	r, err := d.Evaluations.Begin(d.as(ctx, "analyst"), strconv.Itoa(year))
	if err != nil {
		return err
	}
	d.n++
	if r, err = d.move(ctx, "analyst", r, "show"); err != nil {
		return err
	}
	d.now = d.now.Add(50 * time.Hour)
	if err := d.contests(ctx, r); err != nil {
		return err
	}
	until, err := time.Parse(time.DateOnly, r.Until)
	if err != nil {
		return err
	}
	if d.now = until.AddDate(0, 0, 1).Add(time.Hour); d.now.After(d.today) {
		return nil // the districts still have time
	}
	for _, step := range []struct{ login, move string }{{"city", "answer"}, {"analyst", "finish"}, {"leading", "publish"}} {
		d.now = d.now.Add(3 * time.Hour)
		if r, err = d.move(ctx, step.login, r, step.move); err != nil {
			return err
		}
	}
	return d.tasks(ctx, r)
}

func (d *demoEvaluations) move(ctx context.Context, login string, r evaluation.Round, move string) (evaluation.Round, error) {
	if err := d.Evaluations.Move(d.as(ctx, login), r, move, ""); err != nil {
		return r, err
	}
	return d.Evaluations.Round(d.as(ctx, "city"), r.ID)
}

// targets gives every district a target of its own: completion of classes.
func (d *demoEvaluations) targets(ctx context.Context, year int) error {
	p := d.Packs.Pack()
	if len(p.Plans) == 0 {
		return nil
	}
	t, err := d.Plan().Set(ctx, plan.Input{Code: "completion-rate", Plan: p.Plans[0].Code, Clause: "P1.9", Measure: "D08", Direction: plan.Up, Tolerance: "1",
		Name: pack.Text{"zh-CN": "结业率", "en": "Completion of classes"}, Unit: pack.Text{"zh-CN": "%", "en": "%"}, Due: strconv.Itoa(year+1) + "-12-31",
		SetBy: "演示：学习型城市年度工作要点", Reason: "演示：各区商定",
		Numbers: []plan.Entry{{Year: year, Kind: plan.Path, Value: "85"}, {Year: year + 1, Kind: plan.Path, Value: "86"}}})
	if err != nil {
		return err
	}
	var list []plan.Entry
	for i, a := range d.districts() {
		want := strconv.Itoa(83 + i%5)
		list = append(list, plan.Entry{Area: a.Code, Year: year, Kind: plan.Path, Value: want}, plan.Entry{Area: a.Code, Year: year + 1, Kind: plan.Path, Value: "88"})
	}
	_, err = d.Plan().Put(ctx, t.Code, t.Version, list, "演示：各区商定")
	return err
}

func (d *demoEvaluations) districts() (out []*area.Area) {
	t := d.Areas.Tree()
	top, _ := t.ByCode(d.Packs.Pack().RootArea)
	for _, n := range t.Below(top, area.Level(d.Packs.Pack().Evaluation.Level)) {
		out = append(out, t.At(n))
	}
	return out
}

// district is where the account of that name works.
func (d *demoEvaluations) district() string {
	n, _ := d.Areas.Tree().ByID(d.actors["district"].Grants[0].AreaID)
	return d.Areas.Tree().At(n).Code
}

// contests lets a district say what it thinks of its draft, and answers.
func (d *demoEvaluations) contests(ctx context.Context, r evaluation.Round) error {
	mine, at := d.as(ctx, "district"), d.district()
	for _, n := range []evaluation.NewNote{
		{Area: at, Kind: evaluation.Contest, Code: "D03", Text: "演示：我区秋季学期有两个教学点的点名表晚交，经常性参与率可能偏低。", Evidence: "演示：教学点点名表补交清单第2页"},
		{Area: at, Kind: evaluation.Contest, Code: "E08", Text: "演示：停课有一部分是因为场馆整修，不是组织不力。", Evidence: "演示：场馆整修通知"},
		{Area: at, Kind: evaluation.Remark, Text: "演示：下一年的工作安排里已经列入教师补充计划。"},
		{Area: at, Kind: evaluation.Agree},
	} {
		d.now = d.now.Add(time.Minute)
		if err := d.Evaluations.Say(mine, r, n); err != nil {
			return err
		}
	}
	city := d.as(ctx, "city")
	notes, err := d.Evaluations.Notes(city, r)
	if err != nil {
		return err
	}
	answers := map[string][2]string{"D03": {evaluation.Kept, "演示：已逐张核对，补交的点名表在截止日前都已计入，数值不变。"},
		"E08": {evaluation.Explained, "演示：停课率按全部停课计算，各区口径一致；停课原因已写入本区说明。"}}
	for _, n := range notes {
		if x, ok := answers[n.Code]; ok {
			d.now = d.now.Add(20 * time.Hour)
			if err := d.Evaluations.Answer(city, r, n.ID, x[0], x[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// tasks plans what is done about red figures: some are done, some run, one is
// late.
func (d *demoEvaluations) tasks(ctx context.Context, r evaluation.Round) error {
	d.now = d.now.AddDate(0, 0, 3)
	city := d.as(ctx, "city")
	list, err := d.Evaluations.Actions(city, r)
	if err != nil {
		return err
	}
	late := d.now.AddDate(0, 0, 2).Format(time.DateOnly)
	ahead := later(d.now, d.today).AddDate(0, 0, 45).Format(time.DateOnly)
	for i, a := range list {
		due := ahead
		if i == 1 {
			due = late
		}
		who := city
		if a.Area == d.district() {
			who = d.as(ctx, "district")
		}
		place, _ := r.Figures.Area(a.Area)
		err := d.Evaluations.Plan(who, r, a.ID, "演示：逐个教学点查明原因，每月通报一次。", cmp.Or(place.Name["zh-CN"], a.Area)+"教育委员会职成科", due)
		for n, x := range [][2]string{{evaluation.ActWorking, "演示：已开会部署，正在逐点核实。"}, {evaluation.ActDone, "演示：已全部核实整改，下一季度停课率回落。"}} {
			if err == nil && n < i%3 && i != 1 {
				err = d.Evaluations.Report(who, r, a.ID, x[0], x[1])
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
